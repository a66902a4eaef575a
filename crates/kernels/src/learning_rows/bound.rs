//! A matrix tied to what it multiplies.

use std::cell::Cell;

use pulp::{Simd, WithSimd};

use super::LearningRows;
use super::blocks::{self, Block, Events};
use super::tail::TailSums;
use crate::{Real, STRIP};

/// What A takes of D in a pass over two events:
///
/// D += rows₀ · columns₀ᵀ, A += gain · D, D += rows₁ · columns₁ᵀ, the product with W + A, and then
/// A += ahead · D.
///
/// A's part of the first event, for it, has been `ahead` of it in the pass before: an event changes
/// A by what D was before it. So the product between two passes needs W and A alone.
#[derive(Debug, Clone, Copy)]
pub struct Gains<T> {
    /// What A takes of D at the second event.
    pub gain: T,
    /// What A takes of D at the event that follows.
    pub ahead: T,
}

/// The factors of an event.
#[derive(Clone, Copy)]
pub struct Factors<'a, T> {
    /// One for every row.
    pub rows: &'a [Cell<T>],
    /// One for every column.
    pub columns: &'a [Cell<T>],
}

/// A matrix with what it multiplies and learns from, all lengths checked once, so that a step is
/// little beside its arithmetic.
pub struct Bound<'a, T> {
    matrix: &'a mut LearningRows<T>,
    rows: &'a [Cell<T>],
    columns: &'a [Cell<T>],
    events: [Factors<'a, T>; 2],
}

impl<T: Real> LearningRows<T> {
    /// Ties the matrix to values for rows and for columns, of which a product reads one and writes the
    /// other, and to the factors of two events: all in whole strips.
    ///
    /// # Panics
    /// If a length does not fit.
    pub fn bind<'a>(
        &'a mut self,
        rows: &'a [Cell<T>],
        columns: &'a [Cell<T>],
        events: [Factors<'a, T>; 2],
    ) -> Bound<'a, T> {
        let of_rows = self.own_lanes.len();
        let of_columns = (self.stride + self.n_tail).next_multiple_of(STRIP);
        let fits = |rows: &[Cell<T>], columns: &[Cell<T>]| {
            rows.len() == of_rows && columns.len() >= of_columns
        };
        assert!(fits(rows, columns), "shapes");
        if self.learns {
            let all = events.iter().all(|own| fits(own.rows, own.columns));
            assert!(all, "shapes of events");
        }
        Bound {
            matrix: self,
            rows,
            columns,
            events,
        }
    }
}

impl<T: Real> Bound<'_, T> {
    /// Whether the matrix has increments and a trace.
    pub fn learns(&self) -> bool {
        self.matrix.learns
    }

    /// See [`LearningRows::scale_trace`].
    pub fn scale_trace(&mut self, factor: T) {
        self.matrix.scale_trace(factor);
    }

    /// rows = (W + A) columns, after a pass where there is one and the matrix learns.
    #[doc(hidden)]
    #[inline(always)]
    pub fn dot<S: Simd>(&mut self, simd: S, pass: Option<Gains<T>>) {
        let bound = self;
        simd.vectorize(Dot { bound, pass });
    }

    /// columns = (W + A)ᵀ rows, after a pass where there is one and the matrix learns, but for the last
    /// columns that lie column by column: their products are added to `tail`, for
    /// [`Bound::write_tail`]. `adds` to the columns instead of replacing them.
    #[doc(hidden)]
    #[inline(always)]
    pub fn accumulate<S: Simd>(
        &mut self,
        simd: S,
        pass: Option<Gains<T>>,
        tail: &mut TailSums<T>,
        adds: bool,
    ) {
        let bound = self;
        simd.vectorize(Accumulate {
            bound,
            pass,
            tail,
            adds,
        });
    }

    /// Writes the last columns' products, in whole registers: what is beside them stays.
    #[doc(hidden)]
    #[inline(always)]
    pub fn write_tail<S: Simd>(&self, simd: S, tail: &TailSums<T>) {
        let out: *mut T::Vector<S> = self.columns.as_ptr().cast_mut().cast();
        // SAFETY: as in `Dot`.
        unsafe { self.matrix.write_tail(simd, tail, out) }
    }

    #[inline(always)]
    fn events<S: Simd>(&self, simd: S, pass: Option<Gains<T>>) -> Option<Events<T, S>> {
        let by = pass.filter(|_| self.matrix.learns)?;
        let [first, second] = self.events;
        Some(Events {
            rows: [first.rows.as_ptr().cast(), second.rows.as_ptr().cast()],
            columns: [
                first.columns.as_ptr().cast(),
                second.columns.as_ptr().cast(),
            ],
            gain: T::splat(simd, by.gain),
            ahead: T::splat(simd, by.ahead),
        })
    }
}

