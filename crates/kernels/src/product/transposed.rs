//! The product with transposed weights, block by block of samples.

#![expect(
    clippy::needless_range_loop,
    reason = "arrays of registers stay in registers when they are indexed by constant loops"
)]

use std::ops::Range;

use pulp::{Simd, WithSimd};

use super::blocks::for_sample_blocks;
use super::memory::{Target, WIDTH, lanes, load};
use crate::lanes::{self, MOST_PARTS};
use crate::{Padded, Real, STRIP};

/// Bytes of weights that wait in a cache for all samples.
const GROUP: usize = 1 << 17;

pub(super) struct MultiplyTransposed<'a, T> {
    pub(super) d: &'a Padded<T>,
    pub(super) w: &'a Padded<T>,
    pub(super) out: Target<T>,
    pub(super) out_stride: usize,
    /// Rows of w that take part, and so columns of the output.
    pub(super) rows: Range<usize>,
}

impl<T: Real> WithSimd for MultiplyTransposed<'_, T> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Range { start, end } = self.rows;
        let of_row = self.w.padded_cols() * size_of::<T>();
        let per_group = (GROUP / of_row).max(1).next_multiple_of(WIDTH);
        for first in (start..end).step_by(per_group) {
            let last = (first + per_group).min(end);
            let paired = last - (last - first) % WIDTH;
            for_sample_blocks!(self.d.rows(), |b, R| {
                for j in (first..paired).step_by(WIDTH) {
                    self.block::<S, R, WIDTH>(simd, b, j);
                }
                if paired < last {
                    self.block::<S, R, 1>(simd, b, paired);
                }
            });
        }
    }
}

impl<T: Real> MultiplyTransposed<'_, T> {
    #[inline(always)]
    fn block<S: Simd, const R: usize, const C: usize>(&self, simd: S, b: usize, j: usize) {
        let (d, d_stride) = (self.d.values(), self.d.stride());
        let (w, w_stride) = (self.w.values(), self.w.stride());
        let (n_parts, lanes) = (lanes::parts::<T, S>(), lanes::<T, S>());
        let mut sums = [[[T::splat(simd, T::zero()); R]; MOST_PARTS]; C];
        // Part by part, so that no more than R x C sums are at work at a time.
        for part in 0..n_parts {
            for i in (part * lanes..self.d.cols()).step_by(n_parts * lanes) {
                // SAFETY: `i` and a vector lie inside the padded rows, `b + r` is a sample, `j + c` a
                // row of w.
                unsafe {
                    let mut weights = [T::splat(simd, T::zero()); C];
                    for c in 0..C {
                        weights[c] = load::<T, S>(w, (j + c) * w_stride + i);
                    }
                    for r in 0..R {
                        let d = load::<T, S>(d, (b + r) * d_stride + i);
                        for c in 0..C {
                            let sum = sums[c][part][r];
                            sums[c][part][r] = T::multiply_add(simd, d, weights[c], sum);
                        }
                    }
                }
            }
        }
        let mut found = [[T::zero(); STRIP]; C];
        for c in 0..C {
            T::add_sums(simd, sums[c], 0, &mut found[c]);
        }
        for r in 0..R {
            for c in 0..C {
                // SAFETY: `b + r` is a sample, and `j + c` a column of the output in `rows`.
                unsafe { self.out.set((b + r) * self.out_stride + j + c, found[c][r]) };
            }
        }
    }
}
