//! Thresholds of all neurons: weights from a unit of rate 1.

use std::cell::Cell;

use apical_kernels::{Padded, Real, Strip};
use pulp::Simd;

use super::place::Place;

/// Thresholds side by side as the neurons are.
pub(super) struct Thresholds<T> {
    weight: Strip<T>,
    increment: Strip<T>,
    trace: Strip<T>,
    /// η.
    rate: Strip<T>,
}

impl<T: Real> Thresholds<T> {
    pub(super) fn zeros(n: usize) -> Self {
        let zeros = || Strip::zeros(n);
        Self {
            weight: zeros(),
            increment: zeros(),
            trace: zeros(),
            rate: zeros(),
        }
    }

    /// Takes those of a layer, with rate, increments and traces where they learn.
    pub(super) fn take(
        &mut self,
        place: &Place,
        weight: &Padded<T>,
        learning: Option<(f64, [&Padded<T>; 2])>,
    ) {
        self.weight[place.own()].copy_from_slice(weight.row(0));
        if let Some((rate, [increment, trace])) = learning {
            self.rate[place.own()].fill(T::of(rate));
            self.increment[place.own()].copy_from_slice(increment.row(0));
            self.trace[place.own()].copy_from_slice(trace.row(0));
        }
    }

    /// Gives back a layer's increments and traces, these times `scale`.
    pub(super) fn give(&self, place: &Place, own: [&mut Padded<T>; 2], scale: T) {
        let [increment, trace] = own;
        increment
            .row_mut(0)
            .copy_from_slice(&self.increment[place.own()]);
        for (out, &d) in trace.row_mut(0).iter_mut().zip(&self.trace[place.own()]) {
            *out = scale * d;
        }
    }

    pub(super) fn bind(&mut self) -> BoundThresholds<'_, T> {
        BoundThresholds {
            weight: &self.weight,
            increment: self.increment.cells(),
            trace: self.trace.cells(),
            rate: &self.rate,
        }
    }
}

/// [`Thresholds`] while a presentation goes on.
pub(super) struct BoundThresholds<'a, T> {
    weight: &'a [T],
    increment: &'a [Cell<T>],
    trace: &'a [Cell<T>],
    rate: &'a [T],
}

impl<T: Real> BoundThresholds<'_, T> {
    /// They learn from an event with postsynaptic factors `post`: a += gain η d, d += post.
    #[inline(always)]
    pub(super) fn learn<S: Simd>(&self, simd: S, gain: T, post: &[Cell<T>]) {
        let gain = T::splat(simd, gain);
        let rates = T::vectors::<S>(self.rate);
        let increments = T::cell_vectors::<S>(self.increment);
        let traces = T::cell_vectors::<S>(self.trace);
        let posts = T::cell_vectors::<S>(post);
        let pairs = increments.iter().zip(traces);
        for (((a, d), &rate), post) in pairs.zip(rates).zip(posts) {
            let gain = T::product(simd, gain, rate);
            a.set(T::multiply_add(simd, gain, d.get(), a.get()));
            d.set(T::sum(simd, d.get(), post.get()));
        }
    }

    /// Adds them to the dendritic potentials of a layer.
    #[inline(always)]
    pub(super) fn add(&self, place: &Place, dendrite: &[Cell<T>]) {
        for i in place.own() {
            let b = self.weight[i] + self.increment[i].get();
            dendrite[i].set(dendrite[i].get() + b);
        }
    }

    /// Multiplies the traces.
    pub(super) fn scale_trace(&self, factor: T) {
        (self.trace.iter()).for_each(|d| d.set(factor * d.get()));
    }
}
