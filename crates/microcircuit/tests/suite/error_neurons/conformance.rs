//! Every kind of error-neuron circuit passes the suite of all learners.

use apical_kernels::Real;
use apical_learning::conformance;
use serde_json::{Value, json};

use super::{continuous, two_step};
use crate::support::network;

fn conforms<T: Real>(sizes: &[usize], json: Value, n_epochs: usize) {
    let network = network(sizes);
    conformance::check(|seed| two_step::<T>(&network, &json, seed), n_epochs);
}

#[test]
fn with_random_feedback() {
    conforms::<f32>(&[6, 20, 4], json!({ "rates": 3.0 }), 1000);
}

#[test]
fn with_tied_feedback_in_double_precision() {
    let tied = json!({
        "backprop_equivalent_rates": 3.0, "feedback": "tied", "presynaptic": "bottom_up",
        "attenuation": 0.7, "error_mixing": 0.8, "precision": "f64",
    });
    conforms::<f64>(&[6, 20, 15, 4], tied, 1000);
}

#[test]
fn with_connections_that_deviate() {
    let json = json!({
        "rates": 3.0, "feedback": "tied", "feedback_offset": 0.2, "lateral_deviation": 0.02,
    });
    conforms::<f32>(&[6, 20, 15, 4], json, 1000);
}

#[test]
fn with_feedback_that_learns_or_follows() {
    for feedback in [
        json!({ "reciprocal": {} }),
        json!({ "sign_concordant": {} }),
    ] {
        conforms::<f32>(
            &[6, 20, 15, 4],
            json!({ "rates": 3.0, "feedback": feedback }),
            1000,
        );
    }
}

#[test]
fn with_centred_rates_and_a_start_of_noise() {
    for presynaptic in ["nudged", "bottom_up"] {
        let json = json!({
            "rates": 3.0, "feedback": { "reciprocal": { "decay": 1e-4 } },
            "feedback_start": { "n_epochs": 1 }, "centring": 0.05, "presynaptic": presynaptic,
        });
        conforms::<f32>(&[6, 20, 15, 4], json, 1000);
    }
}

#[test]
fn without_hidden_layers() {
    conforms::<f32>(&[6, 4], json!({ "rates": 3.0 }), 1000);
}

fn conforms_in_continuous_time<T: Real>(json: Value) {
    let network = network(&[6, 20, 4]);
    conformance::check(|seed| continuous::<T>(&network, &json, seed), 1000);
}

#[test]
fn in_continuous_time_layer_by_layer() {
    conforms_in_continuous_time::<f32>(json!({
        "backprop_equivalent_rates": 30.0, "feedback": "tied", "update_order": "layer_sweep",
        "presentation_ms": 0.1,
    }));
}

#[test]
fn in_continuous_time_all_at_once() {
    conforms_in_continuous_time::<f64>(json!({
        "backprop_equivalent_rates": 30.0, "feedback": "tied", "target_delay_ms": 0.02,
        "precision": "f64",
    }));
}

#[test]
fn in_continuous_time_with_feedback_that_listens_to_noise() {
    conforms_in_continuous_time::<f32>(json!({
        "backprop_equivalent_rates": 30.0, "update_order": "layer_sweep", "presentation_ms": 0.1,
        "feedback": { "phaseless": { "rate": 1.0 } },
        "feedback_noise": { "tau_noise_ms": 0.02, "tau_highpass_ms": 0.01, "delay_ms": 0.03 },
    }));
}
