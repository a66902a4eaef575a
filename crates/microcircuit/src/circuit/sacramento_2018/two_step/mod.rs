//! The circuit in its two-step (steady-state) form.

mod from_noise;
mod learner;
mod parameters;
mod plasticity;
mod spec;
mod sweeps;

pub use learner::TwoStep;
pub use parameters::Parameters;
pub use spec::{ApicalMixing, ErrorPreserving, MicrocircuitSpec};
pub use sweeps::Path;
