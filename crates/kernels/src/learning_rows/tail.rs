//! Columns that lie column by column: registers run along the rows.
//!
//! What functions ask of their caller is as in [`super::blocks`].

#![expect(
    clippy::needless_range_loop,
    reason = "arrays of registers stay in registers when they are indexed by constant loops"
)]

use pulp::Simd;

use super::LearningRows;
use super::blocks::{Events, vectors_of_strip};
use crate::lanes::{self, MOST_PARTS};
use crate::strip::Line;
use crate::{Real, STRIP};

/// Most columns that lie so.
pub(super) const MOST: usize = 4;

/// Calls `$body` with a constant number of columns, if there are any.
macro_rules! columns {
    ($n:expr, |$C:ident| $body:expr) => {{
        macro_rules! columns {
            ($c:literal) => {{
                const $C: usize = $c;
                $body
            }};
        }
        match $n {
            0 => {}
            1 => columns!(1),
            2 => columns!(2),
            3 => columns!(3),
            _ => columns!(4),
        }
    }};
}

/// Products of the last columns, not yet summed over lanes, of each a sum's lanes at the beginning of
/// a strip; those of several matrices may be added.
pub struct TailSums<T>([Line<T>; MOST]);

impl<T: Real> TailSums<T> {
    /// Zeros.
    #[inline(always)]
    pub fn zeros() -> Self {
        Self([Line([T::zero(); STRIP]); MOST])
    }
}

impl<T: Real> LearningRows<T> {
    /// Where the columns begin, each a register for a part of the rows at a time.
    #[inline(always)]
    fn tail<S: Simd>(&mut self) -> *mut T::Vector<S> {
        let start = self.n_rows * self.n_roles() * self.stride;
        self.values[start..].as_mut_ptr().cast()
    }

    /// The columns' part of the products of a strip of rows with `x`, after both events where there are
    /// some; zeros in lanes of others.
    #[inline(always)]
    pub(super) unsafe fn dot_of_tail<S: Simd>(
        &mut self,
        simd: S,
        strip: usize,
        events: &Option<Events<T, S>>,
        x: *const T::Vector<S>,
    ) -> [T; STRIP] {
        let mut sums = [T::zero(); STRIP];
        let n = vectors_of_strip::<T, S>();
        let out = T::vectors_mut::<S>(&mut sums);
        columns!(self.n_tail, |C| {
            for v in 0..n {
                // SAFETY: the caller's.
                unsafe {
                    let x = x.cast::<T>().add(self.stride);
                    let weights = self.advance_tail::<S, C>(simd, events, strip * n + v);
                    for c in 0..C {
                        out[v] =
                            T::multiply_add(simd, weights[c], T::splat(simd, *x.add(c)), out[v]);
                    }
                }
            }
        });
        sums
    }

    /// Writes `sums` to the lanes of rows in a strip.
    #[inline(always)]
    pub(super) unsafe fn write_rows<S: Simd>(
        &self,
        simd: S,
        strip: usize,
        sums: &[T; STRIP],
        out: *mut T::Vector<S>,
    ) {
        let n = vectors_of_strip::<T, S>();
        let others = T::vectors::<S>(&self.other_lanes[strip * STRIP..]);
        for (v, &sum) in T::vectors::<S>(sums).iter().enumerate() {
            // SAFETY: the caller's.
            let out = unsafe { &mut *out.add(strip * n + v) };
            *out = T::multiply_add(simd, others[v], *out, sum);
        }
    }

    /// The columns' products with `x`, a value for every row, lane by lane, after both events where
    /// there are some.
    #[inline(always)]
    pub(super) unsafe fn accumulate_of_tail<S: Simd>(
        &mut self,
        simd: S,
        events: &Option<Events<T, S>>,
        x: *const T::Vector<S>,
        sums: &mut TailSums<T>,
    ) {
        let n = self.own_lanes.len() / STRIP * vectors_of_strip::<T, S>();
        let n_parts = lanes::parts::<T, S>();
        columns!(self.n_tail, |C| {
            for part in 0..n_parts {
                let mut own = [T::splat(simd, T::zero()); C];
                for c in 0..C {
                    own[c] = T::vectors::<S>(&sums.0[c].0)[part];
                }
                for v in (part..n).step_by(n_parts) {
                    // SAFETY: the caller's.
                    unsafe {
                        let weights = self.advance_tail::<S, C>(simd, events, v);
                        for c in 0..C {
                            own[c] = T::multiply_add(simd, weights[c], *x.add(v), own[c]);
                        }
                    }
                }
                for c in 0..C {
                    T::vectors_mut::<S>(&mut sums.0[c].0)[part] = own[c];
                }
            }
        });
    }

    /// Writes the columns' products in whole registers: what is beside them stays.
    #[inline(always)]
    pub(super) unsafe fn write_tail<S: Simd>(
        &self,
        simd: S,
        sums: &TailSums<T>,
        out: *mut T::Vector<S>,
    ) {
        if self.n_tail == 0 {
            return;
        }
        let mut found = [T::zero(); STRIP];
        let mut registers = [[T::splat(simd, T::zero()); MOST]; MOST_PARTS];
        for part in 0..lanes::parts::<T, S>() {
            for c in 0..MOST {
                registers[part][c] = T::vectors::<S>(&sums.0[c].0)[part];
            }
        }
        T::add_sums::<S, MOST>(simd, registers, 0, &mut found);
        let others = T::vectors::<S>(&self.beside_tail);
        let first = self.stride / STRIP * vectors_of_strip::<T, S>();
        for (v, &found) in T::vectors::<S>(&found).iter().enumerate() {
            // SAFETY: the caller's.
            let out = unsafe { &mut *out.add(first + v) };
            *out = T::multiply_add(simd, others[v], *out, found);
        }
    }

    /// W + A of register `v` of C columns, after both events where there are some.
    #[inline(always)]
    unsafe fn advance_tail<S: Simd, const C: usize>(
        &mut self,
        simd: S,
        events: &Option<Events<T, S>>,
        v: usize,
    ) -> [T::Vector<S>; C] {
        let n = vectors_of_strip::<T, S>();
        let of_role = C * n;
        let mut weights = [T::splat(simd, T::zero()); C];
        // SAFETY: the tail has a register `v` of C columns and every role; the rest is the caller's.
        unsafe {
            let at = self.tail::<S>();
            let at = at.add(v / n * self.n_roles() * of_role + v % n);
            let Some(events) = events else {
                for c in 0..C {
                    let w = *at.add(c * n);
                    weights[c] = match self.learns {
                        true => T::sum(simd, w, *at.add(of_role + c * n)),
                        false => w,
                    };
                }
                return weights;
            };
            let own = *self.own_lanes.as_ptr().cast::<T::Vector<S>>().add(v);
            let [rows_0, rows_1] = events.rows;
            let rows_0 = *rows_0.cast::<T::Vector<S>>().add(v);
            let rows_1 = *rows_1.cast::<T::Vector<S>>().add(v);
            let rows = [T::product(simd, own, rows_0), T::product(simd, own, rows_1)];
            let [columns_0, columns_1] = events.columns;
            let columns_0 = columns_0.cast::<T>().add(self.stride);
            let columns_1 = columns_1.cast::<T>().add(self.stride);
            for c in 0..C {
                let at = at.add(c * n);
                let parts = [at, at.add(of_role), at.add(2 * of_role)];
                let columns = [
                    T::splat(simd, *columns_0.add(c)),
                    T::splat(simd, *columns_1.add(c)),
                ];
                weights[c] = events.advance_at(simd, parts, rows, columns);
            }
        }
        weights
    }
}
