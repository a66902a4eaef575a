//! Rules of feedback.

use apical_learning::{
    ForwardWeights, Learner, Network, NoClock, PerLayer, PhaseTimer, StartStep, Streams,
    TensorName, Transfer, uniform,
};
use apical_microcircuit::feedback::{
    Feedback, FeedbackKind, FeedbackScale, Keys, SignConcordant, Signal, WordForSize,
};
use apical_microcircuit::{FeedbackStart, MicrocircuitSpec, TwoStep};
use ndarray::ArrayD;
use serde_json::{Value, json};

use crate::support::{circuit, largest, network, samples, spec};

fn kind(json: Value) -> FeedbackKind {
    serde_json::from_value(json).expect("a kind of feedback")
}

#[test]
fn only_tied_feedback_and_tracked_signs_transport_weights() {
    let zero = PerLayer::All(0.0);
    for (json, rates, transports) in [
        (json!("random"), 0.0, false),
        (json!("random"), 1.0, false),
        (json!("tied"), 0.0, true),
        (json!({ "sign_concordant": {} }), 0.0, true),
        (
            json!({ "sign_concordant": { "signs": "frozen" } }),
            0.0,
            false,
        ),
        (json!({ "reciprocal": {} }), 0.0, false),
        (json!({ "phaseless": { "rate": 0.01 } }), 0.0, false),
        (
            json!({ "phaseless": { "rate": 0.01, "gated": true } }),
            0.0,
            false,
        ),
    ] {
        let keys = Keys {
            kind: kind(json),
            scale: &PerLayer::All(1.0).into(),
            rates: &PerLayer::All(rates),
            lateral_rates: &zero,
            start: None,
        };
        let rule = Feedback::new(keys, 2).expect("one value for all layers");
        let all_local = rule.needs().iter().all(|signal| signal.is_local());
        assert_eq!(all_local, !transports, "{:?}", keys.kind);
    }
}

fn tensor(circuit: &TwoStep<f64>, name: TensorName) -> ArrayD<f64> {
    circuit.tensor(name).expect("a tensor of the circuit")
}

/// The angle of W_{k,k+1} to W_{k+1,k}ᵀ in degrees, and ‖W_{k,k+1}‖ / ‖W_{k+1,k}‖.
fn against_transpose(circuit: &TwoStep<f64>, k: usize) -> (f64, f64) {
    let b = tensor(circuit, TensorName::feedback(k));
    let w = tensor(circuit, TensorName::forward(k + 1));
    let w = w.t();
    let dot = |a: &ArrayD<f64>, b: &ArrayD<f64>| (a * b).sum();
    let w = w.to_owned();
    let (bb, ww) = (dot(&b, &b).sqrt(), dot(&w, &w).sqrt());
    ((dot(&b, &w) / (bb * ww)).acos().to_degrees(), bb / ww)
}

/// A circuit of 3-400-300-2 whose weights W_{2,1} are uniform or normal.
fn wide(spec: &MicrocircuitSpec, is_normal: bool) -> TwoStep<f64> {
    let network = Network::new(vec![3, 400, 300, 2], Transfer::Logistic, true).expect("valid");
    let mut start: ForwardWeights<f32> = network.draw_forward(&[0.1; 3], Streams::new(1));
    if is_normal {
        let mut rng = Streams::new(2).stream("normal");
        let mut sum = uniform([300, 400], 1.0, &mut rng);
        for _ in 1..12 {
            sum += &uniform([300, 400], 1.0, &mut rng);
        }
        start.weights[1] = sum;
    }
    TwoStep::new(&network, &start, spec, Streams::new(1)).expect("a valid circuit")
}

/// arccos(E|w| E m / √(E w² E m²)).
#[test]
fn signs_alone_stand_at_the_angle_of_their_distributions() {
    for (magnitudes, is_normal, expected) in [
        ("uniform", false, 30.00),
        ("random", false, 41.41),
        ("uniform", true, 37.07),
        ("random", true, 46.29),
    ] {
        for signs in ["tracked", "frozen"] {
            let spec = spec(json!({
                "rates": 1.0, "feedback_scale": "matched",
                "feedback": { "sign_concordant": { "magnitudes": magnitudes, "signs": signs } },
            }));
            let (angle, ratio) = against_transpose(&wide(&spec, is_normal), 1);
            assert!(
                (angle - expected).abs() < 0.3,
                "{magnitudes}: {angle}°, not {expected}°"
            );
            assert!((ratio - 1.0).abs() < 1e-6, "{ratio}");
        }
    }
}

#[test]
fn matched_feedback_is_as_large_as_the_forward_weights() {
    let circuit = wide(
        &spec(json!({ "rates": 1.0, "feedback_scale": "matched" })),
        false,
    );
    for k in 1..3 {
        let (angle, ratio) = against_transpose(&circuit, k);
        assert!((ratio - 1.0).abs() < 1e-6, "{ratio}");
        assert!((angle - 90.0).abs() < 10.0, "{angle}°");
    }
}

