//! `a` and `b` of [`super::tiles`], copied to where they lie side by side.

use std::cell::Cell;
use std::marker::PhantomData;
use std::mem::MaybeUninit;
use std::ops::Range;

use pulp::Simd;

use super::Columns;
use super::memory::{WIDTH, lanes, load};
use crate::{Padded, Real};

/// Bytes of `b` that wait in the first cache.
pub(super) const PANEL: usize = 1 << 14;

/// Room for `b`: [`WIDTH`] vectors for every term.
#[repr(align(64))]
pub(super) struct Panel([MaybeUninit<u8>; PANEL]);

impl Panel {
    #[inline(always)]
    pub(super) fn new() -> Self {
        Self([MaybeUninit::uninit(); PANEL])
    }

    #[inline(always)]
    pub(super) fn start<T: Real, S: Simd>(&mut self) -> *mut T::Vector<S> {
        self.0.as_mut_ptr().cast()
    }
}

thread_local! {
    /// What [`Room`] is made of, kept from call to call.
    static KEPT: Cell<Vec<u64>> = const { Cell::new(Vec::new()) };
}

/// Room for `a`.
pub(super) struct Room<T> {
    words: Vec<u64>,
    n_values: usize,
    of: PhantomData<T>,
}

impl<T: Real> Room<T> {
    /// Room for `n` values.
    #[inline(always)]
    pub(super) fn new(n: usize) -> Self {
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

    #[inline(always)]
    pub(super) fn clear(&mut self) {
        self.n_values = 0;
    }

    #[inline(always)]
    pub(super) fn start(&self) -> *const T {
        self.words.as_ptr().cast()
    }

    /// Where `n` values more are written.
    #[inline(always)]
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

/// Appends, for each of `terms`, the values of `x` that lie `beside` it; a term lies at its number times
/// the step.
///
/// # Safety
/// They lie in `x`.
#[inline(always)]
pub(super) unsafe fn gather<T: Real, const R: usize>(
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
        for (r, beside) in beside.iter().enumerate() {
            // SAFETY: there is room; the rest is promised by the caller.
            unsafe { at.add(r).write(*x.get_unchecked(place + beside)) };
        }
        at = at.wrapping_add(R);
    }
}

/// Copies columns of samples panel by panel.
///
/// # Safety
/// They fit, and `columns` are whole panels of padded rows.
#[inline(always)]
pub(super) unsafe fn copy_panels<T: Real, S: Simd>(
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

/// # Safety
/// A panel's width from `at` lies inside `values`.
#[inline(always)]
pub(super) unsafe fn read<T: Real, S: Simd>(values: &[T], at: usize) -> [T::Vector<S>; WIDTH] {
    // SAFETY: promised by the caller.
    std::array::from_fn(|c| unsafe { load::<T, S>(values, at + c * lanes::<T, S>()) })
}
