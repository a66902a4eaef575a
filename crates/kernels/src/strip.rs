//! Vectors padded with zeros to whole registers.

use std::cell::Cell;
use std::ops::{Deref, DerefMut};

use crate::Real;

/// A strip is padded to a multiple of this many values.
pub const STRIP: usize = 16;

/// A cache line of single, two of double precision.
#[derive(Clone, Copy)]
#[repr(C, align(64))]
pub(crate) struct Line<T>(pub(crate) [T; STRIP]);

/// A vector padded with zeros to a multiple of [`STRIP`] values and aligned to a cache line. As a
/// slice it shows its padding.
#[derive(Clone)]
pub struct Strip<T> {
    lines: Vec<Line<T>>,
}

impl<T: Real> Strip<T> {
    /// Zeros for `n` values.
    pub fn zeros(n: usize) -> Self {
        Self {
            lines: vec![Line([T::zero(); STRIP]); n.div_ceil(STRIP)],
        }
    }
}

impl<T: Real> Strip<T> {
    /// The values to be read and written in turn by several.
    pub fn cells(&mut self) -> &[Cell<T>] {
        Cell::from_mut(&mut **self).as_slice_of_cells()
    }
}

impl<T: Real> Deref for Strip<T> {
    type Target = [T];

    #[inline(always)]
    fn deref(&self) -> &[T] {
        // SAFETY: a `Line<T>` is exactly `STRIP` values of `T` (its size is a multiple of its
        // alignment for f32 and f64), and the lines of a vector are contiguous.
        unsafe { std::slice::from_raw_parts(self.lines.as_ptr().cast(), self.lines.len() * STRIP) }
    }
}

impl<T: Real> DerefMut for Strip<T> {
    #[inline(always)]
    fn deref_mut(&mut self) -> &mut [T] {
        let n = self.lines.len() * STRIP;
        // SAFETY: as above; the borrow is exclusive.
        unsafe { std::slice::from_raw_parts_mut(self.lines.as_mut_ptr().cast(), n) }
    }
}
