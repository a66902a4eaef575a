//! What an experiment's file says, with its types.

use apical_datasets::DatasetSpec;
use apical_keys::Described;
use apical_learning::{KeyPath, MeasureSpec, RateSchedule, TargetCoding, TrainingSpec, Transfer};
use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use super::contrast::{Contrasts, Epoch};
use super::{ForwardScale, TuningSpec, Values};
use crate::learners::LearnerSpec;
use crate::start::StartSpec;

/// An experiment: tasks, learners, seeds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Described)]
#[serde(deny_unknown_fields)]
pub struct ExperimentSpec {
    /// The report's heading.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub title: String,
    /// Root seeds; every learner of every task is run once with each.
    #[key(least = 1, example = "[1, 2, 3]")]
    pub seeds: Vec<u64>,
    /// How long and in what portions learners are taught.
    pub training: TrainingSpec,
    /// What is measured, and how often.
    #[serde(default = "MeasureSpec::everything")]
    pub measure: MeasureSpec,
    /// `contrasts` of tasks that declare none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contrasts: Option<Contrasts>,
    /// `margin` of tasks that declare none.
    #[key(min = 1e-9, max = 1e6)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub margin: Option<f64>,
    /// `verdict_epoch` of tasks that declare none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verdict_epoch: Option<Epoch>,
    /// Tasks by name.
    #[key(name = "TASK")]
    pub task: IndexMap<String, TaskSpec>,
    /// Keys and the values that each of them takes, in all combinations.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    #[key(name = "KEY")]
    pub sweep: IndexMap<KeyPath, Values>,
    /// How learners' settings are found before the reported runs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tuning: Option<TuningSpec>,
}

/// A task: data, a network, and the learners that train it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Described)]
#[serde(deny_unknown_fields)]
pub struct TaskSpec {
    /// The task from which this one takes every key that it does not state; tables are taken key by key.
    /// `learner.LEARNER = false` leaves one of its learners out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[key(example = "\"digits\"")]
    pub like: Option<String>,
    /// The data set.
    pub dataset: DatasetSpec,
    /// Neurons of each hidden layer; the data give the widths of input and output.
    #[key(min = 1, unit = "neurons", example = "[30]")]
    pub hidden: Vec<usize>,
    /// φ of every neuron.
    pub transfer: Transfer,
    /// Whether every neuron has a learnable threshold.
    #[serde(default = "yes")]
    pub thresholds: bool,
    /// s_k per layer 1…N: forward starting weights are drawn from U(−s_k, s_k), the same bits for
    /// every learner. `"fan_in"` follows from the widths and φ. Needed unless `start` names a file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[key(example = "[0.5, 0.3]")]
    pub forward_scale: Option<ForwardScale>,
    /// Forward starting weights from a file, the same for every learner and seed, in place of drawn ones; what else a
    /// learner has (feedback, interneurons) begins as without. Learners with a network of their own
    /// (`single_layer`) draw as always.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start: Option<StartSpec>,
    /// The learner that the others are compared with; the first that is backprop matched to the
    /// circuit, with nothing frozen, where none is named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub baseline: Option<String>,
    /// Which learners are compared, in place of the experiment's: `"baseline"` for all of them with the
    /// baseline, or a list. No run depends on it, so that it may be added to runs that are made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contrasts: Option<Contrasts>,
    /// The largest difference of test scores that does not matter: in percentage points where the score is an
    /// accuracy, in the unit of the loss in regression. Without one no two learners are called equivalent. No run
    /// depends on it.
    #[key(min = 1e-9, max = 1e6, example = "0.5")]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub margin: Option<f64>,
    /// Which epoch's scores the verdicts on contrasts are drawn from; the last one where nothing is said. No run
    /// depends on it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verdict_epoch: Option<Epoch>,
    /// What this task does otherwise than the experiment's `[training]`.
    #[serde(default, skip_serializing_if = "TrainingOverrides::is_empty")]
    pub training: TrainingOverrides,
    /// What single learners, by name, do otherwise than that.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    #[key(name = "LEARNER")]
    pub training_of: IndexMap<String, TrainingOverrides>,
    /// Learners by name.
    #[key(name = "LEARNER")]
    pub learner: IndexMap<String, LearnerSpec>,
}

/// Keys of [`TrainingSpec`], all optional.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, Described)]
#[serde(deny_unknown_fields)]
pub struct TrainingOverrides {
    /// `n_epochs` of `[training]`, in place of it.
    #[key(min = 1, max = 1_000_000)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub n_epochs: Option<usize>,
    /// `batch_size` of `[training]`, in place of it.
    #[key(min = 1)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub batch_size: Option<usize>,
    /// `targets` of `[training]`, in place of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub targets: Option<TargetCoding>,
    /// `rate_schedule` of `[training]`, in place of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rate_schedule: Option<RateSchedule>,
}

impl TrainingOverrides {
    /// Whether nothing is done otherwise.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// `base` with these values in place of its own.
    pub fn over(&self, base: &TrainingSpec) -> TrainingSpec {
        TrainingSpec {
            n_epochs: self.n_epochs.unwrap_or(base.n_epochs),
            batch_size: self.batch_size.unwrap_or(base.batch_size),
            targets: self.targets.unwrap_or(base.targets),
            rate_schedule: self.rate_schedule.unwrap_or(base.rate_schedule),
        }
    }
}

fn yes() -> bool {
    true
}
