//! Specifications of the continuous form out of range are refused before anything runs.

use serde_json::{Value, json};

use crate::support::{continuous_spec, network};

fn refused(json: Value) -> String {
    let error = continuous_spec(json).check(&network(&[4, 5, 6, 3]));
    error.expect_err("out of range").to_string()
}

#[test]
fn values_out_of_range_are_refused() {
    for (json, message) in [
        (
            json!({ "rates": 1.0, "dt_ms": 1.25, "presentation_ms": 100.0 }),
            "`dt_ms` is 1.25 where Euler steps are unstable from 1.0526315789473684, expected a \
             smaller step: below 2 over the largest total conductance and twice every time constant",
        ),
        (
            json!({ "rates": 1.0, "dt_ms": 0.0 }),
            "`dt_ms` is 0, expected a number from 1e-6 to 1e9",
        ),
        (
            json!({ "rates": 1.0, "conductances": { "basal": -1.0 } }),
            "`conductances.basal` is -1, expected a number from 1e-9 to 1e6",
        ),
        (
            json!({ "rates": 1.0, "conductances": { "apical": [0.8, -0.1] } }),
            "`conductances.apical` is -0.1, expected 0, or a number from 1e-9 to 1e6",
        ),
        (
            json!({ "rates": 1.0, "tau_input_ms": 0.0 }),
            "`tau_input_ms` is 0, expected a number from 1e-6 to 1e9",
        ),
        (
            json!({ "rates": 1.0, "tau_plasticity_ms": -3.0 }),
            "`tau_plasticity_ms` is -3, expected 0 for none, or a number from 1e-6 to 1e9",
        ),
        (
            json!({ "rates": 1.0, "presentation_ms": 20.0, "plasticity_delay_ms": 20.0 }),
            "`plasticity_delay_ms` is 20, expected 0 or more and less than `presentation_ms`",
        ),
        (
            json!({ "rates": 1.0, "presentation_ms": 5.0 }),
            "`readout_window_ms` is 10, expected at most `presentation_ms`",
        ),
        (
            json!({ "rates": 1.0, "presentation_ms": 10.05 }),
            "`presentation_ms` is 10.05 at a dt_ms of 0.1, expected a whole number of steps, at most a hundred million",
        ),
        (
            json!({ "rates": 1.0, "dt_ms": 1e-4, "presentation_ms": 1e6 }),
            "`presentation_ms` is 1000000.0 at a dt_ms of 0.0001, expected a whole number of steps, at most a hundred million",
        ),
        (
            json!({ "rates": 1.0, "plasticity_every_n_steps": 1001, "tau_plasticity_ms": 0.0 }),
            "`plasticity_every_n_steps` is 1001, expected at least 1, and at most the steps of a presentation",
        ),
        (
            json!({ "rates": 1.0, "presentation_ms": 1e37 }),
            "`presentation_ms` is 1e37, expected a number from 1e-6 to 1e9",
        ),
        (
            json!({ "rates": 1.0, "noise": { "sigma": -0.1 } }),
            "`noise.sigma` is -0.1, expected 0, or a number from 1e-9 to 1e6",
        ),
        (
            json!({ "rates": 1.0, "plasticity_every_n_steps": 0 }),
            "`plasticity_every_n_steps` is 0, expected at least 1, and at most the steps of a presentation",
        ),
        (
            json!({ "rates": 1.0, "update_order": "layer_sweep" }),
            "`update_order` is \"layer_sweep\", expected \"simultaneous\" without `prospective = true`",
        ),
        (
            json!({ "rates": 1.0, "prospective": true, "noise": { "sigma": 0.1 } }),
            "`noise.sigma` is 0.1, expected 0 with `prospective = true`: u + τ du/dt of a noisy \
             potential has no finite variance",
        ),
        (
            json!({ "rates": 1.0, "integrator": "adaptive", "noise": { "sigma": 0.1 } }),
            "`noise.sigma` is 0.1, expected 0 with the adaptive integrator: a noisy path has no \
             derivative whose error could be controlled",
        ),
        (
            json!({ "rates": 1.0, "integrator": "adaptive", "prospective": true }),
            "`prospective` is true, expected false with the adaptive integrator: of prospective \
             rates dt/τ drops out and the loop is implicit, so there is no equation to integrate",
        ),
        (
            json!({ "rates": 1.0, "integrator": "adaptive", "plasticity_every_n_steps": 2 }),
            "`plasticity_every_n_steps` is 2, expected 1 with the adaptive integrator, which \
             carries plasticity along with potentials",
        ),
        (
            json!({ "rates": 1.0, "integrator": "adaptive", "tau_plasticity_ms": 0.0 }),
            "`tau_plasticity_ms` is 0, expected above 0 with the adaptive integrator, which \
             integrates the filter too",
        ),
        (
            json!({ "rates": 1.0, "integrator": { "adaptive": { "relative": 1e-9 } } }),
            "`integrator.adaptive.relative` is 0.000000001, expected from 1e-6 to 1 in single \
             precision",
        ),
        (
            json!({ "rates": 1.0, "feedback": { "reciprocal": { "decay": 0.01 } } }),
            "`feedback.reciprocal.decay` is 0.01, expected 0 in continuous time, where there are no \
             updates to lose a share at",
        ),
        (
            json!({ "rates": 1.0, "feedback": { "sign_concordant": {} } }),
            "`feedback.sign_concordant.signs` is \"tracked\", expected \"frozen\" in continuous time; \
             the two-step form has the other",
        ),
        (
            json!({ "rates": 1.0, "feedback": { "reciprocal": {} }, "apical_rates": 0.1 }),
            "`apical_rates` is [0.1], expected 0, or `lateral_rule = \"eq9\"`: W^PI follows the top-down weights",
        ),
        (
            json!({ "rates": 1.0, "lateral_rule": "own" }),
            "`lateral_rule` is own, expected \"eq9\", or feedback that learns by a rule which W^PI can \
             follow: `reciprocal`, `phaseless`, or a `feedback_start`",
        ),
        (
            json!({}),
            "`rates` is absent, expected exactly one of `rates` and `backprop_equivalent_rates`",
        ),
    ] {
        assert_eq!(refused(json), message);
    }
}