/// Teaches `circuit` random samples.
fn teach(circuit: &mut TwoStep<f64>, n_steps: u64) {
    let mut state = circuit.session(Streams::new(5), 10);
    let mut timer = PhaseTimer::new(&NoClock);
    for step in 0..n_steps {
        let part = samples(circuit.network(), 10, step);
        (circuit.learn(&mut state, part.all(), &mut timer)).expect("finite");
    }
}

#[test]
fn tracked_signs_follow_and_frozen_ones_do_not() {
    for (signs, follows) in [("tracked", true), ("frozen", false)] {
        let spec = spec(json!({
            "rates": [10.0, 3.0, 3.0], "feedback_scale": "matched",
            "feedback": { "sign_concordant": { "signs": signs } },
        }));
        let mut circuit = circuit::<f64>(&network(&[6, 12, 10, 4]), &spec, 1);
        let before = tensor(&circuit, TensorName::forward(2));
        teach(&mut circuit, 50);
        let (w, b) = (
            tensor(&circuit, TensorName::forward(2)),
            tensor(&circuit, TensorName::feedback(1)),
        );
        let signs = |w: &ArrayD<f64>| w.mapv(f64::signum);
        assert_ne!(
            signs(&w),
            signs(&before),
            "no sign changed, so nothing was shown"
        );
        let agree = signs(&w.t().to_owned()) == signs(&b);
        assert_eq!(agree, follows);
        if follows {
            let (_, ratio) = against_transpose(&circuit, 1);
            assert!((ratio - 1.0).abs() < 1e-6, "{ratio}");
        }
    }
}

/// Signs, sizes and all of a circuit that learns with the rule of slopes, which keeps W^IP on W.
fn mirror(feedback: Value, more: Value) -> MicrocircuitSpec {
    let mut json = json!({
        "rates": [3.0, 0.3, 0.3], "plasticity": "slope", "nudging": 0.5, "apical_mixing": 1.0,
        "feedback": feedback, "precision": "f64",
    });
    for (key, value) in more.as_object().expect("keys") {
        json[key] = value.clone();
    }
    spec(json)
}

/// B − Wᵀ shrinks by 1 − γ per update whatever is learned.
#[test]
fn a_reciprocal_pair_forgets_its_difference() {
    for (decay, expected) in [(0.0, 1.0), (1e-3, 0.6064)] {
        for lateral_rule in ["paired", "own"] {
            let reciprocal = json!({ "reciprocal": { "decay": decay } });
            let spec = mirror(reciprocal, json!({ "lateral_rule": lateral_rule }));
            let mut circuit = circuit::<f64>(&network(&[6, 12, 10, 4]), &spec, 1);
            let difference = |circuit: &TwoStep<f64>, k| {
                let w = tensor(circuit, TensorName::forward(k + 1));
                let apart = tensor(circuit, TensorName::feedback(k)) - w.t();
                apart.mapv(|x| x * x).sum().sqrt()
            };
            let before: Vec<_> = (1..3).map(|k| difference(&circuit, k)).collect();
            let start = tensor(&circuit, TensorName::forward(2));
            teach(&mut circuit, 500);
            let moved = largest(&(tensor(&circuit, TensorName::forward(2)) - start));
            assert!(moved > 0.1, "W moved by {moved} only");
            for (k, before) in (1..3).zip(before) {
                let left = difference(&circuit, k) / before;
                assert!(
                    (left - expected).abs() < 1e-4,
                    "{left} of the difference is left, not {expected}"
                );
                let lateral = tensor(&circuit, TensorName::PyramidalFromInterneuron { layer: k });
                let apart = largest(&(tensor(&circuit, TensorName::feedback(k)) + lateral));
                assert!(
                    apart < 1e-12,
                    "W^PI is {apart:e} off minus W with {lateral_rule}"
                );
            }
        }
    }
}

/// What the phase before learning makes of feedback: the fixed point's direction to within the
/// angle that n samples leave.
fn started(start: Value, more: Value, n_steps: u64) -> TwoStep<f64> {
    let mut more = more;
    more["feedback_start"] = start;
    let spec = mirror(json!({ "reciprocal": {} }), more);
    let network = network(&[20, 30, 25, 5]);
    let streams = Streams::new(3);
    let start = network.draw_forward(&[0.3; 3], streams);
    let mut circuit = TwoStep::new(&network, &start, &spec, streams).expect("valid");
    let mut state = circuit.session(streams, 10);
    for step in 1..=n_steps {
        let part = samples(&network, 10, step);
        let at = StartStep { step, n_steps };
        (circuit.start(&mut state, part.inputs.view(), at)).expect("finite");
    }
    circuit
}

