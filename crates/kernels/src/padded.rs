//! Matrices whose rows are padded with zeros to whole vector registers.

use ndarray::{ArrayView2, ArrayViewMut2, ShapeBuilder};

use crate::Real;

/// Rows are padded to a multiple of this many values.
pub const PADDING: usize = 32;

/// As many values as a row is padded to, aligned to a cache line.
#[derive(Clone, Copy)]
#[repr(C, align(64))]
struct Block<T>([T; PADDING]);

/// A matrix stored row by row, each row padded with zeros to an odd multiple of [`PADDING`].
///
/// Activity has a row per sample and a column per neuron. Weights have a row per presynaptic and a
/// column per postsynaptic neuron; [`Padded::transposed`] shows them as `[n_post, n_pre]`.
#[derive(Clone)]
pub struct Padded<T> {
    rows: usize,
    cols: usize,
    blocks: Vec<Block<T>>,
}

impl<T: Real> Padded<T> {
    /// A matrix of zeros.
    pub fn zeros(rows: usize, cols: usize) -> Self {
        let blocks = vec![Block([T::zero(); PADDING]); rows * blocks_per_row(cols)];
        Self { rows, cols, blocks }
    }

    /// Weights from `[n_post, n_pre]`.
    pub fn from_transposed<U: Real>(matrix: ArrayView2<'_, U>) -> Self {
        let mut padded = Self::zeros(matrix.ncols(), matrix.nrows());
        padded.assign(matrix.t());
        padded
    }

    /// Copies `[rows, cols]` values.
    ///
    /// # Panics
    /// If the shapes differ.
    pub fn assign<U: Real>(&mut self, matrix: ArrayView2<'_, U>) {
        assert_eq!(matrix.dim(), self.shape(), "shapes of source and target");
        let copy = |(to, from): (&mut T, &U)| *to = T::of(from.wide());
        for (mut to, from) in self.view_mut().rows_mut().into_iter().zip(matrix.rows()) {
            match (to.as_slice_mut(), from.as_slice()) {
                (Some(to), Some(from)) => to.iter_mut().zip(from).for_each(copy),
                _ => to.iter_mut().zip(from).for_each(copy),
            }
        }
    }

    /// Number of rows.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Number of columns, without padding.
    pub fn cols(&self) -> usize {
        self.cols
    }

    /// `(rows, cols)`.
    pub fn shape(&self) -> (usize, usize) {
        (self.rows, self.cols)
    }

    /// Columns with padding: the next multiple of [`PADDING`].
    pub fn padded_cols(&self) -> usize {
        self.cols.div_ceil(PADDING) * PADDING
    }

    /// Values from one row to the next: an odd multiple of [`PADDING`], so that the rows of a panel
    /// spread over all sets of a cache.
    pub fn stride(&self) -> usize {
        blocks_per_row(self.cols) * PADDING
    }

    /// Changes the number of rows; kept rows keep their values, new ones are zero.
    pub fn set_rows(&mut self, rows: usize) {
        let per_row = blocks_per_row(self.cols);
        self.blocks
            .resize(rows * per_row, Block([T::zero(); PADDING]));
        self.rows = rows;
    }

    /// All values, padding included; row `r` begins at `r · stride`.
    pub fn values(&self) -> &[T] {
        // SAFETY: a `Block<T>` is exactly `PADDING` values of `T` (its size is a multiple of its
        // alignment for f32 and f64), and the blocks of a vector are contiguous.
        unsafe {
            std::slice::from_raw_parts(self.blocks.as_ptr().cast(), self.blocks.len() * PADDING)
        }
    }

    /// All values, padding included. Whoever writes keeps the padding zero.
    pub fn values_mut(&mut self) -> &mut [T] {
        // SAFETY: as in `values`; the borrow is exclusive.
        unsafe {
            std::slice::from_raw_parts_mut(
                self.blocks.as_mut_ptr().cast(),
                self.blocks.len() * PADDING,
            )
        }
    }

    /// Row `r`, without padding.
    pub fn row(&self, r: usize) -> &[T] {
        &self.values()[r * self.stride()..][..self.cols]
    }

    /// Row `r`, without padding.
    pub fn row_mut(&mut self, r: usize) -> &mut [T] {
        let (stride, cols) = (self.stride(), self.cols);
        &mut self.values_mut()[r * stride..][..cols]
    }

    /// The matrix as `[rows, cols]`.
    pub fn view(&self) -> ArrayView2<'_, T> {
        let shape = self.shape().strides((self.stride(), 1));
        ArrayView2::from_shape(shape, self.values()).expect("the buffer holds every row")
    }

    /// The matrix as `[rows, cols]`.
    pub fn view_mut(&mut self) -> ArrayViewMut2<'_, T> {
        let shape = self.shape().strides((self.stride(), 1));
        ArrayViewMut2::from_shape(shape, self.values_mut()).expect("the buffer holds every row")
    }

    /// The matrix as `[cols, rows]`: weights as `[n_post, n_pre]`.
    pub fn transposed(&self) -> ArrayView2<'_, T> {
        self.view().reversed_axes()
    }
}

fn blocks_per_row(cols: usize) -> usize {
    cols.div_ceil(PADDING) | 1
}
