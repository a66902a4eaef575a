//! Plasticity: induction terms pass a low-pass filter before they change a weight.
//!
//! τ_w dΔ/dt = −Δ + ⟨post · preᵀ⟩ and dW/dt = η Δ, with ⟨…⟩ the mean over copies of the state and
//!
//! eq. 7:  post = φ(u_k) − φ(v̂_B,k),      pre = r_{k−1}, v̂_B,k = α_k v_B,k
//! eq. 8:  post = φ(u^I_k) − φ(v̂^I_k),    pre = r_k,     v̂^I_k = g_D / (g_lk + g_D) v^I_k
//! eq. 9:  post = v_rest − v_A,k,         pre = r^I_k,   v_rest = 0
//! eq. 10: post = φ(u_k) − φ(v̂_TD,k),     pre = r_{k+1}, v̂_TD,k = W_{k,k+1} r_{k+1}
//!
//! With `plasticity = "slope"` the first factors of eqs. 7 and 8 are φ′(v̂)(u − v̂), with
//! `presynaptic = "bottom_up"` their second ones φ(v̂_B,k) in hidden layers.
//! A threshold is a weight from a unit of rate 1. Source: Sacramento et al. (2018), eqs. 7–10; the
//! filter of eq. 10 is an addition, so that all rules see the same time.

mod feedback;

use apical_kernels::{Columns, Padded, Real, rank_update, rate_difference, rates_of_rows};

use super::learning::Learning;
use super::parameters::{ContinuousParameters, Increments};
use crate::circuit::Presynaptic;
use crate::circuit::sacramento_2018::induction::Plasticity;
use crate::circuit::sacramento_2018::table::LateralRule;
use crate::circuit::sacramento_2018::{held_input::HeldInput, state::State};
use crate::feedback::{Listening, NoiseInTime};
use crate::table::Weights;

/// What a change of Δ by 1 is worth in ∫ Δ dt once Δ has decayed: τ_w with Euler, in ms.
pub(crate) fn residue_ms(p: &ContinuousParameters) -> f64 {
    if p.tau_plasticity_ms == 0.0 {
        return 0.0;
    }
    stride_ms(p) / share(p)
}

/// Time from one advance to the next, in ms.
pub(crate) fn stride_ms(p: &ContinuousParameters) -> f64 {
    p.plasticity_stride as f64 * p.dt_ms
}

/// What is kept of Δ after one advance.
pub(crate) fn kept(p: &ContinuousParameters) -> f64 {
    1.0 - share(p)
}

/// Share of the induction term in Δ after one advance.
pub(crate) fn share(p: &ContinuousParameters) -> f64 {
    if p.tau_plasticity_ms == 0.0 {
        return 1.0;
    }
    p.integrator.gain(stride_ms(p), 1.0 / p.tau_plasticity_ms) / p.tau_plasticity_ms
}

/// One advance of one connection: A += η dt Δ, then Δ += share (post · preᵀ − Δ); without a filter
/// A += η dt post · preᵀ.
struct Advance<T> {
    is_filtered: bool,
    /// What is kept of A: 1, or 0 where rates of change are written.
    keep_accumulated: T,
    /// 1 − share.
    keep: T,
    /// share / n_samples.
    share: T,
    stride_ms: f64,
}

