//! Feedback that learns in continuous time.

use apical_learning::{Learner, Streams, TensorName};
use apical_microcircuit::Continuous;
use ndarray::Array2;
use serde_json::{Value, json};

use crate::support::{continuous, largest, learn, network, samples};

fn matrix(circuit: &Continuous<f64>, name: TensorName) -> Array2<f64> {
    let values = circuit.tensor(name).expect("a tensor of the circuit");
    values.into_dimensionality().expect("a matrix")
}

/// A circuit of 6-12-10-4 after a hundred patterns, ten at a time, with strong nudging and plasticity always on,
/// and before.
fn taught(more: Value) -> (Continuous<f64>, Continuous<f64>) {
    let network = network(&[6, 12, 10, 4]);
    let mut json = json!({
        "prospective": true, "update_order": "layer_sweep", "dt_ms": 1.0, "presentation_ms": 5.0,
        "readout_window_ms": 1.0, "tau_plasticity_ms": 0.0, "rates": [2.0, 1.0, 0.4],
        "feedback": { "reciprocal": {} },
    });
    for (key, value) in more.as_object().expect("keys") {
        json[key] = value.clone();
    }
    let before = continuous::<f64>(&network, json, 1);
    let mut circuit = before.clone();
    let mut session = circuit.session(Streams::new(0), 10);
    for pattern in 0..100 {
        learn(
            &mut circuit,
            &mut session,
            samples(&network, 10, pattern).all(),
        );
    }
    (before, circuit)
}

/// u^I − v̂^I = λ_I (u_{k+1} − v̂^I) holds in every step of a sweep, so slopes make the same of both.
#[test]
fn interneurons_that_learn_by_slopes_mirror_at_any_nudge() {
    for (plasticity, is_exact) in [("slope", true), ("rate_difference", false)] {
        for presynaptic in ["nudged", "bottom_up"] {
            let json = json!({ "plasticity": plasticity, "presynaptic": presynaptic });
            let (before, circuit) = taught(json);
            let factors = circuit.parameters().self_predicting_factor();
            for (k, factor) in (1..).zip(factors) {
                let name = TensorName::forward(k + 1);
                let w = matrix(&circuit, name);
                assert!(largest(&(&w - matrix(&before, name))) > 1e-3);
                let own = TensorName::InterneuronFromPyramidal { layer: k };
                let apart = largest(&(matrix(&circuit, own) - factor * w));
                let is_as_said = if is_exact {
                    apart < 1e-12
                } else {
                    apart > 1e-6
                };
                assert!(is_as_said, "{plasticity}: {apart:e} apart");
            }
        }
    }
}

/// W_{k,k+1} − W_{k+1,k}ᵀ stays what it was while both grow, and W^PI stays −W_{k,k+1}.
#[test]
fn a_reciprocal_pair_keeps_its_difference() {
    for lateral_rule in ["paired", "own"] {
        let json = json!({ "plasticity": "slope", "lateral_rule": lateral_rule });
        let (before, circuit) = taught(json);
        for k in 1..3 {
            let apart = |circuit: &Continuous<f64>| {
                let w = matrix(circuit, TensorName::forward(k + 1));
                matrix(circuit, TensorName::feedback(k)) - w.t()
            };
            let moved = apart(&circuit) - apart(&before);
            assert!(largest(&moved) < 1e-11, "by {:e}", largest(&moved));
            let top_down = matrix(&circuit, TensorName::feedback(k));
            let change = &top_down - matrix(&before, TensorName::feedback(k));
            assert!(largest(&change) > 1e-3);
            let lateral = TensorName::PyramidalFromInterneuron { layer: k };
            let sum = matrix(&circuit, lateral) + top_down;
            assert!(largest(&sum) < 1e-11, "W^PI is {:e} off", largest(&sum));
        }
    }
}

/// What a presentation is said to change is what it changes.
#[test]
fn proposals_have_the_changes_of_feedback() {
    let network = network(&[6, 12, 10, 4]);
    for increments in ["apart", "in_weights"] {
        let json = json!({
            "prospective": true, "update_order": "layer_sweep", "dt_ms": 1.0, "presentation_ms": 5.0,
            "readout_window_ms": 1.0, "tau_plasticity_ms": 0.0, "rates": 0.1,
            "feedback": { "reciprocal": {} }, "lateral_rule": "own", "increments": increments,
        });
        let mut circuit = continuous::<f64>(&network, json, 2);
        let part = samples(&network, 3, 2);
        let mut session = circuit.session(Streams::new(0), 3);
        let updates = circuit.propose(&mut session, part.all()).expect("finite");
        let before = circuit.clone();
        let mut session = circuit.session(Streams::new(0), 3);
        learn(&mut circuit, &mut session, part.all());
        for name in [
            TensorName::feedback(1),
            TensorName::PyramidalFromInterneuron { layer: 2 },
        ] {
            let change = matrix(&circuit, name) - matrix(&before, name);
            assert!(largest(&change) > 1e-4);
            let proposed = updates.matrix(name).expect("plastic").to_owned();
            assert!(
                largest(&(proposed - change)) < 1e-14,
                "{name}, {increments}"
            );
        }
    }
}
