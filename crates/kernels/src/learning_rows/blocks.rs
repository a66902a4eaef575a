//! Passes over a block of rows, its number of rows a constant.
//!
//! Every function here asks of its caller that pointers to values for rows and for columns have as many
//! registers as the matrix has strips of them, and that nothing else refers to the matrix.

#![expect(
    clippy::needless_range_loop,
    reason = "arrays of registers stay in registers when they are indexed by constant loops"
)]

use pulp::Simd;

use super::LearningRows;
use crate::lanes::{self, MOST_PARTS};
use crate::{Real, STRIP};

/// Calls `$body` with every register of strips, those of one part of a sum's lanes after those of
/// another, so that few sums are at work at a time.
macro_rules! for_parts {
    ($T:ty, $S:ty, $n_strips:expr, |$part:ident, $strip:ident, $v:ident| $body:expr) => {
        let n_parts = lanes::parts::<$T, $S>();
        for $part in 0..n_parts {
            for $strip in 0..$n_strips {
                for $v in ($part..vectors_of_strip::<$T, $S>()).step_by(n_parts) {
                    $body
                }
            }
        }
    };
}

/// Both events of a pass.
pub(super) struct Events<T: Real, S: Simd> {
    pub(super) rows: [*const T; 2],
    pub(super) columns: [*const T::Vector<S>; 2],
    pub(super) gain: T::Vector<S>,
    pub(super) ahead: T::Vector<S>,
}

/// Rows of a block that are taken at once.
#[derive(Clone, Copy)]
pub(super) struct Block {
    /// The block's first row.
    pub(super) first: usize,
    /// The first of these, counted from there.
    pub(super) row: usize,
    /// Rows of the whole block.
    pub(super) n_rows: usize,
}

/// Whether a register is a single value.
#[inline(always)]
pub(super) fn is_single<T: Real, S: Simd>(_: &LearningRows<T>) -> bool {
    size_of::<T::Vector<S>>() == size_of::<T>()
}

impl<T: Real> LearningRows<T> {
    /// Where the first of these rows begins.
    #[inline(always)]
    fn block<S: Simd>(&self, at: Block) -> *const T::Vector<S> {
        let first = at.first * self.n_roles() * self.stride + at.row * STRIP;
        self.values[first..].as_ptr().cast()
    }

    /// Where its value is in what has a value for every row.
    #[inline(always)]
    pub(super) fn lane(&self, at: Block) -> usize {
        self.offset + at.first + at.row
    }

    /// Advances a block by both events; its products with `x`, to be summed over lanes.
    #[inline(always)]
    pub(super) unsafe fn update_and_dot<S: Simd, const R: usize>(
        &mut self,
        simd: S,
        events: &Events<T, S>,
        block: Block,
        x: *const T::Vector<S>,
    ) -> [[T::Vector<S>; R]; MOST_PARTS] {
        let n = vectors_of_strip::<T, S>();
        let start = self.block::<S>(block).cast_mut();
        let mut sums = [[T::splat(simd, T::zero()); R]; MOST_PARTS];
        // SAFETY: the block has n registers of R rows and three roles for every strip of columns; the
        // others are the caller's.
        unsafe {
            let rows = events.of_rows::<R>(simd, self.lane(block));
            for_parts!(T, S, self.stride / STRIP, |part, strip, v| {
                let j = strip * n + v;
                let at = start.add(strip * 3 * block.n_rows * n + v);
                let (x, columns) = (*x.add(j), events.of_column(j));
                for r in 0..R {
                    let rows = [rows[0][r], rows[1][r]];
                    let w = events.advance(simd, at, [r, block.n_rows], rows, columns);
                    sums[part][r] = T::multiply_add(simd, w, x, sums[part][r]);
                }
            });
        }
        sums
    }

    /// A block's products with `x`, to be summed over lanes.
    #[inline(always)]
    pub(super) unsafe fn dot_of<S: Simd, const R: usize, const LEARNS: bool>(
        &self,
        simd: S,
        block: Block,
        x: *const T::Vector<S>,
    ) -> [[T::Vector<S>; R]; MOST_PARTS] {
        let n = vectors_of_strip::<T, S>();
        let start = self.block::<S>(block);
        let of_strip = if LEARNS { 3 } else { 1 } * block.n_rows * n;
        let mut sums = [[T::splat(simd, T::zero()); R]; MOST_PARTS];
        // SAFETY: as in `update_and_dot`, with a single role where nothing is learnt.
        unsafe {
            for_parts!(T, S, self.stride / STRIP, |part, strip, v| {
                let at = start.add(strip * of_strip + v);
                let x = *x.add(strip * n + v);
                for r in 0..R {
                    let w = weight::<T, S, LEARNS>(simd, at, [r, block.n_rows]);
                    sums[part][r] = T::multiply_add(simd, w, x, sums[part][r]);
                }
            });
        }
        sums
    }

    /// Advances a block by both events and adds its rows times `x` to `out`, or replaces it.
    #[inline(always)]
    pub(super) unsafe fn update_and_accumulate<S: Simd, const R: usize>(
        &mut self,
        simd: S,
        events: &Events<T, S>,
        block: Block,
        x: *const T,
        out: *mut T::Vector<S>,
        adds: bool,
    ) {
        let n = vectors_of_strip::<T, S>();
        let mut at = self.block::<S>(block).cast_mut();
        // SAFETY: as in `update_and_dot`.
        unsafe {
            let rows = events.of_rows::<R>(simd, self.lane(block));
            let factors = splats::<T, S, R>(simd, x.add(self.lane(block)));
            for strip in 0..self.stride / STRIP {
                for v in 0..n {
                    let j = strip * n + v;
                    let columns = events.of_column(j);
                    let mut sums = start::<T, S>(simd, out.add(j), adds);
                    for r in 0..R {
                        let w = events.advance(
                            simd,
                            at.add(v),
                            [r, block.n_rows],
                            [rows[0][r], rows[1][r]],
                            columns,
                        );
                        sums[r % 2] = T::multiply_add(simd, w, factors[r], sums[r % 2]);
                    }
                    *out.add(j) = T::sum(simd, sums[0], sums[1]);
                }
                at = at.add(3 * block.n_rows * n);
            }
        }
    }

