//! Plasticity: weight changes of a settled state, averaged over its samples.
//!
//! eq. 7:  ΔW_{k,k−1} = η_{k,k−1} (φ(u_k) − φ(v̂_B,k)) r_{k−1}ᵀ
//! eq. 8:  ΔW^IP_k    = η^IP_k (φ(u^I_k) − φ(v̂^I_k)) r_kᵀ
//! eq. 9:  ΔW^PI_k    = η^PI_k (v_rest − v_A,k) (r^I_k)ᵀ, v_rest = 0
//! eq. 10: ΔW_{k,k+1} = η_{k,k+1} (φ(u_k) − φ(v̂_TD,k)) r_{k+1}ᵀ, v̂_TD,k = W_{k,k+1} r_{k+1}
//!
//! Presynaptic rates are the nudged ones, or those of the bottom-up pass, less their running means where
//! they are centred. A threshold is a weight from a unit of constant rate 1. With slopes, the first
//! factors of eqs. 7 and 8 are φ′(v̂)(u − v̂). Source: Sacramento et al. (2018), eqs. 7–10.

use apical_kernels::{Columns, Padded, Real, Start, rank_update};

use super::parameters::Parameters;
use super::sweeps::Path;
use crate::centring::{Factors, Means};
use crate::circuit::Presynaptic;
use crate::circuit::sacramento_2018::oracle::two_step as plain;
use crate::circuit::sacramento_2018::state::State;
use crate::circuit::sacramento_2018::table::LateralRule;
use crate::feedback::{Signal, Signals, lose};
use crate::table::{ConnectionId, Weights};

/// Adds the changes of the settled `state` to `into`; `weights` are those that it settled with, or
/// `None` where `into` are the same ones.
pub(crate) fn add_changes<T: Real>(
    path: Path,
    p: &Parameters,
    means: Option<&Means<T>>,
    weights: Option<&Weights<T>>,
    s: &mut State<T>,
    into: &mut Weights<T>,
) {
    if path == Path::Plain {
        // The plain path writes nothing before it has read everything.
        let before = weights.unwrap_or(&*into).clone();
        return plain::add_changes(p, means, &before, s, into);
    }
    let (c, n) = (&p.circuit, s.n_layers());
    let per_sample = 1.0 / s.n_samples() as f64;
    let eta = |rate: f64| T::of(rate * per_sample);
    let factors = Factors::new(means, |k| presynaptic(p, s, k));
    decay(p, weights, into);
    // A rule of feedback reads top-down weights, so it comes before they change.
    for k in 1..n {
        if c.rate(c.feedback(k)) != 0.0 && c.feedback_rule.noise().is_none() {
            add_feedback_changes(p, k, &factors, per_sample, weights, s, into);
        }
    }
    // What the sweeps read last comes first and what they read first last: both are then in a cache.
    for k in 1..n {
        add_lateral_changes(p, k, per_sample, s, into);
        let rate = c.rate(c.interneuron(k));
        let delta = &mut s.scratch[k + 1];
        if rate != 0.0 {
            let nudged = (&s.interneuron[k], &s.interneuron_rate[k]);
            let predicted = (&s.dendrite[k], &s.dendrite_rate[k]);
            error(p, nudged, predicted, eta(rate), delta);
            let rates = match p.presynaptic {
                Presynaptic::BottomUp => &s.basal_rate[k],
                Presynaptic::Nudged => &s.rate[k],
            };
            let pre = factors.of(k, rates);
            rank_update(pre, Columns::All, delta, &mut into[c.interneuron(k)]);
            if let Some(b_i) = c.interneuron_threshold(k) {
                factors.add_to_thresholds(k, delta, &mut into[b_i]);
            }
        }
    }
    for k in (1..=n).rev() {
        let rate = c.rate(c.forward(k));
        if rate == 0.0 {
            continue;
        }
        let delta = &mut s.scratch[k];
        let (nudged, predicted) = ((&s.soma[k], &s.rate[k]), (&s.basal[k], &s.basal_rate[k]));
        error(p, nudged, predicted, eta(rate), delta);
        let columns = match k {
            1 => s.active_inputs.columns(),
            _ => Columns::All,
        };
        let rates = match (k, p.presynaptic) {
            (2.., Presynaptic::BottomUp) => &s.basal_rate[k - 1],
            _ => &s.rate[k - 1],
        };
        let pre = factors.of(k - 1, rates);
        rank_update(pre, columns, delta, &mut into[c.forward(k)]);
        if let Some(b) = c.threshold(k) {
            factors.add_to_thresholds(k - 1, delta, &mut into[b]);
        }
    }
}

