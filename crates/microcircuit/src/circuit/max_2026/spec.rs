//! The keys of a specification that all forms of the circuit share.

use apical_learning::{Network, PerLayer, SpecError};

use super::table::{Choices, Circuit};
use crate::feedback::{self, Feedback, FeedbackKind, FeedbackScale, FeedbackStart};
use crate::forward_rates::ForwardRates;

/// The shared keys, borrowed.
#[derive(Clone, Copy)]
pub(crate) struct Keys<'a> {
    pub(crate) forward: ForwardRates<'a>,
    pub(crate) feedback: FeedbackKind,
    pub(crate) feedback_scale: &'a FeedbackScale,
    pub(crate) feedback_start: Option<&'a FeedbackStart>,
    pub(crate) feedback_offset: f64,
    pub(crate) lateral_deviation: f64,
}

/// The shared keys of a specification, whose fields have their names.
macro_rules! keys_of {
    ($spec:expr, $start:expr) => {
        $crate::circuit::max_2026::spec::Keys {
            forward: $crate::forward_rates::ForwardRates {
                rates: $spec.rates.as_ref(),
                backprop_equivalent_rates: $spec.backprop_equivalent_rates.as_ref(),
            },
            feedback: $spec.feedback,
            feedback_scale: &$spec.feedback_scale,
            feedback_start: $start,
            feedback_offset: $spec.feedback_offset,
            lateral_deviation: $spec.lateral_deviation,
        }
    };
}
pub(crate) use keys_of;

const ZERO: PerLayer = PerLayer::All(0.0);

impl Keys<'_> {
    /// Fails on values out of range. `blocked` says what, if anything, keeps errors from hidden layers.
    pub(crate) fn check(&self, n_layers: usize, blocked: Option<&str>) -> Result<(), SpecError> {
        self.forward.check(n_layers, blocked)?;
        let offset = PerLayer::All(self.feedback_offset);
        offset.check_not_negative("feedback_offset")?;
        let deviation = PerLayer::All(self.lateral_deviation);
        deviation.check_not_negative("lateral_deviation")?;
        self.feedback_rule(n_layers - 1).map(drop)
    }

    fn feedback_rule(&self, n_hidden: usize) -> Result<Feedback, SpecError> {
        let keys = feedback::Keys {
            kind: self.feedback,
            scale: self.feedback_scale,
            rates: &ZERO,
            lateral_rates: &ZERO,
            start: self.feedback_start,
        };
        Feedback::new(keys, n_hidden)
    }

    /// The connections for `network`, with their learning rates. `factor` of layer k is the theory's.
    pub(crate) fn circuit(
        &self,
        network: &Network,
        factor: impl Fn(usize) -> f64,
    ) -> Result<Circuit, SpecError> {
        let n_layers = network.n_layers();
        let choices = Choices {
            rates: self.forward.expand(n_layers, factor)?,
            feedback: self.feedback_rule(n_layers - 1)?,
            feedback_offset: self.feedback_offset,
            lateral_deviation: self.lateral_deviation,
        };
        Ok(Circuit::new(network, choices))
    }
}

pub(crate) fn one_per_layer<T: From<PerLayer>>() -> T {
    PerLayer::All(1.0).into()
}