#[test]
fn noise_before_learning_points_feedback_to_the_transpose() {
    for (start, more) in [
        (json!({ "n_epochs": 1, "rescale": true }), json!({})),
        (
            json!({ "n_epochs": 1, "rescale": true }),
            json!({ "lateral_rule": "own" }),
        ),
        (
            json!({ "n_epochs": 1, "rule": "weight_mirror", "sigma": 1.0, "rescale": true }),
            json!({}),
        ),
    ] {
        let circuit = started(start.clone(), more, 1000);
        for k in 1..3 {
            // 10 000 samples leave atan √(30 / 10 000) = 3°, and slopes that differ some more.
            let (angle, ratio) = against_transpose(&circuit, k);
            let bound = if start["rule"] == "weight_mirror" {
                15.0
            } else {
                10.0
            };
            assert!(angle < bound, "{angle}° in layer {k} with {start}");
            assert!((ratio - 1.0).abs() < 1e-6, "{ratio}");
            let lateral = tensor(&circuit, TensorName::PyramidalFromInterneuron { layer: k });
            let apart = largest(&(tensor(&circuit, TensorName::feedback(k)) + lateral));
            assert!(apart < 1e-9, "W^PI is {apart:e} off minus W");
        }
    }
}

#[test]
fn noise_always_on_points_feedback_to_the_transpose() {
    for (gated, gain) in [(false, 18.0), (true, 4.5)] {
        let phaseless = json!({ "phaseless": { "rate": 0.01, "gated": gated, "gain": gain } });
        let spec = mirror(phaseless, json!({ "rates": 1e-6 }));
        let network = network(&[20, 30, 25, 5]);
        let streams = Streams::new(3);
        let start = network.draw_forward(&[0.3; 3], streams);
        let mut circuit = TwoStep::new(&network, &start, &spec, streams).expect("valid");
        teach(&mut circuit, if gated { 20_000 } else { 2_000 });
        for k in 1..3 {
            // An average of rate p over minibatches of n is one over 2n/p = 2000 samples, gated φ′² of that.
            let (angle, ratio) = against_transpose(&circuit, k);
            assert!(angle < 12.0, "{angle}° in layer {k}, gated {gated}");
            assert!((0.7..1.5).contains(&ratio), "{ratio}");
        }
    }
}

fn refused(json: Value) -> String {
    let error = spec(json).check(&network(&[4, 5, 6, 3]));
    error.expect_err("out of range").to_string()
}

#[test]
fn rules_that_cannot_be_are_refused_with_what_to_do() {
    for (json, message) in [
        (
            json!({ "rates": 1.0, "feedback": { "reciprocal": { "decay": 1.0 } } }),
            "`feedback.reciprocal.decay` is 1, expected at least 0 and below 1: the share of each weight that an update takes",
        ),
        (
            json!({ "rates": 1.0, "feedback": { "phaseless": { "rate": 0.1, "sigma": 0.0 } } }),
            "`feedback.phaseless.sigma` is 0, expected a number from 1e-6 to 1e3: without noise this feedback learns nothing",
        ),
        (
            json!({ "rates": 1.0, "feedback_start": { "n_epochs": 1, "sigma": 0.0 } }),
            "`feedback_start.sigma` is 0, expected a number from 1e-6 to 1e3: without noise this feedback learns nothing",
        ),
        (
            json!({ "rates": 1.0, "feedback": "tied", "feedback_start": { "n_epochs": 1 } }),
            "`feedback_start` is given where feedback follows the forward weights, expected nothing there, or feedback with weights of its own: \"random\", `reciprocal`, `phaseless`",
        ),
        (
            json!({ "rates": 1.0, "lateral_rule": "paired" }),
            "`lateral_rule` is paired, expected \"eq9\", or feedback that learns by a rule which W^PI can follow: `reciprocal`, `phaseless`, or a `feedback_start`",
        ),
        (
            json!({ "rates": 1.0, "feedback": { "reciprocal": {} }, "apical_rates": 0.1 }),
            "`apical_rates` is [0.1], expected 0, or `lateral_rule = \"eq9\"`: W^PI follows the top-down weights",
        ),
    ] {
        assert_eq!(refused(json), message);
    }
    let unknown = serde_json::from_value::<FeedbackKind>(json!("symmetric"));
    let message = unknown.expect_err("no such kind").to_string();
    assert!(
        message.contains("unknown variant `symmetric`, expected one of"),
        "{message}"
    );
}

#[test]
fn settings_read_back() {
    for json in [
        json!({ "sign_concordant": { "magnitudes": "uniform", "signs": "frozen" } }),
        json!({ "reciprocal": { "decay": 0.5 } }),
        json!({ "phaseless": { "rate": 0.5, "sigma": 0.2, "gain": 3.0, "gated": true } }),
    ] {
        let read = kind(json.clone());
        assert_eq!(serde_json::to_value(read).expect("written"), json);
    }
    assert_eq!(
        kind(json!({ "sign_concordant": {} })),
        FeedbackKind::SignConcordant(SignConcordant::default())
    );
    for (word, size) in [
        ("matched", WordForSize::Matched),
        ("error_preserving", WordForSize::ErrorPreserving),
    ] {
        let scale: FeedbackScale = serde_json::from_value(json!(word)).expect("a word");
        assert_eq!(scale, FeedbackScale::Word(size));
        assert_eq!(serde_json::to_value(scale).expect("written"), json!(word));
    }
    let start: Result<FeedbackStart, _> =
        serde_json::from_value(json!({ "n_epochs": 1, "noise": 1 }));
    assert!(start.is_err(), "an unknown key");
    assert!(!Signal::ForwardSign.is_local());
}
