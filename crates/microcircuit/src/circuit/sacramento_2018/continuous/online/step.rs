//! A step of all neurons side by side, a few registers at a time.
//!
//! With v a neuron's dendritic potential and i what drives its soma beside that (v_A of a hidden
//! layer, the teacher's current of the output layer, the soma above an interneuron), eqs. 1 and 2
//! are, with the integrator's coefficients and z from N(0, 1),
//!
//! u(t + dt) = keep u + of_other i + of_dendrite v + of_noise z, r = φ(u)
//!
//! Where an event of plasticity is noted (eqs. 7–9), it is of time t and times a scale:
//! φ(u) − φ(v̂) with v̂ = attenuation v, and −i, which is v_rest − v_A.

use std::cell::Cell;

use apical_kernels::{Curve, InRegisters, Lockstep, Real, Strip, WithCurve};
use pulp::Simd;

/// Neurons side by side, everything in whole strips of the same number.
pub struct NeuronStrips<'a, T> {
    /// u.
    pub soma: &'a [Cell<T>],
    /// r, zero in the padding.
    pub rate: &'a [Cell<T>],
    /// v.
    pub dendrite: &'a [Cell<T>],
    /// i.
    pub other: &'a [Cell<T>],
    /// z of the next step.
    pub noise: &'a [Cell<T>],
    /// What does not change of them.
    pub constants: Constants<&'a [Cell<T>]>,
    /// What is noted of two events.
    pub noted: [NotedStrips<'a, T>; 2],
}

/// What does not change of neurons.
pub struct Constants<V> {
    /// Share of the soma that is kept.
    pub keep: V,
    /// What the dendrite is multiplied by.
    pub of_dendrite: V,
    /// What the other drive is multiplied by.
    pub of_other: V,
    /// What the noise is multiplied by.
    pub of_noise: V,
    /// v̂ is this times the dendrite.
    pub attenuation: V,
    /// One, or zero in the padding.
    pub mask: V,
}

impl<T: Real> Constants<Strip<T>> {
    /// To be read as neurons are.
    pub fn cells(&mut self) -> Constants<&[Cell<T>]> {
        Constants {
            keep: self.keep.cells(),
            of_dendrite: self.of_dendrite.cells(),
            of_other: self.of_other.cells(),
            of_noise: self.of_noise.cells(),
            attenuation: self.attenuation.cells(),
            mask: self.mask.cells(),
        }
    }
}

/// What is noted of neurons for plasticity.
#[derive(Clone, Copy)]
pub struct NotedStrips<'a, T> {
    /// r.
    pub rate_before: &'a [Cell<T>],
    /// scale (φ(u) − φ(v̂)); anything in the padding.
    pub post: &'a [Cell<T>],
    /// −scale i.
    pub post_of_other: &'a [Cell<T>],
}

/// [`NeuronStrips`] whose lengths are checked.
pub struct BoundNeurons<'a, T> {
    changing: Lockstep<'a, T, 5>,
    constant: Lockstep<'a, T, 6>,
    noted: [Lockstep<'a, T, 3>; 2],
}

/// What happens in a step of neurons.
#[derive(Clone, Copy)]
pub struct NeuronStep<T> {
    /// A scale and where the event is noted, if it is.
    pub noted: Option<(T, usize)>,
    /// Whether there is noise.
    pub is_noisy: bool,
    /// Greatest size that a soma may have.
    pub limit: T,
}

impl<'a, T: Real> NeuronStrips<'a, T> {
    /// Checks all lengths, once for all steps.
    ///
    /// # Panics
    /// If one does not fit.
    pub fn bind(self) -> BoundNeurons<'a, T> {
        let c = self.constants;
        let constants = [
            c.keep,
            c.of_dendrite,
            c.of_other,
            c.of_noise,
            c.attenuation,
            c.mask,
        ];
        let changing = [self.soma, self.rate, self.dendrite, self.other, self.noise];
        BoundNeurons {
            changing: Lockstep::new(changing),
            constant: Lockstep::new(constants),
            noted: self
                .noted
                .map(|own| Lockstep::new([own.rate_before, own.post, own.post_of_other])),
        }
    }
}

impl<T: Real> BoundNeurons<'_, T> {
    /// A step of all neurons; whether all somata lie within the limit, and none is NaN.
    ///
    /// # Panics
    /// If there is no such slot.
    #[inline(always)]
    pub fn step<S: Simd>(&self, simd: S, curve: &Curve<T>, now: NeuronStep<T>) -> bool {
        let (scale, slot) = now.noted.unwrap_or((T::zero(), 0));
        curve.visit(Step {
            simd,
            changing: self.changing,
            constant: self.constant,
            noted: self.noted[slot],
            is_noted: now.noted.is_some(),
            is_noisy: now.is_noisy,
            scale: T::splat(simd, scale),
            minus_scale: T::splat(simd, -scale),
            limit: T::splat(simd, now.limit),
        })
    }
}

