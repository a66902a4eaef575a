//! Every kind of circuit passes the suite of all learners.

use apical_kernels::Real;
use apical_learning::conformance;
use serde_json::{Value, json};

use crate::support::{circuit, network, spec};

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
