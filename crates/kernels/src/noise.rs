//! Reproducible normal variates, many at a time.

use pulp::{Simd, WithSimd};

use crate::curve::single::{abs, polynomial};
use crate::{Real, dispatch};

/// Variates that are drawn together: two from each lane.
pub const NORMALS_PER_DRAW: usize = 2 * LANES;

const LANES: usize = 16;

/// A stream of standard normal variates in single precision: sixteen generators xoshiro128++
/// (Blackman and Vigna, 2021) side by side, and the Box–Muller transform.
///
/// The integers behind it are the same on every instruction set; variates agree to rounding.
/// Uniform variates have 23 bits, so no variate exceeds 5.7 in size.
#[derive(Clone)]
pub struct Normals {
    state: [[u32; LANES]; 4],
}

impl Normals {
    /// A stream from seeds that `draw` gives.
    pub fn new(mut draw: impl FnMut() -> u32) -> Self {
        let mut state = [[0; LANES]; 4];
        for lane in 0..LANES {
            // The all-zero state is the only one that a generator never leaves.
            while state.iter().all(|words| words[lane] == 0) {
                for words in &mut state {
                    words[lane] = draw();
                }
            }
        }
        Self { state }
    }

    /// The integers that all later variates follow from, to keep them or to set them again.
    pub fn words(&mut self) -> &mut [u32] {
        self.state.as_flattened_mut()
    }

    /// Fills `out` with variates of mean 0 and variance 1.
    ///
    /// # Panics
    /// If the length is no multiple of [`NORMALS_PER_DRAW`].
    pub fn fill(&mut self, out: &mut [f32]) {
        struct Fill<'a>(&'a mut Normals, &'a mut [f32]);
        impl WithSimd for Fill<'_> {
            type Output = ();

            #[inline(always)]
            fn with_simd<S: Simd>(self, simd: S) {
                self.0.fill_with(simd, self.1);
            }
        }
        dispatch(Fill(self, out));
    }

    /// As [`Normals::fill`], inside code for the instruction set `S`.
    #[doc(hidden)]
    #[inline(always)]
    pub fn fill_with<S: Simd>(&mut self, simd: S, out: &mut [f32]) {
        let (draws, rest) = out.as_chunks_mut::<NORMALS_PER_DRAW>();
        assert!(rest.is_empty(), "whole draws");
        let lanes = S::U32_LANES.min(LANES);
        for first in (0..LANES).step_by(lanes) {
            let mut s = [simd.splat_u32s(0); 4];
            for (s, words) in s.iter_mut().zip(&self.state) {
                *s = simd.partial_load_u32s(&words[first..first + lanes]);
            }
            for draw in draws.iter_mut() {
                let (radius, turn) = (next_integers(simd, &mut s), next_integers(simd, &mut s));
                let (cosine, sine) = box_muller(simd, radius, turn);
                simd.partial_store_f32s(&mut draw[first..first + lanes], cosine);
                simd.partial_store_f32s(&mut draw[LANES + first..LANES + first + lanes], sine);
            }
            for (s, words) in s.iter().zip(&mut self.state) {
                simd.partial_store_u32s(&mut words[first..first + lanes], *s);
            }
        }
    }
}

/// The next output of each lane's xoshiro128++.
#[doc(hidden)]
#[inline(always)]
pub fn next_integers<S: Simd>(simd: S, s: &mut [S::u32s; 4]) -> S::u32s {
    let sum = simd.add_u32s(s[0], s[3]);
    let result = simd.add_u32s(rotate_left::<S, 7>(simd, sum), s[0]);
    let t = simd.wrapping_dyn_shl_u32s(s[1], simd.splat_u32s(9));
    s[2] = simd.xor_u32s(s[2], s[0]);
    s[3] = simd.xor_u32s(s[3], s[1]);
    s[1] = simd.xor_u32s(s[1], s[2]);
    s[0] = simd.xor_u32s(s[0], s[3]);
    s[2] = simd.xor_u32s(s[2], t);
    s[3] = rotate_left::<S, 11>(simd, s[3]);
    result
}

#[inline(always)]
fn rotate_left<S: Simd, const BY: u32>(simd: S, a: S::u32s) -> S::u32s {
    simd.or_u32s(
        simd.wrapping_dyn_shl_u32s(a, simd.splat_u32s(BY)),
        simd.wrapping_dyn_shr_u32s(a, simd.splat_u32s(32 - BY)),
    )
}

