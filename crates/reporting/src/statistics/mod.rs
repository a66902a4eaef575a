//! Statistics over seeds. The unit is the training run; two learners are compared run by run, of one seed
//! each.
//!
//! Distributions are statrs's. scripts/reference/statistics.py computes the same with SciPy or in exact
//! fractions, and a test holds both together.

mod comparison;
mod correlation;
mod equivalence;
mod holm;
mod sign_flip;
mod spread;
mod student;
mod verdict;
mod wilcoxon;

pub use comparison::Comparison;
pub use correlation::{Correlation, correlation_within, rank_correlation};
pub use equivalence::{Needed, equivalence, n_needed, power};
pub use holm::holm;
pub use sign_flip::{SignFlip, sign_flip};
pub use spread::{Spread, mean};
pub use verdict::{Evidence, Verdict};
pub use wilcoxon::{Wilcoxon, wilcoxon};

/// Values below which an interval is wider than what it is made of.
pub(crate) const FEW_SEEDS: usize = 5;

/// The level of every test, and of every claim that rests on one.
pub const LEVEL: f64 = 0.05;

/// What numbers as large as `values` may differ by through rounding alone: scores are computed from counts,
/// and their differences are equal only up to that.
fn rounding(values: &[f64]) -> f64 {
    1e-9 * values
        .iter()
        .fold(0.0, |most: f64, value| most.max(value.abs()))
}
