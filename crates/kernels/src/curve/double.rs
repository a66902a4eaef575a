//! φ in double precision, by code that compilers turn into vector code.

use pulp::{Simd, bytemuck};

use super::{Curve, InRegisters, Logistic, Registers, Relu, Softplus, Tanh, WithCurve};
use crate::Transfer;
use crate::exponential::{exp, log1p_of_unit};

#[inline(always)]
pub(crate) fn visit<S: Simd, W: WithCurve<f64, S>>(curve: &Curve<f64>, with: W) -> W::Output {
    with_curve!(curve, |kind| with.with_curve(kind))
}

#[inline(always)]
pub(crate) fn transfer<S: Simd>(_: S, transfer: &Curve<f64>, u: &[f64], r: &mut [f64]) {
    let pairs = u.iter().zip(r);
    with_curve!(transfer, |curve| pairs
        .for_each(|(&u, r)| *r = curve.rate(u)));
}

/// φ of one potential.
trait OfOne: Copy {
    fn rate(self, u: f64) -> f64;
}

impl OfOne for Logistic {
    #[inline(always)]
    fn rate(self, u: f64) -> f64 {
        1.0 / (1.0 + exp(-u))
    }
}

impl OfOne for Softplus<'_, f64> {
    #[inline(always)]
    fn rate(self, u: f64) -> f64 {
        let c = self.0;
        let x = c.beta * (u - c.theta);
        let positive = (x + x.abs()) * 0.5;
        c.gamma * (positive + log1p_of_unit(exp(-x.abs())))
    }
}

impl OfOne for Tanh {
    /// tanh(u) = 2 / (1 + exp(−2u)) − 1.
    #[inline(always)]
    fn rate(self, u: f64) -> f64 {
        Logistic.rate(u + u) * 2.0 - 1.0
    }
}

impl OfOne for Relu {
    /// NaN stays NaN.
    #[inline(always)]
    fn rate(self, u: f64) -> f64 {
        (u + u.abs()) * 0.5
    }
}

impl<S: Simd, C: OfOne> InRegisters<f64, S> for C {
    #[inline(always)]
    fn rates<const M: usize, const N: usize>(
        self,
        _: S,
        mut u: Registers<f64, S, M, N>,
    ) -> Registers<f64, S, M, N> {
        let lanes: &mut [f64] = bytemuck::cast_slice_mut(u.as_flattened_mut());
        for u in lanes {
            *u = self.rate(*u);
        }
        u
    }
}

/// |x|.
#[inline(always)]
pub(crate) fn abs<S: Simd>(simd: S, x: S::f64s) -> S::f64s {
    let size = simd.splat_u64s(0x7fff_ffff_ffff_ffff);
    simd.transmute_f64s_u64s(simd.and_u64s(simd.transmute_u64s_f64s(x), size))
}

/// Σ weight · value, every product rounded.
#[inline(always)]
pub(crate) fn weighted_sum<S: Simd, const N: usize>(
    simd: S,
    terms: [(S::f64s, S::f64s); N],
) -> S::f64s {
    let (weight, value) = terms[0];
    let mut sum = simd.mul_f64s(weight, value);
    for (weight, value) in &terms[1..] {
        sum = simd.add_f64s(sum, simd.mul_f64s(*weight, *value));
    }
    sum
}
