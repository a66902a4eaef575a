//! eˣ and log(1 + y) in double precision by polynomials that compilers turn into vector code.

/// log(1 + y) for y in [0, 1], by the series 2 (s + s³/3 + s⁵/5 + …) with s = y / (2 + y) ≤ 1/3.
#[inline(always)]
pub fn log1p_of_unit(y: f64) -> f64 {
    let s = y / (2.0 + y);
    let z = s * s;
    let mut sum = 0.0;
    for n in (0..17).rev() {
        sum = sum * z + 1.0 / f64::from(2 * n + 1);
    }
    2.0 * s * sum
}

/// eˣ to within 2 units in the last place; inputs are clamped to the range where the result is a
/// normal number. NaN stays NaN.
#[inline(always)]
pub fn exp(x: f64) -> f64 {
    // eˣ = 2ⁿ eʳ with n = round(x / ln 2) and |r| ≤ ln 2 / 2; eʳ by its Taylor polynomial. Adding
    // and taking away 1.5 · 2⁵² rounds to an integer, whose value is then in the low bits.
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
