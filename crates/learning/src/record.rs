//! What is kept of a run. docs/records.md describes the files.

use std::collections::BTreeMap;

use apical_keys::Described;
use serde::{Deserialize, Serialize};

use crate::{
    Confusion, KeyPath, Metric, OutputError, PhaseSeconds, Point, Readings, Swept, Versions,
};

/// Version of the record format; raised when a field changes its meaning.
pub const SCHEMA_VERSION: u32 = 1;

/// A part of a data set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PartName {
    /// Taught.
    Train,
    /// Chooses epochs and settings.
    Validation,
    /// Reported.
    Test,
}

/// One measured value, or the reason why there is none.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reading {
    /// What was measured.
    pub metric: Metric,
    /// On which part of the data, for accuracy and loss.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub part: Option<PartName>,
    /// Of which layer (1…N); absent for all layers together.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub layer: Option<usize>,
    /// Against which reference gradient.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<OutputError>,
    /// The value, in the metric's unit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<f64>,
    /// Why there is no value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub absent: Option<String>,
    /// Over how many minibatches the value is a mean, where others had none; absent where all had
    /// one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub n_batches: Option<usize>,
}

impl Reading {
    /// A reading of `metric`: a finite value, or the reason for its absence.
    pub fn new(metric: Metric, value: Result<f64, String>) -> Self {
        let value = value.and_then(|v| {
            if v.is_finite() {
                Ok(v)
            } else {
                Err(format!("the value is {v}"))
            }
        });
        let (value, absent) = match value {
            Ok(value) => (Some(value), None),
            Err(reason) => (None, Some(reason)),
        };
        Self {
            metric,
            part: None,
            layer: None,
            reference: None,
            value,
            absent,
            n_batches: None,
        }
    }

    /// The same reading, of one part of the data.
    #[must_use]
    pub fn on(mut self, part: PartName) -> Self {
        self.part = Some(part);
        self
    }

    /// The same reading, of one layer, or of all together.
    #[must_use]
    pub fn of_layer(mut self, layer: Option<usize>) -> Self {
        self.layer = layer;
        self
    }

    /// The same reading, against one reference gradient.
    #[must_use]
    pub fn against(mut self, reference: OutputError) -> Self {
        self.reference = Some(reference);
        self
    }

    /// Whether both are readings of the same thing.
    pub fn same_subject(&self, other: &Self) -> bool {
        (self.metric, self.part, self.layer, self.reference)
            == (other.metric, other.part, other.layer, other.reference)
    }
}

/// All readings after an epoch.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EpochRecord {
    /// Epochs taught so far; 0 is before training.
    pub epoch: usize,
    /// Samples taught so far.
    pub n_samples: u64,
    /// The readings.
    pub readings: Readings,
}

/// Where the time went, up to and including an epoch.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TimingRecord {
    /// Epochs taught so far.
    pub epoch: usize,
    /// Samples taught so far.
    pub n_samples: u64,
    /// Seconds so far by phase.
    pub seconds: PhaseSeconds,
}

/// Which run of an experiment this is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(from = "WrittenKey", into = "WrittenKey")]
pub struct RunKey {
    /// The experiment's name.
    pub experiment: String,
    /// The task's name.
    pub task: String,
    /// The learner's name.
    pub learner: String,
    /// The point of a sweep.
    pub point: Point,
    /// The root seed.
    pub seed: u64,
}

/// A key as records have it.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenKey {
    experiment: String,
    task: String,
    learner: String,
    /// The point as `key=value, …`, for people; old records have nothing else.
    #[serde(default)]
    variant: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    point: Vec<Swept>,
    seed: u64,
}

impl From<WrittenKey> for RunKey {
    fn from(written: WrittenKey) -> Self {
        Self {
            point: match written.point.is_empty() {
                true => Point::of_text(&written.variant),
                false => Point(written.point),
            },
            experiment: written.experiment,
            task: written.task,
            learner: written.learner,
            seed: written.seed,
        }
    }
}

impl From<RunKey> for WrittenKey {
    fn from(key: RunKey) -> Self {
        Self {
            experiment: key.experiment,
            task: key.task,
            learner: key.learner,
            variant: key.point.to_string(),
            point: key.point.0,
            seed: key.seed,
        }
    }
}

/// One line of metrics.jsonl.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "record", rename_all = "snake_case")]
pub enum Record {
    /// The first line.
    Run {
        /// [`SCHEMA_VERSION`].
        schema: u32,
        /// Which run.
        run: RunKey,
    },
    /// Readings; the same bits whenever the run is repeated.
    Epoch(EpochRecord),
    /// Times; these differ from one repetition to the next.
    Timing(TimingRecord),
}

/// How a run ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// All epochs were taught.
    Finished,
    /// It stopped with an error, such as a non-finite value.
    Failed {
        /// The error, in words.
        error: String,
    },
}

/// Time of a whole run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TimingSummary {
    /// Seconds by phase.
    pub seconds: PhaseSeconds,
    /// Samples taught per second of training time, observation not counted; absent without a clock.
    pub samples_per_second: Option<f64>,
    /// Samples taught.
    pub n_samples: u64,
}

