//! Slices that are read and written in step.

#![expect(
    clippy::needless_range_loop,
    reason = "a constant loop over an array is written out by compilers"
)]

use std::cell::Cell;

use pulp::Simd;

use crate::{Real, STRIP};

/// `K` slices of the same length, in whole strips, read and written at the same place of each.
/// Lengths are compared once, when they are tied together.
#[derive(Clone, Copy)]
pub struct Lockstep<'a, T, const K: usize> {
    slices: [&'a [Cell<T>]; K],
    n_values: usize,
}

impl<'a, T: Real, const K: usize> Lockstep<'a, T, K> {
    /// Ties `slices` together.
    ///
    /// # Panics
    /// If they differ in length, or are not whole strips.
    pub fn new(slices: [&'a [Cell<T>]; K]) -> Self {
        const { assert!(K > 0) };
        let n_values = slices[0].len();
        let is_fitting = |slice: &&[Cell<T>]| slice.len() == n_values;
        assert!(slices.iter().all(is_fitting), "lengths");
        assert!(n_values.is_multiple_of(STRIP), "whole strips");
        Self { slices, n_values }
    }

    /// Length of each, in registers of `S`.
    #[doc(hidden)]
    #[inline(always)]
    pub fn n_registers<S: Simd>(&self) -> usize {
        self.n_values / (size_of::<T::Vector<S>>() / size_of::<T>())
    }

    /// `N` registers of each slice, from register `first` on.
    ///
    /// # Panics
    /// If there are not so many.
    #[doc(hidden)]
    #[inline(always)]
    pub fn registers<S: Simd, const N: usize>(
        &self,
        first: usize,
    ) -> [&'a [Cell<T::Vector<S>>; N]; K] {
        let n = self.n_registers::<S>();
        assert!(first <= n && N <= n - first, "no such registers");
        // SAFETY: every slice has `n` registers, of which these are some.
        let mut found = [unsafe { at::<T, S, N>(self.slices[0], first) }; K];
        for k in 1..K {
            // SAFETY: as above.
            found[k] = unsafe { at::<T, S, N>(self.slices[k], first) };
        }
        found
    }
}

/// # Safety
/// The slice has `first + N` registers.
#[inline(always)]
unsafe fn at<T: Real, S: Simd, const N: usize>(
    slice: &[Cell<T>],
    first: usize,
) -> &[Cell<T::Vector<S>>; N] {
    // SAFETY: promised by the caller; a register needs no more alignment than its values do, and a
    // cell is like what is in it.
    unsafe {
        let register = slice.as_ptr().cast::<Cell<T::Vector<S>>>().add(first);
        &*register.cast()
    }
}
