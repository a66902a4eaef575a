//! φ in single precision, in registers.

use pulp::Simd;

use super::{Curve, InRegisters, Logistic, Registers, Relu, Softplus, Tanh, WithCurve};
use crate::{Real, Transfer};

#[inline(always)]
pub(crate) fn visit<S: Simd, W: WithCurve<f32, S>>(curve: &Curve<f32>, with: W) -> W::Output {
    with_curve!(curve, |kind| with.with_curve(kind))
}

#[inline(always)]
pub(crate) fn transfer<S: Simd>(simd: S, transfer: &Curve<f32>, u: &[f32], r: &mut [f32]) {
    with_curve!(transfer, |curve| map(simd, curve, u, r));
}

/// The registers that `$body` gives for each of `$x`, statement by statement.
macro_rules! each {
    (|$x:ident $(, $other:ident)*| $body:expr) => {{
        let mut out = $x;
        for m in 0..M {
            for n in 0..N {
                let ($x, $($other,)*) = ($x[m][n], $($other[m][n],)*);
                out[m][n] = $body;
            }
        }
        out
    }};
}

impl<S: Simd> InRegisters<f32, S> for Logistic {
    #[inline(always)]
    fn rates<const M: usize, const N: usize>(
        self,
        simd: S,
        u: Registers<f32, S, M, N>,
    ) -> Registers<f32, S, M, N> {
        let slope = simd.splat_f32s(-std::f32::consts::LOG2_E);
        let (low, high) = (simd.splat_f32s(-126.0), simd.splat_f32s(126.0));
        let one = simd.splat_f32s(1.0);
        // Comparisons rather than min and max, so that NaN stays NaN.
        let x = each!(|u| simd.mul_f32s(slope, u));
        let x = each!(|x| simd.select_f32s(simd.less_than_f32s(x, low), low, x));
        let x = each!(|x| simd.select_f32s(simd.less_than_f32s(high, x), high, x));
        let e = power_of_two(simd, x);
        each!(|e| simd.div_f32s(one, simd.add_f32s(one, e)))
    }
}

impl<S: Simd> InRegisters<f32, S> for Softplus<'_, f32> {
    #[inline(always)]
    fn rates<const M: usize, const N: usize>(
        self,
        simd: S,
        u: Registers<f32, S, M, N>,
    ) -> Registers<f32, S, M, N> {
        let c = self.0;
        let (slope, shift) = (simd.splat_f32s(c.slope), simd.splat_f32s(c.shift));
        let (half, lowest) = (simd.splat_f32s(c.half), simd.splat_f32s(-126.0));
        let x = each!(|u| f32::multiply_add(simd, slope, u, shift));
        let size = each!(|x| abs(simd, x));
        // 2 max(x, 0), NaN where x is.
        let twice_positive = each!(|x, size| simd.add_f32s(x, size));
        let below = each!(|size| simd.max_f32s(minus(simd, size), lowest));
        let y = power_of_two(simd, below);
        let series = in_halves(simd, &c.log1p, y);
        let rest = each!(|y, series| simd.mul_f32s(y, series));
        each!(|rest, twice_positive| f32::multiply_add(simd, half, twice_positive, rest))
    }
}

impl<S: Simd> InRegisters<f32, S> for Tanh {
    #[inline(always)]
    fn rates<const M: usize, const N: usize>(
        self,
        simd: S,
        u: Registers<f32, S, M, N>,
    ) -> Registers<f32, S, M, N> {
        let (two, minus_one) = (simd.splat_f32s(2.0), simd.splat_f32s(-1.0));
        let doubled: Registers<f32, S, M, N> = each!(|u| simd.add_f32s(u, u));
        let of_double = InRegisters::<f32, S>::rates(Logistic, simd, doubled);
        each!(|of_double| f32::multiply_add(simd, two, of_double, minus_one))
    }
}

impl<S: Simd> InRegisters<f32, S> for Relu {
    #[inline(always)]
    fn rates<const M: usize, const N: usize>(
        self,
        simd: S,
        u: Registers<f32, S, M, N>,
    ) -> Registers<f32, S, M, N> {
        let half = simd.splat_f32s(0.5);
        each!(|u| simd.mul_f32s(half, simd.add_f32s(u, abs(simd, u))))
    }
}

