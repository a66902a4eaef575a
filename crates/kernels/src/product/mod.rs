//! Products of small batches with weight matrices, and rank-b updates.
//!
//! `x`, `d` and `out` hold a row per sample; `w` holds a row per presynaptic neuron. A panel of two
//! registers' width of postsynaptic neurons stays in registers for a block of samples while the
//! rows of `w` stream by, so that each weight is loaded once per block. Where there are many blocks,
//! what they share is copied to where it stays in a cache (`tiles`).

mod blocks;
mod memory;
mod packed;
mod tiles;
mod transposed;

use crate::helpers;
use crate::meter::{self, Kernel};
use crate::{InstructionSet, Padded, Real};

use blocks::{Multiply, RankUpdate};
use memory::Target;
use transposed::MultiplyTransposed;

/// What a product starts from.
#[derive(Debug, Clone, Copy)]
pub enum Start<'a, T> {
    /// Zero.
    Zero,
    /// The same row for every sample, such as thresholds; at least as long as the output is wide.
    Row(&'a [T]),
    /// What the output holds.
    Output,
}

/// The presynaptic neurons that take part; the rest are known to be silent in all samples.
#[derive(Debug, Clone, Copy)]
pub enum Columns<'a> {
    /// All.
    All,
    /// These, in rising order.
    Some(&'a [u32]),
}

impl Columns<'_> {
    /// How many of `n` take part.
    #[inline(always)]
    fn n_of(&self, n: usize) -> usize {
        match self {
            Self::All => n,
            Self::Some(columns) => columns.len(),
        }
    }

    /// The `k`-th that takes part.
    #[inline(always)]
    fn row(&self, k: usize) -> usize {
        match self {
            Self::All => k,
            Self::Some(columns) => columns[k] as usize,
        }
    }
}

/// Products of at least this many multiply-adds are shared with threads that have nothing else to do.
const SHARED_FROM: usize = 1 << 20;

/// `out[b][i] = start + Σ_j x[b][j] w[j][i]`, summed in the order of j.
///
/// # Panics
/// If the shapes do not fit: x `[n_samples, n_pre]`, w `[n_pre, n_post]`, out `[n_samples, n_post]`.
pub fn multiply<T: Real>(
    x: &Padded<T>,
    columns: Columns<'_>,
    w: &Padded<T>,
    start: Start<'_, T>,
    out: &mut Padded<T>,
) {
    T::multiply(x, columns, w, start, out);
}

/// `out[b][j] = Σ_i d[b][i] w[j][i]`: the product with the transposed weights.
///
/// # Panics
/// If the shapes do not fit: d `[n_samples, n_post]`, w `[n_pre, n_post]`, out `[n_samples, n_pre]`.
pub fn multiply_transposed<T: Real>(d: &Padded<T>, w: &Padded<T>, out: &mut Padded<T>) {
    T::multiply_transposed(d, w, out);
}

/// `w[j][i] += Σ_b x[b][j] d[b][i]`, summed in the order of b.
///
/// # Panics
/// If the shapes do not fit: x `[n_samples, n_pre]`, d `[n_samples, n_post]`, w `[n_pre, n_post]`.
pub fn rank_update<T: Real>(x: &Padded<T>, columns: Columns<'_>, d: &Padded<T>, w: &mut Padded<T>) {
    T::rank_update(x, columns, d, w);
}

// What follows is called by the two implementations of `Real` alone, so that it is compiled in this
// crate and not again wherever a product is named.

