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
use crate::{Real, STRIP};

/// Both events of a pass.
pub(super) struct Events<T: Real, S: Simd> {
    pub(super) rows: [*const T; 2],
    pub(super) columns: [*const T::Vector<S>; 2],
    pub(super) gain: T::Vector<S>,
    pub(super) ahead: T::Vector<S>,
}

impl<T: Real> LearningRows<T> {
    /// Where block `first` begins.
    #[inline(always)]
    fn block<S: Simd>(&self, first: usize) -> *const T::Vector<S> {
        self.values[first * self.n_roles() * self.stride..]
            .as_ptr()
            .cast()
    }

    /// Advances a block by both events; its products with `x`, to be summed over lanes.
    #[inline(always)]
    pub(super) unsafe fn update_and_dot<S: Simd, const R: usize>(
        &mut self,
        simd: S,
        events: &Events<T, S>,
        first: usize,
        x: *const T::Vector<S>,
    ) -> [T::Vector<S>; R] {
        let n = vectors_of_strip::<T, S>();
        let mut at = self.block::<S>(first).cast_mut();
        let mut sums = [T::splat(simd, T::zero()); R];
        // SAFETY: the block has n registers of R rows and three roles for every strip of columns; the
        // others are the caller's.
        unsafe {
            let rows = events.of_rows::<R>(simd, self.offset + first);
            for strip in 0..self.stride / STRIP {
                for v in 0..n {
                    let j = strip * n + v;
                    let (x, columns) = (*x.add(j), events.of_column(j));
                    for r in 0..R {
                        let w = events.advance::<R>(simd, at.add(v), r, rows, columns);
                        sums[r] = T::multiply_add(simd, w, x, sums[r]);
                    }
                }
                at = at.add(3 * R * n);
            }
        }
        sums
    }

    /// A block's products with `x`, to be summed over lanes.
    #[inline(always)]
    pub(super) unsafe fn dot_of<S: Simd, const R: usize, const LEARNS: bool>(
        &self,
        simd: S,
        first: usize,
        x: *const T::Vector<S>,
    ) -> [T::Vector<S>; R] {
        let n = vectors_of_strip::<T, S>();
        let mut at = self.block::<S>(first);
        let mut sums = [T::splat(simd, T::zero()); R];
        // SAFETY: as in `update_and_dot`, with a single role where nothing is learnt.
        unsafe {
            for strip in 0..self.stride / STRIP {
                for v in 0..n {
                    let x = *x.add(strip * n + v);
                    for r in 0..R {
                        let w = weight::<T, S, R, LEARNS>(simd, at.add(v), r);
                        sums[r] = T::multiply_add(simd, w, x, sums[r]);
                    }
                }
                at = at.add(if LEARNS { 3 } else { 1 } * R * n);
            }
        }
        sums
    }

    /// Advances a block by both events and adds its rows times `x` to `out`, or replaces it.
    #[inline(always)]
    pub(super) unsafe fn update_and_accumulate<S: Simd, const R: usize>(
        &mut self,
        simd: S,
        events: &Events<T, S>,
        first: usize,
        x: *const T,
        out: *mut T::Vector<S>,
        adds: bool,
    ) {
        let n = vectors_of_strip::<T, S>();
        let mut at = self.block::<S>(first).cast_mut();
        // SAFETY: as in `update_and_dot`.
        unsafe {
            let rows = events.of_rows::<R>(simd, self.offset + first);
            let factors = splats::<T, S, R>(simd, x.add(self.offset + first));
            for strip in 0..self.stride / STRIP {
                for v in 0..n {
                    let j = strip * n + v;
                    let columns = events.of_column(j);
                    let mut sums = start::<T, S>(simd, out.add(j), adds);
                    for r in 0..R {
                        let w = events.advance::<R>(simd, at.add(v), r, rows, columns);
                        sums[r % 2] = T::multiply_add(simd, w, factors[r], sums[r % 2]);
                    }
                    *out.add(j) = T::sum(simd, sums[0], sums[1]);
                }
                at = at.add(3 * R * n);
            }
        }
    }

    /// Adds a block's rows times `x` to `out`, or replaces it.
    #[inline(always)]
    pub(super) unsafe fn accumulate_of<S: Simd, const R: usize, const LEARNS: bool>(
        &self,
        simd: S,
        first: usize,
        x: *const T,
        out: *mut T::Vector<S>,
        adds: bool,
    ) {
        let n = vectors_of_strip::<T, S>();
        let mut at = self.block::<S>(first);
        // SAFETY: as in `dot_of`.
        unsafe {
            let factors = splats::<T, S, R>(simd, x.add(self.offset + first));
            for strip in 0..self.stride / STRIP {
                for v in 0..n {
                    let out = out.add(strip * n + v);
                    let mut sums = start::<T, S>(simd, out, adds);
                    for r in 0..R {
                        let w = weight::<T, S, R, LEARNS>(simd, at.add(v), r);
                        sums[r % 2] = T::multiply_add(simd, w, factors[r], sums[r % 2]);
                    }
                    *out = T::sum(simd, sums[0], sums[1]);
                }
                at = at.add(if LEARNS { 3 } else { 1 } * R * n);
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

/// W, or W + A of row `r` in a block, `at` a register of its first row.
#[inline(always)]
unsafe fn weight<T: Real, S: Simd, const R: usize, const LEARNS: bool>(
    simd: S,
    at: *const T::Vector<S>,
    r: usize,
) -> T::Vector<S> {
    let n = vectors_of_strip::<T, S>();
    // SAFETY: the caller's.
    unsafe {
        if LEARNS {
            T::sum(simd, *at.add(r * n), *at.add((R + r) * n))
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

    /// Advances row `r` in a block, `at` a register of its first row, as [`Events::advance_at`].
    #[inline(always)]
    unsafe fn advance<const R: usize>(
        &self,
        simd: S,
        at: *mut T::Vector<S>,
        r: usize,
        rows: [[T::Vector<S>; R]; 2],
        columns: [T::Vector<S>; 2],
    ) -> T::Vector<S> {
        let n = vectors_of_strip::<T, S>();
        // SAFETY: the caller's.
        unsafe {
            let parts = [at.add(r * n), at.add((R + r) * n), at.add((2 * R + r) * n)];
            self.advance_at(simd, parts, [rows[0][r], rows[1][r]], columns)
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
