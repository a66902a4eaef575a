//! The loops of products, block by block of samples.

#![expect(
    clippy::needless_range_loop,
    reason = "arrays of registers stay in registers when they are indexed by constant loops"
)]

use pulp::{Simd, WithSimd};

use super::Columns;
use crate::{Padded, Real, STRIP};

/// Runs `$body` for every row `$j` of a matrix of `$n` rows that takes part. The loop is written out
/// for both kinds of columns: a closure used twice is not inlined into code for an instruction set,
/// and then each of its vector instructions is a call.
macro_rules! for_rows {
    ($columns:expr, $n:expr, |$j:ident| $body:expr) => {
        match $columns {
            Columns::All => {
                for $j in 0..$n {
                    $body
                }
            }
            Columns::Some(columns) => {
                for &column in columns {
                    let $j = column as usize;
                    $body
                }
            }
        }
    };
}

/// Registers' width of a panel.
const WIDTH: usize = 2;

/// A matrix that several threads write, each its own columns.
pub(super) struct Target<T>(*mut T);

impl<T> Clone for Target<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Target<T> {}

// SAFETY: `super::for_panels` hands out disjoint ranges of columns, and kernels write only theirs.
unsafe impl<T: Send> Sync for Target<T> {}
// SAFETY: as above.
unsafe impl<T: Send> Send for Target<T> {}

impl<T: Real> Target<T> {
    /// All of `matrix`.
    pub(super) fn of(matrix: &mut Padded<T>) -> Self {
        Self(matrix.values_mut().as_mut_ptr())
    }

    /// # Safety
    /// `at` and the vector from there lie inside the matrix and the caller's columns.
    #[inline(always)]
    unsafe fn load<S: Simd>(self, at: usize) -> T::Vector<S> {
        // SAFETY: promised by the caller; vectors of pulp need no more alignment than `T`.
        unsafe { self.0.add(at).cast::<T::Vector<S>>().read_unaligned() }
    }

    /// # Safety
    /// As for `load`.
    #[inline(always)]
    unsafe fn store<S: Simd>(self, at: usize, value: T::Vector<S>) {
        // SAFETY: promised by the caller.
        unsafe { self.0.add(at).cast::<T::Vector<S>>().write_unaligned(value) }
    }
}

/// # Safety
/// `at` and the vector from there lie inside `values`.
#[inline(always)]
unsafe fn load<T: Real, S: Simd>(values: &[T], at: usize) -> T::Vector<S> {
    debug_assert!(at + lanes::<T, S>() <= values.len());
    // SAFETY: promised by the caller.
    unsafe {
        values
            .as_ptr()
            .add(at)
            .cast::<T::Vector<S>>()
            .read_unaligned()
    }
}

#[inline(always)]
fn lanes<T: Real, S: Simd>() -> usize {
    size_of::<T::Vector<S>>() / size_of::<T>()
}

/// Calls `$body` with a constant number of samples for each block of samples, blocks as large as the
/// registers hold. Double precision, which is not for speed, has few sizes: each is compiled for
/// every instruction set.
macro_rules! for_sample_blocks {
    ($n:expr, |$first:ident, $R:ident| $body:expr) => {{
        let mut $first = 0;
        macro_rules! block {
            ($r:literal) => {{
                const $R: usize = $r;
                $body;
                $r
            }};
        }
        while $first < $n {
            let left = $n - $first;
            $first += if size_of::<T>() > 4 {
                match left {
                    0..5 => block!(1),
                    _ => block!(5),
                }
            } else if S::REGISTER_COUNT < 32 {
                match left {
                    1 => block!(1),
                    2 => block!(2),
                    3 => block!(3),
                    4 => block!(4),
                    _ => block!(5),
                }
            } else {
                match left {
                    1 => block!(1),
                    2 => block!(2),
                    3 => block!(3),
                    4 => block!(4),
                    5 => block!(5),
                    6 => block!(6),
                    7 => block!(7),
                    8 => block!(8),
                    9 => block!(9),
                    _ => block!(10),
                }
            };
        }
    }};
}

pub(super) struct Multiply<'a, T> {
    pub(super) x: &'a Padded<T>,
    pub(super) columns: Columns<'a>,
    pub(super) w: &'a Padded<T>,
    pub(super) row: Option<&'a Padded<T>>,
    pub(super) out: Target<T>,
    pub(super) out_stride: usize,
    pub(super) panel: std::ops::Range<usize>,
}

impl<T: Real> WithSimd for Multiply<'_, T> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let lanes = lanes::<T, S>();
        for i in self.panel.clone().step_by(WIDTH * lanes) {
            for_sample_blocks!(self.x.rows(), |b, R| self.block::<S, R>(simd, b, i));
        }
    }
}

