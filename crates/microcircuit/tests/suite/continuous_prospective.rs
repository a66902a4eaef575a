//! Prospective rates.

use apical_learning::{Learner, Streams, TensorName};
use ndarray::Array2;
use proptest::prelude::*;
use serde_json::json;

use crate::support::{continuous, largest, learn, network, samples};

fn sizes() -> impl Strategy<Value = Vec<usize>> {
    prop::collection::vec(1_usize..12, 2..6)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(20))]

    /// Without a lag there is nothing to wait for: plasticity is on from the onset of every pattern.
    #[test]
    fn a_sweeping_self_predicting_circuit_is_silent_from_the_first_step(
        sizes in sizes(),
        seed in 0_u64..99,
    ) {
        let network = network(&sizes);
        let spec = json!({
            "prospective": true, "update_order": "layer_sweep", "dt_ms": 1.0,
            "presentation_ms": 5.0, "readout_window_ms": 1.0, "rates": 1.0,
            "interneuron_rates": 1.0, "apical_rates": 1.0,
        });
        let mut circuit = continuous::<f64>(&network, spec, seed);
        let before: Vec<_> = circuit.tensors().names().into_iter().map(|n| (n, circuit.tensor(n))).collect();
        let mut session = circuit.session(Streams::new(0), 3);
        for pattern in 0..3 {
            let part = samples(&network, 3, seed + pattern);
            circuit.learn_without_teacher(&mut session, part.inputs.view()).expect("finite");
            for k in 1..network.n_layers() {
                prop_assert!(largest(&session.potentials().apical(k)) < 1e-12);
            }
        }
        for (name, before) in before {
            let change = circuit.tensor(name).expect("listed") - before.expect("listed");
            prop_assert!(largest(&change) < 1e-12, "{} changes by {}", name, largest(&change));
        }
        learn(&mut circuit, &mut session, samples(&network, 3, seed).all());
        let change = session.filter(TensorName::forward(network.n_layers())).expect("listed");
        prop_assert!(largest(&change) > 1e-6);
    }
}

/// Forward changes of the last step of a presentation, after everything has settled.
fn settled_changes(prospective: bool, update_order: &str) -> Vec<Array2<f64>> {
    let network = network(&[8, 12, 10, 5]);
    let circuit = json!({
        "prospective": prospective, "update_order": update_order, "dt_ms": 0.5,
        "presentation_ms": 400.0, "plasticity_delay_ms": 399.5, "rates": 1.0,
        "interneuron_rates": 1.0, "apical_rates": 1.0, "start": "random",
        "feedback_scale": 0.3, "pyramidal_from_interneuron_scale": 0.3,
    });
    let circuit = continuous::<f64>(&network, circuit, 3);
    let part = samples(&network, 4, 3);
    let mut session = circuit.session(Streams::new(0), 4);
    let updates = circuit.propose(&mut session, part.all()).expect("finite");
    (1..=3)
        .map(|k| {
            updates
                .matrix(TensorName::forward(k))
                .expect("plastic")
                .to_owned()
        })
        .collect()
}

#[test]
fn prospective_rates_settle_where_lagging_ones_do() {
    let lagging = settled_changes(false, "simultaneous");
    for order in ["simultaneous", "layer_sweep"] {
        for (prospective, lagging) in settled_changes(true, order).iter().zip(&lagging) {
            assert!(largest(lagging) > 1e-4);
            let apart = largest(&(prospective - lagging));
            assert!(apart < 1e-9, "{order}: {apart:e} apart");
        }
    }
}

