//! The steady state in two sweeps, in the form that keeps the circuit self-predicting.
//!
//! 1. Bottom-up, k = 1…N: v_B,k = W_{k,k−1} r_{k−1}, u_k = v_B,k; v^I_k = W^IP_k r_k.
//! 2. u_N = (1 − λ_N) v_B,N + λ_N u_trgt.
//! 3. Top-down, k = N−1…1: u^I_k = (1 − λ_I,k) v^I_k + λ_I,k u_{k+1},
//!    v_A,k = W_{k,k+1} r_{k+1} + W^PI_k r^I_k, u_k = v_B,k + λ_k v_A,k.
//!
//! Source: Sacramento et al. (2018), eqs. 1–4 at rest and the two-step form of Fig. 3. The paper's
//! u_k = (1 − λ_k) v_B + λ_k v_A would let a silent apical dendrite move the soma; the form here
//! does not, and needs no attenuation (α_k = 1).

mod fast;

use apical_kernels::Real;
use apical_keys::Described;
use apical_learning::Teacher;
use serde::{Deserialize, Serialize};

use super::parameters::Parameters;
use crate::circuit::sacramento_2018::oracle::two_step as plain;
use crate::circuit::sacramento_2018::state::State;
use crate::table::Weights;

/// Which code computes; both give the same numbers to rounding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, Described)]
#[serde(rename_all = "snake_case")]
pub enum Path {
    /// Padded matrices, vector kernels, products saved where they are known.
    #[default]
    Fast,
    /// The equations written out; slow.
    Plain,
}

/// The bottom-up sweep: all that a prediction needs.
pub(crate) fn bottom_up<T: Real>(
    path: Path,
    parameters: &Parameters,
    weights: &Weights<T>,
    state: &mut State<T>,
) {
    match path {
        Path::Fast => fast::bottom_up(parameters, weights, state),
        Path::Plain => plain::bottom_up(parameters, weights, state),
    }
}

/// Both sweeps. `lateral_cancels` promises W^PI_k = −W_{k,k+1}.
pub(crate) fn settle<T: Real>(
    path: Path,
    parameters: &Parameters,
    weights: &Weights<T>,
    lateral_cancels: bool,
    teacher: Teacher,
    state: &mut State<T>,
) {
    match path {
        Path::Fast => fast::settle(parameters, weights, lateral_cancels, teacher, state),
        Path::Plain => plain::settle(parameters, weights, teacher, state),
    }
}
