//! Feedback that listens to noise in continuous time, against theory:
//! W_{k,k+1} → s E[φ′_k W_{k+1,k}ᵀ φ′_{k+1}], gated s E[φ′_k² W_{k+1,k}ᵀ φ′_{k+1}] / E[φ′_k²].

use apical_learning::{EncodedPart, Learner, Network, Streams, TensorName};
use apical_microcircuit::circuit::max_2026;
use ndarray::{Array2, Axis};
use serde_json::{Value, json};

use crate::error_neurons;
use crate::support::{continuous, continuous_spec, network, samples};

/// s.
const GAIN: f64 = 10.0;

/// Weights that stay, apart from those that listen, for either circuit.
fn keys(order: &str, phaseless: Value, noise: Value) -> Value {
    json!({
        "update_order": order, "dt_ms": 0.1, "rates": 0.0, "feedback": { "phaseless": phaseless },
        "feedback_noise": noise, "precision": "f64",
    })
}

fn with(mut keys: Value, more: Value) -> Value {
    for (key, value) in more.as_object().expect("keys") {
        keys[key] = value.clone();
    }
    keys
}

fn matrix(circuit: &impl Learner, name: TensorName) -> Array2<f64> {
    let values = circuit.tensor(name).expect("a tensor of the circuit");
    values.into_dimensionality().expect("a matrix")
}

/// φ′ of all layers in the network's forward pass, a row per sample.
fn slopes(circuit: &impl Learner, part: &EncodedPart) -> Vec<Array2<f64>> {
    let (forward, mut slopes) = (circuit.forward(), vec![Array2::zeros((0, 0))]);
    let mut r = part.inputs.mapv(f64::from);
    let thresholds = forward.weights.thresholds.expect("thresholds");
    for (k, w) in forward.weights.weights.iter().enumerate() {
        let u = (r.dot(&w.t()) + &thresholds[k]) * forward.attenuation[k];
        slopes.push(u.mapv(|u| forward.transfer.slope(u)));
        r = u.mapv(|u| forward.transfer.rate(u));
    }
    slopes
}

/// The angle of what was learned to what theory says, in degrees, and the ratio of their norms.
fn against_theory(
    circuit: &impl Learner,
    name: TensorName,
    (slopes, k): (&[Array2<f64>], usize),
    gated: bool,
) -> (f64, f64) {
    let w = matrix(circuit, TensorName::forward(k + 1));
    let below = match gated {
        true => slopes[k].mapv(|slope| slope * slope),
        false => slopes[k].clone(),
    };
    let n = below.nrows() as f64;
    let mut expected = below.t().dot(&slopes[k + 1]) * w.t() * (GAIN / n);
    if gated {
        let of = below.mean_axis(Axis(0)).expect("samples");
        expected /= &of.insert_axis(Axis(1));
    }
    compare(&matrix(circuit, name), &expected)
}

fn compare(a: &Array2<f64>, b: &Array2<f64>) -> (f64, f64) {
    let norm = |a: &Array2<f64>| (a * a).sum().sqrt();
    let cosine = (a * b).sum() / (norm(a) * norm(b));
    (cosine.acos().to_degrees(), norm(a) / norm(b))
}

/// Shows `part` for so long.
trait Show: Learner {
    fn show(&mut self, session: &mut Self::Session, part: &EncodedPart);
}

impl Show for apical_microcircuit::Continuous<f64> {
    fn show(&mut self, session: &mut Self::Session, part: &EncodedPart) {
        let shown = self.learn_without_teacher(session, part.inputs.view());
        shown.expect("finite potentials");
    }
}

impl Show for max_2026::Continuous<f64> {
    fn show(&mut self, session: &mut Self::Session, part: &EncodedPart) {
        let shown = self.observe(session, part.inputs.view(), None, true, &mut |_, _| {});
        shown.expect("finite potentials");
    }
}

fn sacramento(network: &Network, keys: Value) -> apical_microcircuit::Continuous<f64> {
    let more = json!({
        "prospective": true, "tau_input_ms": 0.1, "readout_window_ms": 1.0, "tau_plasticity_ms": 0.0,
    });
    continuous(network, with(keys, more), 1)
}

/// Whether a circuit that is shown the same patterns for long learns what theory says.
fn converges<C: Show>(mut circuit: C, name: impl Fn(usize) -> TensorName, gated: bool, what: &str) {
    let network = circuit.forward();
    let n_hidden = network.weights.weights.len() - 1;
    let part = samples(circuit.network(), 32, 1);
    let mut session = circuit.session(Streams::new(3), 32);
    let slopes = slopes(&circuit, &part);
    let begins: Vec<_> = (1..=n_hidden)
        .map(|k| against_theory(&circuit, name(k), (&slopes, k), gated).0)
        .collect();
    for _ in 0..10 {
        circuit.show(&mut session, &part);
    }
    for (k, begins) in (1..).zip(begins) {
        let (angle, ratio) = against_theory(&circuit, name(k), (&slopes, k), gated);
        println!("{what}, layer {k}: {begins:.1}° → {angle:.2}°, ratio {ratio:.4}");
        assert!(begins > 45.0, "{what}, layer {k}: {begins}° at the start");
        assert!(angle < 9.0, "{what}, layer {k}: {angle}°");
        assert!((ratio - 1.0).abs() < 0.04, "{what}, layer {k}: {ratio}");
    }
}

