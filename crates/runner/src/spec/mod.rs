//! The specification of an experiment: its types, its errors, and how it is resolved.

mod arm;
mod check;
mod experiment;
mod overrides;
mod path;
mod problem;
mod resolve;
mod sweep;
mod tree;
mod tuning;
mod values;

pub(crate) use arm::{Arm, ArmError, sha256};
pub(crate) use experiment::{ExperimentSpec, TaskSpec, TrainingOverrides};
pub(crate) use overrides::Overrides;
pub(crate) use path::{KeyPath, quoted};
pub(crate) use problem::{SpecProblem, nearest};
pub(crate) use resolve::{Resolved, SpecSource};
pub(crate) use tuning::{Strategy, TuningSpec};
pub(crate) use values::{Range, Values};
