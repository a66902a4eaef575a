//! Tests of the error-neuron circuit, by kind of truth.

mod conformance;
mod feedback;
mod golden;
mod oracle;
mod settles;
mod spec;
mod theory;

use apical_kernels::Real;
use apical_learning::{Network, Streams};
use apical_microcircuit::circuit::max_2026::{Continuous, TwoStep};
use serde_json::Value;

/// A circuit with forward weights from U(−1, 1).
pub(crate) fn two_step<T: Real>(network: &Network, json: &Value, seed: u64) -> TwoStep<T> {
    let streams = Streams::new(seed);
    let start = network.draw_forward(&vec![1.0; network.n_layers()], streams);
    let spec = serde_json::from_value(json.clone()).expect("a valid specification");
    TwoStep::new(network, &start, &spec, streams).expect("a valid circuit")
}

/// A circuit in continuous time with forward weights from U(−1, 1).
pub(crate) fn continuous<T: Real>(network: &Network, json: &Value, seed: u64) -> Continuous<T> {
    let streams = Streams::new(seed);
    let start = network.draw_forward(&vec![1.0; network.n_layers()], streams);
    let spec = serde_json::from_value(json.clone()).expect("a valid specification");
    Continuous::new(network, &start, &spec, streams).expect("a valid circuit")
}
