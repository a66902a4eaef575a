//! Traces as files.

use std::fmt::Write;
use std::io;

use apical_datasets::NamedArray;

use super::{Quantity, Traces};

/// The unit of every potential and rate: none, as it is written where each array has to have one.
const UNIT: &str = "1";

/// `quantities` of `traces` as an NPZ archive: `time_ms` `[n_times]`; a quantity `[n_times, n_neurons]`
/// under its name, with the names of its neurons, LAYER.NUMBER, in `QUANTITY_neurons`; and `units`, a
/// text for every array of numbers.
pub fn npz(traces: &Traces, quantities: &[Quantity]) -> io::Result<Vec<u8>> {
    let n_times = traces.times_ms.len();
    let mut arrays = vec![NamedArray::numbers(
        "time_ms",
        vec![n_times],
        traces.times_ms.clone(),
    )];
    let mut units = vec!["time_ms: ms".to_owned()];
    for trace in quantities
        .iter()
        .filter_map(|&quantity| traces.of(quantity))
    {
        let name = trace.quantity.name();
        let shape = vec![n_times, trace.neurons.len()];
        arrays.push(NamedArray::numbers(name, shape, trace.values.clone()));
        let neurons = trace
            .neurons
            .iter()
            .map(|(layer, i)| format!("{layer}.{i}"));
        arrays.push(NamedArray::texts(
            format!("{name}_neurons"),
            neurons.collect(),
        ));
        units.push(format!("{name}: {UNIT}"));
    }
    arrays.push(NamedArray::texts("units", units));
    apical_datasets::npz(&arrays)
}

/// `quantities` of `traces` as comma-separated values: time in ms, then a column per neuron, headed
/// `QUANTITY LAYER.NUMBER`, which has no unit. What is absent is empty.
pub fn csv(traces: &Traces, quantities: &[Quantity]) -> String {
    let chosen: Vec<_> = (quantities.iter())
        .filter_map(|&quantity| traces.of(quantity))
        .collect();
    let mut text = "time (ms)".to_owned();
    for trace in &chosen {
        for (layer, i) in &trace.neurons {
            // Writing to a text cannot fail.
            let _ = write!(text, ",{} {layer}.{i}", trace.quantity.name());
        }
    }
    text.push('\n');
    for (row, time) in traces.times_ms.iter().enumerate() {
        // Times are multiples of dt; what rounding adds behind the ninth place says nothing.
        let _ = write!(text, "{}", (time * 1e9).round() / 1e9);
        for trace in &chosen {
            let n = trace.neurons.len();
            for value in &trace.values[row * n..(row + 1) * n] {
                let _ = match value.is_nan() {
                    true => write!(text, ","),
                    false => write!(text, ",{value}"),
                };
            }
        }
        text.push('\n');
    }
    text
}