pub(crate) fn multiply_of<T: Real>(
    x: &Padded<T>,
    columns: Columns<'_>,
    w: &Padded<T>,
    start: Start<'_, T>,
    out: &mut Padded<T>,
) {
    assert_eq!(x.cols(), w.rows(), "presynaptic width");
    assert_eq!(out.shape(), (x.rows(), w.cols()), "shape of the output");
    check_columns(columns, w.rows());
    let row = match start {
        Start::Row(row) => {
            let mut padded = Padded::zeros(1, w.cols());
            padded.row_mut(0).copy_from_slice(&row[..w.cols()]);
            Some(padded)
        }
        Start::Zero => Some(Padded::zeros(1, w.cols())),
        Start::Output => None,
    };
    let out_stride = out.stride();
    let target = Target::of(out);
    // Other threads take the set of this one.
    let set = InstructionSet::current();
    let shape = [x.rows(), columns.n_of(w.rows()), w.cols()];
    meter::part(
        Kernel::Multiply,
        || work::<T>(shape),
        || {
            for_panels(x.rows() * w.rows() * w.cols(), w.cols(), |panel| {
                set.run(Multiply {
                    x,
                    columns,
                    w,
                    row: row.as_ref(),
                    out: target,
                    out_stride,
                    panel,
                });
            });
        },
    );
}

pub(crate) fn multiply_transposed_of<T: Real>(d: &Padded<T>, w: &Padded<T>, out: &mut Padded<T>) {
    assert_eq!(d.cols(), w.cols(), "postsynaptic width");
    assert_eq!(out.shape(), (d.rows(), w.rows()), "shape of the output");
    let shape = [d.rows(), w.rows(), w.cols()];
    let out_stride = out.stride();
    let out = Target::of(out);
    let set = InstructionSet::current();
    meter::part(
        Kernel::MultiplyTransposed,
        || work::<T>(shape),
        || {
            for_panels(d.rows() * w.rows() * w.cols(), w.rows(), |rows| {
                set.run(MultiplyTransposed {
                    d,
                    w,
                    out,
                    out_stride,
                    rows,
                });
            });
        },
    );
}

pub(crate) fn rank_update_of<T: Real>(
    x: &Padded<T>,
    columns: Columns<'_>,
    d: &Padded<T>,
    w: &mut Padded<T>,
) {
    assert_eq!(x.rows(), d.rows(), "number of samples");
    assert_eq!(w.shape(), (x.cols(), d.cols()), "shape of the weights");
    check_columns(columns, w.rows());
    let (n_pre, n_post) = (w.rows(), w.cols());
    let n_multiply_adds = x.rows() * n_pre * w.cols();
    let target = Target::of(w);
    let set = InstructionSet::current();
    let shape = [x.rows(), columns.n_of(n_pre), n_post];
    meter::part(
        Kernel::RankUpdate,
        || work::<T>(shape),
        || {
            for_panels(n_multiply_adds, n_post, |panel| {
                set.run(RankUpdate {
                    x,
                    columns,
                    d,
                    n_pre,
                    w: target,
                    panel,
                });
            });
        },
    );
}

/// What a product of samples with a matrix takes, or an update of it: weights are read, and the others
/// read or written, once; an update writes what it reads, which is counted as one.
fn work<T>([n_samples, n_pre, n_post]: [usize; 3]) -> (u64, f64, f64) {
    let values = n_pre * n_post + n_samples * (n_pre + n_post);
    let n_multiply_adds = n_samples * n_pre * n_post;
    (1, n_multiply_adds as f64, (values * size_of::<T>()) as f64)
}

fn check_columns(columns: Columns<'_>, n: usize) {
    if let Columns::Some(columns) = columns {
        assert!(
            columns.iter().all(|&j| (j as usize) < n),
            "a column lies beyond the presynaptic width {n}"
        );
    }
}

/// Calls `f` with ranges of columns that together are `0..n`, shared with helpers where there is enough to do. Ranges begin at multiples of the padding; a kernel takes whole panels of the padded row. Of the product
/// with transposed weights they are its output's columns, rows of w.
fn for_panels(n_multiply_adds: usize, n: usize, f: impl Fn(std::ops::Range<usize>) + Sync) {
    match n_multiply_adds {
        0..SHARED_FROM => f(0..n),
        _ => helpers::share(n, crate::PADDING, f),
    }
}
