//! What theory says: the steps are those of gradient descent on the squared error of rates.

use apical_learning::{
    EncodedPart, ForwardNetwork, Gradient, Learner, Network, Streams, TensorName, Transfer, Updates,
};
use apical_microcircuit::circuit::max_2026::update_factor;
use ndarray::{Array1, Array2, Axis, Ix1};
use serde_json::json;

use super::{continuous, two_step};
use crate::support::{network, samples};

/// −∂/∂W_k and −∂/∂b_k of ½‖r_trgt − r_N‖², averaged over samples, layers 1…N at index `k − 1`.
fn descent(forward: &ForwardNetwork, part: &EncodedPart) -> Gradient {
    let pass = forward.pass(part.inputs.view()).expect("finite");
    let n = forward.weights.weights.len();
    let mut delta = pass.slope(n) * (part.target_rates.mapv(f64::from) - &pass.rates[n]);
    let mut found = Gradient {
        weights: Vec::new(),
        thresholds: Vec::new(),
        hidden_errors: Vec::new(),
    };
    for k in (1..=n).rev() {
        let alpha = forward.attenuation[k - 1];
        let mean = delta.mapv(|d| d * alpha / part.inputs.nrows() as f64);
        found.weights.insert(0, mean.t().dot(&pass.rates[k - 1]));
        found.thresholds.insert(0, mean.sum_axis(Axis(0)));
        if k > 1 {
            delta = pass.slope(k - 1) * delta.dot(&forward.weights.weights[k - 1]) * alpha;
        }
    }
    found
}

/// Degrees between the change of every layer and the descent, and the ratio of their norms.
fn compared(updates: &Updates, gradient: &Gradient, rates: &[f64]) -> Vec<(f64, f64)> {
    let of = |(k, gradient): (usize, &Array2<f64>)| {
        let change = updates.matrix(TensorName::forward(k)).expect("plastic");
        let step = gradient * rates[k - 1];
        let product = |a: &Array2<f64>, b: &Array2<f64>| (a * b).sum();
        let change = change.to_owned();
        let (ab, aa, bb) = (
            product(&change, &step),
            product(&change, &change),
            product(&step, &step),
        );
        // By the sine, which stays exact at small angles.
        let apart = &change / aa.sqrt() - &step / bb.sqrt();
        let half = 0.5 * product(&apart, &apart).sqrt();
        assert!(ab > 0.0);
        ((2.0 * half.asin()).to_degrees(), (aa / bb).sqrt())
    };
    (1..).zip(&gradient.weights).map(of).collect()
}

#[test]
fn with_bottom_up_rates_the_two_step_form_is_gradient_descent_at_any_coupling() {
    for transfer in [Transfer::Logistic, Transfer::Tanh] {
        let network = Network::new(vec![8, 12, 10, 5], transfer, true).expect("valid");
        let json = json!({
            "backprop_equivalent_rates": [3.0, 1.0, 0.3], "feedback": "tied", "nudging": 0.6,
            "apical_mixing": 0.9, "error_mixing": [0.7, 0.8], "attenuation": [0.5, 0.7, 0.9],
            "presynaptic": "bottom_up", "precision": "f64",
        });
        let circuit = two_step::<f64>(&network, &json, 4);
        let part = samples(&network, 5, 4);
        let mut state = circuit.session(Streams::new(0), 5);
        let updates = circuit.propose(&mut state, part.all()).expect("finite");
        let gradients = descent(&circuit.forward(), &part);
        for (angle, ratio) in compared(&updates, &gradients, &[3.0, 1.0, 0.3]) {
            assert!(
                angle < 1e-5 && (ratio - 1.0).abs() < 1e-12,
                "{angle}°, {ratio}"
            );
        }
    }
}

/// Tied, with means that have moved, and `more`: the change and the gradient that it should be, with r̄_k.
fn centred(more: serde_json::Value) -> (Updates, Gradient, Vec<Array1<f64>>) {
    let network = network(&[8, 12, 10, 5]);
    let mut json = json!({
        "backprop_equivalent_rates": 1.0, "feedback": "tied", "error_mixing": [0.7, 0.8],
        "attenuation": [0.5, 0.7, 0.9], "centring": 0.2, "precision": "f64",
    });
    for (key, value) in more.as_object().expect("keys") {
        json[key] = value.clone();
    }
    let mut circuit = two_step::<f64>(&network, &json, 4);
    let part = samples(&network, 5, 4);
    let mut state = circuit.session(Streams::new(0), 5);
    for _ in 0..5 {
        let updates = circuit.propose(&mut state, part.all()).expect("finite");
        circuit.apply(&updates).expect("its own proposal");
    }
    let updates = circuit.propose(&mut state, part.all()).expect("finite");
    let means = circuit.mean_rates().expect("centred");
    (updates, descent(&circuit.forward(), &part), means)
}

