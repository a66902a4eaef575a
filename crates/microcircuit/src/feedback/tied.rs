//! Tied feedback: W_{k,k+1} is the transpose of W_{k+1,k} at every step, the ideal that others are
//! compared with. No synapse could do it alone.

use apical_learning::SpecError;

use super::rule::{Between, FeedbackKind, FeedbackRule, Keys, Signal};
use crate::table::{Connection, ConnectionId, How, Source, Table, Values};

/// The transposed forward weights.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tied;

impl FeedbackRule for Tied {
    fn named(keys: Keys<'_>, _: &[f64], _: &[f64]) -> Option<Self> {
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
        for (key, rates) in [
            ("apical_rates", keys.lateral_rates),
            ("feedback_rates", keys.rates),
        ] {
            if rates.values().iter().any(|&rate| rate != 0.0) {
                return Err(SpecError::range(
                    key,
                    format!("{:?}", rates.values()),
                    "0 with `feedback = \"tied\"`, which leaves nothing to learn there",
                ));
            }
        }
        Ok(())
    }
}
