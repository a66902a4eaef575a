//! Every kind of circuit passes the suite of all learners.

use apical_kernels::Real;
use apical_learning::conformance;
use serde_json::{Value, json};

use crate::support::{circuit, continuous, network, spec};

fn conforms<T: Real>(json: Value, n_epochs: usize) {
    let network = network(&[6, 20, 4]);
    let spec = spec(json);
    conformance::check(|seed| circuit::<T>(&network, &spec, seed), n_epochs);
}

#[test]
fn with_random_feedback() {
    conforms::<f32>(
        json!({ "rates": [10.0, 1.0], "feedback_scale": 10.0 }),
        1000,
    );
}

#[test]
fn with_tied_feedback_and_ideal_interneurons_in_double_precision() {
    let ideal = json!({
        "backprop_equivalent_rates": 2.0, "feedback": "tied", "interneurons": "ideal",
        "precision": "f64",
    });
    conforms::<f64>(ideal, 1000);
}

#[test]
fn with_every_connection_plastic_from_a_random_start() {
    let plastic = json!({
        "rates": [10.0, 1.0], "start": "random", "apical_rates": 0.05, "feedback_rates": 1e-4,
        "interneuron_rates": 2.0, "feedback_scale": 10.0,
    });
    conforms::<f32>(plastic, 4000);
}

#[test]
fn with_signs_of_the_forward_weights() {
    for signs in ["tracked", "frozen"] {
        let concordant = json!({
            "rates": [100.0, 1.0], "feedback": { "sign_concordant": { "signs": signs } },
            "feedback_scale": "matched", "precision": "f64",
        });
        conforms::<f64>(concordant, 2000);
    }
}

#[test]
fn with_reciprocal_feedback_from_a_start_of_noise_and_centred_rates() {
    for lateral_rule in ["paired", "own"] {
        let learned = json!({
            "backprop_equivalent_rates": 2.0, "apical_mixing": "error_preserving", "nudging": 0.5,
            "feedback": { "reciprocal": { "decay": 1e-4 } }, "feedback_start": { "n_epochs": 1 },
            "lateral_rule": lateral_rule, "precision": "f64", "plasticity": "slope", "presynaptic": "bottom_up",
            "centring": 0.05,
        });
        conforms::<f64>(learned, 1000);
    }
}

#[test]
fn with_feedback_that_listens_to_noise() {
    let phaseless = json!({
        "rates": [100.0, 1.0], "feedback": { "phaseless": { "rate": 0.01 } }, "precision": "f64",
    });
    conforms::<f64>(phaseless, 2000);
}

#[test]
fn with_two_hidden_layers() {
    let network = network(&[6, 20, 15, 4]);
    let spec = spec(json!({ "rates": [20.0, 1.0, 0.5], "feedback_scale": [5.0, 20.0] }));
    conformance::check(|seed| circuit::<f32>(&network, &spec, seed), 2000);
}

#[test]
fn on_the_plain_path_and_without_hidden_layers() {
    let network = network(&[6, 4]);
    let spec = spec(json!({ "rates": 3.0, "path": "plain" }));
    conformance::check(|seed| circuit::<f32>(&network, &spec, seed), 2000);
}

fn conforms_in_continuous_time<T: Real>(sizes: &[usize], json: Value, n_epochs: usize) {
    let network = network(sizes);
    conformance::check(
        |seed| continuous::<T>(&network, json.clone(), seed),
        n_epochs,
    );
}

#[test]
fn in_continuous_time_with_random_feedback() {
    let spec = json!({
        "dt_ms": 0.5, "presentation_ms": 30.0, "plasticity_delay_ms": 15.0,
        "tau_plasticity_ms": 10.0, "rates": [0.5, 0.05], "feedback_scale": 5.0,
    });
    conforms_in_continuous_time::<f32>(&[6, 20, 4], spec, 300);
}

#[test]
fn in_continuous_time_with_two_hidden_layers_tied_feedback_and_ideal_interneurons() {
    let spec = json!({
        "dt_ms": 0.5, "presentation_ms": 30.0, "plasticity_delay_ms": 15.0,
        "tau_plasticity_ms": 10.0, "backprop_equivalent_rates": 0.2, "feedback": "tied",
        "interneurons": "ideal", "precision": "f64", "integrator": "exponential_euler",
    });
    conforms_in_continuous_time::<f64>(&[6, 20, 10, 4], spec, 300);
}

#[test]
fn in_continuous_time_with_noise_and_every_connection_plastic_from_a_random_start() {
    let spec = json!({
        "dt_ms": 0.5, "presentation_ms": 30.0, "plasticity_delay_ms": 15.0,
        "tau_plasticity_ms": 10.0, "rates": [0.5, 0.05], "interneuron_rates": 0.1,
        "apical_rates": 0.005, "feedback_rates": 1e-5, "start": "random", "feedback_scale": 5.0,
        "noise": { "sigma": 0.05 },
    });
    conforms_in_continuous_time::<f32>(&[6, 20, 4], spec, 300);
}

#[test]
fn in_continuous_time_without_hidden_layers_and_plasticity_always_on() {
    let spec = json!({
        "dt_ms": 0.5, "presentation_ms": 30.0, "tau_plasticity_ms": 10.0, "rates": 0.2,
        "plasticity_every_n_steps": 2,
    });
    conforms_in_continuous_time::<f64>(&[6, 4], spec, 300);
}

#[test]
fn with_prospective_rates_and_plasticity_always_on() {
    let spec = json!({
        "prospective": true, "update_order": "layer_sweep", "dt_ms": 1.0, "tau_input_ms": 1.0,
        "presentation_ms": 5.0, "readout_window_ms": 1.0, "tau_plasticity_ms": 5.0,
        "rates": [1.0, 0.1], "feedback_scale": 5.0,
    });
    conforms_in_continuous_time::<f32>(&[6, 20, 4], spec, 500);
}

fn feedback_that_learns(feedback: Value) -> Value {
    json!({
        "prospective": true, "update_order": "layer_sweep", "dt_ms": 1.0, "tau_input_ms": 1.0,
        "presentation_ms": 5.0, "readout_window_ms": 1.0, "tau_plasticity_ms": 0.0,
        "rates": [1.0, 0.1], "feedback": feedback, "presynaptic": "bottom_up",
        "plasticity": "slope", "feedback_scale": 5.0,
    })
}

#[test]
fn in_continuous_time_with_reciprocal_feedback() {
    let mut spec = feedback_that_learns(json!({ "reciprocal": {} }));
    spec["lateral_rule"] = "own".into();
    conforms_in_continuous_time::<f32>(&[6, 20, 4], spec, 1500);
}

#[test]
fn in_continuous_time_with_feedback_that_listens_to_noise() {
    let phaseless = json!({ "phaseless": { "rate": 0.001, "gain": 90.0 } });
    let mut spec = feedback_that_learns(phaseless);
    spec["feedback_noise"] =
        json!({ "tau_noise_ms": 2.0, "tau_highpass_ms": 1.0, "delay_ms": 2.0 });
    conforms_in_continuous_time::<f32>(&[6, 20, 4], spec, 1500);
}