/// Eq. 9, where W^PI_k learns by it.
pub(crate) fn add_lateral_changes<T: Real>(
    p: &Parameters,
    k: usize,
    per_sample: f64,
    s: &mut State<T>,
    into: &mut Weights<T>,
) {
    let c = &p.circuit;
    let rate = c.rate(c.lateral(k));
    if rate == 0.0 || c.lateral_rule != LateralRule::Eq9 {
        return;
    }
    let (eta, delta) = (T::of(rate * per_sample), &mut s.scratch[k]);
    for (delta, &v_a) in delta.values_mut().iter_mut().zip(s.apical[k].values()) {
        *delta = eta * (T::zero() - v_a);
    }
    let r_i = &s.interneuron_rate[k];
    rank_update(r_i, Columns::All, delta, &mut into[c.lateral(k)]);
}

/// The rates of layer k as presynaptic factors.
pub(crate) fn presynaptic<'a, T>(p: &Parameters, s: &'a State<T>, k: usize) -> &'a Padded<T> {
    match (k, p.presynaptic) {
        (1.., Presynaptic::BottomUp) => &s.basal_rate[k],
        _ => &s.rate[k],
    }
}

/// What top-down weights learn with the teacher, and W^PI where it learns by the same rule.
fn add_feedback_changes<T: Real>(
    p: &Parameters,
    k: usize,
    factors: &Factors<'_, T>,
    per_sample: f64,
    weights: Option<&Weights<T>>,
    s: &mut State<T>,
    into: &mut Weights<T>,
) {
    let (c, rule) = (&p.circuit, &p.circuit.feedback_rule);
    let (w_td, w_pi) = (c.feedback(k), c.lateral(k));
    let eta = T::of(c.rate(w_td) * per_sample);
    let zeros = |layer: usize| Padded::zeros(s.n_samples(), s.rate[layer].cols());
    let needs = |signal| rule.needs().contains(&signal);
    let (mut received, mut error_above) = (zeros(k), zeros(k + 1));
    if needs(Signal::OwnPotential) {
        let current = weights.unwrap_or(&*into);
        current.transmit(w_td, &s.rate[k + 1], Start::Zero, &mut received);
    }
    let of_interneuron = |scale: f64, out: &mut Padded<T>| {
        let nudged = (&s.interneuron[k], &s.interneuron_rate[k]);
        let predicted = (&s.dendrite[k], &s.dendrite_rate[k]);
        let lambda_i = p.interneuron_nudging[k - 1];
        error(p, nudged, predicted, T::of(scale / lambda_i), out);
    };
    if needs(Signal::PresynapticError) {
        if c.lateral_rule == LateralRule::Paired {
            of_interneuron(1.0, &mut error_above);
        } else {
            let nudged = (&s.soma[k + 1], &s.rate[k + 1]);
            let predicted = (&s.basal[k + 1], &s.basal_rate[k + 1]);
            error(p, nudged, predicted, T::one(), &mut error_above);
        }
    }
    let (mut pre, mut post) = (zeros(k + 1), zeros(k));
    let mut learn = |id: ConnectionId, scale: T, error: &Padded<T>| {
        let signals = Signals {
            transfer: p.transfer,
            rate: &s.rate[k],
            trace: factors.of(k, presynaptic(p, s, k)),
            arriving: &s.rate[k + 1],
            error,
            received: &received,
        };
        rule.factors(signals, scale, &mut pre, &mut post);
        rank_update(&pre, Columns::All, &post, &mut into[id]);
    };
    learn(w_td, eta, &error_above);
    if c.lateral_rule == LateralRule::Own {
        of_interneuron(1.0, &mut error_above);
        learn(w_pi, -eta, &error_above);
    }
}

/// What pairs of synapses, forward and feedback, lose, and W^IP_k and W^PI_k with them. Comes before any
/// other change, and only in circuits whose feedback does not read its own weights.
fn decay<T: Real>(p: &Parameters, weights: Option<&Weights<T>>, into: &mut Weights<T>) {
    let (c, gamma) = (&p.circuit, p.circuit.decay());
    if gamma == 0.0 {
        return;
    }
    for k in 1..c.n_layers() {
        for id in [
            c.forward(k + 1),
            c.feedback(k),
            c.interneuron(k),
            c.lateral(k),
        ] {
            if c.rate(id) != 0.0 {
                let lost = vec![T::of(gamma); into[id].cols()];
                lose(&lost, weights.map(|w| &w[id]), &mut into[id]);
            }
        }
    }
}

/// [`Plasticity::error`](crate::circuit::sacramento_2018::induction::Plasticity).
fn error<T: Real>(
    p: &Parameters,
    nudged: (&Padded<T>, &Padded<T>),
    predicted: (&Padded<T>, &Padded<T>),
    scale: T,
    out: &mut Padded<T>,
) {
    p.plasticity
        .error(p.transfer, nudged, predicted, scale, out);
}