/// √(−2 ln a) · (cos 2πb, sin 2πb), a in (0, 1] and b in [−½, ½) from the upper 23 bits of each.
#[inline(always)]
fn box_muller<S: Simd>(simd: S, a: S::u32s, b: S::u32s) -> (S::f32s, S::f32s) {
    let (two, minus_two) = (simd.splat_f32s(2.0), simd.splat_f32s(-2.0));
    let (quarter, three_halves) = (simd.splat_f32s(0.25), simd.splat_f32s(1.5));
    let log = ln(simd, simd.sub_f32s(two, one_to_two(simd, a)));
    let radius = simd.sqrt_f32s(simd.mul_f32s(minus_two, log));
    let turn = simd.sub_f32s(one_to_two(simd, b), three_halves);
    let size = abs(simd, turn);
    let sign = simd.and_u32s(simd.transmute_u32s_f32s(turn), simd.splat_u32s(0x8000_0000));
    let from_quarter = simd.sub_f32s(quarter, size);
    let cosine = sine_of_turn(simd, from_quarter);
    let folded = simd.sub_f32s(quarter, abs(simd, from_quarter));
    let sine = simd.transmute_u32s_f32s(sine_of_turn(simd, folded));
    let sine = simd.transmute_f32s_u32s(simd.xor_u32s(sine, sign));
    (simd.mul_f32s(radius, cosine), simd.mul_f32s(radius, sine))
}

/// [1, 2) with the mantissa of the upper bits.
#[inline(always)]
fn one_to_two<S: Simd>(simd: S, bits: S::u32s) -> S::f32s {
    let mantissa = simd.wrapping_dyn_shr_u32s(bits, simd.splat_u32s(9));
    simd.transmute_f32s_u32s(simd.or_u32s(mantissa, simd.splat_u32s(0x3f80_0000)))
}

/// ln a for normal a > 0, to 4e-7: a = 2ⁿ m with m in [√½, √2).
#[inline(always)]
fn ln<S: Simd>(simd: S, a: S::f32s) -> S::f32s {
    const SQRT_HALF: u32 = 0x3f35_04f3;
    let bits = simd.transmute_u32s_f32s(a);
    let moved = simd.add_u32s(bits, simd.splat_u32s(0x3f80_0000 - SQRT_HALF));
    let n = simd.wrapping_dyn_shr_u32s(moved, simd.splat_u32s(23));
    // 2²³ + n as a float has n in its low bits.
    let n = simd.transmute_f32s_u32s(simd.or_u32s(n, simd.splat_u32s(0x4b00_0000)));
    let n = simd.sub_f32s(n, simd.splat_f32s(8_388_608.0 + 127.0));
    let mantissa = simd.and_u32s(moved, simd.splat_u32s(0x007f_ffff));
    let m = simd.transmute_f32s_u32s(simd.add_u32s(mantissa, simd.splat_u32s(SQRT_HALF)));
    let f = simd.sub_f32s(m, simd.splat_f32s(1.0));
    let [[series]] = polynomial(simd, &LN, [[f]]);
    let of_exponent = simd.mul_f32s(n, simd.splat_f32s(std::f32::consts::LN_2));
    f32::multiply_add(simd, f, series, of_exponent)
}

/// sin 2πx for |x| ≤ ¼, to 4e-9 beside rounding.
#[inline(always)]
fn sine_of_turn<S: Simd>(simd: S, x: S::f32s) -> S::f32s {
    let square = simd.mul_f32s(x, x);
    let [[series]] = polynomial(simd, &SINE, [[square]]);
    simd.mul_f32s(x, series)
}

/// ln(1 + f) / f for f in [√½ − 1, √2 − 1], by powers of f (Remez, to 2.6e-8).
#[expect(clippy::excessive_precision, reason = "as the fit gave them")]
const LN: [f32; 9] = [
    1.0,
    -0.499_999_79,
    0.333_341_6,
    -0.250_029_47,
    0.199_584_17,
    -0.165_437_37,
    0.149_173_77,
    -0.144_821_91,
    0.089_599_23,
];

/// sin(2πx) / x for |x| ≤ ¼, by powers of x² (Remez, to 3.4e-9).
const SINE: [f32; 5] = [
    std::f32::consts::TAU,
    -41.341_656,
    81.601_02,
    -76.550_11,
    39.538_867,
];
