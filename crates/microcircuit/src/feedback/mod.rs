//! Where feedback comes from: one file a rule, for every circuit and every form.
//!
//! A rule adds the top-down connections to a circuit's table, and says how they change. A new one is
//! a file here and a line of `rules!`.

mod in_time;
mod kind;
mod noise;
mod rule;
mod start;

use apical_kernels::{Padded, Real};
use apical_learning::SpecError;

use crate::table::{ConnectionId, Table};

pub use in_time::{FeedbackNoise, NoiseInTime};
pub(crate) use in_time::{Listening, Steps};
pub use kind::{FeedbackKind, FeedbackScale, Keys, Sizes, WordForSize};
pub use noise::{Echo, Noise, Pair};
pub(crate) use noise::{draw, lose, moved, normals};
pub use phaseless::Phaseless;
pub use reciprocal::Reciprocal;
pub use rule::{Between, FeedbackRule, Signal, Signals};
pub use sign_concordant::{Magnitudes, SignConcordant, Signs};
pub use start::{FeedbackStart, StartRule};

/// The stream that top-down weights are drawn from.
const STREAM: &str = "feedback_weights";

macro_rules! rules {
    ($($(#[$doc:meta])* $rule:ident in $file:ident,)*) => {
        $(mod $file;)*
        $(pub use $file::$rule;)*

        /// All rules.
        #[derive(Debug, Clone, PartialEq)]
        pub enum Feedback {
            $($(#[$doc])* $rule($rule),)*
        }

        impl Feedback {
            /// The rule that `keys` name, for `n_hidden` hidden layers.
            ///
            /// # Errors
            /// Keys out of range, or that do not go together.
            pub fn new(keys: Keys<'_>, n_hidden: usize) -> Result<Self, SpecError> {
                let sizes = keys.sizes(n_hidden)?;
                keys.rates.check_not_negative("feedback_rates")?;
                let rates = keys.rates.expand(n_hidden, "feedback_rates")?;
                keys.check_start()?;
                $(if let Some(rule) = $rule::named(keys, &sizes, &rates) {
                    rule.check(keys)?;
                    return Ok(Self::$rule(rule));
                })*
                unreachable!("a rule for every kind of feedback")
            }

            /// [`FeedbackRule::connect`].
            pub fn connect(&self, table: &mut Table, between: Between) -> ConnectionId {
                match self {
                    $(Self::$rule(rule) => rule.connect(table, between),)*
                }
            }

            /// [`FeedbackRule::needs`].
            pub fn needs(&self) -> &'static [Signal] {
                match self {
                    $(Self::$rule(rule) => rule.needs(),)*
                }
            }

            /// [`FeedbackRule::factors`].
            pub fn factors<T: Real>(
                &self,
                signals: Signals<'_, T>,
                scale: T,
                pre: &mut Padded<T>,
                post: &mut Padded<T>,
            ) {
                match self {
                    $(Self::$rule(rule) => rule.factors(signals, scale, pre, post),)*
                }
            }

            /// [`FeedbackRule::decay`].
            pub fn decay(&self) -> f64 {
                match self {
                    $(Self::$rule(rule) => rule.decay(),)*
                }
            }

            /// [`FeedbackRule::noise`].
            pub fn noise(&self) -> Option<Noise> {
                match self {
                    $(Self::$rule(rule) => rule.noise(),)*
                }
            }
        }
    };
}

rules! {
    /// Random and fixed.
    Fixed in fixed,
    /// The transposed forward weights.
    Tied in tied,
    /// The signs of the transposed forward weights.
    SignConcordantRule in sign_concordant,
    /// Learned together with the forward weights.
    ReciprocalRule in reciprocal,
    /// Learned from noise.
    PhaselessRule in phaseless,
    /// Learned by eq. 10.
    LearnedEq10 in learned_eq10,
}
