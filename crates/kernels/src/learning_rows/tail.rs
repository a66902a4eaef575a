//! Columns that lie column by column: registers run along the rows.

use pulp::Simd;

use super::blocks::{both_events, vectors_of_strip};
use super::{LearningRows, RankTwo};
use crate::Real;

/// Most columns that lie so.
pub(super) const MOST: usize = 4;

impl<T: Real> LearningRows<T> {
    /// Where the columns begin, each a register for a part of the rows at a time.
    #[inline(always)]
    fn tail<S: Simd>(&mut self) -> *mut T::Vector<S> {
        let start = self.n_rows * self.n_roles() * self.stride;
        self.values[start..].as_mut_ptr().cast()
    }

    /// How many registers the rows lie in.
    #[inline(always)]
    fn n_vectors<S: Simd>(&self) -> usize {
        self.own_lanes.len() / crate::STRIP * vectors_of_strip::<T, S>()
    }

    /// Where register `v` of the first column is, and how far the next column's and the next role's.
    #[inline(always)]
    fn place<S: Simd>(&self, v: usize) -> (usize, usize, usize) {
        let n = vectors_of_strip::<T, S>();
        let of_role = self.n_tail * n;
        (v / n * self.n_roles() * of_role + v % n, n, of_role)
    }

    /// The columns' part of the product with `x`, for all rows.
    #[inline(always)]
    pub(super) fn dot_of_tail<S: Simd>(
        &mut self,
        simd: S,
        update: Option<&RankTwo<'_, T>>,
        x: &[T],
        out: &mut [T],
    ) {
        let tail = self.tail::<S>();
        let others: *const T::Vector<S> = self.other_lanes.as_ptr().cast();
        let out: *mut T::Vector<S> = out.as_mut_ptr().cast();
        let x = x[self.stride..].as_ptr();
        for v in 0..self.n_vectors::<S>() {
            let (first, of_column, of_role) = self.place::<S>(v);
            // SAFETY: the tail has a register `v` of `n_tail` columns and every role; what has
            // values for rows or columns has them, as was checked.
            unsafe {
                let mut sum = T::product(simd, *others.add(v), *out.add(v));
                let events = match update {
                    Some(by) => Some(TailEvents::of(simd, self, by, v)),
                    None => None,
                };
                for c in 0..self.n_tail {
                    let at = tail.add(first + c * of_column);
                    let w = self.advance_tail(simd, events.as_ref(), c, at, of_role);
                    sum = T::multiply_add(simd, w, T::splat(simd, *x.add(c)), sum);
                }
                *out.add(v) = sum;
            }
        }
    }

    /// The columns' products with `x`, a value for every row.
    #[inline(always)]
    pub(super) fn accumulate_of_tail<S: Simd>(
        &mut self,
        simd: S,
        update: Option<&RankTwo<'_, T>>,
        x: &[T],
        out: &mut [T],
        adds: bool,
    ) {
        let tail = self.tail::<S>();
        let x: *const T::Vector<S> = x.as_ptr().cast();
        let mut sums = [T::splat(simd, T::zero()); MOST];
        for v in 0..self.n_vectors::<S>() {
            let (first, of_column, of_role) = self.place::<S>(v);
            // SAFETY: as in `dot_of_tail`.
            unsafe {
                let events = match update {
                    Some(by) => Some(TailEvents::of(simd, self, by, v)),
                    None => None,
                };
                // All columns there may be, so that sums stay in registers.
                for (c, sum) in sums.iter_mut().enumerate() {
                    if c < self.n_tail {
                        let at = tail.add(first + c * of_column);
                        let w = self.advance_tail(simd, events.as_ref(), c, at, of_role);
                        *sum = T::multiply_add(simd, w, *x.add(v), *sum);
                    }
                }
            }
        }
        let mut found = [T::zero(); MOST];
        T::sum_lanes(simd, sums, &mut found, false);
        let out = &mut out[self.stride..self.stride + self.n_tail];
        for (out, found) in out.iter_mut().zip(found) {
            *out = if adds { *out + found } else { found };
        }
    }

    /// W + A of a register of column `c`, after both events where there are some.
    ///
    /// # Safety
    /// `at` is W's register of it, roles lie `of_role` apart, and nothing else refers to it.
    #[inline(always)]
    unsafe fn advance_tail<S: Simd>(
        &self,
        simd: S,
        events: Option<&TailEvents<T, S>>,
        c: usize,
        at: *mut T::Vector<S>,
        of_role: usize,
    ) -> T::Vector<S> {
        // SAFETY: the caller's.
        unsafe {
            let Some(by) = events else {
                return match self.learns {
                    true => T::sum(simd, *at, *at.add(of_role)),
                    false => *at,
                };
            };
            let parts = [at, at.add(of_role), at.add(2 * of_role)];
            let columns = [
                T::splat(simd, *by.columns[0].add(c)),
                T::splat(simd, *by.columns[1].add(c)),
            ];
            both_events::<T, S>(simd, parts, by.rows, columns, by.gain, by.ahead)
        }
    }
}

/// Both events for a register of rows.
struct TailEvents<T: Real, S: Simd> {
    rows: [T::Vector<S>; 2],
    /// The first of the columns.
    columns: [*const T; 2],
    gain: T::Vector<S>,
    ahead: T::Vector<S>,
}

impl<T: Real, S: Simd> TailEvents<T, S> {
    /// # Safety
    /// Rows have a register `v`, and columns those of the tail.
    #[inline(always)]
    unsafe fn of(simd: S, matrix: &LearningRows<T>, update: &RankTwo<'_, T>, v: usize) -> Self {
        let [rows_0, rows_1] = update.rows;
        let [columns_0, columns_1] = update.columns;
        let stride = matrix.stride;
        // SAFETY: the caller's.
        unsafe {
            let own = *matrix.own_lanes.as_ptr().cast::<T::Vector<S>>().add(v);
            let rows_0 = *rows_0.as_ptr().cast::<T::Vector<S>>().add(v);
            let rows_1 = *rows_1.as_ptr().cast::<T::Vector<S>>().add(v);
            Self {
                rows: [T::product(simd, own, rows_0), T::product(simd, own, rows_1)],
                columns: [
                    columns_0.as_ptr().add(stride),
                    columns_1.as_ptr().add(stride),
                ],
                gain: T::splat(simd, update.gain),
                ahead: T::splat(simd, update.ahead),
            }
        }
    }
}
