//! Matrices that learn while they multiply: one pass over memory for an update and a product.

#![expect(
    clippy::needless_range_loop,
    reason = "arrays of registers stay in registers when they are indexed by constant loops"
)]

use pulp::Simd;

use crate::{Real, STRIP, Strip};

/// A matrix W with increments A that act with it, and a trace D that feeds them:
///
/// A += gain · D, then D += row · columnᵀ, then a product with W + A.
///
/// Row by row W, A and D lie side by side, each padded to whole registers. A matrix that does not
/// learn has W alone.
#[derive(Clone)]
pub struct LearningRows<T> {
    n_rows: usize,
    width: usize,
    stride: usize,
    learns: bool,
    values: Strip<T>,
}

/// One update of increments and trace.
#[derive(Clone, Copy)]
pub struct RankOne<'a, T> {
    /// What the trace is multiplied by for the increments.
    pub gain: T,
    /// A factor for every row.
    pub row: &'a [T],
    /// A factor for every column, padded.
    pub column: &'a [T],
}

/// What lies side by side in a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// W.
    Weight = 0,
    /// A.
    Increment = 1,
    /// D.
    Trace = 2,
}

/// Calls `$body` with a constant number of rows for each block of rows. Few sizes of blocks, as each
/// is compiled for every type, instruction set and call.
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
            $first += match n - $first {
                1 | 2 => block!(1),
                3 | 4 => block!(3),
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
    pub fn row(&self, row: usize, role: Role) -> &[T] {
        let at = self.at(row, role);
        &self.values[at..at + self.width]
    }

    /// The values of a row, without padding.
    ///
    /// # Panics
    /// As [`LearningRows::row`].
    pub fn row_mut(&mut self, row: usize, role: Role) -> &mut [T] {
        let at = self.at(row, role);
        &mut self.values[at..at + self.width]
    }

    fn at(&self, row: usize, role: Role) -> usize {
        assert!(row < self.n_rows, "row");
        assert!(self.learns || role == Role::Weight, "a matrix that learns");
        (row * self.n_roles() + role as usize) * self.stride
    }

    #[inline(always)]
    fn n_roles(&self) -> usize {
        if self.learns { 3 } else { 1 }
    }

    /// Multiplies the trace by `factor`.
    pub fn scale_trace(&mut self, factor: T) {
        for row in 0..self.n_rows {
            let values = self.row_mut(row, Role::Trace);
            values.iter_mut().for_each(|d| *d *= factor);
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
        update: Option<RankOne<'_, T>>,
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
        update: Option<RankOne<'_, T>>,
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
    fn check(&self, update: &RankOne<'_, T>) {
        assert!(self.learns, "a matrix that learns");
        assert!(
            update.row.len() >= self.n_rows && update.column.len() >= self.stride,
            "shape of the update"
        );
    }

    #[inline(always)]
    fn n_vectors<S: Simd>(&self) -> usize {
        self.stride / (size_of::<T::Vector<S>>() / size_of::<T>())
    }

    #[inline(always)]
    fn update_and_dot<S: Simd, const R: usize>(
        &mut self,
        simd: S,
        update: &RankOne<'_, T>,
        first: usize,
        x: &[T],
        out: &mut [T],
    ) {
        let n = self.n_vectors::<S>();
        let gain = T::splat(simd, update.gain);
        let mut row = [gain; R];
        for r in 0..R {
            row[r] = T::splat(simd, update.row[first + r]);
        }
        let (x, column) = (T::vectors::<S>(x), T::vectors::<S>(update.column));
        let values = &mut T::vectors_mut::<S>(&mut self.values)[first * 3 * n..][..R * 3 * n];
        let mut sums = [T::splat(simd, T::zero()); R];
        for j in 0..n {
            let (x, column) = (x[j], column[j]);
            for r in 0..R {
                // SAFETY: R rows of three times n vectors were cut out above.
                unsafe {
                    let w = *values.get_unchecked((3 * r) * n + j);
                    let a = values.get_unchecked((3 * r + 1) * n + j);
                    let d = values.get_unchecked((3 * r + 2) * n + j);
                    let next_a = T::multiply_add(simd, gain, *d, *a);
                    let next_d = T::multiply_add(simd, row[r], column, *d);
                    *values.get_unchecked_mut((3 * r + 1) * n + j) = next_a;
                    *values.get_unchecked_mut((3 * r + 2) * n + j) = next_d;
                    sums[r] = T::multiply_add(simd, T::sum(simd, w, next_a), x, sums[r]);
                }
            }
        }
        for r in 0..R {
            out[first + r] = T::sum_lanes(simd, sums[r]);
        }
    }

    #[inline(always)]
    fn dot_of<S: Simd, const R: usize, const LEARNS: bool>(
        &self,
        simd: S,
        first: usize,
        x: &[T],
        out: &mut [T],
    ) {
        let n = self.n_vectors::<S>();
        let roles = if LEARNS { 3 } else { 1 };
        let x = T::vectors::<S>(x);
        let values = &T::vectors::<S>(&self.values)[first * roles * n..][..R * roles * n];
        let mut sums = [T::splat(simd, T::zero()); R];
        for j in 0..n {
            let x = x[j];
            for r in 0..R {
                let mut w = values[roles * r * n + j];
                if LEARNS {
                    w = T::sum(simd, w, values[(roles * r + 1) * n + j]);
                }
                sums[r] = T::multiply_add(simd, w, x, sums[r]);
            }
        }
        for r in 0..R {
            out[first + r] = T::sum_lanes(simd, sums[r]);
        }
    }

    #[inline(always)]
    fn update_and_accumulate<S: Simd, const R: usize>(
        &mut self,
        simd: S,
        update: &RankOne<'_, T>,
        first: usize,
        x: &[T],
        out: &mut [T],
        adds: bool,
    ) {
        let n = self.n_vectors::<S>();
        let gain = T::splat(simd, update.gain);
        let (mut row, mut factor) = ([gain; R], [gain; R]);
        for r in 0..R {
            row[r] = T::splat(simd, update.row[first + r]);
            factor[r] = T::splat(simd, x[first + r]);
        }
        let column = T::vectors::<S>(update.column);
        let values = &mut T::vectors_mut::<S>(&mut self.values)[first * 3 * n..][..R * 3 * n];
        let out = T::vectors_mut::<S>(out);
        for j in 0..n {
            let column = column[j];
            let mut sum = if adds {
                out[j]
            } else {
                T::splat(simd, T::zero())
            };
            for r in 0..R {
                // SAFETY: R rows of three times n vectors were cut out above.
                unsafe {
                    let w = *values.get_unchecked((3 * r) * n + j);
                    let a = values.get_unchecked((3 * r + 1) * n + j);
                    let d = values.get_unchecked((3 * r + 2) * n + j);
                    let next_a = T::multiply_add(simd, gain, *d, *a);
                    let next_d = T::multiply_add(simd, row[r], column, *d);
                    *values.get_unchecked_mut((3 * r + 1) * n + j) = next_a;
                    *values.get_unchecked_mut((3 * r + 2) * n + j) = next_d;
                    sum = T::multiply_add(simd, T::sum(simd, w, next_a), factor[r], sum);
                }
            }
            out[j] = sum;
        }
    }

    #[inline(always)]
    fn accumulate_of<S: Simd, const R: usize, const LEARNS: bool>(
        &self,
        simd: S,
        first: usize,
        x: &[T],
        out: &mut [T],
        adds: bool,
    ) {
        let n = self.n_vectors::<S>();
        let roles = if LEARNS { 3 } else { 1 };
        let mut factor = [T::splat(simd, T::zero()); R];
        for r in 0..R {
            factor[r] = T::splat(simd, x[first + r]);
        }
        let values = &T::vectors::<S>(&self.values)[first * roles * n..][..R * roles * n];
        let out = T::vectors_mut::<S>(out);
        for j in 0..n {
            let mut sum = if adds {
                out[j]
            } else {
                T::splat(simd, T::zero())
            };
            for r in 0..R {
                let mut w = values[roles * r * n + j];
                if LEARNS {
                    w = T::sum(simd, w, values[(roles * r + 1) * n + j]);
                }
                sum = T::multiply_add(simd, w, factor[r], sum);
            }
            out[j] = sum;
        }
    }
}

#[cfg(test)]
mod tests {
    use pulp::WithSimd;

    use super::*;

    struct Steps<'a>(&'a mut LearningRows<f64>, &'a mut Vec<f64>);

    impl WithSimd for Steps<'_> {
        type Output = ();

        #[inline(always)]
        fn with_simd<S: Simd>(self, simd: S) {
            let (n, width) = (self.0.n_rows, self.0.width);
            for step in 0..4 {
                let of = |i: usize, scale: f64| ((i + step) as f64 * scale).sin();
                let row: Vec<f64> = (0..n).map(|i| of(i, 0.3)).collect();
                let (mut column, mut x) = (Strip::zeros(width), Strip::zeros(width));
                for j in 0..width {
                    (column[j], x[j]) = (of(j, 0.7), of(j, 1.1));
                }
                let update = (step > 0 && self.0.learns).then_some(RankOne {
                    gain: 0.1 * step as f64,
                    row: &row,
                    column: &column,
                });
                let mut out = vec![0.0; n];
                self.0.dot(simd, update, &x, &mut out);
                self.1.extend(&out);
                let mut out = Strip::zeros(width);
                self.0.accumulate(simd, update, &row, &mut out, step == 2);
                self.1.extend(&out[..width]);
            }
        }
    }

    /// The same, value by value.
    fn plainly(
        n: usize,
        width: usize,
        learns: bool,
        weight: impl Fn(usize, usize) -> f64,
    ) -> Vec<f64> {
        let mut found = Vec::new();
        let (mut a, mut d) = (vec![0.0; n * width], vec![0.0; n * width]);
        for step in 0..4 {
            let of = |i: usize, scale: f64| ((i + step) as f64 * scale).sin();
            for transposed in [false, true] {
                let mut out = vec![0.0; if transposed { width } else { n }];
                for i in 0..n {
                    for j in 0..width {
                        if step > 0 && learns {
                            a[i * width + j] += 0.1 * step as f64 * d[i * width + j];
                            d[i * width + j] += of(i, 0.3) * of(j, 0.7);
                        }
                        let w = weight(i, j) + a[i * width + j];
                        if transposed {
                            out[j] += w * of(i, 0.3);
                        } else {
                            out[i] += w * of(j, 1.1);
                        }
                    }
                }
                found.extend(out);
            }
        }
        found
    }

    #[test]
    fn updates_and_products_are_those_of_the_plain_loops() {
        let weight = |i: usize, j: usize| ((7 * i + 3 * j) as f64).cos();
        for (n, width) in [(1, 1), (3, 120), (10, 50), (14, 33)] {
            for learns in [true, false] {
                let mut rows = LearningRows::zeros(n, width, learns);
                for i in 0..n {
                    for (j, w) in rows.row_mut(i, Role::Weight).iter_mut().enumerate() {
                        *w = weight(i, j);
                    }
                }
                let mut found = Vec::new();
                pulp::Arch::new().dispatch(Steps(&mut rows, &mut found));
                let expected = plainly(n, width, learns, weight);
                assert_eq!(found.len(), expected.len());
                for (found, expected) in found.iter().zip(&expected) {
                    assert!(
                        (found - expected).abs() < 1e-12,
                        "{n} x {width}: {found} {expected}"
                    );
                }
            }
        }
    }
}
