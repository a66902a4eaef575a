//! The learners that a specification can name: their kinds, their checks and how they are made.
//!
//! A new kind is a variant here, an entry of [`LearnerSpec::KINDS`], and an arm of each match below.

use apical_backprop::{
    BackpropSpec, FeedbackAlignment, FeedbackAlignmentSpec, Mlp, SingleLayerSpec, single_layer,
};
use apical_learning::{
    AnyLearner, ForwardWeights, LearnError, Network, Precision, SpecError, Streams, any_learner,
};
use apical_microcircuit::{Continuous, ContinuousSpec, MicrocircuitSpec, TwoStep};
use serde::{Deserialize, Serialize};

/// A learner: its kind, and the settings of that kind.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum LearnerSpec {
    /// The dendritic microcircuit in its two-step form.
    Microcircuit(MicrocircuitSpec),
    /// The dendritic microcircuit in continuous time.
    Continuous(ContinuousSpec),
    /// Backpropagation.
    Backprop(BackpropSpec),
    /// Feedback alignment.
    FeedbackAlignment(FeedbackAlignmentSpec),
    /// Direct feedback alignment.
    DirectFeedbackAlignment(FeedbackAlignmentSpec),
    /// Backpropagation in a network without hidden layers.
    SingleLayer(SingleLayerSpec),
}

/// A kind of learner, for listings.
#[derive(Debug, Clone, Copy)]
pub struct LearnerInfo {
    /// Its key in a specification.
    pub name: &'static str,
    /// One line on what it is.
    pub one_line: &'static str,
}

/// Why there is no learner.
#[derive(Debug, thiserror::Error)]
pub enum MakeError {
    /// The settings fit no learner.
    #[error(transparent)]
    Spec(#[from] SpecError),
    /// The learner could not be made.
    #[error("the learner could not be made: {0}")]
    Learn(#[from] LearnError),
}

impl LearnerSpec {
    /// All kinds, in the order of listings.
    pub const KINDS: [LearnerInfo; 6] = [
        LearnerInfo {
            name: "microcircuit",
            one_line: "dendritic microcircuit, two-step dynamics (Sacramento et al., 2018)",
        },
        LearnerInfo {
            name: "continuous",
            one_line: "dendritic microcircuit in continuous time, plasticity always on",
        },
        LearnerInfo {
            name: "backprop",
            one_line: "backpropagation, matched to the circuit or standard, also with frozen layers",
        },
        LearnerInfo {
            name: "feedback_alignment",
            one_line: "fixed random feedback in place of the transposed weights",
        },
        LearnerInfo {
            name: "direct_feedback_alignment",
            one_line: "fixed random feedback from the output to every hidden layer",
        },
        LearnerInfo {
            name: "single_layer",
            one_line: "backpropagation without hidden layers, a lower bound",
        },
    ];

    /// The key of its kind in a specification.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Microcircuit(_) => "microcircuit",
            Self::Continuous(_) => "continuous",
            Self::Backprop(_) => "backprop",
            Self::FeedbackAlignment(_) => "feedback_alignment",
            Self::DirectFeedbackAlignment(_) => "direct_feedback_alignment",
            Self::SingleLayer(_) => "single_layer",
        }
    }

    /// Fails on settings out of range, for `network`.
    pub fn check(&self, network: &Network) -> Result<(), SpecError> {
        match self {
            Self::Microcircuit(spec) => spec.check(network),
            Self::Continuous(spec) => spec.check(network),
            Self::Backprop(spec) => spec.check(network),
            Self::FeedbackAlignment(spec) | Self::DirectFeedbackAlignment(spec) => {
                spec.check(network)
            }
            Self::SingleLayer(spec) => spec.check(network),
        }
    }

    /// Makes the learner with the forward weights `start`.
    pub fn make(
        &self,
        network: &Network,
        start: &ForwardWeights<f32>,
        streams: Streams,
    ) -> Result<Box<AnyLearner>, MakeError> {
        Ok(match self {
            Self::Microcircuit(spec) => match spec.precision {
                Precision::F32 => any_learner(TwoStep::<f32>::new(network, start, spec, streams)?),
                Precision::F64 => any_learner(TwoStep::<f64>::new(network, start, spec, streams)?),
            },
            Self::Continuous(spec) => match spec.precision {
                Precision::F32 => {
                    any_learner(Continuous::<f32>::new(network, start, spec, streams)?)
                }
                Precision::F64 => {
                    any_learner(Continuous::<f64>::new(network, start, spec, streams)?)
                }
            },
            Self::Backprop(spec) => any_learner(Mlp::new(network, start, spec)?),
            Self::FeedbackAlignment(spec) => {
                any_learner(FeedbackAlignment::new(network, start, spec, streams)?)
            }
            Self::DirectFeedbackAlignment(spec) => {
                any_learner(FeedbackAlignment::direct(network, start, spec, streams)?)
            }
            Self::SingleLayer(spec) => any_learner(single_layer(network, spec, streams)?),
        })
    }
}
