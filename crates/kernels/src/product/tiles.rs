//! Products and updates with many terms: what a tile of registers needs lies side by side.
//!
//! A tile of R rows and a panel's width of the result stays in registers while
//!
//! tile[r][c] += Σ_k a[k][r] b[k][c], in the order of k.
//!
//! In a product rows are samples, `a` rates and `b` weights, k presynaptic neurons; in an update rows
//! are presynaptic neurons, `a` rates and `b` postsynaptic factors, k samples. Terms are taken in
//! chunks, so that `b` stays in the first cache; a tile is stored between chunks, which rounds
//! nothing: the result is that of [`super::blocks`], to the bit.

#![expect(
    clippy::needless_range_loop,
    reason = "arrays of registers stay in registers when they are indexed by constant loops"
)]

use std::ops::Range;

use pulp::{Simd, WithSimd};

use super::Columns;
use super::blocks::{Multiply, RankUpdate};
use super::memory::{WIDTH, lanes, prefetch, prefetch_panel};
use super::packed::{PANEL, Panel, Room, copy_panels, gather, read};
use crate::Real;

/// Samples of a product, of narrow registers, up to which all tiles ask for the next panel's weights.
const SPREAD_TO: usize = 64;
/// Samples of an update at a time: their rates wait in the second cache.
const SAMPLES: usize = 64;

type Tile<T, S, const R: usize> = [[<T as Real>::Vector<S>; WIDTH]; R];

/// Rows of the two kinds of tiles that the registers hold.
const fn sizes<S: Simd>() -> [usize; 2] {
    if S::REGISTER_COUNT < 32 {
        [5, 6]
    } else {
        [8, 9]
    }
}

/// Whether `n_rows` are whole tiles. Double precision, which is not for speed, has none.
pub(super) fn fit<T: Real, S: Simd>(n_rows: usize) -> bool {
    let [small, large] = sizes::<S>();
    let n_small = (large - n_rows % large) % large;
    size_of::<T>() <= 4 && n_small * small <= n_rows
}

/// Calls `$body` with a constant number of rows for each tile of `$n` rows that fit.
macro_rules! for_tiles {
    ($n:expr, |$first:ident, $R:ident| $body:expr) => {{
        let mut $first = 0;
        macro_rules! tile {
            ($r:literal) => {{
                const $R: usize = $r;
                $body;
                $r
            }};
        }
        while $first < $n {
            let is_large = ($n - $first).is_multiple_of(sizes::<S>()[1]);
            $first += match (S::REGISTER_COUNT < 32, is_large) {
                (true, false) => tile!(5),
                (true, true) => tile!(6),
                (false, false) => tile!(8),
                (false, true) => tile!(9),
            };
        }
    }};
}

/// A product or an update in tiles: a function of its own, so that it takes no registers from the loops of few
/// samples.
pub(super) struct Tiled<'a, O>(pub(super) &'a O);

impl<T: Real> WithSimd for Tiled<'_, Multiply<'_, T>> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        multiply(simd, self.0);
    }
}

impl<T: Real> WithSimd for Tiled<'_, RankUpdate<'_, T>> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        rank_update(simd, self.0);
    }
}

