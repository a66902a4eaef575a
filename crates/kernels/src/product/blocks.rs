//! Products and updates, block by block of samples: a pass over the weights for each block.

#![expect(
    clippy::needless_range_loop,
    reason = "arrays of registers stay in registers when they are indexed by constant loops"
)]

use pulp::{Simd, WithSimd};

use super::Columns;
use super::memory::{Target, WIDTH, lanes, load, prefetch_panel};
use super::tiles;
use crate::{Padded, Real};

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
pub(super) use for_sample_blocks;

/// Samples of the largest block.
const fn samples_of_block<S: Simd>() -> usize {
    if S::REGISTER_COUNT < 32 { 5 } else { 10 }
}

/// Whether rates are used in as many panels as are worth that they are copied.
#[inline(always)]
fn is_wide<T: Real, S: Simd>(panel: &std::ops::Range<usize>) -> bool {
    panel.len() > 3 * WIDTH * lanes::<T, S>()
}

/// As many rows are worth that postsynaptic factors are copied.
const MANY_ROWS: usize = 48;

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
        let n = self.x.rows();
        let n_blocks = match self.columns {
            Columns::All => 2,
            // Their rows lie further apart.
            Columns::Some(_) => 1,
        };
        let is_large = n > n_blocks * samples_of_block::<S>() && is_wide::<T, S>(&self.panel);
        if is_large && tiles::fit::<T, S>(n) {
            return simd.vectorize(tiles::Tiled(&self));
        }
        for i in self.panel.clone().step_by(WIDTH * lanes::<T, S>()) {
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
                prefetch_panel::<T, S>(w.as_ptr(), at + WIDTH * lanes);
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
        let n_rows = self.columns.n_of(self.n_pre);
        let is_large = self.x.rows() > samples_of_block::<S>()
            && n_rows >= MANY_ROWS
            && is_wide::<T, S>(&self.panel);
        if is_large && tiles::fit::<T, S>(n_rows) {
            return simd.vectorize(tiles::Tiled(&self));
        }
        for i in self.panel.clone().step_by(WIDTH * lanes::<T, S>()) {
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
                // Narrow registers leave caches the time to find out.
                if S::REGISTER_COUNT >= 32 {
                    prefetch_panel::<T, S>(self.w.start(), at + WIDTH * lanes);
                }
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
