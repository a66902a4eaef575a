//! What a core can do at best: multiply-adds in registers, and reading memory of a given size.

use std::hint::black_box;
use std::time::{Duration, Instant};

use pulp::{Simd, WithSimd};

use crate::dispatch;

/// Independent sums: more than the latency of a multiply-add times the units that do it.
const N_CHAINS: usize = 12;
/// The same in plain code, of which compilers make vectors of four; with more of them they do not.
const N_CHAINS_PLAIN: usize = 32;
/// Links of every chain between two looks at the clock.
const N_LINKS: usize = 4096;

/// f32 multiply-adds a nanosecond in the widest registers of the instruction set in use, the best of what
/// is reached in `time`.
pub fn multiply_adds_per_ns(time: Duration) -> f64 {
    best(time, multiply_adds)
}

/// Bytes a nanosecond that are read, again and again, from `n_bytes` of memory, the best of what is reached
/// in `time`. They are added up, so that nothing is left out.
pub fn bytes_read_per_ns(n_bytes: usize, time: Duration) -> f64 {
    let n_values = (n_bytes / size_of::<f32>()).next_multiple_of(256);
    // A cache is filled and a page touched before the clock starts.
    let values = vec![0.5_f32; n_values];
    best(time, || read(&values))
}

/// Multiply-adds in registers, and how many.
#[doc(hidden)]
pub fn multiply_adds() -> f64 {
    dispatch(MultiplyAdds)
}

/// Reads `values`, small ones several times, and says how many bytes that were.
#[doc(hidden)]
pub fn read(values: &[f32]) -> f64 {
    dispatch(Read(values))
}

/// The most that `work` does a nanosecond; it says how much it did.
fn best(time: Duration, mut work: impl FnMut() -> f64) -> f64 {
    let until = Instant::now() + time;
    let mut best = 0.0_f64;
    work();
    loop {
        let since = Instant::now();
        let done = work();
        let now = Instant::now();
        best = best.max(done / (now - since).as_secs_f64() / 1e9);
        if now >= until {
            return best;
        }
    }
}

struct MultiplyAdds;

impl WithSimd for MultiplyAdds {
    type Output = f64;

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> f64 {
        match S::F32_LANES {
            1 => chained::<S, N_CHAINS_PLAIN>(simd),
            _ => chained::<S, N_CHAINS>(simd),
        }
    }
}

/// Multiply-adds of N chains.
#[inline(always)]
fn chained<S: Simd, const N: usize>(simd: S) -> f64 {
    let factor = simd.splat_f32s(black_box(0.75));
    let summand = simd.splat_f32s(black_box(1.0));
    let mut chains = [summand; N];
    for _ in 0..N_LINKS {
        for chain in &mut chains {
            // Plain code, like the kernels, rounds the product.
            *chain = simd.mul_add_e_f32s(*chain, factor, summand);
        }
    }
    for chain in chains {
        black_box(simd.reduce_sum_f32s(chain));
    }
    (N_LINKS * N * S::F32_LANES) as f64
}

struct Read<'a>(&'a [f32]);

impl WithSimd for Read<'_> {
    type Output = f64;

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> f64 {
        let n_bytes = size_of_val(self.0);
        // Small memory several times, so that the clock is a little part.
        let n_passes = (1_usize << 18).div_ceil(n_bytes);
        let mut sums = [simd.splat_f32s(0.0); 8];
        for _ in 0..n_passes {
            let (vectors, _) = S::as_simd_f32s(black_box(self.0));
            for eight in vectors.as_chunks::<8>().0 {
                for (sum, &v) in sums.iter_mut().zip(eight) {
                    *sum = simd.add_f32s(*sum, v);
                }
            }
        }
        for sum in sums {
            black_box(simd.reduce_sum_f32s(sum));
        }
        (n_passes * n_bytes) as f64
    }
}
