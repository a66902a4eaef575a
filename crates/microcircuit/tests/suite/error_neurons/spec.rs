//! Specifications out of range are refused with key, value and what was expected.

use apical_learning::{Network, Transfer};
use apical_microcircuit::circuit::max_2026::{ErrorNeuronsContinuousSpec, ErrorNeuronsSpec};
use serde_json::{Value, json};

use crate::support::network;

fn refused(json: Value) -> String {
    let spec: ErrorNeuronsSpec = serde_json::from_value(json).expect("known keys");
    let error = spec.check(&network(&[4, 5, 6, 3]));
    error.expect_err("out of range").to_string()
}

fn refused_in_continuous_time(json: Value) -> String {
    let spec: ErrorNeuronsContinuousSpec = serde_json::from_value(json).expect("known keys");
    let error = spec.check(&network(&[4, 5, 6, 3]));
    error.expect_err("out of range").to_string()
}

#[test]
fn values_out_of_range_are_refused() {
    for (json, message) in [
        (
            json!({ "rates": 1.0, "nudging": 1.5 }),
            "`nudging` is 1.5, expected a number from 1e-9 to 1",
        ),
        (
            json!({ "rates": 1.0, "attenuation": [1.0, 0.0, 1.0] }),
            "`attenuation` is 0, expected a number from 1e-9 to 1",
        ),
        (
            json!({ "rates": 1.0, "error_mixing": [1.0, 1.0, 1.0] }),
            "`error_mixing` has 3 values, expected one for all or one for each of 2 layers",
        ),
        (
            json!({ "rates": 1.0, "apical_mixing": -0.1 }),
            "`apical_mixing` is -0.1, expected 0, or a number from 1e-9 to 1e6",
        ),
        (
            json!({ "rates": 1.0, "lateral_deviation": -0.1 }),
            "`lateral_deviation` is -0.1, expected 0, or a number from 1e-30 to 1e12",
        ),
        (
            json!({ "rates": 1.0, "feedback_offset": -1.0 }),
            "`feedback_offset` is -1, expected 0, or a number from 1e-30 to 1e12",
        ),
        (
            json!({ "rates": 1.0, "centring": 1.0 }),
            "`centring` is 1, expected 0, or a number from 1e-9 to below 1, such as 0.05",
        ),
        (
            json!({ "rates": 1.0, "centring": -0.05 }),
            "`centring` is -0.05, expected 0, or a number from 1e-9 to below 1, such as 0.05",
        ),
        (
            json!({}),
            "`rates` is absent, expected exactly one of `rates` and `backprop_equivalent_rates`",
        ),
        (
            json!({ "backprop_equivalent_rates": 1.0, "error_mixing": 0.0 }),
            "`backprop_equivalent_rates` is given where `error_mixing` leaves no error, expected \
             `rates` there: no error reaches the hidden layers, so no rate is equivalent",
        ),
    ] {
        assert_eq!(refused(json), message);
    }
}

#[test]
fn values_out_of_range_are_refused_in_continuous_time() {
    for (json, message) in [
        (
            json!({ "rates": 1.0, "conductances": { "basal": 0.0 } }),
            "`conductances.basal` is 0, expected a number from 1e-9 to 1e6",
        ),
        (
            json!({ "rates": 1.0, "conductances": { "apical": -1.0 } }),
            "`conductances.apical` is -1, expected 0, or a number from 1e-9 to 1e6",
        ),
        (
            json!({ "rates": 1.0, "conductances": { "leak": 0.0, "dendritic": 0.0 } }),
            "`conductances.dendritic` is 0, expected above 0 where the leak is 0",
        ),
        (
            json!({ "rates": 1.0, "presentation_ms": 0.005 }),
            "`presentation_ms` is 0.005 at a dt_ms of 0.01, expected a whole number of steps, at \
             most a hundred million",
        ),
        (
            json!({ "rates": 1.0, "target_delay_ms": 0.2 }),
            "`target_delay_ms` is 0.2, expected 0 or more and less than `presentation_ms`",
        ),
        (
            json!({ "rates": 1.0, "plasticity_reads": "apical_dendrite" }),
            "`plasticity_reads` is \"apical_dendrite\", expected \"soma\" without `update_order = \
             \"layer_sweep\"`: in a simultaneous step both are the same",
        ),
        (
            json!({ "backprop_equivalent_rates": 1.0, "conductances": { "dendritic": 0.0 } }),
            "`backprop_equivalent_rates` is given where `conductances.dendritic` leaves no error, \
             expected `rates` there: no error reaches the hidden layers, so no rate is equivalent",
        ),
    ] {
        assert_eq!(refused_in_continuous_time(json), message);
    }
}

#[test]
fn centred_rates_need_thresholds_and_the_two_step_form() {
    let json = json!({ "rates": 1.0, "centring": 0.05 });
    let spec: ErrorNeuronsSpec = serde_json::from_value(json.clone()).expect("known keys");
    let bare = Network::new(vec![4, 5, 3], Transfer::Logistic, false).expect("valid");
    let error = spec.check(&bare).expect_err("nothing takes up the mean");
    assert_eq!(
        error.to_string(),
        "`centring` is 0.05, expected 0 in a network without thresholds, which take up the mean"
    );
    let in_time: Result<ErrorNeuronsContinuousSpec, _> = serde_json::from_value(json);
    let error = in_time.expect_err("no such key").to_string();
    assert!(
        error.starts_with("unknown field `centring`, expected one of `dt_ms`"),
        "{error}"
    );
}

#[test]
fn what_is_not_centred_is_written_as_before_there_was_the_key() {
    let written = |json: Value| {
        let spec: ErrorNeuronsSpec = serde_json::from_value(json).expect("known keys");
        serde_json::to_value(spec).expect("a table")
    };
    assert_eq!(written(json!({ "centring": 0.0 })).get("centring"), None);
    assert_eq!(written(json!({ "centring": 0.05 }))["centring"], 0.05);
}
