//! A circuit in continuous time, pattern by pattern, with its potentials over time.

mod circuit;
mod figure;
mod files;
mod quantity;
mod spec;
mod traces;

pub(crate) use circuit::Simulated;
pub(crate) use figure::{Neuron, chart};
pub(crate) use files::{csv, npz};
pub(crate) use quantity::{Model, Quantity};
pub(crate) use spec::{CIRCUITS, CircuitSpec, Shown, ShownError, SimulateSpec, TargetsSpec};
pub(crate) use traces::{Recorder, Traces};