/// A step under way, all by value: what lies behind a reference would be read anew after every write
/// to a cell.
struct Step<'a, T: Real, S: Simd> {
    simd: S,
    changing: Lockstep<'a, T, 5>,
    constant: Lockstep<'a, T, 6>,
    noted: Lockstep<'a, T, 3>,
    is_noted: bool,
    is_noisy: bool,
    scale: T::Vector<S>,
    minus_scale: T::Vector<S>,
    limit: T::Vector<S>,
}

impl<T: Real, S: Simd> WithCurve<T, S> for Step<'_, T, S> {
    type Output = bool;

    #[inline(always)]
    fn with_curve<C: InRegisters<T, S>>(self, curve: C) -> bool {
        match (self.is_noted, self.is_noisy) {
            (true, true) => self.all::<C, true, true>(curve),
            (true, false) => self.all::<C, true, false>(curve),
            (false, true) => self.all::<C, false, true>(curve),
            (false, false) => self.all::<C, false, false>(curve),
        }
    }
}

impl<T: Real, S: Simd> Step<'_, T, S> {
    #[inline(always)]
    fn all<C: InRegisters<T, S>, const IS_NOTED: bool, const IS_NOISY: bool>(
        &self,
        curve: C,
    ) -> bool {
        let n = self.changing.n_registers::<S>();
        let mut outside = T::splat(self.simd, T::zero());
        let mut i = 0;
        while i < n {
            i += match n - i {
                1 => self.registers::<C, 1, IS_NOTED, IS_NOISY>(curve, i, &mut outside),
                3 => self.registers::<C, 3, IS_NOTED, IS_NOISY>(curve, i, &mut outside),
                _ => self.registers::<C, 2, IS_NOTED, IS_NOISY>(curve, i, &mut outside),
            };
        }
        !T::is_noted(self.simd, outside)
    }

    /// `N` registers from `first` on, without a branch between them: compilers then take the curves'
    /// operations in turn.
    #[inline(always)]
    fn registers<
        C: InRegisters<T, S>,
        const N: usize,
        const IS_NOTED: bool,
        const IS_NOISY: bool,
    >(
        &self,
        curve: C,
        first: usize,
        outside: &mut T::Vector<S>,
    ) -> usize {
        let simd = self.simd;
        let [soma, rate, dendrite, other, noise] = self.changing.registers::<S, N>(first);
        let [keep, of_dendrite, of_other, of_noise, attenuation, mask] =
            self.constant.registers::<S, N>(first);
        let [rate_before, post, post_of_other] = self.noted.registers::<S, N>(first);

        let (mut u, mut v_hat) = ([*outside; N], [*outside; N]);
        for n in 0..N {
            let (v, i) = (dendrite[n].get(), other[n].get());
            // u(t + dt) = keep u + of_other i + of_dendrite v + of_noise z
            let kept = (keep[n].get(), soma[n].get());
            let (other, own) = ((of_other[n].get(), i), (of_dendrite[n].get(), v));
            u[n] = match IS_NOISY {
                true => {
                    let noise = (of_noise[n].get(), noise[n].get());
                    T::weighted_sum(simd, [kept, other, own, noise])
                }
                false => T::weighted_sum(simd, [kept, other, own]),
            };
            if IS_NOTED {
                // v̂ = attenuation v, and −i
                v_hat[n] = T::product(simd, attenuation[n].get(), v);
                post_of_other[n].set(T::product(simd, self.minus_scale, i));
            }
        }
        let (r, predicted) = match IS_NOTED {
            true => {
                let [r, predicted] = curve.rates(simd, [u, v_hat]);
                (r, predicted)
            }
            false => {
                let [r] = curve.rates(simd, [u]);
                (r, v_hat)
            }
        };
        for n in 0..N {
            let before = rate[n].get();
            *outside = T::note_beyond(simd, u[n], self.limit, *outside);
            soma[n].set(u[n]);
            rate[n].set(T::product(simd, mask[n].get(), r[n]));
            if IS_NOTED {
                // φ(u) − φ(v̂)
                let difference = T::difference(simd, before, predicted[n]);
                post[n].set(T::product(simd, self.scale, difference));
                rate_before[n].set(before);
            }
        }
        N
    }
}
