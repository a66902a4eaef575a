//! Plasticity: weight changes of a settled state, averaged over its samples.
//!
//! eq. 7:  ΔW_{k,k−1} = η_{k,k−1} (φ(u_k) − φ(v̂_B,k)) r_{k−1}ᵀ
//! eq. 8:  ΔW^IP_k    = η^IP_k (φ(u^I_k) − φ(v̂^I_k)) r_kᵀ
//! eq. 9:  ΔW^PI_k    = η^PI_k (v_rest − v_A,k) (r^I_k)ᵀ, v_rest = 0
//! eq. 10: ΔW_{k,k+1} = η_{k,k+1} (φ(u_k) − φ(v̂_TD,k)) r_{k+1}ᵀ, v̂_TD,k = W_{k,k+1} r_{k+1}
//!
//! Presynaptic rates are the nudged ones. A threshold is a weight from a unit of constant rate 1.
//! Source: Sacramento et al. (2018), eqs. 7–10.

use apical_kernels::{Columns, Padded, Real, Start, rank_update, rate_difference};
use ndarray::Axis;

use super::parameters::Parameters;
use super::sweeps::Path;
use crate::circuit::sacramento_2018::oracle::two_step as plain;
use crate::circuit::sacramento_2018::state::State;
use crate::feedback::Signals;
use crate::table::Weights;

/// Adds the changes of the settled `state` to `into`; `weights` are those that it settled with, or
/// `None` where `into` are the same ones.
pub(crate) fn add_changes<T: Real>(
    path: Path,
    p: &Parameters,
    weights: Option<&Weights<T>>,
    s: &mut State<T>,
    into: &mut Weights<T>,
) {
    if path == Path::Plain {
        // The plain path writes nothing before it has read everything.
        let before = weights.unwrap_or(&*into).clone();
        return plain::add_changes(p, &before, s, into);
    }
    let (c, n) = (&p.circuit, s.n_layers());
    let per_sample = 1.0 / s.n_samples() as f64;
    let eta = |rate: f64| T::of(rate * per_sample);
    // A rule of feedback reads top-down weights, so it comes before they change.
    for k in 1..n {
        let w_td = c.feedback(k);
        let rate = c.rate(w_td);
        if rate == 0.0 {
            continue;
        }
        let [received, delta] = &mut [
            Padded::zeros(s.n_samples(), s.rate[k].cols()),
            Padded::zeros(s.n_samples(), s.rate[k].cols()),
        ];
        let current = weights.unwrap_or(&*into);
        current.transmit(w_td, &s.rate[k + 1], Start::Zero, received);
        let signals = Signals {
            transfer: p.transfer,
            rate: &s.rate[k],
            received,
        };
        c.feedback_rule.factors(signals, eta(rate), delta);
        rank_update(&s.rate[k + 1], Columns::All, delta, &mut into[w_td]);
    }
    for k in 1..=n {
        let rate = c.rate(c.forward(k));
        if rate == 0.0 {
            continue;
        }
        let delta = &mut s.scratch[k];
        let (r, r_b) = (s.rate[k].values(), s.basal_rate[k].values());
        rate_difference(r, r_b, eta(rate), delta.values_mut());
        let columns = match k {
            1 => s.active_inputs.columns(),
            _ => Columns::All,
        };
        rank_update(&s.rate[k - 1], columns, delta, &mut into[c.forward(k)]);
        if let Some(b) = c.threshold(k) {
            sum_rows(delta, &mut into[b]);
        }
    }
    for k in 1..n {
        let rate = c.rate(c.interneuron(k));
        let delta = &mut s.scratch[k + 1];
        if rate != 0.0 {
            let (r_i, r_d) = (s.interneuron_rate[k].values(), s.dendrite_rate[k].values());
            rate_difference(r_i, r_d, eta(rate), delta.values_mut());
            rank_update(&s.rate[k], Columns::All, delta, &mut into[c.interneuron(k)]);
            if let Some(b_i) = c.interneuron_threshold(k) {
                sum_rows(delta, &mut into[b_i]);
            }
        }
        let rate = c.rate(c.lateral(k));
        let delta = &mut s.scratch[k];
        if rate != 0.0 {
            let eta = eta(rate);
            for (delta, &v_a) in delta.values_mut().iter_mut().zip(s.apical[k].values()) {
                *delta = eta * (T::zero() - v_a);
            }
            let r_i = &s.interneuron_rate[k];
            rank_update(r_i, Columns::All, delta, &mut into[c.lateral(k)]);
        }
    }
}

/// row += Σ_b post_b.
fn sum_rows<T: Real>(post: &Padded<T>, row: &mut Padded<T>) {
    let mut row = row.view_mut();
    row += &post.view().sum_axis(Axis(0)).insert_axis(Axis(0));
}