impl<T: Real> Advance<T> {
    /// `post` is already multiplied by `share`; without a filter it is left multiplied by η dt too,
    /// which [`Advance::threshold`] relies on.
    fn connection(
        &self,
        rate: f64,
        (pre, columns): (&Padded<T>, Columns<'_>),
        post: &mut Padded<T>,
        filter: &mut Padded<T>,
        accumulated: &mut Padded<T>,
    ) {
        if self.is_filtered {
            self.decay(rate, filter, accumulated);
            rank_update(pre, columns, post, filter);
        } else {
            let eta = T::of(rate * self.stride_ms);
            post.values_mut().iter_mut().for_each(|post| *post *= eta);
            rank_update(pre, columns, post, accumulated);
        }
    }

    /// As [`Advance::connection`] of the first layer without a filter, while its input stays.
    fn held(&self, rate: f64, post: &mut Padded<T>, held: &mut HeldInput<T>) {
        let eta = T::of(rate * self.stride_ms);
        post.values_mut().iter_mut().for_each(|post| *post *= eta);
        held.learn(post);
    }

    fn threshold(
        &self,
        rate: f64,
        post: &Padded<T>,
        filter: &mut Padded<T>,
        accumulated: &mut Padded<T>,
    ) {
        let sum = if self.is_filtered {
            self.decay(rate, filter, accumulated);
            filter
        } else {
            accumulated
        };
        for b in 0..post.rows() {
            for (d, &post) in sum.row_mut(0).iter_mut().zip(post.row(b)) {
                *d += post;
            }
        }
    }

    fn decay(&self, rate: f64, filter: &mut Padded<T>, accumulated: &mut Padded<T>) {
        let eta = T::of(rate * self.stride_ms);
        let pairs = accumulated.values_mut().iter_mut();
        for (a, d) in pairs.zip(filter.values_mut()) {
            *a = self.keep_accumulated * *a + eta * *d;
            *d *= self.keep;
        }
    }
}

/// scale · (φ(u) − φ(v̂)), or scale · φ′(v̂)(u − v̂), with v̂ = factor · v; φ(v̂) is left in `predicted`.
fn error<T: Real>(
    p: &ContinuousParameters,
    (u, rate): (&Padded<T>, &Padded<T>),
    (factor, v): (f64, &Padded<T>),
    scale: T,
    predicted: &mut Padded<T>,
    out: &mut Padded<T>,
) {
    attenuated(factor, v, out);
    rates_of_rows(p.transfer, out, predicted);
    match p.plasticity {
        Plasticity::RateDifference => {
            rate_difference(rate.values(), predicted.values(), scale, out.values_mut());
        }
        Plasticity::Slope => {
            let v_hat = (&out.clone(), &*predicted);
            (p.plasticity).error(p.transfer, (u, rate), v_hat, scale, out);
        }
    }
}

/// v̂ = factor · v.
fn attenuated<T: Real>(factor: f64, v: &Padded<T>, out: &mut Padded<T>) {
    let factor = T::of(factor);
    for (out, &v) in out.values_mut().iter_mut().zip(v.values()) {
        *out = factor * v;
    }
}

/// The rates of layer k as presynaptic factors of eqs. 7 and 8.
fn presynaptic<'a, T>(p: &ContinuousParameters, s: &'a State<T>, k: usize) -> &'a Padded<T> {
    match (k, p.presynaptic) {
        (1.., Presynaptic::BottomUp) => &s.basal_rate[k],
        _ => &s.rate[k],
    }
}

/// Advances every plastic connection from the state of time t. Nothing that a later connection
/// reads is written by an earlier one.
pub(crate) fn advance<T: Real>(
    p: &ContinuousParameters,
    weights: &Weights<T>,
    learning: &mut Learning<T>,
    s: &mut State<T>,
) {
    let by = Advance {
        is_filtered: p.tau_plasticity_ms > 0.0,
        keep_accumulated: T::one(),
        keep: T::of(kept(p)),
        share: T::of(share(p) / s.n_samples() as f64),
        stride_ms: stride_ms(p),
    };
    advance_by(&by, p, weights, learning, s);
}

/// Advances the top-down weights that listen to noise. They are averages of their own: τ_w has no part in
/// them.
pub(crate) fn listen<T: Real>(
    p: &ContinuousParameters,
    by: &NoiseInTime,
    weights: &Weights<T>,
    learning: &mut Learning<T>,
    listening: &Listening<T>,
) {
    for k in 1..p.circuit.n_layers() {
        let w_td = p.circuit.feedback(k);
        let rate = p.circuit.rate(w_td) * stride_ms(p);
        let apart = (p.increments == Increments::Apart).then(|| &weights[w_td]);
        let into = &mut learning.accumulated[w_td];
        listening.teach(by, k, (rate, p.attenuation[k]), apart, into);
    }
}

