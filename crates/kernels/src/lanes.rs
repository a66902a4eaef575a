//! Sums over lanes, the same bits whatever the width of a register.
//!
//! A sum has 64 bytes of lanes, of which each adds every sixteenth value (every eighth in double
//! precision): one register of AVX-512, two of AVX2. In the end the second half is added to the first,
//! and so on to a single value. Plain code, which rounds products, adds value by value.

use pulp::Simd;

use crate::{Real, STRIP};

/// Most registers that the lanes of a sum fill.
pub(crate) const MOST_PARTS: usize = 4;

/// Bytes of lanes of a sum.
const LANES: usize = 64;

/// How many registers the lanes of a sum fill; one where a register is a single value.
#[inline(always)]
pub(crate) const fn parts<T: Real, S: Simd>() -> usize {
    if size_of::<T::Vector<S>>() == size_of::<T>() {
        return 1;
    }
    let parts = LANES / size_of::<T::Vector<S>>();
    assert!(0 < parts && parts <= MOST_PARTS);
    parts
}

/// Adds the sums over lanes of each of N, of which there are [`parts`], to `sums`, from `lane` on.
#[inline(always)]
pub(crate) fn single<S: Simd, const N: usize>(
    simd: S,
    a: [[S::f32s; N]; MOST_PARTS],
    lane: usize,
    sums: &mut [f32; STRIP],
) {
    #[cfg(target_arch = "x86_64")]
    {
        use std::any::TypeId;

        use pulp::x86::{V3, V4};

        if TypeId::of::<S>() == TypeId::of::<V4>() {
            // SAFETY: `S` is `V4` and `S::f32s` its register, so sizes and meanings agree.
            let (simd, a) = unsafe {
                (
                    std::mem::transmute_copy::<S, V4>(&simd),
                    std::mem::transmute_copy::<[S::f32s; N], [pulp::f32x16; N]>(&a[0]),
                )
            };
            *sums = avx512::add(simd, a, lane, *sums);
            return;
        }
        if TypeId::of::<S>() == TypeId::of::<V3>() {
            // SAFETY: likewise, of `V3`.
            let (simd, a) = unsafe {
                (
                    std::mem::transmute_copy::<S, V3>(&simd),
                    [0, 1].map(|part: usize| {
                        std::mem::transmute_copy::<[S::f32s; N], [pulp::f32x8; N]>(&a[part])
                    }),
                )
            };
            avx2::add(simd, a, &mut sums[lane..]);
            return;
        }
    }
    any::<f32, S, N>(a, &mut sums[lane..]);
}

/// As [`single`], in double precision.
#[inline(always)]
pub(crate) fn double<S: Simd, const N: usize>(
    _: S,
    a: [[S::f64s; N]; MOST_PARTS],
    lane: usize,
    sums: &mut [f64; STRIP],
) {
    any::<f64, S, N>(a, &mut sums[lane..]);
}

/// Value by value: for what is not for speed.
#[inline(always)]
fn any<T: Real, S: Simd, const N: usize>(a: [[T::Vector<S>; N]; MOST_PARTS], sums: &mut [T]) {
    let n_parts = parts::<T, S>();
    let of_part = size_of::<T::Vector<S>>() / size_of::<T>();
    for (n, sum) in sums.iter_mut().enumerate().take(N) {
        let mut lanes = [T::zero(); STRIP];
        for (part, a) in a.iter().enumerate().take(n_parts) {
            T::vectors_mut::<S>(&mut lanes)[part] = a[n];
        }
        let mut half = n_parts * of_part / 2;
        while half > 0 {
            for lane in 0..half {
                lanes[lane] += lanes[lane + half];
            }
            half /= 2;
        }
        *sum += lanes[0];
    }
}

/// Registers are transposed while they are added: a quarter of the shuffles.
#[cfg(target_arch = "x86_64")]
mod avx512 {
    use std::arch::x86_64::__m512;

    use pulp::f32x16;
    use pulp::x86::V4;

    /// Where the sum of a row is in what is found, from row 0 on, twice over.
    static PLACES: [i32; 32] = {
        let mut places = [0; 32];
        let mut i = 0;
        while i < 32 {
            let row = i % 16;
            places[i] = (row % 4 * 4 + row / 4) as i32;
            i += 1;
        }
        places
    };

