//! Neurons of one kind in one layer: somata, rates, and what their plasticity needs.

use apical_kernels::{Curve, Padded, RateError, Real, Strip};
use pulp::Simd;

use super::super::coefficients::Soma;

/// Pyramidal neurons or interneurons of a layer.
pub(super) struct Population<T> {
    n: usize,
    /// u.
    pub(super) soma: Strip<T>,
    /// r = φ(u); zero in the padding.
    pub(super) rate: Strip<T>,
    /// The rates that the update which is still to come was made with.
    pub(super) rate_before: Strip<T>,
    /// v_B or v^I.
    pub(super) dendrite: Strip<T>,
    /// The postsynaptic factor of the update which is still to come.
    pub(super) post: Strip<T>,
    /// One for each neuron, zero in the padding.
    mask: Strip<T>,
    threshold: Option<Threshold<T>>,
    /// v̂ is this times v.
    attenuation: T,
}

struct Threshold<T> {
    weight: Strip<T>,
    increment: Strip<T>,
    trace: Strip<T>,
}

impl<T: Real> Population<T> {
    pub(super) fn new(soma: &[T], attenuation: f64) -> Self {
        let n = soma.len();
        let zeros = || Strip::zeros(n);
        let (mut own, mut mask) = (zeros(), zeros());
        own[..n].copy_from_slice(soma);
        mask[..n].fill(T::one());
        Self {
            n,
            soma: own,
            rate: zeros(),
            rate_before: zeros(),
            dendrite: zeros(),
            post: zeros(),
            mask,
            threshold: None,
            attenuation: T::of(attenuation),
        }
    }

    /// Gives it thresholds, with the increments and traces of what learns.
    pub(super) fn set_threshold(&mut self, weight: &Padded<T>, own: Option<[&Padded<T>; 2]>) {
        let strip = |row: &Padded<T>| {
            let mut strip = Strip::zeros(self.n);
            strip[..self.n].copy_from_slice(row.row(0));
            strip
        };
        self.threshold = Some(Threshold {
            weight: strip(weight),
            increment: own.map_or_else(|| Strip::zeros(self.n), |own| strip(own[0])),
            trace: own.map_or_else(|| Strip::zeros(self.n), |own| strip(own[1])),
        });
    }

    /// Gives back increments and traces of thresholds, these times `scale`.
    pub(super) fn return_threshold(&self, own: [&mut Padded<T>; 2], scale: T) {
        if let Some(t) = &self.threshold {
            let [increment, trace] = own;
            increment.row_mut(0).copy_from_slice(&t.increment[..self.n]);
            for (out, &d) in trace.row_mut(0).iter_mut().zip(&t.trace[..self.n]) {
                *out = scale * d;
            }
        }
    }

    pub(super) fn scale_trace(&mut self, factor: T) {
        if let Some(t) = &mut self.threshold {
            t.trace.iter_mut().for_each(|d| *d *= factor);
        }
    }

    /// u without padding.
    pub(super) fn somata(&self) -> &[T] {
        &self.soma[..self.n]
    }

    /// r without padding.
    pub(super) fn rates(&self) -> &[T] {
        &self.rate[..self.n]
    }

    /// r = φ(u).
    #[inline(always)]
    pub(super) fn fire<S: Simd>(&mut self, simd: S, transfer: &Curve<T>) {
        T::masked_transfer(simd, transfer, &self.soma, &self.mask, &mut self.rate);
    }

    /// Adds thresholds to v, updated first where `gain` is given: a += gain · d, d += post.
    #[inline(always)]
    pub(super) fn add_threshold<S: Simd>(&mut self, simd: S, gain: Option<T>) {
        let Some(t) = &mut self.threshold else {
            return;
        };
        let weights = T::vectors::<S>(&t.weight);
        let increments = T::vectors_mut::<S>(&mut t.increment);
        let v = T::vectors_mut::<S>(&mut self.dendrite);
        if let Some(gain) = gain {
            let gain = T::splat(simd, gain);
            let traces = T::vectors_mut::<S>(&mut t.trace);
            let posts = T::vectors::<S>(&self.post);
            let own = increments.iter_mut().zip(traces).zip(posts);
            for ((a, d), &post) in own {
                *a = T::multiply_add(simd, gain, *d, *a);
                *d = T::sum(simd, *d, post);
            }
        }
        for ((v, &b), &a) in v.iter_mut().zip(weights).zip(&*increments) {
            *v = T::sum(simd, *v, T::sum(simd, b, a));
        }
    }

    /// post = scale (φ(u) − φ(v̂)), and the rates are kept as those before.
    #[inline(always)]
    pub(super) fn compare<S: Simd>(&mut self, simd: S, transfer: &Curve<T>, scale: T) {
        let error = RateError {
            rate: &self.rate,
            attenuation: self.attenuation,
            potential: &self.dendrite,
            mask: &self.mask,
            scale,
        };
        T::rate_error(simd, transfer, error, &mut self.post);
    }

    /// Keeps the rates as those of the update which is still to come.
    #[inline(always)]
    pub(super) fn keep_rates(&mut self) {
        std::mem::swap(&mut self.rate, &mut self.rate_before);
    }

    /// u of t + dt from the dendrite's current, and another one where `other` is given as a
    /// conductance and what drives through it.
    #[inline(always)]
    pub(super) fn step<S: Simd>(
        &mut self,
        simd: S,
        soma: Soma<T>,
        conductance: T,
        other: Option<(T, &[T])>,
    ) {
        let keep = T::splat(simd, soma.keep);
        let own = T::splat(simd, soma.gain * conductance);
        let u = T::vectors_mut::<S>(&mut self.soma).iter_mut();
        let pairs = u.zip(T::vectors::<S>(&self.dendrite));
        match other {
            Some((conductance, x)) => {
                let of_other = T::splat(simd, soma.gain * conductance);
                for ((u, &v), &x) in pairs.zip(T::vectors::<S>(x)) {
                    let kept = T::multiply_add(simd, of_other, x, T::product(simd, keep, *u));
                    *u = T::multiply_add(simd, own, v, kept);
                }
            }
            None => {
                for (u, &v) in pairs {
                    *u = T::multiply_add(simd, own, v, T::product(simd, keep, *u));
                }
            }
        }
    }

    /// u += scale · z.
    #[inline(always)]
    pub(super) fn add_noise(&mut self, scale: T, z: &[f32]) {
        for (u, &z) in self.soma[..self.n].iter_mut().zip(z) {
            *u += scale * T::of(f64::from(z));
        }
    }

    /// Whether all somata lie within ± `limit`.
    #[inline(always)]
    pub(super) fn is_within<S: Simd>(&self, simd: S, limit: T) -> bool {
        T::all_within(simd, &self.soma, limit)
    }

    pub(super) fn len(&self) -> usize {
        self.n
    }
}
