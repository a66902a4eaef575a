//! Rules of feedback between error neurons.

use apical_learning::{Learner, StartStep, Streams, TensorName};
use apical_microcircuit::circuit::max_2026::ErrorNeuronsContinuousSpec;
use ndarray::ArrayD;
use serde_json::{Value, json};

use super::{continuous, two_step};
use crate::support::{largest, network, samples};

/// B_{k,k+1} and W_{k+1,k}ᵀ of both hidden layers.
fn pairs(circuit: &impl Learner) -> Vec<(ArrayD<f64>, ArrayD<f64>)> {
    let tensor = |name| circuit.tensor(name).expect("a tensor of the circuit");
    let of = |k| {
        let b = tensor(TensorName::ErrorFromError { to: k, from: k + 1 });
        (b, tensor(TensorName::forward(k + 1)).t().to_owned())
    };
    (1..3).map(of).collect()
}

/// Five updates, each as proposed and applied.
fn taught<L: Learner>(mut circuit: L) -> L {
    let part = samples(&network(&[6, 9, 8, 4]), 5, 3);
    let mut session = circuit.session(Streams::new(0), 5);
    for _ in 0..5 {
        let updates = circuit.propose(&mut session, part.all()).expect("finite");
        circuit.apply(&updates).expect("its own proposal");
    }
    circuit
}

/// What is left after learning of B − Wᵀ, as a share, and by how much it is not that share everywhere.
fn left<L: Learner + Clone>(circuit: &L) -> Vec<(f64, f64)> {
    let after = taught(circuit.clone());
    let compared = pairs(circuit).into_iter().zip(pairs(&after));
    let share = |((b, w), (b_after, w_after)): (_, (ArrayD<f64>, ArrayD<f64>))| {
        let before: ArrayD<f64> = b - w;
        let now = b_after - w_after;
        let share = (&now * &before).sum() / (&before * &before).sum();
        (share, largest(&(now - before * share)))
    };
    compared.map(share).collect()
}

#[test]
fn reciprocal_feedback_approaches_the_transpose_by_its_decay_alone() {
    let network = network(&[6, 9, 8, 4]);
    let with = |decay: f64, (presynaptic, centring): (&str, f64)| {
        let json = json!({
            "rates": 0.7, "feedback": { "reciprocal": { "decay": decay } }, "precision": "f64",
            "presynaptic": presynaptic, "centring": centring,
        });
        left(&two_step::<f64>(&network, &json, 2))
    };
    for factors in [("nudged", 0.0), ("bottom_up", 0.0), ("bottom_up", 0.1)] {
        for decay in [0.0, 0.1] {
            for (share, apart) in with(decay, factors) {
                let expected = (1.0 - decay).powi(5);
                assert!((share - expected).abs() < 1e-12, "{share} with {decay}");
                assert!(apart < 1e-12, "{apart:e} with {decay}");
            }
        }
    }
    let json = json!({ "rates": 50.0, "feedback": { "reciprocal": {} }, "precision": "f64" });
    for (share, apart) in left(&continuous::<f64>(&network, &json, 2)) {
        assert!(
            (share - 1.0).abs() < 1e-12 && apart < 1e-12,
            "{share}, {apart:e}"
        );
    }
}

#[test]
fn tracked_signs_are_those_of_the_forward_weights() {
    let json = json!({ "rates": 3.0, "feedback": { "sign_concordant": {} } });
    let circuit = taught(two_step::<f32>(&network(&[6, 9, 8, 4]), &json, 2));
    for (b, w) in pairs(&circuit) {
        assert!(b.iter().zip(&w).all(|(b, w)| b * w >= 0.0));
    }
}

#[test]
fn a_start_from_noise_turns_feedback_to_the_transpose() {
    let json = json!({
        "rates": 1.0, "precision": "f64",
        "feedback_start": { "n_epochs": 1, "rescale": true },
    });
    let network = network(&[6, 9, 8, 4]);
    let mut circuit = two_step::<f64>(&network, &json, 2);
    assert_eq!(circuit.n_start_epochs(), 1);
    let mut session = circuit.session(Streams::new(0), 20);
    let n_steps = 300;
    for step in 1..=n_steps {
        let part = samples(&network, 20, step);
        let at = StartStep { step, n_steps };
        (circuit.start(&mut session, part.inputs.view(), at)).expect("finite");
    }
    for (b, w) in pairs(&circuit) {
        let product = |a: &ArrayD<f64>, b: &ArrayD<f64>| (a * b).sum();
        let (bb, ww) = (product(&b, &b), product(&w, &w));
        let angle = (product(&b, &w) / (bb * ww).sqrt()).acos().to_degrees();
        assert!(angle < 20.0, "{angle}°");
        assert!((bb / ww - 1.0).abs() < 1e-9, "norms {bb} and {ww}");
    }
}

#[test]
fn what_continuous_time_cannot_have_is_refused() {
    let refused = |feedback: Value| {
        let json = json!({ "rates": 1.0, "feedback": feedback });
        let spec: ErrorNeuronsContinuousSpec = serde_json::from_value(json).expect("known keys");
        let error = spec.check(&network(&[4, 5, 3]));
        error.expect_err("no such feedback").to_string()
    };
    let message = refused(json!({ "phaseless": { "rate": 0.1, "sigma": 0.0 } }));
    assert!(message.contains("without noise this"), "{message}");
    let message = refused(json!({ "reciprocal": { "decay": 0.1 } }));
    assert!(
        message.starts_with("`feedback.reciprocal.decay` is 0.1, expected 0"),
        "{message}"
    );
}
