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

use std::cell::Cell;
use std::marker::PhantomData;
use std::mem::MaybeUninit;
use std::ops::Range;

use pulp::Simd;

use super::Columns;
use super::blocks::{Multiply, RankUpdate};
use super::memory::{WIDTH, lanes, load, prefetch};
use crate::{Padded, Real};

/// Bytes of `b` that wait in the first cache.
const PANEL: usize = 1 << 14;
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

/// Room for `b`: [`WIDTH`] vectors for every term.
#[repr(align(64))]
struct Panel([MaybeUninit<u8>; PANEL]);

impl Panel {
    fn new() -> Self {
        Self([MaybeUninit::uninit(); PANEL])
    }

    fn start<T: Real, S: Simd>(&mut self) -> *mut T::Vector<S> {
        self.0.as_mut_ptr().cast()
    }
}

thread_local! {
    /// What [`Room`] is made of, kept from call to call.
    static KEPT: Cell<Vec<u64>> = const { Cell::new(Vec::new()) };
}

/// Room for `a`.
struct Room<T> {
    words: Vec<u64>,
    n_values: usize,
    of: PhantomData<T>,
}

impl<T: Real> Room<T> {
    /// Room for `n` values.
    fn new(n: usize) -> Self {
        let mut words = KEPT.take();
        let n_words = (n * size_of::<T>()).div_ceil(size_of::<u64>());
        if words.len() < n_words {
            words.resize(n_words, 0);
        }
        Self {
            words,
            n_values: 0,
            of: PhantomData,
        }
    }

    fn clear(&mut self) {
        self.n_values = 0;
    }

    fn start(&self) -> *const T {
        self.words.as_ptr().cast()
    }

    /// Where `n` values more are written.
    fn more(&mut self, n: usize) -> *mut T {
        let from = self.n_values;
        self.n_values += n;
        assert!(self.n_values * size_of::<T>() <= self.words.len() * size_of::<u64>());
        self.words.as_mut_ptr().cast::<T>().wrapping_add(from)
    }
}

impl<T> Drop for Room<T> {
    fn drop(&mut self) {
        KEPT.set(std::mem::take(&mut self.words));
    }
}

/// See [`crate::multiply`].
#[inline(always)]
pub(super) fn multiply<T: Real, S: Simd>(simd: S, m: &Multiply<'_, T>) {
    let (n_samples, n_rows) = (m.x.rows(), m.columns.n_of(m.w.rows()));
    let width = WIDTH * lanes::<T, S>();
    let per_chunk = PANEL / (width * size_of::<T>());
    let mut rates = Room::new(n_samples * per_chunk.min(n_rows));
    let mut weights = Panel::new();
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
                        0 => first_product(simd, m, i, chunk.clone(), a, panel, &mut tile),
                        _ => add_products(simd, chunk.len(), a, panel, &mut tile),
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
pub(super) fn rank_update<T: Real, S: Simd>(simd: S, u: &RankUpdate<'_, T>) {
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
                            prefetch(u.w.start(), row + R * stride + i);
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

/// Appends, for each of `terms`, the values of `x` that lie `beside` it; a term lies at its number times
/// the step.
///
/// # Safety
/// They lie in `x`.
#[inline(always)]
unsafe fn gather<T: Real, const R: usize>(
    x: &Padded<T>,
    (numbers, step): (Columns<'_>, usize),
    terms: Range<usize>,
    beside: [usize; R],
    to: &mut Room<T>,
) {
    let x = x.values();
    let mut at = to.more(terms.len() * R);
    for term in terms {
        let place = numbers.row(term) * step;
        for r in 0..R {
            // SAFETY: there is room; the rest is promised by the caller.
            unsafe { at.add(r).write(*x.get_unchecked(place + beside[r])) };
        }
        at = at.wrapping_add(R);
    }
}

/// # Safety
/// A panel's width from `at` lies inside `values`.
#[inline(always)]
unsafe fn read<T: Real, S: Simd>(values: &[T], at: usize) -> [T::Vector<S>; WIDTH] {
    // SAFETY: promised by the caller.
    std::array::from_fn(|c| unsafe { load::<T, S>(values, at + c * lanes::<T, S>()) })
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

/// As [`add_products`], with rows of the weights that are copied to `panel` as they are read.
///
/// # Safety
/// As there, for the rows of `chunk`.
#[inline(always)]
unsafe fn first_product<T: Real, S: Simd, const R: usize>(
    simd: S,
    m: &Multiply<'_, T>,
    i: usize,
    chunk: Range<usize>,
    a: *const T,
    panel: *mut T::Vector<S>,
    tile: &mut Tile<T, S, R>,
) {
    let (w, stride) = (m.w.values(), m.w.stride());
    let (mut a, mut panel) = (a, panel);
    for k in chunk {
        let at = m.columns.row(k) * stride + i;
        prefetch(w.as_ptr(), at + WIDTH * lanes::<T, S>());
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

/// Copies columns of samples panel by panel.
///
/// # Safety
/// They fit, and `columns` are whole panels of padded rows.
#[inline(always)]
unsafe fn copy_panels<T: Real, S: Simd>(
    d: &Padded<T>,
    samples: Range<usize>,
    columns: Range<usize>,
    panel: &mut Panel,
) {
    let mut to = panel.start::<T, S>();
    for i in columns.step_by(WIDTH * lanes::<T, S>()) {
        for b in samples.clone() {
            // SAFETY: promised by the caller.
            unsafe {
                let values = read::<T, S>(d.values(), b * d.stride() + i);
                to.write(values[0]);
                to.add(1).write(values[1]);
                to = to.add(WIDTH);
            }
        }
    }
}