#[inline(always)]
fn map<S: Simd, C: InRegisters<f32, S>>(simd: S, curve: C, u: &[f32], r: &mut [f32]) {
    let n = u.len();
    let pairs = f32::vectors::<S>(u).iter().zip(f32::vectors_mut::<S>(r));
    for (&u, r) in pairs {
        [[*r]] = curve.rates(simd, [[u]]);
    }
    let rest = n - n % S::F32_LANES;
    if rest < n {
        let [[values]] = curve.rates(simd, [[simd.partial_load_f32s(&u[rest..])]]);
        simd.partial_store_f32s(&mut r[rest..n], values);
    }
}

/// |x|, by its sign bit; `pulp`'s own is a call where it is not inlined.
#[inline(always)]
pub(crate) fn abs<S: Simd>(simd: S, x: S::f32s) -> S::f32s {
    let bits = simd.and_u32s(simd.transmute_u32s_f32s(x), simd.splat_u32s(0x7fff_ffff));
    simd.transmute_f32s_u32s(bits)
}

/// −x for x ≥ 0 or NaN, likewise.
#[inline(always)]
fn minus<S: Simd>(simd: S, x: S::f32s) -> S::f32s {
    let bits = simd.or_u32s(simd.transmute_u32s_f32s(x), simd.splat_u32s(0x8000_0000));
    simd.transmute_f32s_u32s(bits)
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
pub(crate) fn polynomial<S: Simd, const M: usize, const N: usize, const TERMS: usize>(
    simd: S,
    by_power: &[f32; TERMS],
    x: Registers<f32, S, M, N>,
) -> Registers<f32, S, M, N> {
    let highest = simd.splat_f32s(by_power[TERMS - 1]);
    let mut sum = [[highest; N]; M];
    for &c in by_power[..TERMS - 1].iter().rev() {
        let c = simd.splat_f32s(c);
        sum = each!(|sum, x| f32::multiply_add(simd, sum, x, c));
    }
    sum
}

/// As [`polynomial`] for an even number of terms, even and odd powers apart: one multiplication more
/// and half the latency.
#[inline(always)]
fn in_halves<S: Simd, const M: usize, const N: usize, const TERMS: usize>(
    simd: S,
    by_power: &[f32; TERMS],
    x: Registers<f32, S, M, N>,
) -> Registers<f32, S, M, N> {
    const { assert!(TERMS.is_multiple_of(2)) };
    let square = each!(|x| simd.mul_f32s(x, x));
    let mut even = [[simd.splat_f32s(by_power[TERMS - 2]); N]; M];
    let mut odd = [[simd.splat_f32s(by_power[TERMS - 1]); N]; M];
    for c in by_power[..TERMS - 2].as_chunks::<2>().0.iter().rev() {
        let (of_even, of_odd) = (simd.splat_f32s(c[0]), simd.splat_f32s(c[1]));
        even = each!(|even, square| f32::multiply_add(simd, even, square, of_even));
        odd = each!(|odd, square| f32::multiply_add(simd, odd, square, of_odd));
    }
    each!(|odd, x, even| f32::multiply_add(simd, odd, x, even))
}

/// 2ˣ for x from −126 to 126.
#[inline(always)]
fn power_of_two<S: Simd, const M: usize, const N: usize>(
    simd: S,
    x: Registers<f32, S, M, N>,
) -> Registers<f32, S, M, N> {
    let round = simd.splat_f32s(12_582_912.0);
    let shifted = each!(|x| simd.add_f32s(x, round));
    let n = each!(|shifted| simd.sub_f32s(shifted, round));
    let p = in_halves(simd, &EXP2, each!(|x, n| simd.sub_f32s(x, n)));
    // The rounded exponent stands in the low bits of `shifted`; 2ⁿ p is an addition to that of p.
    let bits = simd.splat_u32s(23);
    each!(|p, shifted| {
        let n = simd.wrapping_dyn_shl_u32s(simd.transmute_u32s_f32s(shifted), bits);
        simd.transmute_f32s_u32s(simd.add_u32s(simd.transmute_u32s_f32s(p), n))
    })
}

/// Σ weight · value, in fused multiply-adds where there are registers.
#[inline(always)]
pub(crate) fn weighted_sum<S: Simd, const N: usize>(
    simd: S,
    terms: [(S::f32s, S::f32s); N],
) -> S::f32s {
    let (weight, value) = terms[0];
    let mut sum = simd.mul_f32s(weight, value);
    for (weight, value) in &terms[1..] {
        sum = f32::multiply_add(simd, *weight, *value, sum);
    }
    sum
}
