//! The fast path against the plain one, for every kind of circuit.

use apical_kernels::Real;
use apical_learning::{Learner, Network, NoClock, PhaseTimer, Streams, Transfer};
use apical_microcircuit::TwoStep;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::support::{circuit, samples, spec};

/// Learns a few minibatches on both paths and compares every tensor.
fn both_paths_agree<T: Real>(network: &Network, json: &Value, seed: u64, bound: f64) {
    let on = |path: &str| -> TwoStep<T> {
        let mut json = json.clone();
        json["path"] = path.into();
        let mut circuit = circuit::<T>(network, &spec(json), seed);
        let mut state = circuit.session(Streams::new(seed), 5);
        let mut timer = PhaseTimer::new(&NoClock);
        for step in 0..4 {
            let part = samples(network, 3 + step, seed + step as u64);
            circuit
                .learn(&mut state, part.all(), &mut timer)
                .expect("finite potentials");
        }
        circuit
    };
    let (fast, plain) = (on("fast"), on("plain"));
    for name in plain.tensor_names() {
        let (a, b) = (fast.tensor(name), plain.tensor(name));
        let (a, b) = (a.expect("listed"), b.expect("listed"));
        let worst = (&a - &b).iter().fold(0.0_f64, |m, v| m.max(v.abs()));
        let largest = b.iter().fold(1.0_f64, |m, v| m.max(v.abs()));
        assert!(
            worst < bound * largest,
            "{name} differs by {worst:e} of {largest} with {json}"
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]
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
        feedback in prop::sample::select(vec!["random", "tied"]),
        interneurons in prop::sample::select(vec!["learned", "ideal"]),
        lateral in any::<bool>(),
        seed in 0_u64..1000,
    ) {
        let sizes: Vec<usize> = [vec![n_in], hidden, vec![n_out]].concat();
        let network = Network::new(sizes, transfer, thresholds).expect("valid sizes");
        let lateral = if lateral && feedback == "random" { 0.002 } else { 0.0 };
        let json = json!({
            "rates": 0.01,
            "start": start,
            "feedback": feedback,
            "interneurons": interneurons,
            "apical_rates": lateral,
            "feedback_rates": lateral,
        });
        both_paths_agree::<f64>(&network, &json, seed, 1e-11);
        both_paths_agree::<f32>(&network, &json, seed, 1e-3);
    }
}
