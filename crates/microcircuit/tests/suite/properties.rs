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

/// With slopes u^I − v̂^I = λ_I (u_{k+1} − v̂^I) makes both increments one, at any nudge.
#[test]
fn slopes_keep_the_interneurons_on_the_forward_weights_at_any_nudge() {
    let network = network(&[6, 10, 8, 4]);
    let strays = |nudging: f64, plasticity: &str, more: serde_json::Value| {
        let mut json = json!({
            "rates": [0.5, 0.3, 0.3], "nudging": nudging,
            "apical_mixing": "error_preserving", "feedback": "tied", "plasticity": plasticity,
        });
        for (key, value) in more.as_object().expect("keys") {
            json[key] = value.clone();
        }
        let mut circuit = circuit::<f64>(&network, &spec(json), 3);
        let mut state = circuit.session(Streams::new(0), 16);
        let mut timer = PhaseTimer::new(&NoClock);
        for step in 0..300 {
            let part = samples(&network, 16, step);
            (circuit.learn(&mut state, part.all(), &mut timer)).expect("finite");
        }
        let tensor = |name| circuit.tensor(name).expect("a tensor of the circuit");
        let worst = (1..3).map(|k| {
            let w = tensor(TensorName::forward(k + 1));
            let b = tensor(TensorName::PyramidalThreshold { layer: k + 1 });
            let of_weights = tensor(TensorName::InterneuronFromPyramidal { layer: k }) - &w;
            let of_thresholds = tensor(TensorName::InterneuronThreshold { layer: k }) - b;
            let apart = largest(of_weights.iter().chain(&of_thresholds).copied());
            apart / largest(w.iter().copied())
        });
        largest(worst)
    };
    for nudging in [0.1, 0.5, 0.9] {
        for more in [
            json!({}),
            json!({ "centring": 0.05 }),
            json!({ "presynaptic": "bottom_up", "feedback": { "reciprocal": { "decay": 1e-4 } } }),
        ] {
            let stray = strays(nudging, "slope", more.clone());
            assert!(
                stray < 1e-14,
                "with slopes, {nudging} and {more} W^IP strays by {stray:e}"
            );
        }
        let stray = strays(nudging, "rate_difference", json!({}));
        assert!(
            stray > 1e-4,
            "with rates W^IP strays by {stray:e} only: nothing was shown"
        );
    }
}

/// Centred rates descend the gradient of the network that is written with them: a change of u at the mean
/// rate comes from b′ = b + W r̄ alone.
#[test]
fn thresholds_take_up_what_is_taken_off_the_rates() {
    let network = network(&[5, 8, 6, 3]);
    let change = |centring: f64| {
        let spec = spec(json!({ "rates": 0.3, "feedback": "tied", "centring": centring }));
        let circuit = circuit::<f64>(&network, &spec, 2);
        let part = samples(&network, 7, 2);
        let mut state = circuit.session(Streams::new(0), 7);
        let updates = circuit.propose(&mut state, part.all()).expect("finite");
        let of = |name| {
            updates
                .changes()
                .iter()
                .find(|(own, _)| *own == name)
                .map(|(_, c)| c.clone())
        };
        let w = of(TensorName::forward(3))
            .expect("plastic")
            .into_dimensionality::<ndarray::Ix2>();
        let b = of(TensorName::PyramidalThreshold { layer: 3 }).expect("plastic");
        let mean = circuit
            .mean_rates()
            .map_or_else(|| ndarray::Array1::zeros(6), |m| m[1].clone());
        (
            w.expect("a matrix"),
            b.into_dimensionality::<ndarray::Ix1>().expect("a vector"),
            mean,
        )
    };
    let ((plain, plain_b, _), (centred, b, mean)) = (change(0.0), change(0.05));
    assert!(
        largest(mean.iter().copied()) > 0.4,
        "logistic rates begin at a mean of one half"
    );
    let at_mean = &b + &centred.dot(&mean);
    assert!(largest((at_mean - &plain_b).iter().copied()) < 1e-15);
    let post = plain_b.insert_axis(ndarray::Axis(1));
    let expected = plain - post.dot(&mean.insert_axis(ndarray::Axis(0)));
    assert!(largest((expected - centred).iter().copied()) < 1e-15);
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
