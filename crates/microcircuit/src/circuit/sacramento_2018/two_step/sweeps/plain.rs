//! The two sweeps, written out: the oracle of the fast path.

use apical_kernels::Real;
use apical_learning::{Teacher, Transfer};
use ndarray::Array2;

use super::super::parameters::Parameters;
use crate::circuit::sacramento_2018::state::State;
use crate::table::Weights;

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

fn phi<T: Real>(transfer: Transfer, u: &Array2<T>) -> Array2<T> {
    u.mapv(|u| transfer.rate(u))
}
