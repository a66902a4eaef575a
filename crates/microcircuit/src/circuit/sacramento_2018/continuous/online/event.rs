//! When connections change.

use apical_kernels::{Gains, Real};

/// An event of plasticity that is noted and not yet in the weights: what A takes of Δ / κ, for
/// η = 1, and where its factors are.
#[derive(Clone, Copy)]
pub(super) struct Event {
    pub(super) gain: f64,
    pub(super) slot: usize,
}

/// A pass over two events: what A is to take of Δ / κ, for η = 1, at the second event and at the
/// one that follows.
#[derive(Clone, Copy)]
pub(super) struct Pass {
    pub(super) gain: f64,
    pub(super) ahead: f64,
}

impl Pass {
    /// With rate η.
    #[inline(always)]
    pub(super) fn times(self, rate: f64) -> Self {
        Self {
            gain: rate * self.gain,
            ahead: rate * self.ahead,
        }
    }

    #[inline(always)]
    pub(super) fn gains<T: Real>(self) -> Gains<T> {
        Gains {
            gain: T::of(self.gain),
            ahead: T::of(self.ahead),
        }
    }
}
