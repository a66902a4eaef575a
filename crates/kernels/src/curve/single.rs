//! φ in single precision, in registers.

use pulp::Simd;

use super::{Constant, Curve, N_CONSTANTS, SoftplusConstants, StepOfNeurons};
use crate::{Real, STRIP, Transfer};

/// Calls `$body` with the curve `$of`, its kind known to the compiler.
macro_rules! with_curve {
    ($of:ident, |$curve:ident| $body:expr) => {
        match $of.transfer {
            Transfer::Logistic => {
                let $curve = Logistic;
                $body
            }
            Transfer::Softplus { .. } => {
                let $curve = Softplus(&$of.softplus);
                $body
            }
            Transfer::Tanh => {
                let $curve = Tanh;
                $body
            }
            Transfer::Relu => {
                let $curve = Relu;
                $body
            }
        }
    };
}

#[inline(always)]
pub(crate) fn transfer<S: Simd>(simd: S, transfer: &Curve<f32>, u: &[f32], r: &mut [f32]) {
    with_curve!(transfer, |curve| map_f32(simd, curve, u, r));
}

#[inline(always)]
pub(crate) fn step<S: Simd>(simd: S, by: &Curve<f32>, own: StepOfNeurons<'_, f32>) -> bool {
    match (own.is_noted, own.is_noisy) {
        (true, true) => with_curve!(by, |curve| step_f32::<S, _, true, true>(simd, curve, own)),
        (true, false) => {
            with_curve!(by, |curve| step_f32::<S, _, true, false>(simd, curve, own))
        }
        (false, true) => {
            with_curve!(by, |curve| step_f32::<S, _, false, true>(simd, curve, own))
        }
        (false, false) => {
            with_curve!(by, |curve| step_f32::<S, _, false, false>(simd, curve, own))
        }
    }
}

/// φ in single precision, in registers of `S`.
trait InRegisters<S: Simd>: Copy {
    fn at(self, simd: S, u: S::f32s) -> S::f32s;
}

#[derive(Clone, Copy)]
struct Logistic;
#[derive(Clone, Copy)]
struct Softplus<'a>(&'a SoftplusConstants<f32>);
#[derive(Clone, Copy)]
struct Tanh;
#[derive(Clone, Copy)]
struct Relu;

impl<S: Simd> InRegisters<S> for Logistic {
    #[inline(always)]
    fn at(self, simd: S, u: S::f32s) -> S::f32s {
        let x = simd.mul_f32s(simd.splat_f32s(-std::f32::consts::LOG2_E), u);
        let (low, high) = (simd.splat_f32s(-126.0), simd.splat_f32s(126.0));
        // Comparisons rather than min and max, so that NaN stays NaN.
        let x = simd.select_f32s(simd.less_than_f32s(x, low), low, x);
        let x = simd.select_f32s(simd.less_than_f32s(high, x), high, x);
        let one = simd.splat_f32s(1.0);
        let e = power_of_two(simd, x);
        simd.div_f32s(one, simd.add_f32s(one, e))
    }
}

impl<S: Simd> InRegisters<S> for Softplus<'_> {
    #[inline(always)]
    fn at(self, simd: S, u: S::f32s) -> S::f32s {
        let c = self.0;
        let x = f32::multiply_add(simd, simd.splat_f32s(c.slope), u, simd.splat_f32s(c.shift));
        let size = simd.abs_f32s(x);
        // 2 max(x, 0), NaN where x is.
        let twice_positive = simd.add_f32s(x, size);
        let below = simd.max_f32s(simd.neg_f32s(size), simd.splat_f32s(-126.0));
        let y = power_of_two(simd, below);
        let half = simd.splat_f32s(c.half);
        let series = in_pairs(simd, &c.log1p, y);
        f32::multiply_add(simd, half, twice_positive, simd.mul_f32s(y, series))
    }
}

impl<S: Simd> InRegisters<S> for Tanh {
    #[inline(always)]
    fn at(self, simd: S, u: S::f32s) -> S::f32s {
        let of_double = Logistic.at(simd, simd.add_f32s(u, u));
        f32::multiply_add(simd, simd.splat_f32s(2.0), of_double, simd.splat_f32s(-1.0))
    }
}

impl<S: Simd> InRegisters<S> for Relu {
    #[inline(always)]
    fn at(self, simd: S, u: S::f32s) -> S::f32s {
        simd.mul_f32s(simd.splat_f32s(0.5), simd.add_f32s(u, simd.abs_f32s(u)))
    }
}

#[inline(always)]
fn map_f32<S: Simd, C: InRegisters<S>>(simd: S, curve: C, u: &[f32], r: &mut [f32]) {
    let n = u.len();
    let pairs = f32::vectors::<S>(u).iter().zip(f32::vectors_mut::<S>(r));
    for (&u, r) in pairs {
        *r = curve.at(simd, u);
    }
    let rest = n - n % S::F32_LANES;
    if rest < n {
        let values = curve.at(simd, simd.partial_load_f32s(&u[rest..]));
        simd.partial_store_f32s(&mut r[rest..n], values);
    }
}

