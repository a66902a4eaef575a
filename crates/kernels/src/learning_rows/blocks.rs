//! Passes over a block of rows, its number of rows a constant.

#![expect(
    clippy::needless_range_loop,
    reason = "arrays of registers stay in registers when they are indexed by constant loops"
)]

use pulp::Simd;

use super::{LearningRows, RankTwo};
use crate::{Real, STRIP};

impl<T: Real> LearningRows<T> {
    /// Where block `first` begins.
    #[inline(always)]
    fn block<S: Simd>(&self, first: usize) -> *const T::Vector<S> {
        self.values[first * self.n_roles() * self.stride..]
            .as_ptr()
            .cast()
    }

    #[inline(always)]
    pub(super) fn update_and_dot<S: Simd, const R: usize>(
        &mut self,
        simd: S,
        update: &RankTwo<'_, T>,
        first: usize,
        x: &[T],
        out: &mut [T],
    ) {
        let by = Events::<T, S, R>::of(simd, update, self.offset + first);
        let n = vectors_of_strip::<T, S>();
        let mut at = self.block::<S>(first).cast_mut();
        let x: *const T::Vector<S> = x.as_ptr().cast();
        let mut sums = [T::splat(simd, T::zero()); R];
        for chunk in 0..self.stride / STRIP {
            for v in 0..n {
                let j = chunk * n + v;
                // SAFETY: the block has n registers of R rows and three roles for every chunk;
                // `x` and the columns have a register `j`, as was checked.
                unsafe {
                    let (x, columns) = (*x.add(j), by.columns(j));
                    for r in 0..R {
                        let w = by.advance(simd, at.add(v), r, columns);
                        sums[r] = T::multiply_add(simd, w, x, sums[r]);
                    }
                }
            }
            // SAFETY: within the block or at its end.
            at = unsafe { at.add(3 * R * n) };
        }
        T::sum_lanes(simd, sums, &mut out[self.offset + first..], self.n_tail > 0);
    }

    #[inline(always)]
    pub(super) fn dot_of<S: Simd, const R: usize, const LEARNS: bool>(
        &self,
        simd: S,
        first: usize,
        x: &[T],
        out: &mut [T],
    ) {
        let n = vectors_of_strip::<T, S>();
        let mut at = self.block::<S>(first);
        let x: *const T::Vector<S> = x.as_ptr().cast();
        let mut sums = [T::splat(simd, T::zero()); R];
        for chunk in 0..self.stride / STRIP {
            for v in 0..n {
                // SAFETY: as in `update_and_dot`, with a single role where nothing is learnt.
                unsafe {
                    let x = *x.add(chunk * n + v);
                    for r in 0..R {
                        let w = weight::<T, S, R, LEARNS>(simd, at.add(v), r);
                        sums[r] = T::multiply_add(simd, w, x, sums[r]);
                    }
                }
            }
            // SAFETY: within the block or at its end.
            at = unsafe { at.add(if LEARNS { 3 } else { 1 } * R * n) };
        }
        T::sum_lanes(simd, sums, &mut out[self.offset + first..], self.n_tail > 0);
    }

    #[inline(always)]
    pub(super) fn update_and_accumulate<S: Simd, const R: usize>(
        &mut self,
        simd: S,
        update: &RankTwo<'_, T>,
        first: usize,
        x: &[T],
        out: &mut [T],
        adds: bool,
    ) {
        let by = Events::<T, S, R>::of(simd, update, self.offset + first);
        let factors = splats::<T, S, R>(simd, &x[self.offset + first..]);
        let n = vectors_of_strip::<T, S>();
        let mut at = self.block::<S>(first).cast_mut();
        let out: *mut T::Vector<S> = out.as_mut_ptr().cast();
        for chunk in 0..self.stride / STRIP {
            for v in 0..n {
                let j = chunk * n + v;
                // SAFETY: as in `update_and_dot`; `out` has a register `j`, as was checked.
                unsafe {
                    let columns = by.columns(j);
                    let mut sum = if adds {
                        *out.add(j)
                    } else {
                        T::splat(simd, T::zero())
                    };
                    for r in 0..R {
                        let w = by.advance(simd, at.add(v), r, columns);
                        sum = T::multiply_add(simd, w, factors[r], sum);
                    }
                    *out.add(j) = sum;
                }
            }
            // SAFETY: within the block or at its end.
            at = unsafe { at.add(3 * R * n) };
        }
    }