#[test]
fn weights_become_what_theory_says() {
    for order in ["layer_sweep", "simultaneous"] {
        for gated in [false, true] {
            let sizes: &[usize] = if gated { &[4, 10, 3] } else { &[4, 10, 8, 3] };
            let network = network(sizes);
            let rate = if gated { 0.1 } else { 0.003 };
            let phaseless = json!({ "rate": rate, "gain": GAIN, "gated": gated });
            let keys = keys(order, phaseless, json!({}));
            let keys = with(keys, json!({ "presentation_ms": 200.0 }));
            let what = format!("{order}, gated {gated}");
            let name = |k| TensorName::feedback(k);
            converges(sacramento(&network, keys.clone()), name, gated, &what);
            let name = |k| TensorName::ErrorFromError { to: k, from: k + 1 };
            let of_errors = error_neurons::continuous::<f64>(&network, &keys, 1);
            converges(of_errors, name, gated, &format!("error neurons, {what}"));
        }
    }
}

/// A new pattern sends a step through the high-pass filter that is larger than what noise does.
#[test]
fn top_down_weights_that_wait_after_onset_learn_more() {
    let network = network(&[4, 10, 3]);
    let patterns: Vec<_> = (0..20).map(|i| samples(&network, 16, i)).collect();
    let angle = |delay_ms: f64| {
        let phaseless = json!({ "rate": 0.01, "gain": GAIN, "sigma": 0.02 });
        let keys = keys("layer_sweep", phaseless, json!({ "delay_ms": delay_ms }));
        let keys = with(keys, json!({ "presentation_ms": 10.0 }));
        let mut circuit = sacramento(&network, keys);
        let mut session = circuit.session(Streams::new(3), 16);
        for i in 0..200 {
            circuit.show(&mut session, &patterns[i % 20]);
        }
        let mut all = patterns[0].clone();
        for part in &patterns[1..] {
            let more = part.inputs.view();
            all.inputs.append(Axis(0), more).expect("one width");
        }
        let slopes = slopes(&circuit, &all);
        against_theory(&circuit, TensorName::feedback(1), (&slopes, 1), false).0
    };
    let (at_once, later) = (angle(0.0), angle(5.0));
    println!("{at_once:.1}° at once, {later:.1}° after 5 ms");
    assert!(later < 10.0, "{later}°");
    assert!(at_once > 1.5 * later, "{at_once}° and {later}°");
}

/// Noise has a stream of its own, and predictions are made without.
#[test]
fn noise_comes_from_the_session() {
    let network = network(&[4, 10, 3]);
    let keys = keys("layer_sweep", json!({ "rate": 0.01 }), json!({}));
    let circuit = sacramento(&network, with(keys, json!({ "presentation_ms": 10.0 })));
    let part = samples(&network, 3, 1);
    let learned = |seed: u64| {
        let mut circuit = circuit.clone();
        let mut session = circuit.session(Streams::new(seed), 3);
        circuit.show(&mut session, &part);
        matrix(&circuit, TensorName::feedback(1))
    };
    assert_eq!(learned(1), learned(1));
    assert_ne!(learned(1), learned(2));
    let predicted = |seed: u64| {
        let mut outputs = Array2::zeros((3, 3));
        let mut session = circuit.session(Streams::new(seed), 3);
        let inputs = part.inputs.view();
        let predicted = circuit.predict(&mut session, inputs, outputs.view_mut());
        predicted.expect("finite potentials");
        outputs
    };
    assert_eq!(predicted(1), predicted(2));
}

#[test]
fn what_noise_cannot_teach_is_refused() {
    let phaseless = |more: Value| {
        let keys = json!({
            "rates": 1.0, "prospective": true, "feedback": { "phaseless": { "rate": 0.01 } },
        });
        with(keys, more)
    };
    for (json, message) in [
        (
            phaseless(json!({ "feedback": { "phaseless": { "rate": 0.01, "sigma": 0.0 } } })),
            "`feedback.phaseless.sigma` is 0, expected a number from 1e-6 to 1e3: without noise this \
             feedback learns nothing",
        ),
        (
            phaseless(json!({ "prospective": false })),
            "`feedback` is phaseless, expected `prospective = true` with it: through membranes that \
             lag, noise comes late to the layer above; or another kind",
        ),
        (
            phaseless(json!({ "feedback_noise": { "tau_noise_ms": 0.15 } })),
            "`feedback_noise.tau_noise_ms` is 0.15, expected at least two `dt_ms`, or one with \
             `update_order = \"layer_sweep\"`: noise that is forgotten before it arrives teaches nothing",
        ),
        (
            phaseless(json!({ "feedback_noise": { "delay_ms": 100.0 } })),
            "`feedback_noise.delay_ms` is 100, expected 0 or more and less than `presentation_ms`",
        ),
        (
            phaseless(json!({ "feedback": "tied", "feedback_noise": {} })),
            "`feedback_noise` is given, expected nothing, or `feedback.phaseless`, which alone \
             listens to noise",
        ),
        (
            phaseless(json!({ "lateral_rule": "own" })),
            "`lateral_rule` is \"own\", expected \"paired\" or \"eq9\" with `feedback.phaseless` in \
             continuous time",
        ),
        (
            phaseless(json!({
                "feedback": { "phaseless": { "rate": 1.0 } }, "plasticity_every_n_steps": 20,
            })),
            "`feedback.phaseless.rate` is 1, expected at most 1 over the time between two advances of \
             plasticity, in ms",
        ),
    ] {
        let error = continuous_spec(json).check(&network(&[4, 5, 3]));
        assert_eq!(error.expect_err("out of range").to_string(), message);
    }
}
