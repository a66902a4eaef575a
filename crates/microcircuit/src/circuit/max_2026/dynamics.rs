//! The equations of one layer, on padded matrices; the forms say in which order they act.
//!
//! v̂_k = α_k (W_{k,k−1} r_{k−1} + b_k), u_k = v̂_k + λ_A,k A_k e_k,
//! e_N = λ_T Q_N [φ′(u_N) ∘ (r_trgt − r_N)], e_k = λ_D,k (Q_k φ′(u_k)) ∘ (B_{k,k+1} e_{k+1}).
//!
//! Source: fixed points of the authors' program, class `errormc_model`.

use apical_kernels::{
    Columns, Padded, Real, Start, mix, multiply, rates_of_rows, scaled_product, subtract,
    times_slope,
};
use apical_learning::{Teacher, Transfer};

use super::parameters::Parameters;
use super::state::State;
use crate::table::Weights;

/// v̂_k.
pub(crate) fn predict<T: Real>(p: &Parameters, w: &Weights<T>, k: usize, s: &mut State<T>) {
    let columns = match k {
        1 => s.active_inputs.columns(),
        _ => Columns::All,
    };
    let (w_k, b_k) = (&w[p.circuit.forward(k)], w.row(p.circuit.threshold(k)));
    multiply(&s.rate[k - 1], columns, w_k, b_k, &mut s.prediction[k]);
    let alpha = p.attenuation[k - 1];
    if alpha != 1.0 {
        let values = s.prediction[k].values_mut().iter_mut();
        values.for_each(|v| *v *= T::of(alpha));
    }
}

/// Rates of all layers without errors: all that a prediction needs.
pub(crate) fn bottom_up<T: Real>(p: &Parameters, w: &Weights<T>, s: &mut State<T>) {
    for k in 1..=s.n_layers() {
        predict(p, w, k, s);
        rates_of_rows(p.transfer, &s.prediction[k], &mut s.rate[k]);
    }
}

/// v_A,k and u_k.
pub(crate) fn nudge<T: Real>(p: &Parameters, w: &Weights<T>, k: usize, s: &mut State<T>) {
    apical(p, w, k, s);
    let (v, v_a, u) = (&s.prediction[k], &s.apical[k], &mut s.soma[k]);
    let lambda = T::of(p.apical_mixing[k - 1]);
    mix(T::one(), v.values(), lambda, v_a.values(), u.values_mut());
}

/// v_A,k = A_k e_k.
pub(crate) fn apical<T: Real>(p: &Parameters, w: &Weights<T>, k: usize, s: &mut State<T>) {
    let id = p.circuit.pyramidal_from_error(k);
    w.transmit(id, &s.error[k], Start::Zero, &mut s.apical[k]);
}

/// φ(u) and φ′(u) for all samples; the padding is left zero.
pub(crate) fn fire<T: Real>(
    transfer: Transfer,
    u: &Padded<T>,
    rate: &mut Padded<T>,
    slope: &mut Padded<T>,
) {
    rates_of_rows(transfer, u, rate);
    for b in 0..u.rows() {
        let slope = slope.row_mut(b);
        slope.fill(T::one());
        times_slope(transfer, (u.row(b), rate.row(b)), T::one(), slope);
    }
}

/// e_N from the rates and slopes of now; zero without a teacher.
pub(crate) fn output_error<T: Real>(
    p: &Parameters,
    w: &Weights<T>,
    teacher: Teacher,
    s: &mut State<T>,
) {
    let n = s.n_layers();
    let error = &mut s.error[n];
    if teacher == Teacher::Off {
        return error.values_mut().fill(T::zero());
    }
    let (target, rate, arriving) = (&s.target, &s.rate[n], &mut s.arriving[n]);
    subtract(target.values(), rate.values(), arriving.values_mut());
    let (slope, delta) = (&s.slope[n], &mut s.scratch[n]);
    scaled_product(
        T::of(p.nudging),
        slope.values(),
        arriving.values(),
        delta.values_mut(),
    );
    let q = p.circuit.error_from_pyramidal(n);
    w.transmit(q, delta, Start::Zero, error);
}

/// e_k of a hidden layer from the error of now above, and the slopes of now.
pub(crate) fn hidden_error<T: Real>(p: &Parameters, w: &Weights<T>, k: usize, s: &mut State<T>) {
    let (e_above, arriving) = (&s.error[k + 1], &mut s.arriving[k]);
    w.transmit(p.circuit.feedback(k), e_above, Start::Zero, arriving);
    if let Some(offset) = p.circuit.offset(k) {
        w.transmit(offset, e_above, Start::Output, arriving);
    }
    let q = p.circuit.error_from_pyramidal(k);
    let gain = w.through(q, &s.slope[k], &mut s.scratch[k]);
    scaled_product(
        T::of(p.error_mixing[k - 1]),
        gain.values(),
        s.arriving[k].values(),
        s.error[k].values_mut(),
    );
}
