//! The two-step form written out: sweeps by matrix products, eqs. 7–10 sample by sample. What
//! `path = "plain"` computes.

use apical_kernels::{Padded, Real};
use apical_learning::{Teacher, Transfer};
use ndarray::Array2;

use crate::centring::Means;
use crate::circuit::Presynaptic;
use crate::circuit::sacramento_2018::induction::Plasticity;
use crate::circuit::sacramento_2018::state::State;
use crate::circuit::sacramento_2018::table::LateralRule;
use crate::circuit::sacramento_2018::two_step::Parameters;
use crate::feedback::{Echo, Signal};
use crate::table::{ConnectionId, Weights};

/// The bottom-up sweep.
pub(crate) fn bottom_up<T: Real>(p: &Parameters, w: &Weights<T>, s: &mut State<T>) {
    let c = &p.circuit;
    for k in 1..=s.n_layers() {
        // v_B,k = W_{k,k−1} r_{k−1} + b_k, `[n_samples, n_k]`.
        let mut v_b = s.rate[k - 1].view().dot(&w[c.forward(k)].view());
        if let Some(b) = c.threshold(k) {
            v_b += &w[b].view();
        }
        s.basal[k].assign(v_b.view());
        s.soma[k].assign(v_b.view());
        s.basal_rate[k].assign(phi(p.transfer, &v_b).view());
        s.rate[k].assign(phi(p.transfer, &v_b).view());
    }
}

/// Both sweeps.
pub(crate) fn settle<T: Real>(p: &Parameters, w: &Weights<T>, teacher: Teacher, s: &mut State<T>) {
    bottom_up(p, w, s);
    let (c, n) = (&p.circuit, s.n_layers());
    for k in 1..n {
        // v^I_k = W^IP_k r_k + b^I_k, `[n_samples, n_{k+1}]`.
        let mut v_i = s.rate[k].view().dot(&w.copy(c.interneuron(k)).view());
        if let Some(b_i) = c.interneuron_threshold(k) {
            v_i += &w.copy(b_i).view();
        }
        s.dendrite[k].assign(v_i.view());
        s.dendrite_rate[k].assign(phi(p.transfer, &v_i).view());
    }
    if teacher == Teacher::On {
        // u_N = (1 − λ_N) v_B,N + λ_N u_trgt.
        let lambda = T::of(p.nudging);
        let u_n = s.basal[n].view().to_owned() * (T::one() - lambda)
            + s.target.view().to_owned() * lambda;
        s.soma[n].assign(u_n.view());
        s.rate[n].assign(phi(p.transfer, &u_n).view());
    }
    for k in (1..n).rev() {
        // u^I_k = (1 − λ_I) v^I_k + λ_I u_{k+1}, `[n_samples, n_{k+1}]`.
        let lambda_i = T::of(p.interneuron_nudging[k - 1]);
        let u_i = s.dendrite[k].view().to_owned() * (T::one() - lambda_i)
            + s.soma[k + 1].view().to_owned() * lambda_i;
        let r_i = phi(p.transfer, &u_i);
        s.interneuron[k].assign(u_i.view());
        s.interneuron_rate[k].assign(r_i.view());
        // v_A,k = W_{k,k+1} r_{k+1} + W^PI_k r^I_k, `[n_samples, n_k]`.
        let (w_td, w_pi) = (w.copy(c.feedback(k)), w.copy(c.lateral(k)));
        let v_a = s.rate[k + 1].view().dot(&w_td.view()) + r_i.dot(&w_pi.view());
        s.apical[k].assign(v_a.view());
        // u_k = v_B,k + λ_k v_A,k.
        let u_k = s.basal[k].view().to_owned() + v_a * T::of(p.apical_mixing[k - 1]);
        s.soma[k].assign(u_k.view());
        s.rate[k].assign(phi(p.transfer, &u_k).view());
    }
}

