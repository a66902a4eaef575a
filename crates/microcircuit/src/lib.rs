//! The dendritic cortical microcircuit: pyramidal neurons with somatic, basal and apical
//! compartments and lateral interneurons, which learn from local apical prediction errors.
//!
//! Circuits stand side by side in [`circuit`]; each brings its own state, weights and parameters.
//! Nothing here knows a data set, a file or a clock.
//!
//! What is generic in the precision and called from crates above is `#[inline(never)]`: these then use the
//! code that is compiled here, at full optimisation, and compile none of their own.

mod activity;
mod centring;
pub mod circuit;
pub mod feedback;
mod forward_rates;
pub mod integrator;
pub mod kind;
pub mod table;

pub use circuit::Presynaptic;
pub use circuit::sacramento_2018::{
    ApicalMixing, Continuous, ContinuousSpec, InterneuronKind, InterneuronRates, LateralRule,
    LoopGain, MicrocircuitSpec, Path, Plasticity, Start, TwoStep, loop_gain,
};
pub use feedback::{FeedbackKind, FeedbackScale, FeedbackStart};
