//! The circuit in continuous time: potentials that evolve, plasticity that is always on, no phases.
//!
//! With capacitance 1, rest at 0 and time in ms:
//!
//! eq. 1:    du_k/dt = −g_lk u_k + g_B (v_B,k − u_k) + g_A,k (v_A,k − u_k) + σ ξ(t);
//!           in the output layer g_A = 0, and a teacher adds g_som (u_trgt − u_N)
//! eq. 2:    du^I_k/dt = −g_lk u^I_k + g_D (v^I_k − u^I_k) + g_som (u_{k+1} − u^I_k) + σ ξ(t)
//! eqs. 3–5: v_B,k = W_{k,k−1} r_{k−1} + b_k; v_A,k = W_{k,k+1} r_{k+1} + W^PI_k r^I_k;
//!           v^I_k = W^IP_k r_k + b^I_k
//!
//! Input rates pass a low-pass filter of time constant τ_0. Nothing is reset between patterns.
//! Within a step every layer reads time t before any writes t + dt.
//! Source: Sacramento et al. (2018), eqs. 1–5 and 7–10.

mod circuit;
mod coefficients;
mod dendrites;
mod form;
mod learner;
mod learning;
mod noise;
mod online;
mod parameters;
mod plasticity;
mod presentation;
mod somata;
mod spec;
mod state;

pub use circuit::Continuous;
pub use noise::{Discretisation, NoiseSpec};
#[doc(hidden)]
pub use online::step;
pub use parameters::{ContinuousParameters, Increments, TeacherKind};
pub use spec::{Conductances, ContinuousSpec};
pub use state::ContinuousState;
