//! What a specification says of feedback.

use apical_keys::Described;
use apical_learning::{Numbers, PerLayer, PerLayerOr, SpecError, Transfer, Word};
use serde::{Deserialize, Serialize};

use super::{FeedbackStart, Phaseless, Reciprocal, SignConcordant, Signs};
use crate::table::Norm;

/// What the top-down weights W_{k,k+1} are, as a specification says it.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize, Described)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum FeedbackKind {
    /// Weights of their own, fixed or learned by eq. 10.
    #[default]
    Random,
    /// At every step the transpose of W^PP_{k+1,k}, and W^PI_k, where there is one, minus that: the ideal.
    Tied,
    /// The signs of the transpose, with sizes of their own.
    SignConcordant(SignConcordant),
    /// Learned by the product that changes the forward weights.
    Reciprocal(Reciprocal),
    /// Learned from noise, at every update.
    Phaseless(Phaseless),
}

impl FeedbackKind {
    /// Fails on feedback that no circuit in continuous time can have.
    pub(crate) fn check_in_time(&self) -> Result<(), SpecError> {
        match self {
            Self::Reciprocal(kind) if kind.decay != 0.0 => Err(SpecError::range(
                "feedback.reciprocal.decay",
                kind.decay,
                "0 in continuous time, where there are no updates to lose a share at",
            )),
            _ => Ok(()),
        }
    }
}

/// Sizes that follow from the forward weights.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WordForSize {
    /// As large as they are.
    Matched,
    /// So that an error keeps its length on its way down.
    ErrorPreserving,
}

impl Word for WordForSize {
    const WORDS: &'static [(Self, &'static str, &'static str)] = &[
        (
            Self::Matched,
            "matched",
            "As large as the forward weights, by their Frobenius norm.",
        ),
        (
            Self::ErrorPreserving,
            "error_preserving",
            "‖W_{k,k+1}‖² = n_{k+1} / ⟨φ′²⟩, with which an error keeps its length through weights that are no transpose; slopes where potentials of a deep network with the forward weights spread, √q with q = ‖W_{k+1,k}‖² / n_{k+1} ⟨φ(√q z)²⟩, z normal.",
        ),
    ];
    const EXPECTED: &'static str =
        "\"matched\", \"error_preserving\", a number, or a list with one number per hidden layer";
}

impl WordForSize {
    /// What it says of the norm, with φ.
    pub(super) fn norm(self, transfer: Transfer) -> Norm {
        match self {
            Self::Matched => Norm::Same,
            Self::ErrorPreserving => Norm::ErrorPreserving(transfer),
        }
    }
}

/// s of U(−s, s), or of sizes up to s, or a word for the Frobenius norm.
pub type FeedbackScale = PerLayerOr<WordForSize>;

/// The keys of a specification that decide on feedback; a value per hidden layer.
#[derive(Debug, Clone, Copy)]
pub struct Keys<'a> {
    /// `feedback`.
    pub kind: FeedbackKind,
    /// `feedback_scale`.
    pub scale: &'a FeedbackScale,
    /// `feedback_rates`, of eq. 10.
    pub rates: &'a PerLayer,
    /// `apical_rates`, of the lateral weights that compare with the top-down ones.
    pub lateral_rates: &'a PerLayer,
    /// `feedback_start`.
    pub start: Option<&'a FeedbackStart>,
}

/// The sizes of weights at the start, of hidden layers at index `k − 1`.
#[derive(Debug, Clone, PartialEq)]
pub enum Sizes {
    /// Those that follow from the forward weights.
    Like(WordForSize),
    /// These.
    Each(Vec<f64>),
}

impl Keys<'_> {
    /// The sizes that `feedback_scale` says.
    pub(super) fn sizes(&self, n_hidden: usize) -> Result<Sizes, SpecError> {
        self.scale
            .check_within(n_hidden, "feedback_scale", Numbers::RATE_OR_SCALE)?;
        Ok(match self.scale {
            FeedbackScale::Each(values) => Sizes::Each(values.expand(n_hidden, "feedback_scale")?),
            FeedbackScale::Word(size) => Sizes::Like(*size),
        })
    }

    /// Fails on a start out of range, or of weights that follow the forward ones anyway.
    pub(super) fn check_start(&self) -> Result<(), SpecError> {
        let Some(start) = self.start else {
            return Ok(());
        };
        let follows = match self.kind {
            FeedbackKind::Tied => true,
            FeedbackKind::SignConcordant(kind) => kind.signs == Signs::Tracked,
            _ => false,
        };
        if follows {
            return Err(SpecError::range(
                "feedback_start",
                "given where feedback follows the forward weights",
                "nothing there, or feedback with weights of its own: \"random\", `reciprocal`, `phaseless`",
            ));
        }
        start.check()
    }

    /// Fails where one of `keys` is not 0.
    pub(super) fn forbid_rates(
        &self,
        keys: &[(&'static str, &PerLayer)],
        expected: &'static str,
    ) -> Result<(), SpecError> {
        for &(key, rates) in keys {
            if rates.values().iter().any(|&rate| rate != 0.0) {
                let found = format!("{:?}", rates.values());
                return Err(SpecError::range(key, found, expected));
            }
        }
        Ok(())
    }
}
