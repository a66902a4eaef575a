//! Sacramento, Ponte Costa, Bengio and Senn (2018), NeurIPS, arXiv:1810.11393.
//!
//! Layers count from 0 (input) to N (output). Hidden layer k has one interneuron for each pyramidal
//! neuron of layer k + 1; input and output layers have none.

mod continuous;
mod interneuron_rates;
mod learner;
mod parameters;
mod plasticity;
mod rates;
mod spec;
mod stability;
mod state;
mod table;
mod theory;
mod two_step;

pub use continuous::{
    Conductances, Continuous, ContinuousParameters, ContinuousSpec, ContinuousState,
    Discretisation, Increments, Integrator, NoiseSpec, Oracle, Pace, TeacherKind, Tolerances,
    UpdateOrder,
};
pub use interneuron_rates::InterneuronRates;
pub use learner::TwoStep;
pub use parameters::Parameters;
pub use spec::{MicrocircuitSpec, Path};
pub use stability::{LoopGain, loop_gain};
pub use state::State;
pub use table::{Circuit, InterneuronKind, LearningRates, Start};
pub use theory::update_factor;
