//! What a session carries from step to step beside potentials.

use apical_kernels::Real;

use crate::integrator::Pace;
use crate::table::Weights;

/// Filters and increments of plasticity.
pub(crate) struct Learning<T> {
    /// Δ of every connection.
    pub(crate) filter: Weights<T>,
    /// Increments that are not yet in the weights. One step's increment is smaller than half a unit
    /// in the last place of a single-precision weight, so increments are summed apart.
    pub(crate) accumulated: Weights<T>,
    /// How far the adaptive integrator has come.
    pub(crate) pace: Pace,
}

impl<T: Real> Learning<T> {
    pub(crate) fn new(weights: &Weights<T>) -> Self {
        Self {
            filter: weights.zeros_like(),
            accumulated: weights.zeros_like(),
            pace: Pace::default(),
        }
    }

    /// Moves the increments into `weights`; what rounding keeps out stays behind.
    pub(crate) fn fold_into(&mut self, weights: &mut Weights<T>) {
        for (w, a) in weights.matrices_mut().zip(self.accumulated.matrices_mut()) {
            for (w, a) in w.values_mut().iter_mut().zip(a.values_mut()) {
                let before = *w;
                *w += *a;
                *a -= *w - before;
            }
        }
    }
}
