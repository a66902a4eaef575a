//! Random and fixed feedback: W_{k,k+1} ~ U(−s, s), as in feedback alignment.

use super::kind::Sizes;
use super::rule::{Between, FeedbackKind, FeedbackRule, Keys, Signal};
use crate::table::{Connection, ConnectionId, Draw, Likeness, Start, Table, Values};

/// Random weights that never change.
#[derive(Debug, Clone, PartialEq)]
pub struct Fixed {
    sizes: Sizes,
}

impl FeedbackRule for Fixed {
    fn named(keys: Keys<'_>, sizes: &Sizes, rates: &[f64]) -> Option<Self> {
        let learns = rates.iter().any(|&rate| rate != 0.0);
        (keys.kind == FeedbackKind::Random && !learns).then(|| Self {
            sizes: sizes.clone(),
        })
    }

    fn connect(&self, table: &mut Table, between: Between) -> ConnectionId {
        table.push(drawn(between, &self.sizes, 0.0))
    }

    fn needs(&self) -> &'static [Signal] {
        &[]
    }
}

/// Weights that begin random and learn with `rate`.
pub(super) fn drawn(between: Between, sizes: &Sizes, rate: f64) -> Connection {
    let stream = super::STREAM;
    let start = match sizes {
        Sizes::Each(scales) => Start::Drawn {
            stream,
            scale: scales[between.to.layer - 1],
        },
        Sizes::Like(size) => Start::Like(
            Draw::Uniform { stream, scale: 1.0 },
            Likeness::of_norm(between.forward, size.norm(between.transfer)),
        ),
    };
    Connection {
        name: between.name,
        to: between.to,
        onto: between.onto,
        from: between.from,
        values: Values::Stored { start, rate },
    }
}
