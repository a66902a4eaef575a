//! Random and fixed feedback: W_{k,k+1} ~ U(−s, s), as in feedback alignment.

use super::rule::{Between, FeedbackKind, FeedbackRule, Keys, Signal};
use crate::table::{Connection, ConnectionId, Start, Table, Values};

/// Random weights that never change.
#[derive(Debug, Clone, PartialEq)]
pub struct Fixed {
    /// s of hidden layers at index `k − 1`.
    pub scale: Vec<f64>,
}

impl FeedbackRule for Fixed {
    fn named(keys: Keys<'_>, scale: &[f64], rates: &[f64]) -> Option<Self> {
        let learns = rates.iter().any(|&rate| rate != 0.0);
        (keys.kind == FeedbackKind::Random && !learns).then(|| Self {
            scale: scale.to_vec(),
        })
    }

    fn connect(&self, table: &mut Table, between: Between) -> ConnectionId {
        table.push(drawn(between, self.scale[between.to.layer - 1], 0.0))
    }

    fn needs(&self) -> &'static [Signal] {
        &[]
    }
}

/// Weights that begin random and learn with `rate`.
pub(super) fn drawn(between: Between, scale: f64, rate: f64) -> Connection {
    let stream = "feedback_weights";
    Connection {
        name: between.name,
        to: between.to,
        onto: between.onto,
        from: between.from,
        values: Values::Stored {
            start: Start::Drawn { stream, scale },
            rate,
        },
    }
}
