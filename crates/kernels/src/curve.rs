//! φ of many potentials at a time.

use pulp::Simd;

use crate::{Real, Transfer, exp, log1p_of_unit};

/// φ with its constants as they are needed, made once.
#[derive(Debug, Clone)]
pub struct Curve<T> {
    transfer: Transfer,
    softplus: SoftplusConstants<T>,
}

#[derive(Debug, Clone, Default)]
struct SoftplusConstants<T> {
    /// γ / 2.
    half: T,
    beta: T,
    /// −β θ.
    shift: T,
    /// γ times [`LOG1P`].
    log1p: [T; 9],
}

impl<T: Real> Curve<T> {
    /// The curve of `transfer`.
    pub fn new(transfer: Transfer) -> Self {
        let softplus = match transfer {
            Transfer::Softplus { gamma, beta, theta } => SoftplusConstants {
                half: T::of(0.5 * gamma),
                beta: T::of(beta),
                shift: T::of(-beta * theta),
                log1p: LOG1P.map(|c| T::of(gamma * c)),
            },
            _ => SoftplusConstants::default(),
        };
        Self { transfer, softplus }
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
        let (low, high) = (simd.splat_f32s(-88.0), simd.splat_f32s(87.0));
        // Comparisons rather than min and max, so that NaN stays NaN.
        let u = simd.select_f32s(simd.less_than_f32s(u, low), low, u);
        let u = simd.select_f32s(simd.less_than_f32s(high, u), high, u);
        let one = simd.splat_f32s(1.0);
        let e = exp_f32(simd, simd.neg_f32s(u));
        simd.div_f32s(one, simd.add_f32s(one, e))
    }
}

impl<S: Simd> InRegisters<S> for Softplus<'_> {
    #[inline(always)]
    fn at(self, simd: S, u: S::f32s) -> S::f32s {
        let c = self.0;
        let x = f32::multiply_add(simd, simd.splat_f32s(c.beta), u, simd.splat_f32s(c.shift));
        let size = simd.abs_f32s(x);
        // γ max(x, 0) is γ / 2 (x + |x|), NaN where x is.
        let twice_positive = simd.add_f32s(x, size);
        let below = simd.max_f32s(simd.neg_f32s(size), simd.splat_f32s(-87.0));
        let y = exp_f32(simd, below);
        let half = simd.splat_f32s(c.half);
        let series = polynomial(simd, &c.log1p, y);
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
fn masked_f32<S: Simd, C: InRegisters<S>>(
    simd: S,
    curve: C,
    u: &[f32],
    mask: &[f32],
    r: &mut [f32],
) {
    let inputs = f32::vectors::<S>(u).iter().zip(f32::vectors::<S>(mask));
    for (r, (&u, &mask)) in f32::vectors_mut::<S>(r).iter_mut().zip(inputs) {
        *r = simd.mul_f32s(mask, curve.at(simd, u));
    }
}

#[inline(always)]
fn error_f32<S: Simd, C: InRegisters<S>>(
    simd: S,
    curve: C,
    e: RateError<'_, f32>,
    out: &mut [f32],
) {
    let scale = simd.splat_f32s(e.scale);
    let attenuation = simd.splat_f32s(e.attenuation);
    let rates = f32::vectors::<S>(e.rate).iter();
    let inputs = rates
        .zip(f32::vectors::<S>(e.potential))
        .zip(f32::vectors::<S>(e.mask));
    for (out, ((&r, &v), &mask)) in f32::vectors_mut::<S>(out).iter_mut().zip(inputs) {
        let predicted = curve.at(simd, simd.mul_f32s(attenuation, v));
        let difference = simd.sub_f32s(r, simd.mul_f32s(mask, predicted));
        *out = simd.mul_f32s(scale, difference);
    }
}

/// r, φ and what they are made of: scale · (r − mask · φ(attenuation · v)).
#[derive(Clone, Copy)]
#[doc(hidden)]
pub struct RateError<'a, T> {
    pub rate: &'a [T],
    pub attenuation: T,
    pub potential: &'a [T],
    /// One, or zero in the padding.
    pub mask: &'a [T],
    pub scale: T,
}

/// The three ways to apply φ, for one type.
pub(crate) mod f32_curve {
    use super::*;

    #[inline(always)]
    pub(crate) fn transfer<S: Simd>(simd: S, transfer: &Curve<f32>, u: &[f32], r: &mut [f32]) {
        with_curve!(transfer, |curve| map_f32(simd, curve, u, r));
    }

    #[inline(always)]
    pub(crate) fn masked<S: Simd>(
        simd: S,
        transfer: &Curve<f32>,
        u: &[f32],
        mask: &[f32],
        r: &mut [f32],
    ) {
        with_curve!(transfer, |curve| masked_f32(simd, curve, u, mask, r));
    }

    #[inline(always)]
    pub(crate) fn error<S: Simd>(
        simd: S,
        transfer: &Curve<f32>,
        e: RateError<'_, f32>,
        out: &mut [f32],
    ) {
        with_curve!(transfer, |curve| error_f32(simd, curve, e, out));
    }