    #[inline(always)]
    pub(super) fn accumulate_of<S: Simd, const R: usize, const LEARNS: bool>(
        &self,
        simd: S,
        first: usize,
        x: &[T],
        out: &mut [T],
        adds: bool,
    ) {
        let factors = splats::<T, S, R>(simd, &x[self.offset + first..]);
        let n = vectors_of_strip::<T, S>();
        let mut at = self.block::<S>(first);
        let out: *mut T::Vector<S> = out.as_mut_ptr().cast();
        for chunk in 0..self.stride / STRIP {
            for v in 0..n {
                // SAFETY: as in `update_and_accumulate` and `dot_of`.
                unsafe {
                    let out = out.add(chunk * n + v);
                    let mut sum = if adds {
                        *out
                    } else {
                        T::splat(simd, T::zero())
                    };
                    for r in 0..R {
                        let w = weight::<T, S, R, LEARNS>(simd, at.add(v), r);
                        sum = T::multiply_add(simd, w, factors[r], sum);
                    }
                    *out = sum;
                }
            }
            // SAFETY: within the block or at its end.
            at = unsafe { at.add(if LEARNS { 3 } else { 1 } * R * n) };
        }
    }
}

/// How many registers `STRIP` values fill.
#[inline(always)]
pub(super) fn vectors_of_strip<T: Real, S: Simd>() -> usize {
    STRIP * size_of::<T>() / size_of::<T::Vector<S>>()
}

#[inline(always)]
fn splats<T: Real, S: Simd, const R: usize>(simd: S, values: &[T]) -> [T::Vector<S>; R] {
    let values = &values[..R];
    let mut splats = [T::splat(simd, values[0]); R];
    for r in 1..R {
        splats[r] = T::splat(simd, values[r]);
    }
    splats
}

/// W, or W + A of row `r` in a block.
///
/// # Safety
/// `at` is a register of the block's first row.
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

/// Both events for a block of R rows, in registers.
struct Events<T: Real, S: Simd, const R: usize> {
    rows: [[T::Vector<S>; R]; 2],
    columns: [*const T::Vector<S>; 2],
    gain: T::Vector<S>,
    ahead: T::Vector<S>,
}

impl<T: Real, S: Simd, const R: usize> Events<T, S, R> {
    #[inline(always)]
    fn of(simd: S, update: &RankTwo<'_, T>, first: usize) -> Self {
        let [r_0, r_1] = update.rows;
        let [c_0, c_1] = update.columns;
        Self {
            rows: [
                splats::<T, S, R>(simd, &r_0[first..]),
                splats::<T, S, R>(simd, &r_1[first..]),
            ],
            columns: [c_0.as_ptr().cast(), c_1.as_ptr().cast()],
            gain: T::splat(simd, update.gain),
            ahead: T::splat(simd, update.ahead),
        }
    }

    /// # Safety
    /// The columns have a register `j`.
    #[inline(always)]
    unsafe fn columns(&self, j: usize) -> [T::Vector<S>; 2] {
        // SAFETY: the caller's.
        unsafe { [*self.columns[0].add(j), *self.columns[1].add(j)] }
    }

    /// Advances A and D of row `r` and gives W + A between the second event and the next.
    ///
    /// # Safety
    /// `at` is a register of the block's first row of a matrix that learns, and nothing else
    /// refers to the block.
    #[inline(always)]
    unsafe fn advance(
        &self,
        simd: S,
        at: *mut T::Vector<S>,
        r: usize,
        columns: [T::Vector<S>; 2],
    ) -> T::Vector<S> {
        let n = vectors_of_strip::<T, S>();
        let rows = [self.rows[0][r], self.rows[1][r]];
        // SAFETY: the caller's.
        unsafe {
            let parts = [at.add(r * n), at.add((R + r) * n), at.add((2 * R + r) * n)];
            both_events::<T, S>(simd, parts, rows, columns, self.gain, self.ahead)
        }
    }
}

/// Advances A and D of a register by both events of [`RankTwo`] and gives W + A between the second
/// event and the next.
///
/// # Safety
/// The parts are W, A and D of the register, and nothing else refers to them.
#[inline(always)]
pub(super) unsafe fn both_events<T: Real, S: Simd>(
    simd: S,
    [w, at_a, at_d]: [*mut T::Vector<S>; 3],
    rows: [T::Vector<S>; 2],
    columns: [T::Vector<S>; 2],
    gain: T::Vector<S>,
    ahead: T::Vector<S>,
) -> T::Vector<S> {
    // SAFETY: the caller's.
    unsafe {
        let d = T::multiply_add(simd, rows[0], columns[0], *at_d);
        let a = T::multiply_add(simd, gain, d, *at_a);
        let d = T::multiply_add(simd, rows[1], columns[1], d);
        *at_a = T::multiply_add(simd, ahead, d, a);
        *at_d = d;
        T::sum(simd, *w, a)
    }
}