/// Writes dΔ/dt in place of Δ and dA/dt in place of A, per ms.
pub(crate) fn change<T: Real>(
    p: &ContinuousParameters,
    weights: &Weights<T>,
    learning: &mut Learning<T>,
    s: &mut State<T>,
) {
    let by = Advance {
        is_filtered: true,
        keep_accumulated: T::zero(),
        keep: T::of(-1.0 / p.tau_plasticity_ms),
        share: T::of(1.0 / (p.tau_plasticity_ms * s.n_samples() as f64)),
        stride_ms: 1.0,
    };
    advance_by(&by, p, weights, learning, s);
}

fn advance_by<T: Real>(
    by: &Advance<T>,
    p: &ContinuousParameters,
    weights: &Weights<T>,
    learning: &mut Learning<T>,
    s: &mut State<T>,
) {
    let (c, n) = (&p.circuit, s.n_layers());
    if p.presynaptic == Presynaptic::BottomUp {
        for k in 1..n {
            let (v_hat, rate) = (&mut s.scratch[k], &mut s.basal_rate[k]);
            attenuated(p.attenuation[k - 1], &s.basal[k], v_hat);
            rates_of_rows(p.transfer, v_hat, rate);
        }
    }
    for k in 1..n {
        feedback::advance(by, p, k, weights, learning, s);
    }
    let Learning {
        filter: d,
        accumulated: a,
        ..
    } = learning;
    for k in 1..=n {
        let w = c.forward(k);
        let rate = c.rate(w);
        if rate == 0.0 {
            continue;
        }
        let nudged = (&s.soma[k], &s.rate[k]);
        let v_b = (p.attenuation[k - 1], &s.basal[k]);
        let (predicted, post) = (&mut s.basal_rate[k], &mut s.scratch[k]);
        error(p, nudged, v_b, by.share, predicted, post);
        let pre = match (k, p.presynaptic) {
            (2.., Presynaptic::BottomUp) => &s.basal_rate[k - 1],
            _ => &s.rate[k - 1],
        };
        let columns = match k {
            1 => s.active_inputs.columns(),
            _ => Columns::All,
        };
        match (k, &mut s.held_input) {
            (1, Some(held)) => by.held(rate, post, held),
            _ => by.connection(rate, (pre, columns), post, &mut d[w], &mut a[w]),
        }
        if let Some(b) = c.threshold(k) {
            by.threshold(rate, post, &mut d[b], &mut a[b]);
        }
    }
    for k in 1..n {
        let w_ip = c.interneuron(k);
        let rate = c.rate(w_ip);
        if rate != 0.0 {
            let nudged = (&s.interneuron[k], &s.interneuron_rate[k]);
            let v_i = (p.interneuron_attenuation, &s.dendrite[k]);
            let (predicted, post) = (&mut s.dendrite_rate[k], &mut s.scratch[k + 1]);
            error(p, nudged, v_i, by.share, predicted, post);
            let pre = match p.presynaptic {
                Presynaptic::BottomUp => &s.basal_rate[k],
                Presynaptic::Nudged => &s.rate[k],
            };
            by.connection(rate, (pre, Columns::All), post, &mut d[w_ip], &mut a[w_ip]);
            if let Some(b_i) = c.interneuron_threshold(k) {
                by.threshold(rate, post, &mut d[b_i], &mut a[b_i]);
            }
        }
        let w_pi = c.lateral(k);
        let rate = c.rate(w_pi);
        if rate != 0.0 && c.lateral_rule == LateralRule::Eq9 {
            let post = &mut s.scratch[k];
            for (post, &v_a) in post.values_mut().iter_mut().zip(s.apical[k].values()) {
                *post = by.share * (T::zero() - v_a);
            }
            let pre = (&s.interneuron_rate[k], Columns::All);
            by.connection(rate, pre, post, &mut d[w_pi], &mut a[w_pi]);
        }
    }
}