/// summary.json: a run in short.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Summary {
    /// [`SCHEMA_VERSION`].
    pub schema: u32,
    /// Which run.
    pub run: RunKey,
    /// How it ended.
    pub status: Status,
    /// Layer sizes, input to output.
    pub sizes: Vec<usize>,
    /// Plastic and fixed numbers in the learner's tensors.
    pub n_parameters: usize,
    /// Epochs taught.
    pub n_epochs: usize,
    /// The epoch with the best validation accuracy (regression: lowest validation loss), the
    /// earliest among equals; absent where validation was not measured.
    pub chosen_epoch: Option<usize>,
    /// Readings after the last epoch.
    pub last: Readings,
    /// Accuracy and loss after the chosen epoch.
    pub chosen: Readings,
    /// Which classes of the test part are taken for which after the last epoch; absent in regression, of more
    /// classes than [`Confusion::MOST_CLASSES`], and in old records.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confusion: Option<Confusion>,
    /// Times.
    pub timing: TimingSummary,
    /// Trials by which the learner's settings were found, where they were tuned in this experiment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub n_tuning_trials: Option<usize>,
    /// Which tuning found them, from 0, where the experiment has several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tuning: Option<usize>,
}

/// provenance.json: where a run comes from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Provenance {
    /// [`SCHEMA_VERSION`].
    pub schema: u32,
    /// Version of apical.
    pub version: String,
    /// Commit that the program was built from, where it was known.
    pub commit: Option<String>,
    /// Whether the work tree differed from that commit.
    pub dirty: Option<bool>,
    /// SHA-256 of the sources that results depend on.
    pub source_digest: String,
    /// Compiler.
    pub rustc: String,
    /// Target triple.
    pub target: String,
    /// Versions of the libraries that results depend on, by name.
    #[serde(default)]
    pub versions: Versions,
    /// Processor.
    pub cpu: String,
    /// Instruction set of the kernels.
    pub instruction_set: String,
    /// What `APICAL_KERNELS` asked for, where it was set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kernels: Option<String>,
    /// Threads of the experiment.
    pub n_threads: usize,
    /// Checksum of the data set as loaded.
    pub data_checksum: String,
    /// SHA-256 of the file that starting weights came from, where they were not drawn.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start_checksum: Option<String>,
    /// Start, RFC 3339, UTC.
    pub started: String,
    /// The command line.
    pub command: Vec<String>,
    /// Where it was interrupted and went on; empty where it never was.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub resumed: Vec<Resumed>,
    /// What the run ran in and took; absent in old records.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub surroundings: Option<Surroundings>,
}

/// How a run went on after it was interrupted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Resumed {
    /// Where it stood, in words.
    pub place: String,
    /// When it went on, RFC 3339, UTC.
    pub started: String,
    /// Processor.
    pub cpu: String,
    /// Threads of the experiment.
    pub n_threads: usize,
    /// The command line.
    pub command: Vec<String>,
}

/// What a run ran in and took. What the machine does not say is absent.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Surroundings {
    /// Operating system.
    pub os: String,
    /// Its kernel.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kernel: Option<String>,
    /// Memory that the program may use, bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub memory_bytes: Option<u64>,
    /// What chooses the processor's frequency.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub governor: Option<String>,
    /// The program's allocator.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub allocator: Option<String>,
    /// `RUSTFLAGS` of the build, where there were any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rustflags: Option<String>,
    /// Memory that the run was estimated to need at least, bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub estimated_bytes: Option<u64>,
    /// The most memory that the process, with all runs at that time and before, had taken by the end of this one,
    /// bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub process_peak_bytes: Option<u64>,
    /// End, RFC 3339, UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended: Option<String>,
}

/// Which epoch's validation score a trial is judged by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, Described)]
#[serde(rename_all = "snake_case")]
pub enum JudgedBy {
    /// That of the last epoch, as the test score that tables lead with is.
    #[default]
    LastEpoch,
    /// That of the epoch at which it is best.
    ChosenEpoch,
}

/// One line of trials.jsonl: settings tried while tuning, judged on validation alone, on seeds
/// apart from the reported ones.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrialRecord {
    /// [`SCHEMA_VERSION`].
    pub schema: u32,
    /// The task's name.
    pub task: String,
    /// The learner's name.
    pub learner: String,
    /// Of which tuning, from 0, where the experiment has several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tuning: Option<usize>,
    /// Running number, from 0.
    pub trial: usize,
    /// Keys of the specification and the values tried.
    pub settings: BTreeMap<KeyPath, f64>,
    /// The seeds of the trial.
    pub seeds: Vec<u64>,
    /// Epochs taught.
    pub n_epochs: usize,
    /// Which epoch the value is of; absent in old records, which are judged by the chosen one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub judged_by: Option<JudgedBy>,
    /// Mean over seeds of the validation accuracy (%), or of the validation loss in regression; absent where a
    /// seed failed.
    pub value: Option<f64>,
    /// Why there is no value.
    pub failed: Option<String>,
    /// Whether these settings were taken.
    pub chosen: bool,
    /// Training time of all seeds, s; absent in old records and where a seed failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seconds: Option<f64>,
}

/// A run as read back from its folder.
#[derive(Debug, Clone, PartialEq)]
pub struct RunRecord {
    /// spec.toml, the resolved specification.
    pub spec: String,
    /// provenance.json.
    pub provenance: Provenance,
    /// The readings of metrics.jsonl.
    pub epochs: Vec<EpochRecord>,
    /// The times of metrics.jsonl.
    pub timings: Vec<TimingRecord>,
    /// summary.json.
    pub summary: Summary,
}
