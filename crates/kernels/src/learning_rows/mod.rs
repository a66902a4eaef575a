//! Matrices that learn while they multiply: one pass over memory for an update and a product.

mod blocks;
#[cfg(test)]
mod tests;

use pulp::Simd;

use crate::{Real, STRIP, Strip};

/// A matrix W with increments A that act with it, and a trace D that feeds them. An event is
///
/// A += gain · D, then D += row · columnᵀ.
///
/// Two events are one pass over memory ([`RankTwo`]), which serves the product that follows them
/// too. A matrix that does not learn has W alone.
///
/// Rows are taken in blocks, and what a block needs at a time lies side by side: for every
/// [`STRIP`] columns W of its rows, A of its rows and D of its rows.
#[derive(Clone)]
pub struct LearningRows<T> {
    n_rows: usize,
    width: usize,
    stride: usize,
    learns: bool,
    values: Strip<T>,
}

/// Two events and what A takes of D before and after them:
///
/// D += rows₀ · columns₀ᵀ, A += gain · D, D += rows₁ · columns₁ᵀ, the product with W + A, and then
/// A += ahead · D.
///
/// A's part of the first event, for it, has been `ahead` of it in the pass before: an event changes
/// A by what D was before it. So the product between two passes needs W and A alone.
#[derive(Clone, Copy)]
pub struct RankTwo<'a, T> {
    /// A factor for every row, of both events.
    pub rows: [&'a [T]; 2],
    /// A factor for every column, padded, of both events.
    pub columns: [&'a [T]; 2],
    /// What A takes of D at the second event.
    pub gain: T,
    /// What A takes of D at the event that follows.
    pub ahead: T,
}

/// What a row has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// W.
    Weight = 0,
    /// A.
    Increment = 1,
    /// D.
    Trace = 2,
}

/// How many rows the block has that begins where so many are left. Few sizes, as each is compiled
/// for every instruction set and call; double precision, which is not for speed, has a single one.
#[inline(always)]
fn block_of<T>(n_left: usize) -> usize {
    match n_left {
        _ if size_of::<T>() > 4 => 1,
        1 | 2 => 1,
        3 | 4 => 3,
        _ => 5,
    }
}

/// Calls `$body` with a constant number of rows for each block of rows.
macro_rules! blocks {
    ($n:expr, |$first:ident, $R:ident| $body:expr) => {{
        let n = $n;
        let mut $first = 0;
        while $first < n {
            macro_rules! block {
                ($r:literal) => {{
                    const $R: usize = $r;
                    $body;
                    $r
                }};
            }
            $first += match block_of::<T>(n - $first) {
                1 => block!(1),
                3 => block!(3),
                _ => block!(5),
            };
        }
    }};
}

impl<T: Real> LearningRows<T> {
    /// Zeros.
    pub fn zeros(n_rows: usize, width: usize, learns: bool) -> Self {
        let stride = width.next_multiple_of(STRIP);
        let n_roles = if learns { 3 } else { 1 };
        Self {
            n_rows,
            width,
            stride,
            learns,
            values: Strip::zeros(n_rows * n_roles * stride),
        }
    }

    /// Whether it has increments and a trace.
    pub fn learns(&self) -> bool {
        self.learns
    }

    /// Number of rows.
    pub fn n_rows(&self) -> usize {
        self.n_rows
    }

    /// The values of a row, without padding.
    ///
    /// # Panics
    /// If there is no such row, or it does not learn and has no such values.
    pub fn row(&self, row: usize, role: Role) -> impl Iterator<Item = T> {
        let (first, pitch) = self.at(row, role);
        (0..self.width).map(move |j| self.values[first + j / STRIP * pitch + j % STRIP])
    }

    /// Writes a row.
    ///
    /// # Panics
    /// As [`LearningRows::row`], or if there are more values than columns.
    pub fn set_row(&mut self, row: usize, role: Role, values: impl IntoIterator<Item = T>) {
        let (first, pitch) = self.at(row, role);
        for (j, value) in values.into_iter().enumerate() {
            assert!(j < self.width, "column");
            self.values[first + j / STRIP * pitch + j % STRIP] = value;
        }
    }

