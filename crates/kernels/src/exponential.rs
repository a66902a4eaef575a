//! eˣ and log(1 + y) by polynomials that compilers turn into vector code.

use crate::Real;

/// eˣ to within 2 units in the last place; inputs are clamped to the range where the result is a
/// normal number. NaN stays NaN.
#[inline(always)]
pub fn exp<T: Real>(x: T) -> T {
    x.exp_polynomial()
}

/// log(1 + y) for y in [0, 1], by the series 2 (s + s³/3 + s⁵/5 + …) with s = y / (2 + y) ≤ 1/3.
#[inline(always)]
pub fn log1p_of_unit<T: Real>(y: T) -> T {
    let s = y / (T::of(2.0) + y);
    let z = s * s;
    let mut sum = T::zero();
    for n in (0..T::LOG1P_TERMS).rev() {
        sum = sum * z + T::of(1.0 / (2 * n + 1) as f64);
    }
    T::of(2.0) * s * sum
}

// eˣ = 2ⁿ eʳ with n = round(x / ln 2) and |r| ≤ ln 2 / 2; eʳ by its Taylor polynomial. Adding and
// taking away 1.5 · 2^(mantissa bits) rounds to an integer, whose value is then in the low bits.

#[inline(always)]
pub(crate) fn f32(x: f32) -> f32 {
    const ROUND: f32 = 12_582_912.0;
    let clamped = x.clamp(-87.0, 88.0);
    let shifted = clamped * std::f32::consts::LOG2_E + ROUND;
    let n = shifted - ROUND;
    let r = (clamped - n * 0.693_359_4) + n * 2.121_944_4e-4;
    let mut p = 1.0 / 5040.0;
    for c in [
        1.0 / 720.0,
        1.0 / 120.0,
        1.0 / 24.0,
        1.0 / 6.0,
        0.5,
        1.0,
        1.0,
    ] {
        p = p * r + c;
    }
    let scale = f32::from_bits((shifted.to_bits() << 23).wrapping_add(0x3f80_0000));
    p * scale
}

#[inline(always)]
pub(crate) fn f64(x: f64) -> f64 {
    const ROUND: f64 = 6_755_399_441_055_744.0;
    let clamped = x.clamp(-708.0, 709.0);
    let shifted = clamped * std::f64::consts::LOG2_E + ROUND;
    let n = shifted - ROUND;
    let r = (clamped - n * 0.693_147_180_369_123_8) - n * 1.908_214_929_270_587_7e-10;
    let mut p = 1.0 / 87_178_291_200.0;
    for c in [
        1.0 / 6_227_020_800.0,
        1.0 / 479_001_600.0,
        1.0 / 39_916_800.0,
        1.0 / 3_628_800.0,
        1.0 / 362_880.0,
        1.0 / 40_320.0,
        1.0 / 5040.0,
        1.0 / 720.0,
        1.0 / 120.0,
        1.0 / 24.0,
        1.0 / 6.0,
        0.5,
        1.0,
        1.0,
    ] {
        p = p * r + c;
    }
    let scale = f64::from_bits((shifted.to_bits() << 52).wrapping_add(0x3ff0_0000_0000_0000));
    p * scale
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exp_agrees_with_the_standard_library() {
        for i in -8_700..8_800 {
            let x = i as f32 / 100.0;
            let exact = f64::from(x).exp();
            assert!((f64::from(exp(x)) / exact - 1.0).abs() < 4e-7, "{x}");
        }
        for i in -7_080..7_090 {
            let x = i as f64 / 10.0;
            assert!((exp(x) / x.exp() - 1.0).abs() < 2e-15, "{x}");
        }
        assert!(exp(f32::NAN).is_nan());
        assert!(exp(f64::NAN).is_nan());
        assert!(exp(-1e30_f32) < 2e-38);
    }

    #[test]
    fn log1p_agrees_with_the_standard_library() {
        for i in 0..=1_000 {
            let y = i as f64 / 1_000.0;
            assert!((log1p_of_unit(y) - y.ln_1p()).abs() < 3e-16, "{y}");
            let y = y as f32;
            assert!((log1p_of_unit(y) - y.ln_1p()).abs() < 2e-7, "{y}");
        }
    }
}
