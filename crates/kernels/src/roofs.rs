//! What a core can do at best: multiply-adds in registers, and reading and writing memory of a given size.

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

/// How memory is gone through, again and again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Traffic {
    /// It is read; values are added up, so that nothing is left out.
    Read,
    /// Of eight registers that are read three are written, in place, about what a plastic step in continuous
    /// time needs; bytes read and bytes written count.
    Mixed,
    /// All that is read is written back; its bytes count once.
    Update,
}

/// Bytes a nanosecond in going through `n_bytes` of memory, the best of what is reached in `time`.
pub fn bytes_per_ns(traffic: Traffic, n_bytes: usize, time: Duration) -> f64 {
    let n_values = (n_bytes / size_of::<f32>()).next_multiple_of(256);
    // A cache is filled and a page touched before the clock starts.
    let mut values = vec![0.5_f32; n_values];
    best(time, || go_through(traffic, &mut values))
}

/// Multiply-adds in registers, and how many.
#[doc(hidden)]
pub fn multiply_adds() -> f64 {
    dispatch(MultiplyAdds)
}

/// Goes through `values`, small ones several times, and says how many bytes that were.
#[doc(hidden)]
pub fn go_through(traffic: Traffic, values: &mut [f32]) -> f64 {
    match traffic {
        Traffic::Read => dispatch(Eights::<0>(values, 0.0)),
        Traffic::Mixed => 11.0 / 8.0 * dispatch(Eights::<3>(values, 0.0)),
        Traffic::Update => dispatch(Eights::<8>(values, 0.0)),
    }
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

/// Adds a number to the first N of eight registers and writes them back; the others are added up, so that there is
/// an addition for every register that is read.
struct Eights<'a, const N: usize>(&'a mut [f32], f32);

impl<const N: usize> WithSimd for Eights<'_, N> {
    type Output = f64;

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> f64 {
        let n_passes = n_passes(self.0);
        let summand = simd.splat_f32s(black_box(self.1));
        let mut sums = [simd.splat_f32s(0.0); 8];
        for _ in 0..n_passes {
            let (vectors, _) = S::as_mut_simd_f32s(black_box(&mut *self.0));
            for eight in vectors.as_chunks_mut::<8>().0 {
                let (written, only_read) = eight.split_at_mut(N);
                for v in written {
                    *v = simd.add_f32s(*v, summand);
                }
                for (sum, v) in sums.iter_mut().zip(only_read) {
                    *sum = simd.add_f32s(*sum, *v);
                }
            }
        }
        for sum in sums {
            black_box(simd.reduce_sum_f32s(sum));
        }
        (n_passes * size_of_val(self.0)) as f64
    }
}

/// Small memory several times, so that the clock is a little part.
fn n_passes(values: &[f32]) -> usize {
    (1_usize << 18).div_ceil(size_of_val(values))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_those_that_are_gone_through() {
        let n_values = 65_536;
        let n_bytes = (n_values * size_of::<f32>()) as f64;
        let mut values = vec![0.5; n_values];
        for (traffic, times) in [
            (Traffic::Read, 1.0),
            (Traffic::Mixed, 11.0 / 8.0),
            (Traffic::Update, 1.0),
        ] {
            assert_eq!(go_through(traffic, &mut values), times * n_bytes);
            assert!(values.iter().all(|&v| v == 0.5), "{traffic:?}");
        }
        let n_written = |values: &[f32]| values.iter().filter(|&&v| v == 1.5).count();
        dispatch(Eights::<3>(&mut values, 1.0));
        assert_eq!(n_written(&values), n_values / 8 * 3);
        let mut values = vec![0.5; n_values];
        dispatch(Eights::<8>(&mut values, 1.0));
        assert_eq!(n_written(&values), n_values);
    }
}
