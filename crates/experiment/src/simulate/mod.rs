//! A circuit in continuous time, pattern by pattern, with its potentials over time.

mod circuit;
mod figure;
mod files;
mod quantity;
mod run;
mod spec;
mod specified;
mod traces;

pub use figure::{Neuron, chart};
pub use files::{csv, npz};
pub use quantity::{Model, Quantity};
pub use run::{Came, Record, RecordError, Saved, Simulation, WeightsError};
pub use spec::{
    CIRCUITS, CircuitSpec, RowsSpec, Shown, ShownError, SimulateSpec, TargetKind, TargetsSpec,
    is_simulation,
};
pub use specified::Specified;
pub use traces::{Trace, Traces};

use circuit::Simulated;
use traces::Recorder;