/// Adds the changes of the settled state.
pub(crate) fn add_changes<T: Real>(
    p: &Parameters,
    means: Option<&Means<T>>,
    weights: &Weights<T>,
    s: &State<T>,
    into: &mut Weights<T>,
) {
    let (c, n) = (&p.circuit, s.n_layers());
    let phi = |u: T| p.transfer.rate(u);
    // φ(u) − φ(v̂), or φ′(v̂)(u − v̂).
    let error = |u: T, v: T| match p.plasticity {
        Plasticity::RateDifference => phi(u) - phi(v),
        Plasticity::Slope => p.transfer.slope(v) * (u - v),
    };
    let averaged = |id: ConnectionId| T::of(c.rate(id) / s.n_samples() as f64);
    let mean = |k: usize| -> Vec<T> {
        let row = means.and_then(|means| means.get(Means::<T>::name(k)));
        row.map_or_else(Vec::new, |row| row.iter().map(|&r| T::of(r)).collect())
    };
    // r̃_k = r_k − r̄_k, of the nudged or the bottom-up pass.
    let trace = |k: usize, b: usize| -> Vec<T> {
        let r = match (k, p.presynaptic) {
            (1.., Presynaptic::BottomUp) => s.basal_rate[k].row(b),
            _ => s.rate[k].row(b),
        };
        let mean = mean(k);
        let less = |(j, &r): (usize, &T)| r - mean.get(j).copied().unwrap_or(T::zero());
        r.iter().enumerate().map(less).collect()
    };
    // Δb = Σ post (1 − r̃ · r̄).
    let one = |k: usize, r: &[T]| {
        let products = mean(k).into_iter().zip(r).map(|(mean, &r)| mean * r);
        [T::one() - products.fold(T::zero(), |sum, x| sum + x)]
    };
    let gamma = T::of(c.decay());
    for k in 1..n {
        // Of a pair, and what mirrors it: ΔW = … − γ W.
        for id in [
            c.forward(k + 1),
            c.feedback(k),
            c.interneuron(k),
            c.lateral(k),
        ] {
            if c.rate(id) != 0.0 {
                let change = weights[id].view().to_owned() * -gamma;
                let mut place = into[id].view_mut();
                place += &change;
            }
        }
    }
    for b in 0..s.n_samples() {
        for k in 1..=n {
            // ΔW_{k,k−1} = η (φ(u_k) − φ(v_B,k)) r_{k−1}ᵀ
            let eta = averaged(c.forward(k));
            let (u, v_b, r) = (s.soma[k].row(b), s.basal[k].row(b), trace(k - 1, b));
            let post = |i: usize| eta * error(u[i], v_b[i]);
            add_outer(post, &r, &mut into[c.forward(k)]);
            if let Some(b) = c.threshold(k) {
                add_outer(post, &one(k - 1, &r), &mut into[b]);
            }
        }
        for k in 1..n {
            let (r, r_above) = (trace(k, b), s.rate[k + 1].row(b));
            let (u_i, v_i) = (s.interneuron[k].row(b), s.dendrite[k].row(b));
            // ΔW^IP_k = η^IP (φ(u^I_k) − φ(v^I_k)) r_kᵀ
            let eta = averaged(c.interneuron(k));
            let post = |i: usize| eta * error(u_i[i], v_i[i]);
            if weights.stored(c.interneuron(k)).is_some() {
                add_outer(post, &r, &mut into[c.interneuron(k)]);
                if let Some(b_i) = c.interneuron_threshold(k) {
                    add_outer(post, &one(k, &r), &mut into[b_i]);
                }
            }
            // d^I_k = (φ(u^I_k) − φ(v^I_k)) / λ_I, and d_{k+1}.
            let lambda_i = T::of(p.interneuron_nudging[k - 1]);
            let d_i = |j: usize| error(u_i[j], v_i[j]) / lambda_i;
            let (u_above, v_above) = (s.soma[k + 1].row(b), s.basal[k + 1].row(b));
            let d_above = |j: usize| error(u_above[j], v_above[j]);
            let n_above = u_above.len();
            let is_reciprocal = (c.feedback_rule.needs()).contains(&Signal::PresynapticError);
            // ΔW^PI_k = η^PI (v_rest − v_A,k) (r^I_k)ᵀ, v_rest = 0; or −η r_k (d^I_k)ᵀ
            let eta = averaged(c.lateral(k));
            let v_a = s.apical[k].row(b);
            let r_i: Vec<T> = u_i.iter().map(|&u| phi(u)).collect();
            if weights.stored(c.lateral(k)).is_some() {
                let into = &mut into[c.lateral(k)];
                if c.lateral_rule == LateralRule::Eq9 {
                    add_outer(|i| eta * (T::zero() - v_a[i]), &r_i, into);
                } else if is_reciprocal {
                    let pre: Vec<T> = (0..n_above).map(d_i).collect();
                    add_outer(|i| T::zero() - eta * r[i], &pre, into);
                }
            }
            let eta = averaged(c.feedback(k));
            let u = s.soma[k].row(b);
            let (Some(w_td), true) = (weights.stored(c.feedback(k)), c.rate(c.feedback(k)) != 0.0)
            else {
                continue;
            };
            if is_reciprocal {
                // ΔW_{k,k+1} = η_{k+1,k} r_k d_{k+1}ᵀ
                let pre: Vec<T> = match c.lateral_rule {
                    LateralRule::Paired => (0..n_above).map(d_i).collect(),
                    LateralRule::Own | LateralRule::Eq9 => (0..n_above).map(d_above).collect(),
                };
                add_outer(|i| eta * r[i], &pre, &mut into[c.feedback(k)]);
            } else if c.feedback_rule.noise().is_none() {
                // ΔW_{k,k+1} = η (φ(u_k) − φ(v̂_TD,k)) r_{k+1}ᵀ, v̂_TD,k = W_{k,k+1} r_{k+1}
                let v_td = |i: usize| {
                    let terms = r_above.iter().enumerate();
                    terms.fold(T::zero(), |sum, (j, &r)| sum + w_td.row(j)[i] * r)
                };
                let post = |i| eta * (phi(u[i]) - phi(v_td(i)));
                add_outer(post, r_above, &mut into[c.feedback(k)]);
            }
        }
    }
}

