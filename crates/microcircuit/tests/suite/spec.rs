//! Specifications out of range are refused with key, value and what was expected.

use serde_json::{Value, json};

use crate::support::{network, spec};

fn refused(json: Value) -> String {
    let error = spec(json).check(&network(&[4, 5, 6, 3]));
    error.expect_err("out of range").to_string()
}

#[test]
fn values_out_of_range_are_refused() {
    for (json, message) in [
        (
            json!({ "rates": 1.0, "nudging": 0.0 }),
            "`nudging` is 0, expected a number from 1e-9 to 1",
        ),
        (
            json!({ "rates": 1.0, "interneuron_nudging": 1.5 }),
            "`interneuron_nudging` is 1.5, expected a number from 1e-9 to 1",
        ),
        (
            json!({ "rates": 1.0, "apical_mixing": [0.1, 0.1, 0.1] }),
            "`apical_mixing` has 3 values, expected one for all or one for each of 2 layers",
        ),
        (
            json!({ "rates": [1.0, -1.0, 1.0] }),
            "`rates` is -1, expected 0, or a number from 1e-30 to 1e12",
        ),
        (
            json!({ "rates": 1.0, "centring": 1.0 }),
            "`centring` is 1, expected 0, or a number from 1e-9 to below 1, such as 0.05",
        ),
        (
            json!({ "rates": 1.0, "apical_mixing": "error_preserving", "interneuron_nudging": 1.0 }),
            "`apical_mixing` is \"error_preserving\", expected a number where `interneuron_nudging` is 1, which leaves no error to preserve",
        ),
        (
            json!({}),
            "`rates` is absent, expected exactly one of `rates` and `backprop_equivalent_rates`",
        ),
        (
            json!({ "rates": 1.0, "backprop_equivalent_rates": 1.0 }),
            "`rates` is given too, expected exactly one of `rates` and `backprop_equivalent_rates`",
        ),
        (
            json!({ "rates": 1.0, "feedback": "tied", "apical_rates": 0.5 }),
            "`apical_rates` is [0.5], expected 0 with `feedback = \"tied\"`, which leaves nothing to learn there",
        ),
    ] {
        assert_eq!(refused(json), message);
    }
}

#[test]
fn an_equivalent_rate_needs_an_error_that_reaches_the_layer() {
    let message = refused(json!({ "backprop_equivalent_rates": 1.0, "apical_mixing": 0.0 }));
    assert!(
        message.contains("no error reaches the hidden layers"),
        "{message}"
    );
}

#[test]
fn rates_that_no_single_precision_holds_are_refused_before_there_is_a_circuit() {
    let sizes: Vec<usize> = std::iter::repeat_n(2, 8).collect();
    let spec = spec(json!({
        "backprop_equivalent_rates": 1.0, "nudging": 1e-9, "apical_mixing": 1e-9,
    }));
    let parameters = apical_microcircuit::circuit::sacramento_2018::Parameters::new;
    let message = parameters(&spec, &network(&sizes))
        .expect_err("1e63")
        .to_string();
    assert!(
        message.contains("`backprop_equivalent_rates`") && message.contains("1e30"),
        "{message}"
    );
}
