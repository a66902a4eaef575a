//! Plasticity, averaged over samples: ΔW_{k,k−1} = η v_A,k r_{k−1}ᵀ, Δb_k = η v_A,k.
//!
//! That is the authors' rule in potentials, (u_k − v̂_k) r_{k−1}ᵀ, over λ_A,k: u_k − v̂_k = λ_A,k v_A,k
//! holds exactly, and the difference need not be formed. It has φ′ once, in e_k; a difference of rates
//! would have it twice.

use apical_kernels::{Columns, Padded, Real, mix, rank_update};

use super::parameters::{Parameters, Presynaptic};
use super::state::State;
use crate::table::Weights;

/// Adds to `into` what all layers change, times `scale` of layer k at index `k − 1`.
pub(crate) fn add_changes<T: Real>(
    p: &Parameters,
    scale: impl Fn(usize) -> f64,
    s: &mut State<T>,
    into: &mut Weights<T>,
) {
    let c = &p.circuit;
    let per_sample = 1.0 / s.n_samples() as f64;
    for k in 1..=s.n_layers() {
        let rate = c.rate(c.forward(k)) * scale(k);
        if rate == 0.0 {
            continue;
        }
        let (v_a, delta) = (s.apical[k].values(), &mut s.scratch[k]);
        let eta = T::of(rate * per_sample);
        mix(eta, v_a, T::zero(), v_a, delta.values_mut());
        let (below, columns) = match k {
            1 => (&s.rate[0], s.active_inputs.columns()),
            _ => (presynaptic(p, s, k - 1), Columns::All),
        };
        rank_update(below, columns, &s.scratch[k], &mut into[c.forward(k)]);
        if let Some(b) = c.threshold(k) {
            into.add_sum(b, &s.scratch[k]);
        }
    }
}

/// The rates of hidden layer `k` that synapses onto the layer above learn with.
pub(crate) fn presynaptic<'a, T>(p: &Parameters, s: &'a State<T>, k: usize) -> &'a Padded<T> {
    match p.presynaptic {
        Presynaptic::Nudged => &s.nudged_rate[k],
        Presynaptic::BottomUp => &s.rate[k],
    }
}