#[inline(always)]
fn step_f32<S: Simd, C: InRegisters<S>, const IS_NOTED: bool, const IS_NOISY: bool>(
    simd: S,
    curve: C,
    own: StepOfNeurons<'_, f32>,
) -> bool {
    let limit = simd.splat_f32s(own.limit);
    let scale = simd.splat_f32s(own.scale);
    let (mut outside, one) = (simd.splat_f32s(0.0), simd.splat_f32s(1.0));
    let n = own.soma.len() / S::F32_LANES;
    let of_strip = STRIP / S::F32_LANES;
    macro_rules! vectors {
        ($($name:ident),*) => {$(let $name = &f32::vectors::<S>(own.$name)[..n];)*};
    }
    macro_rules! vectors_mut {
        ($($name:ident),*) => {$(let $name = &mut f32::vectors_mut::<S>(own.$name)[..n];)*};
    }
    vectors!(dendrite, other, noise);
    vectors_mut!(soma, rate, rate_before, post);
    let constants = f32::vectors::<S>(own.constants).chunks_exact(of_strip * N_CONSTANTS);
    for (strip, constants) in constants.enumerate() {
        for v in 0..of_strip {
            let i = strip * of_strip + v;
            let of = |role: Constant| constants[role as usize * of_strip + v];
            let kept = simd.mul_f32s(of(Constant::Keep), soma[i]);
            let kept = f32::multiply_add(simd, of(Constant::OfOther), other[i], kept);
            let mut u = f32::multiply_add(simd, of(Constant::OfDendrite), dendrite[i], kept);
            if IS_NOISY {
                u = f32::multiply_add(simd, of(Constant::OfNoise), noise[i], u);
            }
            let is_inside = simd.less_than_or_equal_f32s(simd.abs_f32s(u), limit);
            outside = simd.select_f32s(is_inside, outside, one);
            soma[i] = u;
            let before = rate[i];
            rate[i] = simd.mul_f32s(of(Constant::Mask), curve.at(simd, u));
            if IS_NOTED {
                let v_hat = simd.mul_f32s(of(Constant::Attenuation), dendrite[i]);
                let difference = simd.sub_f32s(before, curve.at(simd, v_hat));
                post[i] = simd.mul_f32s(scale, difference);
                rate_before[i] = before;
            }
        }
    }
    simd.reduce_sum_f32s(outside) == 0.0
}

/// 2ˣ for |x| ≤ ½ to 7.5e-8 of its value, likewise.
#[expect(clippy::approx_constant, reason = "the fit's, which is not ln 2")]
const EXP2: [f32; 6] = [
    1.000_000_1,
    0.693_147,
    0.240_221_2,
    0.055_507_13,
    0.009_675_541,
    0.001_327_647_2,
];

/// Σ c_n xⁿ.
#[inline(always)]
pub(crate) fn polynomial<S: Simd, const N: usize>(
    simd: S,
    by_power: &[f32; N],
    x: S::f32s,
) -> S::f32s {
    let mut sum = simd.splat_f32s(by_power[N - 1]);
    for &c in by_power[..N - 1].iter().rev() {
        sum = f32::multiply_add(simd, sum, x, simd.splat_f32s(c));
    }
    sum
}

/// As [`polynomial`] for an even number of terms, by powers of x² (Estrin): a few multiplications
/// more and half the latency.
#[inline(always)]
fn in_pairs<S: Simd, const N: usize>(simd: S, by_power: &[f32; N], x: S::f32s) -> S::f32s {
    const { assert!(N == 6 || N == 8) };
    let square = simd.mul_f32s(x, x);
    let splat = |c: f32| simd.splat_f32s(c);
    let pair = |i: usize| f32::multiply_add(simd, splat(by_power[i + 1]), x, splat(by_power[i]));
    let low = f32::multiply_add(simd, pair(2), square, pair(0));
    let high = match N {
        6 => pair(4),
        _ => f32::multiply_add(simd, pair(6), square, pair(4)),
    };
    f32::multiply_add(simd, high, simd.mul_f32s(square, square), low)
}

/// 2ˣ for x from −126 to 126.
#[inline(always)]
fn power_of_two<S: Simd>(simd: S, x: S::f32s) -> S::f32s {
    let round = simd.splat_f32s(12_582_912.0);
    let shifted = simd.add_f32s(x, round);
    let n = simd.sub_f32s(shifted, round);
    let p = in_pairs(simd, &EXP2, simd.sub_f32s(x, n));
    // The rounded exponent stands in the low bits of `shifted`; 2ⁿ p is an addition to that of p.
    let n = simd.wrapping_dyn_shl_u32s(simd.transmute_u32s_f32s(shifted), simd.splat_u32s(23));
    simd.transmute_f32s_u32s(simd.add_u32s(simd.transmute_u32s_f32s(p), n))
}
