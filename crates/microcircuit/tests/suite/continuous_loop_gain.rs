//! The gain of the loops says which circuits can run away.

use apical_learning::{LearnError, Learner, Network, PerLayer, Streams, Transfer};
use apical_microcircuit::{Continuous, ContinuousSpec, Start, loop_gain};
use ndarray::Array2;
use serde_json::json;

fn spec() -> ContinuousSpec {
    let spec = json!({
        "start": "random", "rates": 0.0, "presentation_ms": 300.0, "readout_window_ms": 1.0,
        "precision": "f64",
    });
    serde_json::from_value(spec).expect("a specification")
}

fn circuit(transfer: Transfer, scale: f64, seed: u64) -> Continuous<f64> {
    let network = Network::new(vec![6, 5, 4], transfer, false).expect("layers");
    let start = network.draw_forward(&[1.0, scale], Streams::new(seed));
    let spec = ContinuousSpec {
        feedback_scale: PerLayer::All(scale).into(),
        interneuron_scale: PerLayer::All(scale),
        pyramidal_from_interneuron_scale: PerLayer::All(scale),
        ..spec()
    };
    Continuous::new(&network, &start, &spec, Streams::new(seed)).expect("a circuit")
}

const SOFTPLUS: Transfer = Transfer::Softplus {
    gamma: 1.0,
    beta: 1.0,
    theta: 0.0,
};

#[test]
fn what_cannot_grow_never_runs_away_and_what_grows_fast_does() {
    let (mut n_settled, mut n_ran) = (0, 0);
    for seed in 0..24 {
        let learner = circuit(SOFTPLUS, 2.0, seed);
        let growth = loop_gain(&learner).large_activity.expect("softplus");
        let mut session = learner.session(Streams::new(0), 1);
        let inputs = Array2::from_shape_fn((8, 6), |(b, j)| ((b * 6 + j) as f32).sin());
        let mut outputs = Array2::zeros((8, 4));
        match learner.predict(&mut session, inputs.view(), outputs.view_mut()) {
            Err(LearnError::Runaway { .. }) => {
                assert!(growth > 0.0, "seed {seed} ran away at a growth of {growth}");
                n_ran += 1;
            }
            settled => {
                settled.expect("no other error");
                assert!(growth < 0.3, "seed {seed} stayed at a growth of {growth}");
                n_settled += 1;
            }
        }
    }
    assert!(n_settled >= 4 && n_ran >= 4, "{n_settled} {n_ran}");
}

#[test]
fn without_loops_the_slowest_leak_is_left() {
    let mut learner = circuit(SOFTPLUS, 0.0, 0);
    let gain = loop_gain(&learner);
    // Output somata: g_lk + g_B = 1.1.
    assert!((gain.abscissa + 1.1).abs() < 0.01, "{gain:?}");
    let growth = gain.large_activity.expect("softplus");
    // Euler's (1 − 0.11)^n decays at ln(0.89) / 0.1.
    assert!((growth - 0.89_f64.ln() / 0.1).abs() < 0.02, "{gain:?}");
    for name in learner.tensors().names() {
        let zero = learner.tensor(name).expect("its own") * 0.0;
        learner
            .tensors_mut()
            .set(name, zero.view())
            .expect("the same shape");
    }
    assert_eq!(loop_gain(&learner).abscissa, gain.abscissa);
}

#[test]
fn saturating_rates_have_no_large_activity_and_self_prediction_none_of_its_loops() {
    assert_eq!(
        loop_gain(&circuit(Transfer::Logistic, 1.0, 0)).large_activity,
        None
    );
    let network = Network::new(vec![6, 5, 4], SOFTPLUS, false).expect("layers");
    let start = network.draw_forward(&[1.0, 2.0], Streams::new(0));
    let spec = ContinuousSpec {
        start: Start::SelfPredicting,
        ..spec()
    };
    let learner: Continuous<f64> =
        Continuous::new(&network, &start, &spec, Streams::new(0)).expect("a circuit");
    assert!(loop_gain(&learner).large_activity.expect("softplus") < 0.0);
}
