//! The first layer's basal dendrites, while the input is constant.
//!
//! Within a presentation the filtered input is r_0(n) = x_0 + qⁿ x_1 with x_0 the pattern, x_1 the
//! difference of the filtered input at onset to it, and q = 1 − `input_share`. All that W_10, its
//! increments A and its filter Δ do and become lies in the span of x_0 and x_1:
//!
//! Δ = κ (f Δ_0 + Σ_j a_j x_jᵀ) and A = A_0 + s Δ_0 + Σ_j c_j x_jᵀ.
//!
//! So products with x_0 and x_1 are formed once, a step costs vectors of the first layer's width,
//! and A and Δ are written once. This is exact.

use std::cell::Cell;

use apical_kernels::{Columns, Padded, Real, Start, Strip, multiply, rank_update};
use pulp::Simd;

use super::event::Pass;

pub(super) struct Input<T> {
    /// x_0 and x_1 as rows.
    inputs: Padded<T>,
    /// (W + A_0) x_j.
    of_weights: [Strip<T>; 2],
    /// Δ_0 x_j.
    of_filter: [Strip<T>; 2],
    /// c_j.
    of_increments: [Strip<T>; 2],
    /// a_j.
    of_trace: [Strip<T>; 2],
    /// s.
    filter_given: f64,
    /// f.
    filter_kept: f64,
    /// x_i · x_j.
    gram: [[T; 2]; 2],
    /// qⁿ, now and at two events.
    share: f64,
    share_before: [T; 2],
    decay: f64,
    learns: bool,
}

impl<T: Real> Input<T> {
    /// `filtered` is r_0 at onset, `pattern` what it goes to; `learning` has the increments and the
    /// filter, and is given where the layer learns.
    pub(super) fn new(
        filtered: &[T],
        pattern: &[T],
        weights: &Padded<T>,
        learning: Option<[&Padded<T>; 2]>,
        input_share: T,
    ) -> Self {
        let mut inputs = Padded::zeros(2, pattern.len());
        inputs.row_mut(0).copy_from_slice(pattern);
        for (x, (&r, &p)) in (inputs.row_mut(1).iter_mut()).zip(filtered.iter().zip(pattern)) {
            *x = r - p;
        }
        let n = weights.cols();
        let mut out = Padded::zeros(2, n);
        let rows = |m: &Padded<T>| {
            [0, 1].map(|j| {
                let mut strip = Strip::zeros(n);
                strip[..n].copy_from_slice(m.row(j));
                strip
            })
        };
        multiply(&inputs, Columns::All, weights, Start::Zero, &mut out);
        if let Some([increments, _]) = learning {
            multiply(&inputs, Columns::All, increments, Start::Output, &mut out);
        }
        let of_weights = rows(&out);
        let of_filter = match learning {
            Some([_, filter]) => {
                multiply(&inputs, Columns::All, filter, Start::Zero, &mut out);
                rows(&out)
            }
            None => [Strip::zeros(n), Strip::zeros(n)],
        };
        let gram = [0, 1].map(|i| {
            [0, 1].map(|j| {
                let pairs = inputs.row(i).iter().zip(inputs.row(j));
                T::of(pairs.map(|(a, b)| a.wide() * b.wide()).sum())
            })
        });
        Self {
            of_weights,
            of_filter,
            of_increments: [Strip::zeros(n), Strip::zeros(n)],
            of_trace: [Strip::zeros(n), Strip::zeros(n)],
            filter_given: 0.0,
            filter_kept: 1.0,
            gram,
            share: 1.0,
            share_before: [T::zero(); 2],
            decay: 1.0 - input_share.wide(),
            learns: learning.is_some(),
            inputs,
        }
    }

