//! Where neurons stand.

use std::ops::Range;

use apical_kernels::STRIP;

/// Where a layer's pyramidal neurons or interneurons stand in a strip.
#[derive(Clone)]
pub(super) struct Place {
    pub(super) start: usize,
    pub(super) n: usize,
}

impl Place {
    /// The neurons, without padding.
    #[inline(always)]
    pub(super) fn own(&self) -> Range<usize> {
        self.start..self.start + self.n
    }

    /// The registers that the neurons stand in, maybe with others.
    #[inline(always)]
    pub(super) fn registers(&self) -> Range<usize> {
        self.start - self.offset()..(self.start + self.n).next_multiple_of(STRIP)
    }

    /// Where they begin in these.
    #[inline(always)]
    pub(super) fn offset(&self) -> usize {
        self.start % STRIP
    }
}