    #[inline(always)]
    pub(super) fn add<const N: usize>(
        simd: V4,
        a: [f32x16; N],
        lane: usize,
        sums: [f32; 16],
    ) -> [f32; 16] {
        let f = simd.avx512f;
        let first = of_eight(simd, &a, 0);
        let last = of_eight(simd, &a, 8);
        let found = f._mm512_add_ps(
            f._mm512_shuffle_ps::<0x88>(first, last),
            f._mm512_shuffle_ps::<0xdd>(first, last),
        );
        let places: [i32; 16] = *PLACES[16 - lane % 16..].first_chunk().expect("sixteen");
        let moved = f._mm512_permutexvar_ps(pulp::cast(places), found);
        pulp::cast(f._mm512_add_ps(pulp::cast(sums), moved))
    }

    /// In every quarter two lanes of one, and of another, four rows on.
    #[inline(always)]
    fn of_eight<const N: usize>(simd: V4, a: &[f32x16; N], first: usize) -> __m512 {
        let f = simd.avx512f;
        let x = f._mm512_castps_pd(of_four(simd, a, first));
        let y = f._mm512_castps_pd(of_four(simd, a, first + 4));
        f._mm512_add_ps(
            f._mm512_castpd_ps(f._mm512_unpacklo_pd(x, y)),
            f._mm512_castpd_ps(f._mm512_unpackhi_pd(x, y)),
        )
    }

    /// In every quarter four lanes of one row.
    #[inline(always)]
    fn of_four<const N: usize>(simd: V4, a: &[f32x16; N], first: usize) -> __m512 {
        let f = simd.avx512f;
        let x = of_two(simd, a, first);
        let y = of_two(simd, a, first + 2);
        f._mm512_add_ps(
            f._mm512_shuffle_f32x4::<0x88>(x, y),
            f._mm512_shuffle_f32x4::<0xdd>(x, y),
        )
    }

    /// In either half eight lanes of one row.
    #[inline(always)]
    fn of_two<const N: usize>(simd: V4, a: &[f32x16; N], first: usize) -> __m512 {
        let f = simd.avx512f;
        let (x, y) = (row(simd, a, first), row(simd, a, first + 1));
        f._mm512_add_ps(
            f._mm512_shuffle_f32x4::<0x44>(x, y),
            f._mm512_shuffle_f32x4::<0xee>(x, y),
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
}

/// Likewise.
#[cfg(target_arch = "x86_64")]
mod avx2 {
    use std::arch::x86_64::__m256;

    use pulp::f32x8;
    use pulp::x86::V3;

    #[inline(always)]
    pub(super) fn add<const N: usize>(simd: V3, a: [[f32x8; N]; 2], sums: &mut [f32]) {
        for first in (0..N).step_by(8) {
            let found = of_eight(simd, &a, first);
            let sums = sums[first..].iter_mut();
            for (sum, found) in sums.zip(&found[..(N - first).min(8)]) {
                *sum += found;
            }
        }
    }

    #[inline(always)]
    fn of_eight<const N: usize>(simd: V3, a: &[[f32x8; N]; 2], first: usize) -> [f32; 8] {
        let f = simd.avx;
        let x = of_four(simd, a, first);
        let y = of_four(simd, a, first + 4);
        let found = f._mm256_add_ps(
            f._mm256_shuffle_ps::<0x88>(x, y),
            f._mm256_shuffle_ps::<0xdd>(x, y),
        );
        let places = f._mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7);
        pulp::cast(simd.avx2._mm256_permutevar8x32_ps(found, places))
    }

    /// In either half two lanes of one row, and of another, two rows on.
    #[inline(always)]
    fn of_four<const N: usize>(simd: V3, a: &[[f32x8; N]; 2], first: usize) -> __m256 {
        let f = simd.avx;
        let x = f._mm256_castps_pd(of_two(simd, a, first));
        let y = f._mm256_castps_pd(of_two(simd, a, first + 2));
        f._mm256_add_ps(
            f._mm256_castpd_ps(f._mm256_unpacklo_pd(x, y)),
            f._mm256_castpd_ps(f._mm256_unpackhi_pd(x, y)),
        )
    }

    /// In either half four lanes of one row.
    #[inline(always)]
    fn of_two<const N: usize>(simd: V3, a: &[[f32x8; N]; 2], first: usize) -> __m256 {
        let f = simd.avx;
        let (x, y) = (row(simd, a, first), row(simd, a, first + 1));
        f._mm256_add_ps(
            f._mm256_permute2f128_ps::<0x20>(x, y),
            f._mm256_permute2f128_ps::<0x31>(x, y),
        )
    }

    /// The first eight lanes of a row and the last, added.
    #[inline(always)]
    fn row<const N: usize>(simd: V3, a: &[[f32x8; N]; 2], i: usize) -> __m256 {
        let f = simd.avx;
        if i < N {
            f._mm256_add_ps(pulp::cast(a[0][i]), pulp::cast(a[1][i]))
        } else {
            f._mm256_setzero_ps()
        }
    }
}
