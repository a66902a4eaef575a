//! The steady state in two sweeps.
//!
//! 1. Bottom-up, k = 1…N, without errors: v̂_k, r_k = φ(v̂_k) and φ′(v̂_k).
//! 2. Top-down, k = N…1: e_k with these rates and slopes; u_k = v̂_k + λ_A,k A_k e_k.

use apical_kernels::{Real, rates_of_rows};
use apical_learning::Teacher;

use crate::circuit::Presynaptic;
use crate::circuit::max_2026::dynamics::{fire, hidden_error, nudge, output_error, predict};
use crate::circuit::max_2026::parameters::Parameters;
use crate::circuit::max_2026::state::State;
use crate::table::Weights;

/// Both sweeps.
pub(crate) fn settle<T: Real>(p: &Parameters, w: &Weights<T>, teacher: Teacher, s: &mut State<T>) {
    let n = s.n_layers();
    for k in 1..=n {
        predict(p, w, k, s);
        let (v, rate, slope) = (&s.prediction[k], &mut s.rate[k], &mut s.slope[k]);
        fire(p.transfer, v, rate, slope);
    }
    output_error(p, w, teacher, s);
    for k in (1..n).rev() {
        hidden_error(p, w, k, s);
    }
    for k in 1..=n {
        nudge(p, w, k, s);
        if k < n && p.presynaptic == Presynaptic::Nudged {
            rates_of_rows(p.transfer, &s.soma[k], &mut s.nudged_rate[k]);
        }
    }
}
