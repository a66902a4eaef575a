//! Where feedback comes from: one file a rule, for every circuit and every form.
//!
//! A rule adds the top-down connections to a circuit's table, and says how they change. A new one is
//! a file here, a variant of [`Feedback`] and a line of its matches.

mod fixed;
mod learned_eq10;
mod rule;
mod tied;

use apical_kernels::{Padded, Real};
use apical_learning::SpecError;

use crate::table::{ConnectionId, Table};

pub use fixed::Fixed;
pub use learned_eq10::LearnedEq10;
pub use rule::{Between, FeedbackKind, FeedbackRule, Keys, Signal, Signals};
pub use tied::Tied;

/// All rules.
#[derive(Debug, Clone, PartialEq)]
pub enum Feedback {
    /// Random and fixed.
    Fixed(Fixed),
    /// The transposed forward weights.
    Tied(Tied),
    /// Learned by eq. 10.
    LearnedEq10(LearnedEq10),
}

impl Feedback {
    /// The rule that `keys` name, for `n_hidden` hidden layers.
    pub fn new(keys: Keys<'_>, n_hidden: usize) -> Result<Self, SpecError> {
        let scale = keys.scale.expand(n_hidden, "feedback_scale")?;
        let rates = keys.rates.expand(n_hidden, "feedback_rates")?;
        Ok(match keys.kind {
            FeedbackKind::Tied => Self::Tied(Tied),
            FeedbackKind::Random if rates.iter().all(|&rate| rate == 0.0) => {
                Self::Fixed(Fixed { scale })
            }
            FeedbackKind::Random => Self::LearnedEq10(LearnedEq10 { scale, rates }),
        })
    }

    /// Fails on keys out of range, or that do not go together.
    pub fn check(keys: Keys<'_>) -> Result<(), SpecError> {
        match keys.kind {
            FeedbackKind::Tied => Tied::check(keys),
            FeedbackKind::Random => LearnedEq10::check(keys),
        }
    }

    /// [`FeedbackRule::connect`].
    pub fn connect(&self, table: &mut Table, between: Between) -> ConnectionId {
        match self {
            Self::Fixed(rule) => rule.connect(table, between),
            Self::Tied(rule) => rule.connect(table, between),
            Self::LearnedEq10(rule) => rule.connect(table, between),
        }
    }

    /// [`FeedbackRule::needs`].
    pub fn needs(&self) -> &'static [Signal] {
        match self {
            Self::Fixed(rule) => rule.needs(),
            Self::Tied(rule) => rule.needs(),
            Self::LearnedEq10(rule) => rule.needs(),
        }
    }

    /// [`FeedbackRule::factors`].
    pub fn factors<T: Real>(&self, signals: Signals<'_, T>, scale: T, post: &mut Padded<T>) {
        match self {
            Self::Fixed(rule) => rule.factors(signals, scale, post),
            Self::Tied(rule) => rule.factors(signals, scale, post),
            Self::LearnedEq10(rule) => rule.factors(signals, scale, post),
        }
    }
}
