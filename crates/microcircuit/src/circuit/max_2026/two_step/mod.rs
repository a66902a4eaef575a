//! The circuit in its two-step (steady-state) form.

mod from_noise;
mod learner;
mod spec;
mod sweeps;

pub use learner::TwoStep;
pub use spec::ErrorNeuronsSpec;
