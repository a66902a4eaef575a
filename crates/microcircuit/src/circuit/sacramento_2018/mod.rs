//! Sacramento, Ponte Costa, Bengio and Senn (2018), NeurIPS, arXiv:1810.11393.
//!
//! Layers count from 0 (input) to N (output). Hidden layer k has one interneuron for each pyramidal
//! neuron of layer k + 1; input and output layers have none.

mod anatomy;
mod continuous;
mod held_input;
mod induction;
mod interneuron_rates;
mod keys;
mod oracle;
mod stability;
mod state;
mod table;
mod theory;
mod two_step;

#[doc(hidden)]
pub use continuous::step;
pub use continuous::{
    Conductances, Continuous, ContinuousParameters, ContinuousSpec, ContinuousState,
    Discretisation, Increments, NoiseSpec, TeacherKind,
};
pub use induction::Plasticity;
pub use interneuron_rates::InterneuronRates;
pub use oracle::Oracle;
pub use stability::{LoopGain, loop_gain};
#[doc(hidden)]
pub use stability::{rectified_growth, spectral_abscissa};
pub use state::State;
pub use table::{Circuit, InterneuronKind, LateralRule, Start};
pub use theory::update_factor;
pub use two_step::{ApicalMixing, ErrorPreserving, MicrocircuitSpec, Parameters, Path, TwoStep};

pub use crate::integrator::{Integrator, Pace, Tolerances, UpdateOrder};
