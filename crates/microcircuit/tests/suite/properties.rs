//! Properties of the circuit that hold at any depth and width.

use apical_learning::{
    Batch, Learner, NoClock, PhaseTimer, Quantity, Streams, Teacher, TensorName,
};
use ndarray::Array2;
use proptest::prelude::*;
use serde_json::json;

use crate::support::{circuit, network, samples, spec};

fn sizes() -> impl Strategy<Value = Vec<usize>> {
    prop::collection::vec(1_usize..12, 2..6)
}

fn largest(values: impl IntoIterator<Item = f64>) -> f64 {
    values.into_iter().fold(0.0, |m, v| m.max(v.abs()))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn self_prediction_silences_apical_dendrites_and_plasticity(sizes in sizes(), seed in 0_u64..99) {
        let network = network(&sizes);
        // All connections could learn; a target equal to the free output leaves nothing to learn.
        let spec = spec(json!({
            "rates": 1.0, "apical_rates": 1.0, "interneuron_rates": 1.0,
        }));
        let circuit = circuit::<f64>(&network, &spec, seed);
        let part = samples(&network, 4, seed);
        let mut state = circuit.session(Streams::new(0), 4);
        let free = circuit.activities(&mut state, part.all(), Teacher::Off).expect("finite");
        for k in 1..network.n_layers() {
            let apical = free.get(Quantity::Apical, k).expect("a hidden layer");
            prop_assert!(largest(apical.iter().copied()) < 1e-12);
            let mismatch = free.get(Quantity::InterneuronMismatch, k).expect("a hidden layer");
            prop_assert!(largest(mismatch.iter().copied()) < 1e-12);
        }
        let own = free.get(Quantity::Soma, network.n_layers()).expect("an output layer");
        let own = own.mapv(|u| u as f32);
        let batch = Batch { target_potentials: own.view(), ..part.all() };
        let updates = circuit.propose(&mut state, batch).expect("finite");
        prop_assert_eq!(updates.changes().is_empty(), false);
        for (name, change) in updates.changes() {
            // The target is the free output to single precision only.
            prop_assert!(largest(change.iter().copied()) < 1e-6, "{} changes", name);
        }
    }

    #[test]
    fn a_prediction_is_the_feed_forward_function(sizes in sizes(), seed in 0_u64..99) {
        let network = network(&sizes);
        let circuit = circuit::<f64>(&network, &spec(json!({ "rates": 1.0 })), seed);
        let part = samples(&network, 3, seed);
        let forward = circuit.forward();
        let mut r = part.inputs.mapv(f64::from);
        for (k, w) in forward.weights.weights.iter().enumerate() {
            let b = &forward.weights.thresholds.as_ref().expect("thresholds")[k];
            r = (r.dot(&w.t()) + b).mapv(|u| network.transfer().rate(u));
        }
        let mut outputs = Array2::zeros((3, network.n_outputs()));
        let mut state = circuit.session(Streams::new(0), 3);
        circuit.predict(&mut state, part.inputs.view(), outputs.view_mut()).expect("finite");
        prop_assert!(largest((outputs.mapv(f64::from) - r).iter().copied()) < 1e-6);
    }

    #[test]
    fn ideal_interneurons_and_tied_feedback_stay_so(seed in 0_u64..99) {
        let network = network(&[4, 6, 5, 3]);
        let ideal = spec(json!({ "rates": 0.5, "feedback": "tied", "interneurons": "ideal" }));
        let mut circuit = circuit::<f64>(&network, &ideal, seed);
        let part = samples(&network, 4, seed);
        let mut state = circuit.session(Streams::new(0), 4);
        let mut timer = PhaseTimer::new(&NoClock);
        for _ in 0..3 {
            circuit.learn(&mut state, part.all(), &mut timer).expect("finite");
        }
        for k in 1..3 {
            let tensor = |name| circuit.tensor(name).expect("a tensor of the circuit");
            let w = tensor(TensorName::forward(k + 1));
            prop_assert_eq!(&tensor(TensorName::feedback(k)), &w.t());
            prop_assert_eq!(&tensor(TensorName::PyramidalFromInterneuron { layer: k }), &w.t().mapv(|w| -w));
            prop_assert_eq!(&tensor(TensorName::InterneuronFromPyramidal { layer: k }), &w);
        }
    }
}

#[test]
fn mirroring_rates_keep_the_interneurons_on_the_forward_weights() {
    let network = network(&[6, 10, 8, 4]);
    let residual = |rates: serde_json::Value| {
        let spec = spec(json!({
            "rates": [0.5, 0.05, 0.05], "nudging": 0.02, "interneuron_rates": rates,
        }));
        let mut circuit = circuit::<f64>(&network, &spec, 3);
        let part = samples(&network, 16, 3);
        let mut state = circuit.session(Streams::new(0), 16);
        let mut timer = PhaseTimer::new(&NoClock);
        for _ in 0..200 {
            circuit
                .learn(&mut state, part.all(), &mut timer)
                .expect("finite");
        }
        let tensor = |name| circuit.tensor(name).expect("a tensor of the circuit");
        let moved = largest(
            (tensor(TensorName::forward(3)) - circuit_start(&network))
                .iter()
                .copied(),
        );
        let apart = tensor(TensorName::forward(3))
            - tensor(TensorName::InterneuronFromPyramidal { layer: 2 });
        largest(apart.iter().copied()) / moved
    };
    let (mirror, frozen) = (residual("mirror".into()), residual(json!(0.0)));
    assert!(
        mirror < 0.05,
        "with mirroring rates W^IP strays by {mirror} of the way"
    );
    assert!(
        frozen > 0.9,
        "without learning W^IP strays by {frozen} of the way"
    );
}

fn circuit_start(network: &apical_learning::Network) -> ndarray::ArrayD<f64> {
    let start = network.draw_forward(&[1.0; 3], Streams::new(3));
    start.weights[2].mapv(f64::from).into_dyn()
}

#[test]
fn a_diverging_circuit_names_layer_and_variable() {
    let network = network(&[3, 4, 2]);
    let mut circuit = circuit::<f32>(&network, &spec(json!({ "rates": 1.0 })), 1);
    let broken = ndarray::Array2::from_elem((4, 3), f64::INFINITY).into_dyn();
    circuit
        .tensors_mut()
        .set(TensorName::forward(1), broken.view())
        .expect("the right shape");
    let part = samples(&network, 2, 1);
    let mut state = circuit.session(Streams::new(0), 2);
    let error = circuit
        .propose(&mut state, part.all())
        .expect_err("infinite weights");
    assert_eq!(
        error.to_string(),
        "basal potential of layer 1 is not finite; lower the learning rates or the weight scales"
    );
}
