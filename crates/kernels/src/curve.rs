//! φ of many potentials at a time.

use pulp::Simd;

use crate::{Real, Transfer, exp, log1p_of_unit};

/// φ in double precision, by code that compilers turn into vector code.
#[inline(always)]
pub(crate) fn f64<S: Simd>(_: S, transfer: Transfer, u: &[f64], r: &mut [f64]) {
    let pairs = u.iter().zip(r);
    match transfer {
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
fn logistic(u: f64) -> f64 {
    1.0 / (1.0 + exp(-u))
}

/// Maps whole registers; a rest in a register filled up with zeros. A macro, because closures are
/// not always inlined into code for the instruction set.
macro_rules! map {
    ($simd:ident, $u:ident, $r:ident, |$x:ident| $body:expr) => {{
        let n = $u.len();
        let pairs = f32::vectors::<S>($u).iter().zip(f32::vectors_mut::<S>($r));
        for (&$x, r) in pairs {
            *r = $body;
        }
        let rest = n - n % S::F32_LANES;
        if rest < n {
            let $x = $simd.partial_load_f32s(&$u[rest..]);
            let values = $body;
            $simd.partial_store_f32s(&mut $r[rest..n], values);
        }
    }};
}

/// φ in single precision, in whole registers.
#[inline(always)]
pub(crate) fn f32<S: Simd>(simd: S, transfer: Transfer, u: &[f32], r: &mut [f32]) {
    match transfer {
        Transfer::Logistic => map!(simd, u, r, |x| logistic_f32(simd, x)),
        Transfer::Softplus { gamma, beta, theta } => {
            let beta_vector = simd.splat_f32s(beta as f32);
            let shift = simd.splat_f32s((-beta * theta) as f32);
            let gamma = simd.splat_f32s(gamma as f32);
            let half = simd.splat_f32s(0.5);
            map!(simd, u, r, |v| {
                let x = f32::multiply_add(simd, beta_vector, v, shift);
                let size = simd.abs_f32s(x);
                let positive = simd.mul_f32s(half, simd.add_f32s(x, size));
                let y = exp_f32(simd, simd.neg_f32s(size));
                let series = polynomial(simd, &LOG1P, y);
                simd.mul_f32s(gamma, f32::multiply_add(simd, y, series, positive))
            })
        }
        Transfer::Tanh => map!(simd, u, r, |v| {
            let two = simd.splat_f32s(2.0);
            let of_double = logistic_f32(simd, simd.add_f32s(v, v));
            f32::multiply_add(simd, two, of_double, simd.splat_f32s(-1.0))
        }),
        Transfer::Relu => map!(simd, u, r, |v| {
            let sum = simd.add_f32s(v, simd.abs_f32s(v));
            simd.mul_f32s(simd.splat_f32s(0.5), sum)
        }),
    }
}

/// log(1 + y) / y for y in [0, 1] to 2.6e-8, by powers of y: the polynomial of least greatest
/// error (Remez).
const LOG1P: [f32; 9] = [
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

/// eˣ for |x| ≤ ln 2 / 2 to 1.9e-9 of its value, likewise.
const EXP: [f32; 7] = [
    1.0,
    1.0,
    0.499_999_9,
    0.166_664_2,
    0.041_668_225,
    0.008_374_816,
    0.001_383_684_6,
];

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

#[inline(always)]
fn logistic_f32<S: Simd>(simd: S, u: S::f32s) -> S::f32s {
    let one = simd.splat_f32s(1.0);
    let e = exp_f32(simd, simd.neg_f32s(u));
    simd.div_f32s(one, simd.add_f32s(one, e))
}

/// As [`exp`], in registers.
#[inline(always)]
fn exp_f32<S: Simd>(simd: S, x: S::f32s) -> S::f32s {
    const ROUND: f32 = 12_582_912.0;
    let round = simd.splat_f32s(ROUND);
    let (low, high) = (simd.splat_f32s(-87.0), simd.splat_f32s(88.0));
    // Comparisons rather than min and max, so that NaN stays NaN.
    let x = simd.select_f32s(simd.less_than_f32s(x, low), low, x);
    let x = simd.select_f32s(simd.less_than_f32s(high, x), high, x);
    let shifted = f32::multiply_add(simd, x, simd.splat_f32s(std::f32::consts::LOG2_E), round);
    let n = simd.sub_f32s(shifted, round);
    let r = f32::multiply_add(simd, n, simd.splat_f32s(-0.693_359_4), x);
    let r = f32::multiply_add(simd, n, simd.splat_f32s(2.121_944_4e-4), r);
    let p = polynomial(simd, &EXP, r);
    let bits = simd.transmute_u32s_f32s(shifted);
    let exponent = simd.wrapping_dyn_shl_u32s(bits, simd.splat_u32s(23));
    let scale = simd.add_u32s(exponent, simd.splat_u32s(0x3f80_0000));
    simd.mul_f32s(p, simd.transmute_f32s_u32s(scale))
}