    /// Adds a block's rows times `x` to `out`, or replaces it.
    #[inline(always)]
    pub(super) unsafe fn accumulate_of<S: Simd, const R: usize, const LEARNS: bool>(
        &self,
        simd: S,
        block: Block,
        x: *const T,
        out: *mut T::Vector<S>,
        adds: bool,
    ) {
        let n = vectors_of_strip::<T, S>();
        let mut at = self.block::<S>(block);
        // SAFETY: as in `dot_of`.
        unsafe {
            let factors = splats::<T, S, R>(simd, x.add(self.lane(block)));
            for strip in 0..self.stride / STRIP {
                for v in 0..n {
                    let out = out.add(strip * n + v);
                    let mut sums = start::<T, S>(simd, out, adds);
                    for r in 0..R {
                        let w = weight::<T, S, LEARNS>(simd, at.add(v), [r, block.n_rows]);
                        sums[r % 2] = T::multiply_add(simd, w, factors[r], sums[r % 2]);
                    }
                    *out = T::sum(simd, sums[0], sums[1]);
                }
                at = at.add(if LEARNS { 3 } else { 1 } * block.n_rows * n);
            }
        }
    }
}

/// How many registers `STRIP` values fill.
#[inline(always)]
pub(super) fn vectors_of_strip<T: Real, S: Simd>() -> usize {
    STRIP * size_of::<T>() / size_of::<T::Vector<S>>()
}

/// Two sums of even and of odd rows, so that one need not wait for the other.
#[inline(always)]
unsafe fn start<T: Real, S: Simd>(
    simd: S,
    out: *const T::Vector<S>,
    adds: bool,
) -> [T::Vector<S>; 2] {
    let zero = T::splat(simd, T::zero());
    // SAFETY: the caller's.
    [if adds { unsafe { *out } } else { zero }, zero]
}

#[inline(always)]
unsafe fn splats<T: Real, S: Simd, const R: usize>(simd: S, values: *const T) -> [T::Vector<S>; R] {
    // SAFETY: the caller's.
    unsafe {
        let mut splats = [T::splat(simd, *values); R];
        for r in 1..R {
            splats[r] = T::splat(simd, *values.add(r));
        }
        splats
    }
}

/// W, or W + A of row `r` in a block of `n_rows`, `at` a register of its first row.
#[inline(always)]
unsafe fn weight<T: Real, S: Simd, const LEARNS: bool>(
    simd: S,
    at: *const T::Vector<S>,
    [r, n_rows]: [usize; 2],
) -> T::Vector<S> {
    let n = vectors_of_strip::<T, S>();
    // SAFETY: the caller's.
    unsafe {
        if LEARNS {
            T::sum(simd, *at.add(r * n), *at.add((n_rows + r) * n))
        } else {
            *at.add(r * n)
        }
    }
}

impl<T: Real, S: Simd> Events<T, S> {
    /// The factors of R rows from `first` on, of both events.
    #[inline(always)]
    unsafe fn of_rows<const R: usize>(&self, simd: S, first: usize) -> [[T::Vector<S>; R]; 2] {
        // SAFETY: the caller's.
        unsafe {
            [
                splats::<T, S, R>(simd, self.rows[0].add(first)),
                splats::<T, S, R>(simd, self.rows[1].add(first)),
            ]
        }
    }

    /// The factors of a register of columns, of both events.
    #[inline(always)]
    unsafe fn of_column(&self, j: usize) -> [T::Vector<S>; 2] {
        // SAFETY: the caller's.
        unsafe { [*self.columns[0].add(j), *self.columns[1].add(j)] }
    }

    /// Advances row `r` in a block of `n_rows`, `at` a register of its first row, as
    /// [`Events::advance_at`].
    #[inline(always)]
    unsafe fn advance(
        &self,
        simd: S,
        at: *mut T::Vector<S>,
        [r, n_rows]: [usize; 2],
        rows: [T::Vector<S>; 2],
        columns: [T::Vector<S>; 2],
    ) -> T::Vector<S> {
        let n = vectors_of_strip::<T, S>();
        // SAFETY: the caller's.
        unsafe {
            let of_role = |role: usize| at.add((role * n_rows + r) * n);
            let parts = [of_role(0), of_role(1), of_role(2)];
            self.advance_at(simd, parts, rows, columns)
        }
    }

    /// Advances A and D of a register, of which there are W, A and D, by both events and gives W + A
    /// between the second event and the next.
    #[inline(always)]
    pub(super) unsafe fn advance_at(
        &self,
        simd: S,
        [w, at_a, at_d]: [*mut T::Vector<S>; 3],
        rows: [T::Vector<S>; 2],
        columns: [T::Vector<S>; 2],
    ) -> T::Vector<S> {
        // SAFETY: the caller's.
        unsafe {
            let d = T::multiply_add(simd, rows[0], columns[0], *at_d);
            let a = T::multiply_add(simd, self.gain, d, *at_a);
            let d = T::multiply_add(simd, rows[1], columns[1], d);
            *at_a = T::multiply_add(simd, self.ahead, d, a);
            *at_d = d;
            T::sum(simd, *w, a)
        }
    }
}