/// [`Bound::dot`], a function of each instruction set and not a part of its callers: it is much code.
struct Dot<'a, 'b, T> {
    bound: &'a mut Bound<'b, T>,
    pass: Option<Gains<T>>,
}

impl<T: Real> WithSimd for Dot<'_, '_, T> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Bound { rows, columns, .. } = *self.bound;
        let events = self.bound.events(simd, self.pass);
        let own = &mut *self.bound.matrix;
        let x: *const T::Vector<S> = columns.as_ptr().cast();
        // `Cell`s may be written through shared pointers.
        let out: *mut T::Vector<S> = rows.as_ptr().cast_mut().cast();
        for strip in 0..own.own_lanes.len() / STRIP {
            let end = ((strip + 1) * STRIP - own.offset).min(own.n_rows);
            let start = (strip * STRIP).saturating_sub(own.offset);
            // SAFETY: `bind` has checked that all have the registers of the matrix's strips.
            unsafe {
                let mut sums = own.dot_of_tail(simd, strip, &events, x);
                // Ten sums and what they are made of are too much for sixteen registers.
                let in_halves = S::REGISTER_COUNT < 32;
                blocks!(own, S, start..end, in_halves, |block, R| {
                    let of_rows = match &events {
                        Some(events) => own.update_and_dot::<S, R>(simd, events, block, x),
                        None if own.learns => own.dot_of::<S, R, true>(simd, block, x),
                        None => own.dot_of::<S, R, false>(simd, block, x),
                    };
                    T::add_sums(simd, of_rows, own.lane(block) % STRIP, &mut sums);
                });
                own.write_rows(simd, strip, &sums, out);
            }
        }
    }
}

/// [`Bound::accumulate`], likewise.
struct Accumulate<'a, 'b, T> {
    bound: &'a mut Bound<'b, T>,
    pass: Option<Gains<T>>,
    tail: &'a mut TailSums<T>,
    adds: bool,
}

impl<T: Real> WithSimd for Accumulate<'_, '_, T> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Bound { rows, columns, .. } = *self.bound;
        let events = self.bound.events(simd, self.pass);
        let own = &mut *self.bound.matrix;
        if own.n_rows == 0 && !self.adds {
            (columns[..own.stride].iter()).for_each(|out| out.set(T::zero()));
        }
        let x: *const T = rows.as_ptr().cast();
        let out: *mut T::Vector<S> = columns.as_ptr().cast_mut().cast();
        // SAFETY: as in `Dot`.
        unsafe {
            own.accumulate_of_tail(simd, &events, x.cast(), self.tail);
            blocks!(own, S, 0..own.n_rows, false, |block, R| {
                let adds = self.adds || block.first + block.row > 0;
                match &events {
                    Some(by) => own.update_and_accumulate::<S, R>(simd, by, block, x, out, adds),
                    None if own.learns => {
                        own.accumulate_of::<S, R, true>(simd, block, x, out, adds);
                    }
                    None => own.accumulate_of::<S, R, false>(simd, block, x, out, adds),
                }
            });
        }
    }
}