    /// v_B of the first layer without thresholds, after a pass over two events where it is due, with
    /// their postsynaptic factors: a_j += qⁿ post, c_j += gain · a_j, a_j += qⁿ post, v_B, and then
    /// c_j += ahead · a_j for the event that follows.
    #[inline(always)]
    pub(super) fn drive<S: Simd>(
        &mut self,
        simd: S,
        pass: Option<Pass>,
        posts: [&[Cell<T>]; 2],
        out: &[Cell<T>],
    ) {
        let share = T::of(self.share);
        let share_vector = T::splat(simd, share);
        let out = T::cell_vectors::<S>(out);
        let n = out.len();
        let [w_0, w_1] = &self.of_weights;
        let (w_0, w_1) = (&T::vectors::<S>(w_0)[..n], &T::vectors::<S>(w_1)[..n]);
        if !self.learns {
            for i in 0..n {
                out[i].set(T::multiply_add(simd, share_vector, w_1[i], w_0[i]));
            }
            return;
        }
        let [f_0, f_1] = &self.of_filter;
        let (f_0, f_1) = (&T::vectors::<S>(f_0)[..n], &T::vectors::<S>(f_1)[..n]);
        let [c_0, c_1] = &mut self.of_increments;
        let c_0 = &mut T::vectors_mut::<S>(c_0)[..n];
        let c_1 = &mut T::vectors_mut::<S>(c_1)[..n];
        let mut given = self.filter_given;
        if let Some(by) = pass {
            given += by.gain * self.filter_kept;
            self.filter_given = given + by.ahead * self.filter_kept;
        }
        let given = T::splat(simd, T::of(given));
        let of = |j: usize| T::splat(simd, self.gram[0][j] + share * self.gram[1][j]);
        let (g_0, g_1) = (of(0), of(1));
        let Some(by) = pass else {
            for i in 0..n {
                let constant = T::multiply_add(simd, given, f_0[i], w_0[i]);
                let decaying = T::multiply_add(simd, given, f_1[i], w_1[i]);
                let sum = T::multiply_add(simd, share_vector, decaying, constant);
                let sum = T::multiply_add(simd, g_0, c_0[i], sum);
                out[i].set(T::multiply_add(simd, g_1, c_1[i], sum));
            }
            return;
        };
        let [a_0, a_1] = &mut self.of_trace;
        let a_0 = &mut T::vectors_mut::<S>(a_0)[..n];
        let a_1 = &mut T::vectors_mut::<S>(a_1)[..n];
        let [post_0, post_1] = posts;
        let post_0 = &T::cell_vectors::<S>(post_0)[..n];
        let post_1 = &T::cell_vectors::<S>(post_1)[..n];
        let [before_0, before_1] = self.share_before;
        let (before_0, before_1) = (T::splat(simd, before_0), T::splat(simd, before_1));
        let (gain, ahead) = (T::of(by.gain), T::of(by.ahead));
        let (gain, ahead) = (T::splat(simd, gain), T::splat(simd, ahead));
        for i in 0..n {
            let d_0 = T::sum(simd, a_0[i], post_0[i].get());
            let d_1 = T::multiply_add(simd, before_0, post_0[i].get(), a_1[i]);
            let now_0 = T::multiply_add(simd, gain, d_0, c_0[i]);
            let now_1 = T::multiply_add(simd, gain, d_1, c_1[i]);
            let constant = T::multiply_add(simd, given, f_0[i], w_0[i]);
            let decaying = T::multiply_add(simd, given, f_1[i], w_1[i]);
            let sum = T::multiply_add(simd, share_vector, decaying, constant);
            let sum = T::multiply_add(simd, g_0, now_0, sum);
            out[i].set(T::multiply_add(simd, g_1, now_1, sum));
            let d_0 = T::sum(simd, d_0, post_1[i].get());
            let d_1 = T::multiply_add(simd, before_1, post_1[i].get(), d_1);
            c_0[i] = T::multiply_add(simd, ahead, d_0, now_0);
            c_1[i] = T::multiply_add(simd, ahead, d_1, now_1);
            a_0[i] = d_0;
            a_1[i] = d_1;
        }
    }

    /// Notes the input of event `slot`.
    #[inline(always)]
    pub(super) fn keep_rates(&mut self, slot: usize) {
        self.share_before[slot] = T::of(self.share);
    }

    /// The filtered input of t + dt.
    #[inline(always)]
    pub(super) fn step(&mut self) {
        self.share *= self.decay;
    }

    pub(super) fn scale_trace(&mut self, factor: f64) {
        self.filter_kept *= factor;
        for strip in &mut self.of_trace {
            strip.iter_mut().for_each(|a| *a *= T::of(factor));
        }
    }

    /// Writes r_0, and what learning changed, with `scale` = κ.
    pub(super) fn write_back(
        &self,
        filtered: &mut [T],
        learning: Option<[&mut Padded<T>; 2]>,
        scale: f64,
    ) {
        let share = T::of(self.share);
        let pairs = self.inputs.row(0).iter().zip(self.inputs.row(1));
        for (r, (&x_0, &x_1)) in filtered.iter_mut().zip(pairs) {
            *r = x_0 + share * x_1;
        }
        let Some([increments, filter]) = learning else {
            return;
        };
        let rows = |strips: &[Strip<T>; 2], factor: T| {
            let mut rows = Padded::zeros(2, increments.cols());
            for (j, strip) in strips.iter().enumerate() {
                for (out, &value) in rows.row_mut(j).iter_mut().zip(&strip[..]) {
                    *out = factor * value;
                }
            }
            rows
        };
        let of_increments = rows(&self.of_increments, T::one());
        let of_trace = rows(&self.of_trace, T::of(scale));
        let (given, kept) = (T::of(self.filter_given), T::of(scale * self.filter_kept));
        let pairs = increments.values_mut().iter_mut().zip(filter.values_mut());
        for (a, d) in pairs {
            *a += given * *d;
            *d *= kept;
        }
        rank_update(&self.inputs, Columns::All, &of_increments, increments);
        rank_update(&self.inputs, Columns::All, &of_trace, filter);
    }
}