#[test]
fn prospective_rates_do_not_lag() {
    let network = network(&[5, 7, 6, 3]);
    let part = samples(&network, 2, 1);
    let spec = |prospective: bool, order: &str| {
        json!({
            "prospective": prospective, "update_order": order, "dt_ms": 1.0, "tau_input_ms": 1e-3,
            "integrator": "exponential_euler", "presentation_ms": 2.0, "readout_window_ms": 1.0,
            "rates": 1.0,
        })
    };
    let far = |prospective, order| {
        let circuit = continuous::<f64>(&network, spec(prospective, order), 1);
        let forward = circuit.forward();
        let mut r = part.inputs.mapv(f64::from);
        for (k, w) in forward.weights.weights.iter().enumerate() {
            let b = &forward.weights.thresholds.as_ref().expect("thresholds")[k];
            let u = (r.dot(&w.t()) + b) * forward.attenuation[k];
            r = u.mapv(|u| network.transfer().rate(u));
        }
        let mut outputs = Array2::zeros((2, 3));
        let mut session = circuit.session(Streams::new(0), 2);
        let inputs = part.inputs.view();
        circuit
            .predict(&mut session, inputs, outputs.view_mut())
            .expect("finite");
        largest(&(outputs.mapv(f64::from) - r))
    };
    assert!(far(true, "layer_sweep") < 1e-6);
    assert!(far(true, "simultaneous") > 1e-3);
    assert!(far(false, "simultaneous") > 1e-3);
}

/// The change of the first layer's weights over a presentation of `n_samples` copies.
fn change_of_weights(spec: serde_json::Value, n_patterns: usize) -> Vec<Array2<f64>> {
    let network = network(&[8, 12, 10, 5]);
    let mut circuit = continuous::<f64>(&network, spec, 3);
    let names = [1, 2, 3].map(TensorName::forward);
    let tensor = |circuit: &apical_microcircuit::Continuous<f64>, name| {
        let values = circuit.tensor(name).expect("listed");
        values.into_dimensionality().expect("a matrix")
    };
    let before: Vec<Array2<f64>> = names.iter().map(|&name| tensor(&circuit, name)).collect();
    let mut session = circuit.session(Streams::new(0), 4);
    for pattern in 0..n_patterns {
        let mut part = samples(&network, 4, pattern as u64);
        // Silent inputs are left out of products.
        part.inputs.column_mut(pattern % 8).fill(0.0);
        learn(&mut circuit, &mut session, part.all());
    }
    let names = names.iter().zip(before);
    names
        .map(|(&name, before)| tensor(&circuit, name) - before)
        .collect()
}

#[test]
fn increments_in_the_weights_are_those_apart() {
    for update_order in ["layer_sweep", "simultaneous"] {
        let spec = |increments: &str| {
            json!({
                "prospective": true, "update_order": update_order, "dt_ms": 1.0,
                "presentation_ms": 5.0, "readout_window_ms": 1.0, "rates": 0.3,
                "tau_plasticity_ms": 0.0, "tau_input_ms": 1.0, "increments": increments,
            })
        };
        let apart = change_of_weights(spec("apart"), 6);
        let within = change_of_weights(spec("in_weights"), 6);
        for (apart, within) in apart.iter().zip(&within) {
            assert!(largest(apart) > 1e-3, "{update_order}");
            assert!(largest(&(apart - within)) < 1e-12, "{update_order}");
        }
    }
}

/// With τ_0 = dt input rates stay as they are from the first step, with a τ_0 as good as that they
/// do not quite.
#[test]
fn held_inputs_change_nothing() {
    let spec = |tau_input_ms: f64, increments: &str| {
        json!({
            "prospective": true, "update_order": "layer_sweep", "dt_ms": 1.0,
            "presentation_ms": 5.0, "readout_window_ms": 1.0, "rates": 0.3,
            "tau_plasticity_ms": 0.0, "tau_input_ms": tau_input_ms, "increments": increments,
        })
    };
    for increments in ["apart", "in_weights"] {
        let held = change_of_weights(spec(1.0, increments), 6);
        let not_held = change_of_weights(spec(1.0 + 1e-12, increments), 6);
        for (held, not_held) in held.iter().zip(&not_held) {
            assert!(largest(held) > 1e-3, "{increments}");
            assert!(largest(&(held - not_held)) < 1e-10, "{increments}");
        }
    }
}

#[test]
fn a_fast_filter_is_no_filter() {
    let spec = |tau: f64| {
        json!({
            "prospective": true, "dt_ms": 0.01, "presentation_ms": 5.0, "readout_window_ms": 1.0,
            "rates": 0.3, "tau_plasticity_ms": tau,
        })
    };
    let without = change_of_weights(spec(0.0), 2);
    for (with, without) in change_of_weights(spec(0.02), 2).iter().zip(&without) {
        assert!(largest(&(with - without)) < 0.01 * largest(without));
    }
}