impl<T: Real> Multiply<'_, T> {
    #[inline(always)]
    fn block<S: Simd, const R: usize>(&self, simd: S, b: usize, i: usize) {
        let lanes = lanes::<T, S>();
        let (x, x_stride) = (self.x.values(), self.x.stride());
        let (w, w_stride) = (self.w.values(), self.w.stride());
        let mut sums = [[T::splat(simd, T::zero()); WIDTH]; R];
        for (r, sums) in sums.iter_mut().enumerate() {
            for (c, sum) in sums.iter_mut().enumerate() {
                let at = i + c * lanes;
                // SAFETY: `i` and WIDTH vectors lie inside the padded row, `b + r` is a sample.
                *sum = unsafe {
                    match self.row {
                        Some(row) => load::<T, S>(row.values(), at),
                        None => self.out.load::<S>((b + r) * self.out_stride + at),
                    }
                };
            }
        }
        for_rows!(self.columns, self.w.rows(), |j| {
            // SAFETY: j is a row of w (checked on entry) and a column of x.
            unsafe {
                let at = j * w_stride + i;
                let w = [load::<T, S>(w, at), load::<T, S>(w, at + lanes)];
                for r in 0..R {
                    let x = T::splat(simd, *x.get_unchecked((b + r) * x_stride + j));
                    for c in 0..WIDTH {
                        sums[r][c] = T::multiply_add(simd, x, w[c], sums[r][c]);
                    }
                }
            }
        });
        for (r, sums) in sums.iter().enumerate() {
            for (c, sum) in sums.iter().enumerate() {
                // SAFETY: as for the loads; these columns are this call's own.
                unsafe {
                    self.out
                        .store::<S>((b + r) * self.out_stride + i + c * lanes, *sum);
                }
            }
        }
    }
}

pub(super) struct MultiplyTransposed<'a, T> {
    pub(super) d: &'a Padded<T>,
    pub(super) w: &'a Padded<T>,
    pub(super) out: &'a mut Padded<T>,
}

impl<T: Real> WithSimd for MultiplyTransposed<'_, T> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(mut self, simd: S) {
        let n_pre = self.w.rows();
        for_sample_blocks!(self.d.rows(), |b, R| {
            for j in (0..n_pre - n_pre % WIDTH).step_by(WIDTH) {
                self.block::<S, R, WIDTH>(simd, b, j);
            }
            if !n_pre.is_multiple_of(WIDTH) {
                self.block::<S, R, 1>(simd, b, n_pre - 1);
            }
        });
    }
}

impl<T: Real> MultiplyTransposed<'_, T> {
    #[inline(always)]
    fn block<S: Simd, const R: usize, const C: usize>(&mut self, simd: S, b: usize, j: usize) {
        let (d, d_stride) = (self.d.values(), self.d.stride());
        let (w, w_stride) = (self.w.values(), self.w.stride());
        let mut sums = [[T::splat(simd, T::zero()); C]; R];
        for i in (0..self.d.padded_cols()).step_by(lanes::<T, S>()) {
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
                        sums[r][c] = T::multiply_add(simd, d, weights[c], sums[r][c]);
                    }
                }
            }
        }
        for (r, sums) in sums.iter().enumerate() {
            let mut found = [T::zero(); STRIP];
            T::add_sums(simd, *sums, 0, &mut found);
            self.out.row_mut(b + r)[j..j + C].copy_from_slice(&found[..C]);
        }
    }
}

pub(super) struct RankUpdate<'a, T> {
    pub(super) x: &'a Padded<T>,
    pub(super) columns: Columns<'a>,
    pub(super) d: &'a Padded<T>,
    pub(super) n_pre: usize,
    pub(super) w: Target<T>,
    pub(super) panel: std::ops::Range<usize>,
}

impl<T: Real> WithSimd for RankUpdate<'_, T> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let lanes = lanes::<T, S>();
        for i in self.panel.clone().step_by(WIDTH * lanes) {
            for_sample_blocks!(self.x.rows(), |b, R| self.block::<S, R>(simd, b, i));
        }
    }
}

impl<T: Real> RankUpdate<'_, T> {
    #[inline(always)]
    fn block<S: Simd, const R: usize>(&self, simd: S, b: usize, i: usize) {
        let lanes = lanes::<T, S>();
        let (x, x_stride) = (self.x.values(), self.x.stride());
        let (d, stride) = (self.d.values(), self.d.stride());
        let mut deltas = [[T::splat(simd, T::zero()); WIDTH]; R];
        for (r, deltas) in deltas.iter_mut().enumerate() {
            for (c, delta) in deltas.iter_mut().enumerate() {
                // SAFETY: `b + r` is a sample and the vector lies inside its padded row.
                *delta = unsafe { load::<T, S>(d, (b + r) * stride + i + c * lanes) };
            }
        }
        for_rows!(self.columns, self.n_pre, |j| {
            // SAFETY: j is a row of w (checked on entry); these columns are this call's own; w and d
            // have the same padded width.
            unsafe {
                let at = j * stride + i;
                let mut w = [self.w.load::<S>(at), self.w.load::<S>(at + lanes)];
                for r in 0..R {
                    let x = T::splat(simd, *x.get_unchecked((b + r) * x_stride + j));
                    for c in 0..WIDTH {
                        w[c] = T::multiply_add(simd, x, deltas[r][c], w[c]);
                    }
                }
                self.w.store::<S>(at, w[0]);
                self.w.store::<S>(at + lanes, w[1]);
            }
        });
    }
}
