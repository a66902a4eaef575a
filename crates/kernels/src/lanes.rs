//! Sums over the lanes of several registers at a time, in place of or added to what is there.

use pulp::Simd;

#[inline(always)]
pub(crate) fn f32<S: Simd, const N: usize>(simd: S, a: [S::f32s; N], sums: &mut [f32], adds: bool) {
    let sums = &mut sums[..N];
    #[cfg(target_arch = "x86_64")]
    if std::any::TypeId::of::<S>() == std::any::TypeId::of::<pulp::x86::V4>() {
        // SAFETY: `S` is `V4` and `S::f32s` its register, so sizes and meanings agree.
        let (simd, a) = unsafe {
            (
                std::mem::transmute_copy::<S, pulp::x86::V4>(&simd),
                std::mem::transmute_copy::<[S::f32s; N], [pulp::f32x16; N]>(&a),
            )
        };
        return avx512(simd, a, sums, adds);
    }
    for i in 0..N {
        let before = if adds { sums[i] } else { 0.0 };
        sums[i] = before + simd.reduce_sum_f32s(a[i]);
    }
}

#[inline(always)]
pub(crate) fn f64<S: Simd, const N: usize>(simd: S, a: [S::f64s; N], sums: &mut [f64], adds: bool) {
    let sums = &mut sums[..N];
    for i in 0..N {
        let before = if adds { sums[i] } else { 0.0 };
        sums[i] = before + simd.reduce_sum_f64s(a[i]);
    }
}

/// Four registers at a time, transposed while they are added: a third of the shuffles.
#[cfg(target_arch = "x86_64")]
#[inline(always)]
fn avx512<const N: usize>(simd: pulp::x86::V4, a: [pulp::f32x16; N], sums: &mut [f32], adds: bool) {
    let zero = simd.splat_f32x16(0.0);
    let mut i = 0;
    while i + 1 < N {
        let f = simd.avx512f;
        let (x, y) = (or(&a, i, zero), or(&a, i + 1, zero));
        let (z, w) = (or(&a, i + 2, zero), or(&a, i + 3, zero));
        let xy = f._mm512_add_ps(f._mm512_unpacklo_ps(x, y), f._mm512_unpackhi_ps(x, y));
        let zw = f._mm512_add_ps(f._mm512_unpacklo_ps(z, w), f._mm512_unpackhi_ps(z, w));
        let (xy, zw) = (f._mm512_castps_pd(xy), f._mm512_castps_pd(zw));
        // Every quarter has a share of each of the four sums.
        let quarters = f._mm512_add_ps(
            f._mm512_castpd_ps(f._mm512_unpacklo_pd(xy, zw)),
            f._mm512_castpd_ps(f._mm512_unpackhi_pd(xy, zw)),
        );
        let low = f._mm512_castps512_ps256(quarters);
        let high = simd.avx512dq._mm512_extractf32x8_ps::<1>(quarters);
        let half = simd.avx._mm256_add_ps(low, high);
        let high = simd.avx._mm256_extractf128_ps::<1>(half);
        let sum = simd
            .sse
            ._mm_add_ps(simd.avx._mm256_castps256_ps128(half), high);
        let n = (N - i).min(4);
        let mut before = [0.0; 4];
        if adds {
            before[..n].copy_from_slice(&sums[i..i + n]);
        }
        let sum: [f32; 4] = pulp::cast(simd.sse._mm_add_ps(sum, pulp::cast(before)));
        sums[i..i + n].copy_from_slice(&sum[..n]);
        i += n;
    }
    if i < N {
        let before = if adds { sums[i] } else { 0.0 };
        sums[i] = before + pulp::Simd::reduce_sum_f32s(simd, a[i]);
    }
}

#[cfg(target_arch = "x86_64")]
#[inline(always)]
fn or<const N: usize>(
    a: &[pulp::f32x16; N],
    i: usize,
    other: pulp::f32x16,
) -> std::arch::x86_64::__m512 {
    pulp::cast(if i < N { a[i] } else { other })
}
