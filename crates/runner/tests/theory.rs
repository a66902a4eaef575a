//! The theory of weak coupling, measured: the update of a circuit with tied feedback against the
//! exact gradient for the circuit's own output error, in double precision, in the two-step form and
//! in continuous time.

use apical_backprop::CandleReference;
use apical_learning::metric::vector::Products;
use apical_learning::{
    EncodedPart, ForwardWeights, GradientReference, Learner, Network, OutputError, Streams,
    TensorName, Transfer, uniform,
};
use apical_microcircuit::{Continuous, ContinuousSpec, MicrocircuitSpec, TwoStep};

const SIZES: [usize; 4] = [8, 12, 10, 5];
const N_LAYERS: usize = 3;

/// Per layer: the angle in degrees, and the norm ratio over what `expected` says of the layer.
fn compare<L: Learner>(
    make: impl Fn(&Network, &ForwardWeights<f32>, Streams) -> L,
    expected: impl Fn(&L, usize) -> f64,
    seed: u64,
) -> Vec<(f64, f64)> {
    let network = Network::new(SIZES.to_vec(), Transfer::Logistic, true).expect("valid");
    let streams = Streams::new(seed);
    let start = network.draw_forward(&[1.0; N_LAYERS], streams);
    let circuit = make(&network, &start, streams);
    let mut rng = streams.stream("theory");
    let inputs = uniform([20, SIZES[0]], 1.0, &mut rng).mapv(f32::abs);
    let target_potentials = uniform([20, SIZES[N_LAYERS]], 2.0, &mut rng);
    let part = EncodedPart {
        inputs,
        target_rates: target_potentials.mapv(|u| Transfer::Logistic.rate(u)),
        target_potentials,
        labels: None,
    };
    let mut session = circuit.session(streams, 20);
    let updates = circuit.propose(&mut session, part.all()).expect("finite");
    let gradient = CandleReference
        .gradient(&circuit.forward(), OutputError::Potential, part.all())
        .expect("a gradient");
    (1..=N_LAYERS)
        .map(|k| {
            let change = updates.matrix(TensorName::forward(k)).expect("plastic");
            let products = Products::of(change, gradient.weights[k - 1].view());
            (
                products.angle_degrees().expect("a direction"),
                products.norm_ratio().expect("a norm") / expected(&circuit, k),
            )
        })
        .collect()
}

fn measure(coupling: f64, seed: u64) -> Vec<(f64, f64)> {
    let spec: MicrocircuitSpec = toml::from_str(&format!(
        "nudging = {coupling}\napical_mixing = {coupling}\ninterneuron_nudging = {coupling}\n\
         rates = 1.0\nfeedback = \"tied\"\nprecision = \"f64\"\n"
    ))
    .expect("a valid specification");
    compare(
        |network, start, streams| {
            TwoStep::<f64>::new(network, start, &spec, streams).expect("valid")
        },
        |circuit, k| circuit.parameters().factor(k),
        seed,
    )
}

/// The update of one step of a circuit that has settled for 200 ms.
fn measure_in_continuous_time(coupling: f64, seed: u64) -> Vec<(f64, f64)> {
    let spec: ContinuousSpec = toml::from_str(&format!(
        "integrator = \"exponential_euler\"\ndt_ms = 0.5\npresentation_ms = 200.0\n\
         plasticity_delay_ms = 199.5\n\
         conductances = {{ apical = {coupling}, somatic = {coupling} }}\n\
         rates = 1.0\nfeedback = \"tied\"\nprecision = \"f64\"\n"
    ))
    .expect("a valid specification");
    compare(
        |network, start, streams| {
            Continuous::<f64>::new(network, start, &spec, streams).expect("valid")
        },
        |circuit, k| circuit.parameters().equivalent_rates()[k - 1],
        seed,
    )
}

#[test]
fn the_angle_vanishes_with_the_coupling_and_the_norm_is_the_predicted_one() {
    for seed in [1, 2, 3] {
        for (k, (angle, ratio)) in (1..).zip(measure(0.001, seed)) {
            assert!(angle < 0.1, "layer {k}, seed {seed}: {angle}°");
            assert!(
                (ratio - 1.0).abs() < 0.01,
                "layer {k}, seed {seed}: {ratio} of the predicted norm"
            );
        }
    }
}

#[test]
fn the_relaxed_circuit_follows_the_attenuated_gradient_at_weak_coupling() {
    for seed in [1, 2, 3] {
        for (k, (angle, ratio)) in (1..).zip(measure_in_continuous_time(0.001, seed)) {
            assert!(angle < 0.1, "layer {k}, seed {seed}: {angle}°");
            assert!(
                (ratio - 1.0).abs() < 0.01,
                "layer {k}, seed {seed}: {ratio} of the predicted norm"
            );
        }
        for (k, (angle, _)) in (1..).zip(measure_in_continuous_time(0.1, seed)) {
            assert!(angle < 2.0, "layer {k}, seed {seed}: {angle}° at 0.1");
        }
    }
}

#[test]
fn the_angle_is_proportional_to_the_coupling() {
    for seed in [1, 2, 3] {
        let angles = [0.0005, 0.001, 0.002].map(|coupling| measure(coupling, seed));
        for pair in angles.windows(2) {
            for (k, (weak, strong)) in (1..).zip(pair[0].iter().zip(&pair[1])) {
                let growth = strong.0 / weak.0;
                assert!(
                    (growth - 2.0).abs() < 0.1,
                    "layer {k}, seed {seed}: twice the coupling gives {growth} times the angle"
                );
            }
        }
    }
}
