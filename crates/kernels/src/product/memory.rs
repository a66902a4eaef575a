//! Loads, stores and prefetches of vectors, and matrices that several threads write.

use pulp::Simd;

use crate::{Padded, Real};

/// Registers' width of a panel.
pub(super) const WIDTH: usize = 2;

/// A matrix that several threads write, each its own columns.
pub(super) struct Target<T>(*mut T);

impl<T> Clone for Target<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Target<T> {}

// SAFETY: `super::for_panels` hands out disjoint ranges of columns, and kernels write only theirs.
unsafe impl<T: Send> Sync for Target<T> {}
// SAFETY: as above.
unsafe impl<T: Send> Send for Target<T> {}

impl<T: Real> Target<T> {
    /// Where it begins.
    #[inline(always)]
    pub(super) fn start(self) -> *const T {
        self.0
    }

    /// All of `matrix`.
    pub(super) fn of(matrix: &mut Padded<T>) -> Self {
        Self(matrix.values_mut().as_mut_ptr())
    }

    /// # Safety
    /// `at` and the vector from there lie inside the matrix and the caller's columns.
    #[inline(always)]
    pub(super) unsafe fn load<S: Simd>(self, at: usize) -> T::Vector<S> {
        // SAFETY: promised by the caller; vectors of pulp need no more alignment than `T`.
        unsafe { self.0.add(at).cast::<T::Vector<S>>().read_unaligned() }
    }

    /// # Safety
    /// As for `load`.
    #[inline(always)]
    pub(super) unsafe fn store<S: Simd>(self, at: usize, value: T::Vector<S>) {
        // SAFETY: promised by the caller.
        unsafe { self.0.add(at).cast::<T::Vector<S>>().write_unaligned(value) }
    }

    /// # Safety
    /// `at` lies inside the matrix and the caller's columns.
    #[inline(always)]
    pub(super) unsafe fn set(self, at: usize, value: T) {
        // SAFETY: promised by the caller.
        unsafe { self.0.add(at).write(value) }
    }

    /// # Safety
    /// As for `load`, for a panel's width.
    #[inline(always)]
    pub(super) unsafe fn load_panel<S: Simd>(self, at: usize) -> [T::Vector<S>; WIDTH] {
        // SAFETY: promised by the caller.
        std::array::from_fn(|c| unsafe { self.load::<S>(at + c * lanes::<T, S>()) })
    }

    /// # Safety
    /// As for `load`, for a panel's width.
    #[inline(always)]
    pub(super) unsafe fn store_panel<S: Simd>(self, at: usize, values: [T::Vector<S>; WIDTH]) {
        for (c, value) in values.into_iter().enumerate() {
            // SAFETY: promised by the caller.
            unsafe { self.store::<S>(at + c * lanes::<T, S>(), value) };
        }
    }
}

/// # Safety
/// `at` and the vector from there lie inside `values`.
#[inline(always)]
pub(super) unsafe fn load<T: Real, S: Simd>(values: &[T], at: usize) -> T::Vector<S> {
    debug_assert!(at + lanes::<T, S>() <= values.len());
    // SAFETY: promised by the caller.
    unsafe {
        values
            .as_ptr()
            .add(at)
            .cast::<T::Vector<S>>()
            .read_unaligned()
    }
}

/// Values of a register.
#[inline(always)]
pub(super) fn lanes<T: Real, S: Simd>() -> usize {
    size_of::<T::Vector<S>>() / size_of::<T>()
}

/// As [`prefetch`], to the second cache: for what is used after a panel, which would push it out of the
/// first.
#[inline(always)]
pub(super) fn prefetch_panel<T: Real, S: Simd>(matrix: *const T, at: usize) {
    #[cfg(target_arch = "x86_64")]
    {
        use std::arch::x86_64::{_MM_HINT_T1, _mm_prefetch};
        let of_line = 64 / size_of::<T>();
        for line in 0..(WIDTH * lanes::<T, S>()).div_ceil(of_line) {
            // SAFETY: as in `prefetch`.
            unsafe { _mm_prefetch::<_MM_HINT_T1>(matrix.wrapping_add(at + line * of_line).cast()) };
        }
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = (matrix, at);
}

/// Asks for the cache lines of `matrix` that hold a panel's width from value `at`; there need not be any.
#[inline(always)]
pub(super) fn prefetch<T: Real, S: Simd>(matrix: *const T, at: usize) {
    #[cfg(target_arch = "x86_64")]
    {
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        let of_line = 64 / size_of::<T>();
        for line in 0..(WIDTH * lanes::<T, S>()).div_ceil(of_line) {
            // SAFETY: a prefetch is a hint: it reads nothing and faults nowhere.
            unsafe { _mm_prefetch::<_MM_HINT_T0>(matrix.wrapping_add(at + line * of_line).cast()) };
        }
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = (matrix, at);
}
