//! What an experiment's file says, with its types.

use apical_backprop::{BackpropSpec, FeedbackAlignmentSpec, SingleLayerSpec};
use apical_datasets::DatasetSpec;
use apical_learning::{MeasureSpec, PerLayer, Precision, TargetCoding, TrainingSpec, Transfer};
use apical_microcircuit::MicrocircuitSpec;
use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use super::{TuningSpec, Values};

/// An experiment: tasks, learners, seeds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ExperimentSpec {
    /// The report's heading.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) title: String,
    /// Root seeds; every learner of every task is run once with each.
    pub(crate) seeds: Vec<u64>,
    /// How long and in what portions learners are taught.
    pub(crate) training: TrainingSpec,
    /// What is measured, and how often.
    #[serde(default = "MeasureSpec::everything")]
    pub(crate) measure: MeasureSpec,
    /// Tasks by name.
    pub(crate) task: IndexMap<String, TaskSpec>,
    /// Keys and the values that each of them takes, in all combinations.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub(crate) sweep: IndexMap<String, Values>,
    /// How learners' settings are found before the reported runs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) tuning: Option<TuningSpec>,
}

/// A task: data, a network, and the learners that train it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TaskSpec {
    /// The data set.
    pub(crate) dataset: DatasetSpec,
    /// Neurons of each hidden layer; the data give the widths of input and output.
    pub(crate) hidden: Vec<usize>,
    /// φ of every neuron.
    pub(crate) transfer: Transfer,
    /// Whether every neuron has a learnable threshold.
    #[serde(default = "yes")]
    pub(crate) thresholds: bool,
    /// s_k per layer 1…N: forward starting weights are drawn from U(−s_k, s_k), the same bits for
    /// every learner.
    pub(crate) forward_scale: PerLayer,
    /// What this task does otherwise than the experiment's `[training]`.
    #[serde(default, skip_serializing_if = "TrainingOverrides::is_empty")]
    pub(crate) training: TrainingOverrides,
    /// Learners by name.
    pub(crate) learner: IndexMap<String, LearnerSpec>,
}

/// Keys of [`TrainingSpec`], all optional.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TrainingOverrides {
    /// See [`TrainingSpec::n_epochs`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) n_epochs: Option<usize>,
    /// See [`TrainingSpec::batch_size`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) batch_size: Option<usize>,
    /// See [`TrainingSpec::targets`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) targets: Option<TargetCoding>,
}

impl TrainingOverrides {
    /// Whether nothing is done otherwise.
    pub(crate) fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// `base` with these values in place of its own.
    pub(crate) fn over(&self, base: &TrainingSpec) -> TrainingSpec {
        TrainingSpec {
            n_epochs: self.n_epochs.unwrap_or(base.n_epochs),
            batch_size: self.batch_size.unwrap_or(base.batch_size),
            targets: self.targets.unwrap_or(base.targets),
        }
    }
}

/// A learner: its kind, and the settings of that kind.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum LearnerSpec {
    /// The dendritic microcircuit in its two-step form.
    Microcircuit(MicrocircuitSpec),
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
pub(crate) struct LearnerInfo {
    /// Its key in a specification.
    pub(crate) name: &'static str,
    /// One line on what it is.
    pub(crate) one_line: &'static str,
}

impl LearnerSpec {
    /// All kinds, in the order of listings.
    pub(crate) const KINDS: [LearnerInfo; 5] = [
        LearnerInfo {
            name: "microcircuit",
            one_line: "dendritic microcircuit, two-step dynamics (Sacramento et al., 2018)",
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
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::Microcircuit(_) => "microcircuit",
            Self::Backprop(_) => "backprop",
            Self::FeedbackAlignment(_) => "feedback_alignment",
            Self::DirectFeedbackAlignment(_) => "direct_feedback_alignment",
            Self::SingleLayer(_) => "single_layer",
        }
    }

    /// The type it computes in.
    pub(crate) fn precision(&self) -> Precision {
        match self {
            Self::Microcircuit(spec) => spec.precision,
            Self::Backprop(spec) => spec.precision,
            Self::FeedbackAlignment(spec) => spec.precision,
            Self::DirectFeedbackAlignment(spec) => spec.precision,
            Self::SingleLayer(spec) => spec.precision,
        }
    }
}

fn yes() -> bool {
    true
}