/// The answer to `noise` in layer k: r̂_k = φ(v_B,k + ξ) − φ(v_B,k), and
/// r̂_{k+1} = φ(W_{k+1,k} φ(v_B,k + ξ) + b_{k+1}) − φ(v_B,k+1).
pub(crate) fn echo<T: Real>(
    p: &Parameters,
    w: &Weights<T>,
    s: &State<T>,
    k: usize,
    noise: Padded<T>,
) -> Echo<T> {
    let c = &p.circuit;
    let with_noise = phi(p.transfer, &(s.basal[k].view().to_owned() + noise.view()));
    let mut v_above = with_noise.dot(&w[c.forward(k + 1)].view());
    if let Some(b) = c.threshold(k + 1) {
        v_above += &w[b].view();
    }
    let padded = |values: Array2<T>| {
        let mut padded = Padded::zeros(values.nrows(), values.ncols());
        padded.assign(values.view());
        padded
    };
    let above = phi(p.transfer, &v_above) - phi(p.transfer, &s.basal[k + 1].view().to_owned());
    Echo {
        own: padded(with_noise - phi(p.transfer, &s.basal[k].view().to_owned())),
        above: padded(above),
        noise,
    }
}

/// w += pre postᵀ, with a row of `w` per presynaptic neuron.
fn add_outer<T: Real>(post: impl Fn(usize) -> T, pre: &[T], w: &mut Padded<T>) {
    let post: Vec<T> = (0..w.cols()).map(post).collect();
    for (j, &r) in pre.iter().enumerate() {
        for (w, &post) in w.row_mut(j).iter_mut().zip(&post) {
            *w += post * r;
        }
    }
}

fn phi<T: Real>(transfer: Transfer, u: &Array2<T>) -> Array2<T> {
    u.mapv(|u| transfer.rate(u))
}