#[test]
fn centred_rates_descend_the_network_that_is_written_with_the_means() {
    for (more, most, off) in [
        (
            json!({ "presynaptic": "bottom_up", "apical_mixing": 0.9 }),
            1e-5,
            1e-12,
        ),
        (json!({ "apical_mixing": 1e-4 }), 0.05, 1e-3),
    ] {
        let (updates, plain, means) = centred(more.clone());
        let mut gradient = plain.clone();
        gradient.centre(&means);
        for (angle, ratio) in compared(&updates, &gradient, &[1.0; 3]) {
            assert!(
                angle < most && (ratio - 1.0).abs() < off,
                "{angle}°, {ratio} with {more}"
            );
        }
        let uncentred = compared(&updates, &plain, &[1.0; 3]);
        assert!(
            uncentred[1..].iter().all(|(angle, _)| *angle > 5.0),
            "{uncentred:?} with {more}: the means take nothing off"
        );
        // u at the mean rates moves by what the gradient of its own threshold says.
        for k in 1..=3 {
            let name = TensorName::PyramidalThreshold { layer: k };
            let mut changes = updates.changes().iter();
            let of_threshold = changes.find(|(own, _)| *own == name).expect("plastic");
            let of_threshold = of_threshold.1.clone().into_dimensionality::<Ix1>();
            let mut at_mean = of_threshold.expect("a vector");
            if k > 1 {
                let of_weights = updates.matrix(TensorName::forward(k)).expect("plastic");
                at_mean += &of_weights.dot(&means[k - 2]);
            }
            let apart = &at_mean - &plain.thresholds[k - 1];
            let norm = |x: &Array1<f64>| x.dot(x).sqrt();
            assert!(norm(&apart) < off * norm(&at_mean), "b_{k} with {more}");
        }
    }
}

/// The largest angle and the ratio farthest from 1 over ten circuits in continuous time at rest.
fn relaxed(apical: f64) -> (f64, f64) {
    let network = Network::new(vec![8, 12, 10, 5], Transfer::Logistic, false).expect("valid");
    let json = json!({
        "backprop_equivalent_rates": 1e-6, "feedback": "tied", "precision": "f64",
        "update_order": "layer_sweep", "dt_ms": 0.01, "presentation_ms": 1.0,
        "conductances": { "apical": apical },
    });
    let mut worst = (0.0_f64, 0.0_f64);
    for seed in 0..10 {
        let circuit = continuous::<f64>(&network, &json, seed);
        let part = samples(&network, 1, seed);
        let mut session = circuit.session(Streams::new(0), 1);
        // The first presentation brings the state to rest.
        circuit.propose(&mut session, part.all()).expect("finite");
        let updates = circuit.propose(&mut session, part.all()).expect("finite");
        let rates = circuit.equivalent_rates().expect("theory's");
        let gradients = descent(&circuit.forward(), &part);
        for (angle, ratio) in compared(&updates, &gradients, &rates) {
            worst = (worst.0.max(angle), worst.1.max((ratio - 1.0).abs()));
        }
    }
    worst
}

#[test]
fn weakly_coupled_and_at_rest_continuous_time_is_gradient_descent() {
    let (angle, ratio) = relaxed(6e-5);
    assert!(
        angle < 0.005 && ratio < 1e-3,
        "{angle}°, ratio off by {ratio}"
    );
    let (angle, _) = relaxed(0.06);
    assert!(angle > 0.05, "a strong coupling turns the step: {angle}°");
}

#[test]
fn one_factor_per_layer() {
    let factor = |k| update_factor(k, 0.5, &[0.8, 0.6], &[0.5, 0.25, 1.0]);
    assert!((factor(3) - 0.5).abs() < 1e-15);
    assert!((factor(2) - 0.5 * 0.6 / 0.25).abs() < 1e-15);
    assert!((factor(1) - 0.5 * 0.6 * 0.8 / 0.25 / 0.5).abs() < 1e-15);
}

#[test]
fn tied_feedback_follows_the_forward_weights() {
    let network = network(&[4, 6, 5, 3]);
    let json = json!({ "rates": 0.5, "feedback": "tied" });
    let mut circuit = two_step::<f64>(&network, &json, 1);
    let part = samples(&network, 4, 1);
    let mut state = circuit.session(Streams::new(0), 4);
    let updates = circuit.propose(&mut state, part.all()).expect("finite");
    circuit.apply(&updates).expect("its own proposal");
    for k in 1..3 {
        let w = circuit.tensor(TensorName::forward(k + 1)).expect("stored");
        let b = TensorName::ErrorFromError { to: k, from: k + 1 };
        assert_eq!(circuit.tensor(b).expect("derived"), w.t());
    }
}
