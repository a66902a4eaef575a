//! A step of neurons, a few registers of them at a time.

use std::cell::Cell;

use pulp::Simd;

use super::super::{BoundNeurons, Constant, Curve, N_CONSTANTS, NeuronStep};
use super::{InRegisters, Logistic, Relu, Softplus, Tanh, abs};
use crate::{Real, STRIP, Transfer};

#[inline(always)]
pub(crate) fn step<S: Simd>(
    simd: S,
    by: &Curve<f32>,
    own: &BoundNeurons<'_, f32>,
    now: NeuronStep<f32>,
) -> bool {
    match (now.noted.is_some(), now.is_noisy) {
        (true, true) => {
            with_curve!(by, |curve| step_f32::<S, _, true, true>(
                simd, curve, own, now
            ))
        }
        (true, false) => {
            with_curve!(by, |curve| step_f32::<S, _, true, false>(
                simd, curve, own, now
            ))
        }
        (false, true) => {
            with_curve!(by, |curve| step_f32::<S, _, false, true>(
                simd, curve, own, now
            ))
        }
        (false, false) => {
            with_curve!(by, |curve| step_f32::<S, _, false, false>(
                simd, curve, own, now
            ))
        }
    }
}

#[inline(always)]
fn step_f32<S: Simd, C: InRegisters<S>, const IS_NOTED: bool, const IS_NOISY: bool>(
    simd: S,
    curve: C,
    BoundNeurons(own): &BoundNeurons<'_, f32>,
    now: NeuronStep<f32>,
) -> bool {
    let (scale, slot) = now.noted.unwrap_or((0.0, 0));
    let noted = &own.noted[slot];
    // `Cell`s may be written through shared pointers.
    #[inline(always)]
    fn at<S: Simd>(cells: &[Cell<f32>]) -> *mut S::f32s {
        cells.as_ptr().cast_mut().cast()
    }
    let mut all = AllNeurons::<S> {
        soma: at::<S>(own.soma),
        rate: at::<S>(own.rate),
        dendrite: at::<S>(own.dendrite),
        other: at::<S>(own.other),
        noise: at::<S>(own.noise),
        constants: own.constants.as_ptr().cast(),
        rate_before: at::<S>(noted.rate_before),
        post: at::<S>(noted.post),
        post_of_other: at::<S>(noted.post_of_other),
        minus_scale: simd.splat_f32s(-scale),
        scale: simd.splat_f32s(scale),
        limit: simd.splat_f32s(now.limit),
        outside: simd.splat_f32s(0.0),
    };
    let n = own.soma.len() / S::F32_LANES;
    let mut i = 0;
    while i < n {
        // SAFETY: all have n registers, constants N_CONSTANTS for each, as was checked when they
        // were bound.
        unsafe {
            i += match n - i {
                1 => all.step::<C, 1, IS_NOTED, IS_NOISY>(simd, curve, i),
                3 => all.step::<C, 3, IS_NOTED, IS_NOISY>(simd, curve, i),
                _ => all.step::<C, 2, IS_NOTED, IS_NOISY>(simd, curve, i),
            };
        }
    }
    simd.reduce_sum_f32s(all.outside) == 0.0
}

/// [`BoundNeurons`] in registers, and the step's values.
struct AllNeurons<S: Simd> {
    soma: *mut S::f32s,
    rate: *mut S::f32s,
    dendrite: *const S::f32s,
    other: *const S::f32s,
    noise: *const S::f32s,
    constants: *const S::f32s,
    rate_before: *mut S::f32s,
    post: *mut S::f32s,
    post_of_other: *mut S::f32s,
    minus_scale: S::f32s,
    scale: S::f32s,
    limit: S::f32s,
    outside: S::f32s,
}

impl<S: Simd> AllNeurons<S> {
    /// `N` registers from `first` on, without a branch between them: compilers then take the curves'
    /// operations in turn.
    ///
    /// # Safety
    /// All have a register `first + N − 1`, constants N_CONSTANTS for each.
    #[inline(always)]
    unsafe fn step<
        C: InRegisters<S>,
        const N: usize,
        const IS_NOTED: bool,
        const IS_NOISY: bool,
    >(
        &mut self,
        simd: S,
        curve: C,
        first: usize,
    ) -> usize {
        let of_strip = STRIP / S::F32_LANES;
        let one = simd.splat_f32s(1.0);
        let (mut somata, mut predicted) = ([one; N], [one; N]);
        macro_rules! constant {
            ($role:expr, $i:expr) => {{
                let of_role = $i / of_strip * (of_strip * N_CONSTANTS) + $role as usize * of_strip;
                // SAFETY: the caller's.
                unsafe { *self.constants.add(of_role + $i % of_strip) }
            }};
        }
        macro_rules! at {
            ($name:ident, $i:expr) => {
                // SAFETY: the caller's.
                *unsafe { &*self.$name.add($i) }
            };
            (mut $name:ident, $i:expr) => {
                // SAFETY: the caller's.
                *unsafe { &mut *self.$name.add($i) }
            };
        }
        for k in 0..N {
            let i = first + k;
            let kept = simd.mul_f32s(constant!(Constant::Keep, i), at!(soma, i));
            let kept =
                f32::multiply_add(simd, constant!(Constant::OfOther, i), at!(other, i), kept);
            let of_dendrite = constant!(Constant::OfDendrite, i);
            somata[k] = f32::multiply_add(simd, of_dendrite, at!(dendrite, i), kept);
            if IS_NOISY {
                let of_noise = constant!(Constant::OfNoise, i);
                somata[k] = f32::multiply_add(simd, of_noise, at!(noise, i), somata[k]);
            }
            if IS_NOTED {
                let attenuation = constant!(Constant::Attenuation, i);
                predicted[k] = simd.mul_f32s(attenuation, at!(dendrite, i));
                at!(mut post_of_other, i) = simd.mul_f32s(self.minus_scale, at!(other, i));
            }
        }
        let (rates, predicted) = match IS_NOTED {
            true => {
                let [rates, predicted] = curve.at(simd, [somata, predicted]);
                (rates, predicted)
            }
            false => {
                let [rates] = curve.at(simd, [somata]);
                (rates, predicted)
            }
        };
        for k in 0..N {
            let i = first + k;
            let (before, mask) = (at!(rate, i), constant!(Constant::Mask, i));
            let is_inside = simd.less_than_or_equal_f32s(abs(simd, somata[k]), self.limit);
            self.outside = simd.select_f32s(is_inside, self.outside, one);
            at!(mut soma, i) = somata[k];
            at!(mut rate, i) = simd.mul_f32s(mask, rates[k]);
            if IS_NOTED {
                let difference = simd.sub_f32s(before, predicted[k]);
                at!(mut post, i) = simd.mul_f32s(self.scale, difference);
                at!(mut rate_before, i) = before;
            }
        }
        N
    }
}
