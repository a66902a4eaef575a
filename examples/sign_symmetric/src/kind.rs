//! The learner as a kind that specifications can name.

use apical_learning::{LearnerKind, Network, PerLayer, SpecError, any_learner};
use serde::{Deserialize, Serialize};

use crate::SignSymmetric;

/// Settings of the learner.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignSymmetricSpec {
    /// Learning rates of layers 1…N.
    pub rates: PerLayer,
    /// s in |M_k| ~ U(0, s).
    pub feedback_scale: f64,
}

fn check(spec: &SignSymmetricSpec, network: &Network) -> Result<(), SpecError> {
    spec.rates.check_not_negative("rates")?;
    spec.rates.expand(network.n_layers(), "rates")?;
    if network.thresholds() {
        let expected = "`thresholds = false` in its task, as it has none";
        return Err(SpecError::range(
            "rates",
            "a network with thresholds",
            expected,
        ));
    }
    match spec.feedback_scale.is_finite() && spec.feedback_scale >= 0.0 {
        true => Ok(()),
        false => {
            let expected = "a finite number of 0 or more";
            Err(SpecError::range(
                "feedback_scale",
                spec.feedback_scale,
                expected,
            ))
        }
    }
}

/// Backprop with sign-symmetric feedback.
pub static SIGN_SYMMETRIC: LearnerKind<SignSymmetricSpec> = LearnerKind {
    name: "sign_symmetric",
    one_line: "feedback of the forward weights' signs and random magnitudes (Liao et al., 2016)",
    check,
    make: |spec, network, start, streams| {
        let rates = spec.rates.expand(network.n_layers(), "rates")?;
        let learner = SignSymmetric::new(network, start, rates, spec.feedback_scale, streams);
        Ok(any_learner(learner))
    },
    is_baseline: |_| false,
};
