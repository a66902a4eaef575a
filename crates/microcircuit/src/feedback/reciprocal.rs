//! Reciprocal feedback: a pair of synapses, forward and feedback, changes by one and the same product.
//!
//! ΔW_{k+1,k} = η d_{k+1} r_kᵀ − γ W_{k+1,k}, ΔW_{k,k+1} = η r_k d_{k+1}ᵀ − γ W_{k,k+1}
//!
//! With d_{k+1} the error by which the forward synapse learns, and η its rate. W_{k,k+1} − W_{k+1,k}ᵀ
//! shrinks by 1 − γ per update whatever is learned; without decay it stays what it was, while both
//! grow. Nothing is transported: the feedback synapse needs the error that comes with its axon, and
//! the rate of the neuron that it sits on. An error neuron's axon carries that error, and the lateral
//! input of the error neuron that it ends on brings the rate. In a circuit of interneurons the top-down
//! axon carries a rate; see [`crate::LateralRule`] for what takes the error's place there.
//! Source: Kolen and Pollack (1994); Akrout et al. (2019, arXiv:1904.05391).

use apical_kernels::{Padded, Real};
use apical_keys::Described;
use apical_learning::SpecError;
use serde::{Deserialize, Serialize};

use super::fixed;
use super::kind::Sizes;
use super::rule::{Between, FeedbackKind, FeedbackRule, Keys, Signal, Signals};
use crate::table::{ConnectionId, Table};

/// What a specification says of reciprocal feedback.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize, Described)]
#[serde(default, deny_unknown_fields)]
pub struct Reciprocal {
    /// γ, the share of itself that each of the two synapses loses at an update.
    #[key(min = 0, below = 1)]
    pub decay: f64,
}

/// The rule of [`Reciprocal`] feedback.
#[derive(Debug, Clone, PartialEq)]
pub struct ReciprocalRule {
    kind: Reciprocal,
    sizes: Sizes,
}

impl FeedbackRule for ReciprocalRule {
    fn named(keys: Keys<'_>, sizes: &Sizes, _: &[f64]) -> Option<Self> {
        let FeedbackKind::Reciprocal(kind) = keys.kind else {
            return None;
        };
        let sizes = sizes.clone();
        Some(Self { kind, sizes })
    }

    /// It learns at the rate of the forward synapses.
    fn connect(&self, table: &mut Table, between: Between) -> ConnectionId {
        let rate = table.rate(between.forward);
        table.push(fixed::drawn(between, &self.sizes, rate))
    }

    fn needs(&self) -> &'static [Signal] {
        &[Signal::PresynapticError, Signal::PostsynapticRate]
    }

    fn check(&self, keys: Keys<'_>) -> Result<(), SpecError> {
        let decay = self.kind.decay;
        if !(0.0..1.0).contains(&decay) {
            let expected = "at least 0 and below 1: the share of each weight that an update takes";
            return Err(SpecError::range(
                "feedback.reciprocal.decay",
                decay,
                expected,
            ));
        }
        keys.forbid_rates(
            &[("feedback_rates", keys.rates)],
            "0 with `feedback.reciprocal`, which learns at the rates of the forward weights",
        )
    }

    /// d_{k+1}, and r_k.
    fn factors<T: Real>(
        &self,
        of: Signals<'_, T>,
        scale: T,
        pre: &mut Padded<T>,
        post: &mut Padded<T>,
    ) {
        for (pre, &error) in pre.values_mut().iter_mut().zip(of.error.values()) {
            *pre = scale * error;
        }
        post.values_mut().copy_from_slice(of.trace.values());
    }

    fn decay(&self) -> f64 {
        self.kind.decay
    }
}
