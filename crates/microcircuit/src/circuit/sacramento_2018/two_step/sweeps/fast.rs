//! The two sweeps on padded matrices.
//!
//! Three things are saved against the plain sweeps, none of them physics: silent inputs are left
//! out; where W^PI_k = −W_{k,k+1} one product with r_{k+1} − r^I_k serves both; ideal interneurons
//! take v^I_k = v_B,k+1 from the bottom-up sweep. Without interneuron weights of their own nothing
//! else is left to compute.

use apical_kernels::{Columns, Real, Start, mix, multiply, rates_of_rows, subtract};
use apical_learning::Teacher;

use super::super::parameters::Parameters;
use crate::circuit::sacramento_2018::{state::State, table::Circuit};
use crate::table::Weights;

pub(crate) fn bottom_up<T: Real>(p: &Parameters, w: &Weights<T>, s: &mut State<T>) {
    basal(p, w, s);
    for k in 1..=s.n_layers() {
        stay_at_basal(k, s);
    }
}

/// v_B,k = W_{k,k−1} φ(v_B,k−1) and its rate, in all layers.
fn basal<T: Real>(p: &Parameters, w: &Weights<T>, s: &mut State<T>) {
    let c = &p.circuit;
    for k in 1..=s.n_layers() {
        let (below, from_k) = s.basal_rate.split_at_mut(k);
        let (rates, columns) = match k {
            1 => (&s.rate[0], s.active_inputs.columns()),
            _ => (&below[k - 1], Columns::All),
        };
        let (w_k, b_k) = (&w[c.forward(k)], w.row(c.threshold(k)));
        multiply(rates, columns, w_k, b_k, &mut s.basal[k]);
        rates_of_rows(p.transfer, &s.basal[k], &mut from_k[0]);
    }
}

/// u_k = v_B,k.
fn stay_at_basal<T: Real>(k: usize, s: &mut State<T>) {
    s.soma[k].values_mut().copy_from_slice(s.basal[k].values());
    s.rate[k]
        .values_mut()
        .copy_from_slice(s.basal_rate[k].values());
}

pub(crate) fn settle<T: Real>(
    p: &Parameters,
    w: &Weights<T>,
    lateral_cancels: bool,
    teacher: Teacher,
    s: &mut State<T>,
) {
    basal(p, w, s);
    let (c, n) = (&p.circuit, s.n_layers());
    for k in 1..n {
        match w.stored(c.interneuron(k)) {
            Some(w_ip) => {
                let b_i = w.row(c.interneuron_threshold(k));
                let rates = &s.basal_rate[k];
                multiply(rates, Columns::All, w_ip, b_i, &mut s.dendrite[k]);
                rates_of_rows(p.transfer, &s.dendrite[k], &mut s.dendrite_rate[k]);
            }
            None => {
                s.dendrite[k]
                    .values_mut()
                    .copy_from_slice(s.basal[k + 1].values());
                s.dendrite_rate[k]
                    .values_mut()
                    .copy_from_slice(s.basal_rate[k + 1].values());
            }
        }
    }
    match teacher {
        Teacher::On => {
            let lambda = T::of(p.nudging);
            let (v_b, u) = (s.basal[n].values(), s.soma[n].values_mut());
            mix(T::one() - lambda, v_b, lambda, s.target.values(), u);
            rates_of_rows(p.transfer, &s.soma[n], &mut s.rate[n]);
        }
        Teacher::Off => stay_at_basal(n, s),
    }
    for k in (1..n).rev() {
        let lambda_i = T::of(p.interneuron_nudging[k - 1]);
        let (v_i, u) = (s.dendrite[k].values(), s.soma[k + 1].values());
        mix(
            T::one() - lambda_i,
            v_i,
            lambda_i,
            u,
            s.interneuron[k].values_mut(),
        );
        rates_of_rows(p.transfer, &s.interneuron[k], &mut s.interneuron_rate[k]);
        apical(c, w, lateral_cancels, k, s);
        let lambda = T::of(p.apical_mixing[k - 1]);
        let (v_b, v_a) = (s.basal[k].values(), s.apical[k].values());
        mix(T::one(), v_b, lambda, v_a, s.soma[k].values_mut());
        rates_of_rows(p.transfer, &s.soma[k], &mut s.rate[k]);
    }
}

/// v_A,k = W_{k,k+1} r_{k+1} + W^PI_k r^I_k.
fn apical<T: Real>(c: &Circuit, w: &Weights<T>, lateral_cancels: bool, k: usize, s: &mut State<T>) {
    let (r, r_i, v_a) = (&s.rate[k + 1], &s.interneuron_rate[k], &mut s.apical[k]);
    if lateral_cancels {
        let difference = &mut s.scratch[k + 1];
        subtract(r.values(), r_i.values(), difference.values_mut());
        w.transmit(c.feedback(k), difference, Start::Zero, v_a);
    } else {
        w.transmit(c.feedback(k), r, Start::Zero, v_a);
        w.transmit(c.lateral(k), r_i, Start::Output, v_a);
    }
}
