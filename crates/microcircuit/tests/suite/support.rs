//! What the tests share.

use apical_kernels::Real;
use apical_learning::{
    Batch, EncodedPart, Learner, Network, NoClock, PhaseTimer, Streams, Transfer, uniform,
};
use apical_microcircuit::circuit::sacramento_2018::ContinuousState;
use apical_microcircuit::{Continuous, ContinuousSpec, MicrocircuitSpec, TwoStep};
use serde_json::Value;

/// A specification from JSON, so that tests name only what they set.
pub(crate) fn spec(json: Value) -> MicrocircuitSpec {
    serde_json::from_value(json).expect("a valid specification")
}

/// A logistic network with thresholds.
pub(crate) fn network(sizes: &[usize]) -> Network {
    Network::new(sizes.to_vec(), Transfer::Logistic, true).expect("a valid network")
}

/// A circuit with forward weights from U(−1, 1).
pub(crate) fn circuit<T: Real>(
    network: &Network,
    spec: &MicrocircuitSpec,
    seed: u64,
) -> TwoStep<T> {
    let streams = Streams::new(seed);
    let start = network.draw_forward(&vec![1.0; network.n_layers()], streams);
    TwoStep::new(network, &start, spec, streams).expect("a valid circuit")
}

/// Random inputs from U(0, 1) and target potentials from U(−2, 2), both exact in f32.
pub(crate) fn samples(network: &Network, n_samples: usize, seed: u64) -> EncodedPart {
    let mut rng = Streams::new(seed).stream("samples");
    let inputs = uniform([n_samples, network.n_inputs()], 1.0, &mut rng).mapv(f32::abs);
    let target_potentials = uniform([n_samples, network.n_outputs()], 2.0, &mut rng);
    EncodedPart {
        inputs,
        target_rates: target_potentials.mapv(|u| network.transfer().rate(u)),
        target_potentials,
        labels: None,
    }
}

/// A specification of the continuous-time circuit.
pub(crate) fn continuous_spec(json: Value) -> ContinuousSpec {
    serde_json::from_value(json).expect("a valid specification")
}

/// A circuit in continuous time with forward weights from U(−1, 1).
pub(crate) fn continuous<T: Real>(network: &Network, json: Value, seed: u64) -> Continuous<T> {
    let streams = Streams::new(seed);
    let start = network.draw_forward(&vec![1.0; network.n_layers()], streams);
    Continuous::new(network, &start, &continuous_spec(json), streams).expect("a valid circuit")
}

/// One presentation.
pub(crate) fn learn<T: Real>(
    circuit: &mut Continuous<T>,
    session: &mut ContinuousState<T>,
    batch: Batch<'_>,
) {
    let mut timer = PhaseTimer::new(&NoClock);
    circuit
        .learn(session, batch, &mut timer)
        .expect("finite potentials");
}

/// The largest absolute value.
pub(crate) fn largest<'a>(values: impl IntoIterator<Item = &'a f64>) -> f64 {
    values.into_iter().fold(0.0, |m, v| m.max(v.abs()))
}