/// See [`crate::multiply`].
#[inline(always)]
fn multiply<T: Real, S: Simd>(simd: S, m: &Multiply<'_, T>) {
    let (n_samples, n_rows) = (m.x.rows(), m.columns.n_of(m.w.rows()));
    let width = WIDTH * lanes::<T, S>();
    let per_chunk = PANEL / (width * size_of::<T>());
    let mut rates = Room::new(n_samples * per_chunk.min(n_rows));
    let mut weights = Panel::new();
    // Two tiles leave one to ask for all; with many of narrow registers caches have the time to find out.
    let is_spread =
        n_samples > 2 * sizes::<S>()[1] && (S::REGISTER_COUNT >= 32 || n_samples <= SPREAD_TO);
    let mut first = 0;
    loop {
        let chunk = first..(first + per_chunk).min(n_rows);
        let start = m.row.filter(|_| first == 0);
        rates.clear();
        for_tiles!(n_samples, |b, R| {
            let rows: [usize; R] = std::array::from_fn(|r| (b + r) * m.x.stride());
            // SAFETY: rows and columns are of x (checked on entry).
            unsafe { gather(m.x, (m.columns, 1), chunk.clone(), rows, &mut rates) };
        });
        for i in m.panel.clone().step_by(width) {
            let mut a = rates.start();
            let next_chunk = chunk.end..(chunk.end + per_chunk).min(n_rows);
            let mut ahead = match i + width < m.panel.end {
                _ if !is_spread => Ahead::new(i, 0..0),
                true => Ahead::new(i + width, chunk.clone()),
                false => Ahead::new(m.panel.start, next_chunk),
            };
            for_tiles!(n_samples, |b, R| {
                // SAFETY: the tile's rows are samples and its columns this call's own; `a` has R and
                // `weights` WIDTH vectors of values for every row of the chunk, weights from the
                // first tile on.
                unsafe {
                    let places = std::array::from_fn(|r| (b + r) * m.out_stride + i);
                    let mut tile: Tile<T, S, R> = match start {
                        Some(row) => [read(row.values(), i); R],
                        None => places.map(|at| m.out.load_panel::<S>(at)),
                    };
                    let panel = weights.start::<T, S>();
                    match b {
                        0 => {
                            let rows = (chunk.clone(), !is_spread);
                            first_product(simd, m, i, rows, a, panel, &mut tile);
                        }
                        _ => {
                            let some = ahead.some(b + R, n_samples);
                            add_products_ahead(simd, chunk.len(), (a, panel), m, some, &mut tile);
                        }
                    }
                    for r in 0..R {
                        m.out.store_panel::<S>(places[r], tile[r]);
                    }
                    a = a.add(R * chunk.len());
                }
            });
        }
        first = chunk.end;
        if first == n_rows {
            return;
        }
    }
}

/// See [`crate::rank_update`].
#[inline(always)]
fn rank_update<T: Real, S: Simd>(simd: S, u: &RankUpdate<'_, T>) {
    let (n_samples, n_rows) = (u.x.rows(), u.columns.n_of(u.n_pre));
    let (width, stride) = (WIDTH * lanes::<T, S>(), u.d.stride());
    let mut rates = Room::new(n_samples.min(SAMPLES) * n_rows);
    let mut factors = Panel::new();
    for first in (0..n_samples).step_by(SAMPLES) {
        let samples = first..(first + SAMPLES).min(n_samples);
        let n = samples.len();
        rates.clear();
        for_tiles!(n_rows, |j, R| {
            let rows: [usize; R] = std::array::from_fn(|r| u.columns.row(j + r));
            let all = (Columns::All, u.x.stride());
            // SAFETY: as there.
            unsafe { gather(u.x, all, samples.clone(), rows, &mut rates) };
        });
        let of_part = PANEL / (n * size_of::<T>()) / width * width;
        for from in u.panel.clone().step_by(of_part) {
            let part = from..(from + of_part).min(u.panel.end);
            // SAFETY: `part` times `n` values fit the panel; rows of d are padded to whole panels.
            unsafe { copy_panels::<T, S>(u.d, samples.clone(), part.clone(), &mut factors) };
            let mut a = rates.start();
            for_tiles!(n_rows, |j, R| {
                let rows: [usize; R] = std::array::from_fn(|r| u.columns.row(j + r) * stride);
                let mut panel = factors.start::<T, S>().cast_const();
                for i in part.clone().step_by(width) {
                    // SAFETY: the tile's rows are rows of w (checked on entry), as wide as d's, and
                    // its columns this call's own; `a` has R values for every sample.
                    unsafe {
                        let mut tile: Tile<T, S, R> = rows.map(|row| u.w.load_panel::<S>(row + i));
                        // The tile below, most often.
                        for row in rows {
                            prefetch::<T, S>(u.w.start(), row + R * stride + i);
                        }
                        add_products(simd, n, a, panel, &mut tile);
                        for r in 0..R {
                            u.w.store_panel::<S>(rows[r] + i, tile[r]);
                        }
                        panel = panel.add(WIDTH * n);
                    }
                }
                a = a.wrapping_add(R * n);
            });
        }
    }
}

