//! Sign-concordant feedback: the signs of the transposed forward weights, with sizes of their own.
//!
//! W_{k,k+1} = s_k M_k ∘ sign(W_{k+1,k}ᵀ), M_k fixed, from U(0, 1) or 1 everywhere. Signs alone carry
//! most of what the transpose does. Where they are tracked, a synapse has to know the sign of the
//! forward synapse between its two neurons at every moment, which is not local; frozen, it had to know
//! it once. Source: the principle of Liao, Leibo and Poggio (2016), and of Yang and Li (2022,
//! arXiv:2205.07292), whose equations are not public.

use apical_keys::Described;
use apical_learning::SpecError;
use serde::{Deserialize, Serialize};

use super::kind::Sizes;
use super::rule::{Between, FeedbackKind, FeedbackRule, Keys, Signal};
use crate::table::{Connection, ConnectionId, Draw, Likeness, Norm, Start, Table, Values};

/// M_k.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, Described)]
#[serde(rename_all = "snake_case")]
pub enum Magnitudes {
    /// From U(0, 1), fixed.
    #[default]
    Random,
    /// 1 everywhere.
    Uniform,
}

/// When signs are those of the forward weights.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, Described)]
#[serde(rename_all = "snake_case")]
pub enum Signs {
    /// After every update.
    #[default]
    Tracked,
    /// At the start; they stay what they were then.
    Frozen,
}

/// What a specification says of sign-concordant feedback. `feedback_scale` gives s_k; `"matched"` is
/// ‖W_{k,k+1}‖ = ‖W_{k+1,k}‖ whenever signs are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, Described)]
#[serde(default, deny_unknown_fields)]
pub struct SignConcordant {
    /// The sizes of the weights.
    pub magnitudes: Magnitudes,
    /// Whether signs follow the forward weights.
    pub signs: Signs,
}

/// The rule of [`SignConcordant`] feedback.
#[derive(Debug, Clone, PartialEq)]
pub struct SignConcordantRule {
    kind: SignConcordant,
    sizes: Sizes,
}

impl FeedbackRule for SignConcordantRule {
    fn named(keys: Keys<'_>, sizes: &Sizes, _: &[f64]) -> Option<Self> {
        let FeedbackKind::SignConcordant(kind) = keys.kind else {
            return None;
        };
        let sizes = sizes.clone();
        Some(Self { kind, sizes })
    }

    fn connect(&self, table: &mut Table, between: Between) -> ConnectionId {
        let (norm, scale) = match &self.sizes {
            Sizes::Like(size) => (size.norm(between.transfer), 1.0),
            Sizes::Each(scales) => (Norm::Own, scales[between.to.layer - 1]),
        };
        let draw = match self.kind.magnitudes {
            Magnitudes::Random => Draw::Uniform {
                stream: super::STREAM,
                scale,
            },
            Magnitudes::Uniform => Draw::Constant(scale),
        };
        let likeness = Likeness {
            to: between.forward,
            signs: true,
            norm,
        };
        let values = match self.kind.signs {
            Signs::Tracked => Values::Following {
                start: draw,
                likeness,
            },
            Signs::Frozen => Values::Stored {
                start: Start::Like(draw, likeness),
                rate: 0.0,
            },
        };
        table.push(Connection {
            name: between.name,
            to: between.to,
            onto: between.onto,
            from: between.from,
            values,
        })
    }

    /// Not local while signs are tracked.
    fn needs(&self) -> &'static [Signal] {
        match self.kind.signs {
            Signs::Tracked => &[Signal::ForwardSign],
            Signs::Frozen => &[],
        }
    }

    fn check(&self, keys: Keys<'_>) -> Result<(), SpecError> {
        let expected = "0 with `feedback.sign_concordant`, whose sizes do not learn";
        keys.forbid_rates(&[("feedback_rates", keys.rates)], expected)?;
        if self.kind.signs == Signs::Frozen {
            return Ok(());
        }
        let expected = "0 while signs are tracked, as W^PI is then minus the top-down weights";
        keys.forbid_rates(&[("apical_rates", keys.lateral_rates)], expected)
    }
}
