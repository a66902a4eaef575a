//! The fast path against the plain one, for every kind of circuit.

use apical_kernels::Real;
use apical_learning::{
    LearnError, Learner, Network, NoClock, PhaseTimer, Streams, TensorName, Transfer,
};
use apical_microcircuit::TwoStep;
use ndarray::ArrayD;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::support::{circuit, largest, samples, spec};

/// Learns a few minibatches on `path`.
fn taught<T: Real>(
    network: &Network,
    json: &Value,
    seed: u64,
    path: &str,
) -> Result<TwoStep<T>, LearnError> {
    let mut json = json.clone();
    json["path"] = path.into();
    let mut circuit = circuit::<T>(network, &spec(json), seed);
    let mut state = circuit.session(Streams::new(seed), 5);
    let mut timer = PhaseTimer::new(&NoClock);
    for step in 0..4 {
        let part = samples(network, 3 + step, seed + step as u64);
        circuit.learn(&mut state, part.all(), &mut timer)?;
    }
    Ok(circuit)
}

fn tensors<T: Real>(circuit: &TwoStep<T>) -> Vec<(TensorName, ArrayD<f64>)> {
    let names = circuit.tensors().names().into_iter();
    let with_values = names.map(|name| (name, circuit.tensor(name).expect("listed")));
    with_values.collect()
}

/// Compares every tensor of the two paths. Gives `false` where the plain path diverges, so that
/// rounding alone would decide.
fn both_paths_agree<T: Real>(network: &Network, json: &Value, seed: u64, bound: f64) -> bool {
    let Ok(plain) = taught::<T>(network, json, seed, "plain") else {
        return false;
    };
    let plain = tensors(&plain);
    if plain.iter().any(|(_, tensor)| largest(tensor) > 100.0) {
        return false;
    }
    let fast = taught::<T>(network, json, seed, "fast").expect("finite potentials");
    for ((name, a), (_, b)) in tensors(&fast).into_iter().zip(plain) {
        let worst = largest(&(&a - &b));
        let scale = largest(&b).max(1.0);
        assert!(
            worst < bound * scale,
            "{name} differs by {worst:e} of {scale} with {json}"
        );
    }
    true
}

/// Whether a hidden layer is silent in some sample: neurons of ReLU above it stand at the kink, where rounding alone
/// decides about their slopes.
fn has_silent_layer(network: &Network, json: &Value, seed: u64) -> bool {
    let circuit = circuit::<f64>(network, &spec(json.clone()), seed);
    let weights = circuit.forward().weights;
    let hidden = &weights.weights[..network.n_layers() - 1];
    (0..4).any(|step| {
        let part = samples(network, 3 + step, seed + step as u64);
        let mut r = part.inputs.mapv(f64::from);
        hidden.iter().enumerate().any(|(k, w)| {
            let mut u = r.dot(&w.t());
            if let Some(thresholds) = &weights.thresholds {
                u += &thresholds[k];
            }
            r = u.mapv(|u| network.transfer().rate(u));
            r.rows()
                .into_iter()
                .any(|row| row.iter().all(|&r| r == 0.0))
        })
    })
}

/// Rules of feedback, each with how W^PI follows.
fn rules() -> Vec<(Value, Option<&'static str>)> {
    vec![
        (json!("random"), None),
        (json!("tied"), None),
        (json!({ "sign_concordant": {} }), None),
        (json!({ "reciprocal": { "decay": 0.01 } }), None),
        (json!({ "reciprocal": { "decay": 0.01 } }), Some("own")),
        (json!({ "reciprocal": {} }), Some("eq9")),
        (json!({ "phaseless": { "rate": 0.01 } }), None),
        (
            json!({ "phaseless": { "rate": 0.01, "gated": true } }),
            Some("own"),
        ),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(120))]
    #[test]
    fn fast_and_plain_agree(
        hidden in prop::collection::vec(1_usize..40, 0..4),
        (n_in, n_out) in (1_usize..40, 1_usize..12),
        transfer in prop::sample::select(vec![
            Transfer::Logistic,
            Transfer::Tanh,
            Transfer::Relu,
            Transfer::Softplus { gamma: 0.1, beta: 1.0, theta: 3.0 },
        ]),
        thresholds in any::<bool>(),
        start in prop::sample::select(vec!["self_predicting", "random"]),
        interneurons in prop::sample::select(vec!["learned", "ideal"]),
        lateral in any::<bool>(),
        rule in prop::sample::select(rules()),
        plasticity in prop::sample::select(vec!["rate_difference", "slope"]),
        presynaptic in prop::sample::select(vec!["nudged", "bottom_up"]),
        centring in prop::sample::select(vec![0.0, 0.05]),
        seed in 0_u64..1000,
    ) {
        let sizes: Vec<usize> = [vec![n_in], hidden, vec![n_out]].concat();
        let network = Network::new(sizes, transfer, thresholds).expect("valid sizes");
        let (feedback, lateral_rule) = rule;
        let lateral = if lateral && feedback == "random" { 0.002 } else { 0.0 };
        let mut json = json!({
            "rates": 0.01,
            "start": start,
            "feedback": feedback,
            "interneurons": interneurons,
            "apical_rates": lateral,
            "feedback_rates": lateral,
            "plasticity": plasticity,
            "presynaptic": presynaptic,
            "centring": if thresholds { centring } else { 0.0 },
        });
        if let Some(rule) = lateral_rule {
            json["lateral_rule"] = rule.into();
        }
        let has_kinks = transfer == Transfer::Relu && plasticity == "slope";
        prop_assume!(!(has_kinks && has_silent_layer(&network, &json, seed)));
        prop_assume!(both_paths_agree::<f64>(&network, &json, seed, 1e-11));
        prop_assume!(both_paths_agree::<f32>(&network, &json, seed, 1e-3));
    }
}
