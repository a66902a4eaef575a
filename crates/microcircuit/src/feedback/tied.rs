//! Tied feedback: W_{k,k+1} is the transpose of W_{k+1,k} at every step, the ideal that others are
//! compared with. No synapse could do it alone.

use apical_learning::SpecError;

use super::kind::Sizes;
use super::rule::{Between, FeedbackKind, FeedbackRule, Keys, Signal};
use crate::table::{Connection, ConnectionId, How, Source, Table, Values};

/// The transposed forward weights.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tied;

impl FeedbackRule for Tied {
    fn named(keys: Keys<'_>, _: &Sizes, _: &[f64]) -> Option<Self> {
        (keys.kind == FeedbackKind::Tied).then_some(Self)
    }

    fn connect(&self, table: &mut Table, between: Between) -> ConnectionId {
        table.push(Connection {
            name: between.name,
            to: between.to,
            onto: between.onto,
            from: between.from,
            values: Values::Derived(Source {
                of: between.forward,
                how: How::Transposed,
            }),
        })
    }

    fn needs(&self) -> &'static [Signal] {
        &[Signal::ForwardWeight]
    }

    /// Tied weights have no learning rate of their own.
    fn check(&self, keys: Keys<'_>) -> Result<(), SpecError> {
        keys.forbid_rates(
            &[
                ("apical_rates", keys.lateral_rates),
                ("feedback_rates", keys.rates),
            ],
            "0 with `feedback = \"tied\"`, which leaves nothing to learn there",
        )
    }
}
