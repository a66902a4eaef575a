//! The circuit in continuous time, with prospective rates and plasticity that is always on.

mod learner;
mod oracle;
mod parameters;
mod presentation;
mod spec;
mod state;

pub use learner::Continuous;
pub use oracle::ContinuousOracle;
pub use parameters::{ContinuousParameters, PlasticityReads};
pub use spec::{Conductances, ErrorNeuronsContinuousSpec};
pub use state::ContinuousState;
