//! Where feedback comes from: one file a rule, for every circuit and every form.
//!
//! A rule adds the top-down connections to a circuit's table, and says how they change. A new one is
//! a file here and a line of `rules!`.

mod rule;

use apical_kernels::{Padded, Real};
use apical_learning::SpecError;

use crate::table::{ConnectionId, Table};

pub use rule::{Between, FeedbackKind, FeedbackRule, Keys, Signal, Signals};

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
                let scale = keys.scale.expand(n_hidden, "feedback_scale")?;
                let rates = keys.rates.expand(n_hidden, "feedback_rates")?;
                $(if let Some(rule) = $rule::named(keys, &scale, &rates) {
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
                post: &mut Padded<T>,
            ) {
                match self {
                    $(Self::$rule(rule) => rule.factors(signals, scale, post),)*
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
    /// Learned by eq. 10.
    LearnedEq10 in learned_eq10,
}