    /// Where a row's first values are, and how far its next ones are from them.
    fn at(&self, row: usize, role: Role) -> (usize, usize) {
        assert!(row < self.n_rows, "row");
        assert!(self.learns || role == Role::Weight, "a matrix that learns");
        let mut first = 0;
        while first + block_of::<T>(self.n_rows - first) <= row {
            first += block_of::<T>(self.n_rows - first);
        }
        let n_rows = block_of::<T>(self.n_rows - first);
        let n_roles = self.n_roles();
        let start = first * n_roles * self.stride;
        let of_row = (role as usize * n_rows + row - first) * STRIP;
        (start + of_row, n_rows * n_roles * STRIP)
    }

    #[inline(always)]
    fn n_roles(&self) -> usize {
        if self.learns { 3 } else { 1 }
    }

    /// Multiplies the trace by `factor`.
    pub fn scale_trace(&mut self, factor: T) {
        for row in 0..self.n_rows {
            let (first, pitch) = self.at(row, Role::Trace);
            for chunk in 0..self.stride / STRIP {
                let from = first + chunk * pitch;
                let values = &mut self.values[from..from + STRIP];
                values.iter_mut().for_each(|d| *d *= factor);
            }
        }
    }

    /// out = (W + A) x, after `update` where there is one: `x` a value for every column, padded,
    /// `out` a value for every row.
    ///
    /// # Panics
    /// If a length does not fit, or if an update is given to what does not learn.
    #[doc(hidden)]
    #[inline(always)]
    pub fn dot<S: Simd>(
        &mut self,
        simd: S,
        update: Option<RankTwo<'_, T>>,
        x: &[T],
        out: &mut [T],
    ) {
        assert!(x.len() >= self.stride && out.len() >= self.n_rows, "shapes");
        match update {
            Some(update) => {
                self.check(&update);
                blocks!(self.n_rows, |i, R| self
                    .update_and_dot::<S, R>(simd, &update, i, x, out));
            }
            None if self.learns => {
                blocks!(self.n_rows, |i, R| self
                    .dot_of::<S, R, true>(simd, i, x, out));
            }
            None => blocks!(self.n_rows, |i, R| self
                .dot_of::<S, R, false>(simd, i, x, out)),
        }
    }

    /// out = (W + A)ᵀ x, after `update` where there is one: `x` a value for every row, `out` a
    /// value for every column, padded. `adds` to what `out` holds instead of replacing it.
    ///
    /// # Panics
    /// As [`LearningRows::dot`].
    #[doc(hidden)]
    #[inline(always)]
    pub fn accumulate<S: Simd>(
        &mut self,
        simd: S,
        update: Option<RankTwo<'_, T>>,
        x: &[T],
        out: &mut [T],
        adds: bool,
    ) {
        if self.n_rows == 0 && !adds {
            out.fill(T::zero());
        }
        assert!(out.len() >= self.stride && x.len() >= self.n_rows, "shapes");
        match update {
            Some(update) => {
                self.check(&update);
                blocks!(self.n_rows, |i, R| self.update_and_accumulate::<S, R>(
                    simd,
                    &update,
                    i,
                    x,
                    out,
                    adds || i > 0
                ));
            }
            None if self.learns => {
                blocks!(self.n_rows, |i, R| self.accumulate_of::<S, R, true>(
                    simd,
                    i,
                    x,
                    out,
                    adds || i > 0
                ));
            }
            None => blocks!(self.n_rows, |i, R| self.accumulate_of::<S, R, false>(
                simd,
                i,
                x,
                out,
                adds || i > 0
            )),
        }
    }

    #[inline(always)]
    fn check(&self, update: &RankTwo<'_, T>) {
        assert!(self.learns, "a matrix that learns");
        let [r_0, r_1] = update.rows.map(<[T]>::len);
        let [c_0, c_1] = update.columns.map(<[T]>::len);
        let fits = r_0.min(r_1) >= self.n_rows && c_0.min(c_1) >= self.stride;
        assert!(fits, "shape of the update");
    }
}
