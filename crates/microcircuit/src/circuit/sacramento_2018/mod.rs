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
mod theory;
mod two_step;
mod weights;

pub use continuous::{
    Conductances, Continuous, ContinuousParameters, ContinuousSpec, ContinuousState,
    Discretisation, Increments, Integrator, NoiseSpec, Pace, TeacherKind, Tolerances, UpdateOrder,
};
pub use interneuron_rates::InterneuronRates;
pub use learner::TwoStep;
pub use parameters::Parameters;
pub use rates::LearningRates;
pub use spec::{FeedbackKind, InterneuronKind, MicrocircuitSpec, Path, Start};
pub use stability::{LoopGain, loop_gain};
pub use state::State;
pub use theory::update_factor;
pub use weights::{WeightStart, Weights};
