//! Quantities over time.

use ndarray::ArrayView1;

use super::{Model, Quantity, Simulated};

/// All quantities that were recorded, at the same times.
#[derive(Debug, Clone, PartialEq)]
pub struct Traces {
    /// Times in ms since the circuit was at rest.
    pub times_ms: Vec<f64>,
    /// Quantities.
    pub traces: Vec<Trace>,
}

/// A quantity over time.
#[derive(Debug, Clone, PartialEq)]
pub struct Trace {
    /// What it is.
    pub quantity: Quantity,
    /// Its neurons as (layer, number).
    pub neurons: Vec<(usize, usize)>,
    /// A row per time, a column per neuron, row by row.
    pub values: Vec<f64>,
}

impl Traces {
    /// The trace of `quantity`, if it was recorded.
    pub fn of(&self, quantity: Quantity) -> Option<&Trace> {
        self.traces.iter().find(|trace| trace.quantity == quantity)
    }

    /// One neuron's `(time, value)`s; none where it was not recorded or has no such quantity.
    pub fn line(&self, quantity: Quantity, neuron: (usize, usize)) -> Option<Vec<(f64, f64)>> {
        let trace = self.of(quantity)?;
        let column = trace.neurons.iter().position(|own| *own == neuron)?;
        let rows = trace.values.chunks_exact(trace.neurons.len());
        let values = rows.map(|row| row[column]);
        Some(self.times_ms.iter().copied().zip(values).collect())
    }
}

/// Takes down quantities of one sample at times that are a whole number of steps apart.
#[derive(Debug)]
pub(super) struct Recorder {
    every: usize,
    dt_ms: f64,
    traces: Traces,
}

impl Recorder {
    /// A recorder of `quantities` of a `model` in a network of layers `sizes`, every so many steps.
    pub(super) fn new(
        quantities: &[Quantity],
        (model, sizes): (Model, &[usize]),
        every: usize,
        dt_ms: f64,
    ) -> Self {
        let traces = quantities.iter().map(|&quantity| Trace {
            quantity,
            neurons: model.neurons(quantity, sizes),
            values: Vec::new(),
        });
        Self {
            every,
            dt_ms,
            traces: Traces {
                times_ms: Vec::new(),
                traces: traces.collect(),
            },
        }
    }

    /// Takes down the state of step `step` since rest, if it is time; without a teacher its target
    /// is NaN.
    pub(super) fn see<C: Simulated>(
        &mut self,
        step: usize,
        state: &C::State,
        target: Option<ArrayView1<'_, f32>>,
    ) {
        if !step.is_multiple_of(self.every) {
            return;
        }
        self.traces.times_ms.push(step as f64 * self.dt_ms);
        for trace in &mut self.traces.traces {
            let mut layers: Vec<usize> = trace.neurons.iter().map(|neuron| neuron.0).collect();
            layers.dedup();
            for layer in layers {
                match (C::read(state, trace.quantity, layer), target) {
                    (Some(values), _) => trace.values.extend(values.row(0)),
                    (None, Some(target)) => {
                        trace.values.extend(target.iter().map(|&u| f64::from(u)))
                    }
                    (None, None) => {
                        let n = trace.neurons.len();
                        trace.values.extend(std::iter::repeat_n(f64::NAN, n));
                    }
                }
            }
        }
    }

    /// What was taken down.
    pub(super) fn into_traces(self) -> Traces {
        self.traces
    }
}