/// Weights of the next panel, asked for bit by bit while tiles are computed, as a core can wait for few cache
/// lines at a time.
struct Ahead {
    /// Where the panel begins in a row.
    i: usize,
    rows: Range<usize>,
    n_rows: usize,
}

impl Ahead {
    fn new(i: usize, rows: Range<usize>) -> Self {
        let n_rows = rows.len();
        Self { i, rows, n_rows }
    }

    /// The part of these that is due when `done` of `n` samples are.
    #[inline(always)]
    fn some(&mut self, done: usize, n: usize) -> (usize, Range<usize>) {
        let end = self.rows.end - self.n_rows + self.n_rows * done / n;
        let some = self.rows.start..end;
        self.rows.start = end;
        (self.i, some)
    }
}

/// As [`add_products`], and asks for some rows of a panel of the weights meanwhile.
///
/// # Safety
/// As there.
#[inline(always)]
unsafe fn add_products_ahead<T: Real, S: Simd, const R: usize>(
    simd: S,
    n: usize,
    (a, b): (*const T, *const T::Vector<S>),
    m: &Multiply<'_, T>,
    (i, rows): (usize, Range<usize>),
    tile: &mut Tile<T, S, R>,
) {
    let (mut a, mut b) = (a, b);
    let (w, stride) = (m.w.values(), m.w.stride());
    let per_row = n / (rows.len() + 1);
    let n_left = n - per_row * rows.len();
    for row in rows {
        prefetch_panel::<T, S>(w.as_ptr(), m.columns.row(row) * stride + i);
        // SAFETY: promised by the caller.
        unsafe {
            add_products(simd, per_row, a, b, tile);
            (a, b) = (a.add(R * per_row), b.add(WIDTH * per_row));
        }
    }
    // SAFETY: as above.
    unsafe { add_products(simd, n_left, a, b, tile) };
}

/// tile[r][c] += Σ_k a[k][r] b[k][c].
///
/// # Safety
/// `a` has R and `b` [`WIDTH`] values for each of `n` terms.
#[inline(always)]
unsafe fn add_products<T: Real, S: Simd, const R: usize>(
    simd: S,
    n: usize,
    a: *const T,
    b: *const T::Vector<S>,
    tile: &mut Tile<T, S, R>,
) {
    let (mut a, mut b) = (a, b);
    for _ in 0..n {
        // SAFETY: promised by the caller.
        unsafe {
            add_product(simd, a, [*b, *b.add(1)], tile);
            (a, b) = (a.add(R), b.add(WIDTH));
        }
    }
}

/// As [`add_products`], with rows of the weights that are copied to `panel` as they are read; if it `asks`, for
/// those of the next panel as well.
///
/// # Safety
/// As there, for the rows of `chunk`.
#[inline(always)]
unsafe fn first_product<T: Real, S: Simd, const R: usize>(
    simd: S,
    m: &Multiply<'_, T>,
    i: usize,
    (chunk, asks): (Range<usize>, bool),
    a: *const T,
    panel: *mut T::Vector<S>,
    tile: &mut Tile<T, S, R>,
) {
    let (w, stride) = (m.w.values(), m.w.stride());
    let (mut a, mut panel) = (a, panel);
    for k in chunk {
        let at = m.columns.row(k) * stride + i;
        if asks {
            prefetch_panel::<T, S>(w.as_ptr(), at + WIDTH * lanes::<T, S>());
        }
        // SAFETY: promised by the caller; a row of w (checked on entry) is padded to whole panels.
        unsafe {
            let b = read::<T, S>(w, at);
            panel.write(b[0]);
            panel.add(1).write(b[1]);
            add_product(simd, a, b, tile);
            (a, panel) = (a.add(R), panel.add(WIDTH));
        }
    }
}

/// # Safety
/// `a` has R values.
#[inline(always)]
unsafe fn add_product<T: Real, S: Simd, const R: usize>(
    simd: S,
    a: *const T,
    b: [T::Vector<S>; WIDTH],
    tile: &mut Tile<T, S, R>,
) {
    for r in 0..R {
        // SAFETY: promised by the caller.
        let a = T::splat(simd, unsafe { *a.add(r) });
        for c in 0..WIDTH {
            tile[r][c] = T::multiply_add(simd, a, b[c], tile[r][c]);
        }
    }
}
