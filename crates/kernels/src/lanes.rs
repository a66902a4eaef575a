//! Sums over the lanes of several registers at a time.

use pulp::Simd;

use crate::STRIP;

/// Adds the sums over lanes of each of `a` to `sums`, from `lane` on.
#[inline(always)]
pub(crate) fn single<S: Simd, const N: usize>(
    simd: S,
    a: [S::f32s; N],
    lane: usize,
    sums: &mut [f32; STRIP],
) {
    #[cfg(target_arch = "x86_64")]
    if std::any::TypeId::of::<S>() == std::any::TypeId::of::<pulp::x86::V4>() {
        // SAFETY: `S` is `V4` and `S::f32s` its register, so sizes and meanings agree.
        let (simd, a) = unsafe {
            (
                std::mem::transmute_copy::<S, pulp::x86::V4>(&simd),
                std::mem::transmute_copy::<[S::f32s; N], [pulp::f32x16; N]>(&a),
            )
        };
        *sums = avx512::add(simd, a, lane, *sums);
        return;
    }
    for (sum, a) in sums[lane..].iter_mut().zip(a) {
        *sum += simd.reduce_sum_f32s(a);
    }
}

/// As [`single`], in double precision.
#[inline(always)]
pub(crate) fn double<S: Simd, const N: usize>(
    simd: S,
    a: [S::f64s; N],
    lane: usize,
    sums: &mut [f64; STRIP],
) {
    for (sum, a) in sums[lane..].iter_mut().zip(a) {
        *sum += simd.reduce_sum_f64s(a);
    }
}

/// Registers are transposed while they are added: a quarter of the shuffles.
#[cfg(target_arch = "x86_64")]
mod avx512 {
    use std::arch::x86_64::__m512;

    use pulp::f32x16;
    use pulp::x86::V4;

    #[inline(always)]
    pub(super) fn add<const N: usize>(
        simd: V4,
        a: [f32x16; N],
        lane: usize,
        sums: [f32; 16],
    ) -> [f32; 16] {
        let f = simd.avx512f;
        let first = pair_of_quarters(simd, quarters(simd, &a, 0), quarters(simd, &a, 4));
        let last = pair_of_quarters(simd, quarters(simd, &a, 8), quarters(simd, &a, 12));
        let found = pair_of_quarters(simd, first, last);
        let lanes = f._mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
        let from = f._mm512_sub_epi32(lanes, f._mm512_set1_epi32(lane as i32));
        let moved = f._mm512_permutexvar_ps(from, found);
        pulp::cast(f._mm512_add_ps(pulp::cast(sums), moved))
    }

    /// In every quarter the sums over that quarter of four registers, zeros where there are fewer.
    #[inline(always)]
    fn quarters<const N: usize>(simd: V4, a: &[f32x16; N], first: usize) -> __m512 {
        let f = simd.avx512f;
        let xy = f._mm512_castps_pd(added(simd, row(simd, a, first), row(simd, a, first + 1)));
        let zw = f._mm512_castps_pd(added(
            simd,
            row(simd, a, first + 2),
            row(simd, a, first + 3),
        ));
        f._mm512_add_ps(
            f._mm512_castpd_ps(f._mm512_unpacklo_pd(xy, zw)),
            f._mm512_castpd_ps(f._mm512_unpackhi_pd(xy, zw)),
        )
    }

    #[inline(always)]
    fn row<const N: usize>(simd: V4, a: &[f32x16; N], i: usize) -> __m512 {
        if i < N {
            pulp::cast(a[i])
        } else {
            simd.avx512f._mm512_setzero_ps()
        }
    }

    /// Of pairs of lanes, the sums of `x` and of `y` in turn.
    #[inline(always)]
    fn added(simd: V4, x: __m512, y: __m512) -> __m512 {
        let f = simd.avx512f;
        f._mm512_add_ps(f._mm512_unpacklo_ps(x, y), f._mm512_unpackhi_ps(x, y))
    }

    /// Even and odd quarters of both, added: those of `x` in the first half, of `y` in the second.
    #[inline(always)]
    fn pair_of_quarters(simd: V4, x: __m512, y: __m512) -> __m512 {
        let f = simd.avx512f;
        let even = f._mm512_shuffle_f32x4::<0x88>(x, y);
        let odd = f._mm512_shuffle_f32x4::<0xdd>(x, y);
        f._mm512_add_ps(even, odd)
    }
}
