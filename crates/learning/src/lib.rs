//! What every learner shares: the [`Learner`] trait, one training loop, observers, alignment
//! metrics and records.
//!
//! Data flows one way: a [`TaskData`] feeds [`train`], which teaches a [`Learner`] one [`Batch`] at a
//! time; at declared epochs [`Observer`]s read the learner and emit [`Reading`]s, which
//! [`Sink`]s receive as records.

mod activities;
pub mod alignment;
mod any_learner;
mod batch;
mod clock;
pub mod conformance;
mod confusion;
mod error;
mod evaluate;
mod gradient;
mod key;
mod kind;
mod layer_rates;
mod learner;
pub mod metric;
mod name;
mod network;
mod observer;
mod per_layer_or;
mod point;
mod pool;
mod range;
mod rate_schedule;
mod readings;
mod record;
mod snapshot;
mod spec;
mod store;
mod tensors;
mod train;
mod updates;
mod versions;

pub use activities::{Activities, Quantity, Teacher};
pub use alignment::AlignmentObserver;
pub use any_learner::{AnyLearner, AnySession, any_learner, train_any};
pub use apical_datasets::{StreamRng, Streams};
pub use apical_kernels::{Real, Transfer};
pub use batch::{Batch, EncodedPart, TaskData};
pub use clock::{Clock, NoClock, Phase, PhaseSeconds, PhaseTimer};
pub use confusion::Confusion;
pub use error::{CheckpointError, LearnError, TrainError};
pub use evaluate::{Evaluation, Residuals, evaluate};
pub use gradient::{ForwardNetwork, ForwardPass, Gradient, GradientReference, OutputError};
pub use key::{KeyPath, NoKeyPath};
pub use kind::{
    AnyChosen, AnyLearnerKind, ChosenLearner, Documented, LearnerKind, LearnerSettings, Make,
    MakeError, Needs,
};
pub use layer_rates::LayerRates;
pub use learner::{Learner, OutputLoss, Precision, StartStep};
pub use metric::{AddMetricsError, Direction, Metric, MetricInfo, Reads, add_metrics};
pub use name::TensorName;
pub use network::{ForwardWeights, Network, NetworkError, uniform};
pub use observer::{EvaluationObserver, Moment, Observer, Sink};
pub use per_layer_or::{PerLayerOr, Word};
pub use point::{Point, Swept, value_of};
pub use range::{Counts, Numbers};
pub use rate_schedule::RateSchedule;
pub use readings::{Of, Readings};
pub use record::{
    EpochRecord, JudgedBy, PartName, Provenance, Reading, Record, Resumed, RunKey, RunRecord,
    SCHEMA_VERSION, Status, Summary, Surroundings, TimingRecord, TimingSummary, TrialRecord,
};
pub use snapshot::{Carried, Snapshot};
pub use spec::{MeasureSpec, PerLayer, SpecError, TargetCoding, TrainingSpec, check_transfer};
pub use store::{StoreError, load_tensors, read_tensors, save_tensors};
pub use tensors::{TensorTable, Tensors, check_shape};
pub use train::{Checkpoint, Plan, Trained, train};
pub use updates::Updates;
pub use versions::Versions;
