//! A circuit in continuous time, pattern by pattern, with its potentials over time.

mod figure;
mod files;
mod quantity;
mod spec;
mod traces;

pub(crate) use figure::{Neuron, chart};
pub(crate) use files::{csv, npz};
pub(crate) use quantity::Quantity;
pub(crate) use spec::{Shown, ShownError, SimulateSpec, TargetsSpec};
pub(crate) use traces::{Recorder, Traces};
