//! The error-neuron microcircuit: Max, Jaras, Granier, Wilmes and Petrovici (2026), PLoS Comput Biol,
//! pcbi.1014164. The equations are those of the authors' program (github kma-code/Error-Neuron-Microcircuits,
//! 7baef7d).
//!
//! Layers count from 0 (input) to N (output). Every layer above the input has representation neurons,
//! pyramidal ones, and an error neuron for each of them. Errors go down from error neurons to error
//! neurons; there are no interneurons, and nothing has to be predicted away.

mod continuous;
mod dynamics;
mod oracle;
mod parameters;
mod plasticity;
mod spec;
mod stability;
mod state;
mod table;
mod theory;
mod two_step;

pub use continuous::{
    Conductances, Continuous, ContinuousOracle, ContinuousParameters, ContinuousState,
    ErrorNeuronsContinuousSpec, PlasticityReads,
};
pub use oracle::Oracle;
pub use parameters::Parameters;
pub use stability::error_loop_gain;
pub use state::State;
pub use table::Circuit;
pub use theory::update_factor;
pub use two_step::{ErrorNeuronsSpec, TwoStep};
