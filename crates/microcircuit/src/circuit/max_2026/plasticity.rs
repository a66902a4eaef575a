//! Plasticity, averaged over samples: ΔW_{k,k−1} = η v_A,k r_{k−1}ᵀ, Δb_k = η v_A,k; r less its running mean
//! where it is centred, and b then takes up the mean.
//!
//! That is the authors' rule in potentials, (u_k − v̂_k) r_{k−1}ᵀ, over λ_A,k: u_k − v̂_k = λ_A,k v_A,k
//! holds exactly, and the difference need not be formed. It has φ′ once, in e_k; a difference of rates
//! would have it twice. Feedback learns by its rule, with e_{k+1} as what its axons carry and r_k, which
//! Q_k brings, as the rate of the neuron that it sits on. d_{k+1} is v_A,k+1: where A = 1, what those axons
//! carried when the forward synapses above got it.

use apical_kernels::{Columns, Padded, Real, mix, rank_update};

use super::parameters::Parameters;
use super::state::State;
use crate::centring::{Factors, Means};
use crate::circuit::Presynaptic;
use crate::feedback::{Signals, lose};
use crate::table::Weights;

/// Adds to `into` what all layers change, times `scale` of layer k; feedback from layer k + 1 as the
/// forward weights into it. `weights` are those that the state was made with, or `None` where `into` are
/// the same ones.
pub(crate) fn add_changes<T: Real>(
    p: &Parameters,
    means: Option<&Means<T>>,
    scale: impl Fn(usize) -> f64,
    weights: Option<&Weights<T>>,
    s: &mut State<T>,
    into: &mut Weights<T>,
) {
    let c = &p.circuit;
    let per_sample = 1.0 / s.n_samples() as f64;
    let gamma = c.decay();
    let factors = Factors::new(means, |k| presynaptic(p, s, k));
    for k in 1..s.n_layers() {
        for id in [c.forward(k + 1), c.feedback(k)] {
            if gamma > 0.0 && c.rate(id) != 0.0 {
                let lost = vec![T::of(gamma); into[id].cols()];
                lose(&lost, weights.map(|w| &w[id]), &mut into[id]);
            }
        }
        if c.feedback_rule.noise().is_none() {
            add_feedback_changes(p, k, &factors, scale(k + 1) * per_sample, s, into);
        }
    }
    // From the top down: the weights that the next minibatch reads first are then still in a cache.
    for k in (1..=s.n_layers()).rev() {
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
        let (pre, post) = (factors.of(k - 1, below), &s.scratch[k]);
        rank_update(pre, columns, post, &mut into[c.forward(k)]);
        if let Some(b) = c.threshold(k) {
            factors.add_to_thresholds(k - 1, post, &mut into[b]);
        }
    }
}

/// What B_{k,k+1} learns with the teacher.
fn add_feedback_changes<T: Real>(
    p: &Parameters,
    k: usize,
    factors: &Factors<'_, T>,
    scale: f64,
    s: &State<T>,
    into: &mut Weights<T>,
) {
    let (c, id) = (&p.circuit, p.circuit.feedback(k));
    let rate = c.rate(id) * scale;
    if rate == 0.0 {
        return;
    }
    let zeros = |layer: usize| Padded::zeros(s.n_samples(), s.rate[layer].cols());
    let (mut pre, mut post) = (zeros(k + 1), zeros(k));
    let signals = Signals {
        transfer: p.transfer,
        rate: &s.rate[k],
        trace: factors.of(k, presynaptic(p, s, k)),
        arriving: &s.error[k + 1],
        error: &s.apical[k + 1],
        received: &s.arriving[k],
    };
    c.feedback_rule
        .factors(signals, T::of(rate), &mut pre, &mut post);
    rank_update(&pre, Columns::All, &post, &mut into[id]);
}

/// The rates of hidden layer `k` that synapses onto the layer above learn with.
pub(crate) fn presynaptic<'a, T>(p: &Parameters, s: &'a State<T>, k: usize) -> &'a Padded<T> {
    match p.presynaptic {
        Presynaptic::Nudged => &s.nudged_rate[k],
        Presynaptic::BottomUp => &s.rate[k],
    }
}
