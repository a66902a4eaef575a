//! Eqs. 7–10 written out, sample by sample: the oracle of the fast path.

use apical_kernels::{Padded, Real};

use super::super::parameters::Parameters;
use crate::circuit::sacramento_2018::state::State;
use crate::table::{ConnectionId, Weights};

pub(crate) fn add_changes<T: Real>(
    p: &Parameters,
    weights: &Weights<T>,
    s: &State<T>,
    into: &mut Weights<T>,
) {
    let (c, n) = (&p.circuit, s.n_layers());
    let phi = |u: T| p.transfer.rate(u);
    let averaged = |id: ConnectionId| T::of(c.rate(id) / s.n_samples() as f64);
    for b in 0..s.n_samples() {
        for k in 1..=n {
            // ΔW_{k,k−1} = η (φ(u_k) − φ(v_B,k)) r_{k−1}ᵀ
            let eta = averaged(c.forward(k));
            let (u, v_b, r) = (s.soma[k].row(b), s.basal[k].row(b), s.rate[k - 1].row(b));
            let post = |i: usize| eta * (phi(u[i]) - phi(v_b[i]));
            add_outer(post, r, &mut into[c.forward(k)]);
            if let Some(b) = c.threshold(k) {
                add_outer(post, &[T::one()], &mut into[b]);
            }
        }
        for k in 1..n {
            let (r, r_above) = (s.rate[k].row(b), s.rate[k + 1].row(b));
            let (u_i, v_i) = (s.interneuron[k].row(b), s.dendrite[k].row(b));
            // ΔW^IP_k = η^IP (φ(u^I_k) − φ(v^I_k)) r_kᵀ
            let eta = averaged(c.interneuron(k));
            let post = |i: usize| eta * (phi(u_i[i]) - phi(v_i[i]));
            if weights.stored(c.interneuron(k)).is_some() {
                add_outer(post, r, &mut into[c.interneuron(k)]);
                if let Some(b_i) = c.interneuron_threshold(k) {
                    add_outer(post, &[T::one()], &mut into[b_i]);
                }
            }
            // ΔW^PI_k = η^PI (v_rest − v_A,k) (r^I_k)ᵀ, v_rest = 0
            let eta = averaged(c.lateral(k));
            let v_a = s.apical[k].row(b);
            let r_i: Vec<T> = u_i.iter().map(|&u| phi(u)).collect();
            if weights.stored(c.lateral(k)).is_some() {
                add_outer(
                    |i| eta * (T::zero() - v_a[i]),
                    &r_i,
                    &mut into[c.lateral(k)],
                );
            }
            // ΔW_{k,k+1} = η (φ(u_k) − φ(v̂_TD,k)) r_{k+1}ᵀ, v̂_TD,k = W_{k,k+1} r_{k+1}
            let eta = averaged(c.feedback(k));
            let u = s.soma[k].row(b);
            if let Some(w_td) = weights.stored(c.feedback(k)) {
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

/// w += pre postᵀ, with a row of `w` per presynaptic neuron.
fn add_outer<T: Real>(post: impl Fn(usize) -> T, pre: &[T], w: &mut Padded<T>) {
    let post: Vec<T> = (0..w.cols()).map(post).collect();
    for (j, &r) in pre.iter().enumerate() {
        for (w, &post) in w.row_mut(j).iter_mut().zip(&post) {
            *w += post * r;
        }
    }
}