#[test]
fn what_is_not_a_number_is_refused() {
    let mut spec = continuous_spec(json!({ "rates": 1.0 }));
    spec.conductances.leak = f64::NAN;
    let error = spec.check(&network(&[4, 3])).expect_err("not a number");
    assert_eq!(
        error.to_string(),
        "`conductances.leak` is NaN, expected 0, or a number from 1e-9 to 1e6"
    );
}

#[test]
fn exponential_euler_takes_large_steps() {
    let spec = json!({
        "rates": 1.0, "dt_ms": 2.0, "integrator": "exponential_euler", "presentation_ms": 100.0,
    });
    continuous_spec(spec)
        .check(&network(&[4, 5, 3]))
        .expect("stable");
}

#[test]
fn the_adaptive_integrator_takes_large_steps_and_is_read_back() {
    for integrator in [
        json!("adaptive"),
        json!({ "adaptive": { "relative": 1e-5 } }),
    ] {
        let spec = json!({ "rates": 1.0, "dt_ms": 10.0, "integrator": integrator });
        let spec = continuous_spec(spec);
        spec.check(&network(&[4, 5, 3])).expect("stable");
        let written = serde_json::to_value(spec.integrator).expect("written");
        let read: apical_microcircuit::circuit::sacramento_2018::Integrator =
            serde_json::from_value(written).expect("read");
        assert_eq!(read, spec.integrator);
    }
    let unknown: Result<apical_microcircuit::ContinuousSpec, _> =
        serde_json::from_value(json!({ "rates": 1.0, "integrator": "rk4" }));
    let message = unknown.expect_err("no such integrator").to_string();
    assert!(
        message.contains("unknown variant `rk4`, expected one of `euler`"),
        "{message}"
    );
}

#[test]
fn unknown_keys_are_refused() {
    let unknown: Result<apical_microcircuit::ContinuousSpec, _> =
        serde_json::from_value(json!({ "rates": 1.0, "dt": 0.1 }));
    let message = unknown.expect_err("no such key").to_string();
    assert!(message.contains("unknown field `dt`"), "{message}");
}
