//! The specification of an experiment: its types, its errors, and how it is resolved.

mod arm;
mod check;
mod contrast;
mod experiment;
pub(crate) mod format;
mod forward_scale;
mod like;
mod overrides;
mod pattern;
pub(crate) mod place;
mod problem;
mod resolve;
mod source;
mod sweep;
mod tree;
mod tuning;
mod values;
mod wording;

pub use apical_datasets::sha256;
pub use apical_learning::KeyPath;
pub use arm::{Arm, ArmError};
pub(crate) use check::distinct_names;
pub use contrast::{Contrast, ContrastError, Contrasts, Epoch, declared};
pub use experiment::{ExperimentSpec, TaskSpec, TrainingOverrides};
pub use forward_scale::{FanIn, ForwardScale};
pub use overrides::Overrides;
pub use problem::{SpecProblem, nearest};
pub use resolve::{Resolved, SpecSource};
pub use source::{text_of, unreadable};
pub use tuning::{Strategy, TuningSpec};
pub use values::{Range, Scale, Values};