    #[inline(always)]
    pub(crate) fn within<S: Simd>(simd: S, values: &[f32], limit: f32) -> bool {
        let limit = simd.splat_f32s(limit);
        let (mut outside, one) = (simd.splat_f32s(0.0), simd.splat_f32s(1.0));
        for &v in f32::vectors::<S>(values) {
            let inside = simd.less_than_or_equal_f32s(simd.abs_f32s(v), limit);
            outside = simd.select_f32s(inside, outside, one);
        }
        simd.reduce_sum_f32s(outside) == 0.0
    }
}

/// φ in double precision, by code that compilers turn into vector code.
pub(crate) mod f64_curve {
    use super::*;

    #[inline(always)]
    fn logistic(u: f64) -> f64 {
        1.0 / (1.0 + exp(-u))
    }

    #[inline(always)]
    pub(crate) fn transfer<S: Simd>(_: S, transfer: &Curve<f64>, u: &[f64], r: &mut [f64]) {
        let pairs = u.iter().zip(r);
        match transfer.transfer {
            Transfer::Logistic => pairs.for_each(|(&u, r)| *r = logistic(u)),
            Transfer::Softplus { gamma, beta, theta } => pairs.for_each(|(&u, r)| {
                let x = beta * (u - theta);
                let positive = (x + x.abs()) * 0.5;
                *r = gamma * (positive + log1p_of_unit(exp(-x.abs())));
            }),
            // tanh(u) = 2 / (1 + exp(−2u)) − 1.
            Transfer::Tanh => pairs.for_each(|(&u, r)| *r = logistic(u + u) * 2.0 - 1.0),
            // NaN must stay NaN.
            Transfer::Relu => pairs.for_each(|(&u, r)| *r = (u + u.abs()) * 0.5),
        }
    }

    #[inline(always)]
    pub(crate) fn masked<S: Simd>(
        simd: S,
        by: &Curve<f64>,
        u: &[f64],
        mask: &[f64],
        r: &mut [f64],
    ) {
        transfer(simd, by, u, r);
        r.iter_mut().zip(mask).for_each(|(r, mask)| *r *= mask);
    }

    #[inline(always)]
    pub(crate) fn error<S: Simd>(simd: S, by: &Curve<f64>, e: RateError<'_, f64>, out: &mut [f64]) {
        for (out, v) in out.iter_mut().zip(e.potential) {
            *out = e.attenuation * v;
        }
        let mut predicted = [0.0; 16];
        let rates = e.rate.chunks(16).zip(e.mask.chunks(16));
        for (out, (rates, masks)) in out.chunks_mut(16).zip(rates) {
            let predicted = &mut predicted[..out.len()];
            transfer(simd, by, out, predicted);
            for (((out, r), mask), p) in out.iter_mut().zip(rates).zip(masks).zip(predicted) {
                *out = e.scale * (r - mask * *p);
            }
        }
    }

    #[inline(always)]
    pub(crate) fn within<S: Simd>(_: S, values: &[f64], limit: f64) -> bool {
        let inside = |v: &f64| u32::from(v.abs() <= limit);
        values.iter().fold(1, |all, v| all & inside(v)) == 1
    }
}

/// log(1 + y) / y for y in [0, 1] to 2.6e-8, by powers of y: the polynomial of least greatest
/// error (Remez).
const LOG1P: [f64; 9] = [
    1.0,
    -0.499_995_53,
    0.333_203_43,
    -0.248_529_46,
    0.191_451_16,
    -0.137_466_22,
    0.079_210_736,
    -0.030_110_965,
    0.005_384_062,
];

/// eˣ for |x| ≤ ln 2 / 2 to 7.5e-8 of its value, likewise.
const EXP: [f32; 6] = [
    1.000_000_1,
    0.999_999_7,
    0.499_988_94,
    0.166_675_75,
    0.041_915_383,
    0.008_297_655,
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

/// As [`exp`], in registers, for x from −87 to 88.
#[inline(always)]
fn exp_f32<S: Simd>(simd: S, x: S::f32s) -> S::f32s {
    const ROUND: f32 = 12_582_912.0;
    let round = simd.splat_f32s(ROUND);
    let shifted = f32::multiply_add(simd, x, simd.splat_f32s(std::f32::consts::LOG2_E), round);
    let n = simd.sub_f32s(shifted, round);
    let r = f32::multiply_add(simd, n, simd.splat_f32s(-0.693_359_4), x);
    let r = f32::multiply_add(simd, n, simd.splat_f32s(2.121_944_4e-4), r);
    let p = polynomial(simd, &EXP, r);
    // The rounded exponent stands in the low bits of `shifted`; 2ⁿ p is an addition to that of p.
    let n = simd.wrapping_dyn_shl_u32s(simd.transmute_u32s_f32s(shifted), simd.splat_u32s(23));
    simd.transmute_f32s_u32s(simd.add_u32s(simd.transmute_u32s_f32s(p), n))
}
