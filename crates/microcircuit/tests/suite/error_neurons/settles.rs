//! The guard of the error loop.

use apical_learning::{LearnError, Learner, Network, Streams, Transfer};
use serde_json::json;

use super::continuous;
use crate::support::samples;

#[test]
fn a_loop_that_cannot_settle_is_refused_in_words() {
    let json = json!({ "rates": 1.0, "feedback": "tied", "precision": "f64" });
    let of = |transfer, sizes: &[usize]| {
        let network = Network::new(sizes.to_vec(), transfer, false).expect("valid");
        let circuit = continuous::<f64>(&network, &json, 2);
        let part = samples(&network, 10, 2);
        let mut session = circuit.session(Streams::new(0), 10);
        circuit.propose(&mut session, part.all()).map(drop)
    };
    let error = of(Transfer::Tanh, &[2, 50, 50, 50]).expect_err("far above the bound");
    assert!(matches!(error, LearnError::NeverSettles { gain, .. } if gain > 2.0));
    let message = error.to_string();
    assert!(
        message.contains("above 2 it never settles; lower the apical"),
        "{message}"
    );
    assert!(of(Transfer::Logistic, &[2, 50, 50, 50]).is_ok());
    assert!(of(Transfer::Tanh, &[16, 8, 4, 2, 1]).is_ok());
}
