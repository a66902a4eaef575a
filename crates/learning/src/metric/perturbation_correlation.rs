//! Perturbation correlation: over samples and small random changes ξ of the rates of hidden layer k, the correlation of ⟨e_k, ξ⟩,
//! e_k the learner's error of its neurons, with how much the loss falls. Near 1 the error tells every neuron what it does to the
//! loss; near 0 it tells nothing, whatever its angle.
//!
//! Calibrated by [`perturbation_correlation_backprop`](super::perturbation_correlation_backprop), near 1, and
//! [`perturbation_correlation_random`](super::perturbation_correlation_random), near 0. Source: in the spirit of arXiv 2606.21126.

use super::{AlignmentSample, Direction, MetricInfo, Reads, perturbation, sample};
use crate::{Metric, Reading};

pub(super) static METRIC: MetricInfo = MetricInfo {
    name: "perturbation_correlation",
    label: "correlation with what changes of rates do",
    unit: "1",
    direction: Direction::HigherIsBetter,
    one_line: "correlation of ⟨hidden error, ξ⟩ with the fall of the loss under small random changes ξ of the hidden rates",
    reads: Reads::Alignment(measure),
};

fn measure(of: &AlignmentSample<'_>) -> Vec<Reading> {
    perturbation::correlations(of, Metric::PERTURBATION_CORRELATION, |k, _| {
        sample::hidden_error(of, k).map(|errors| errors.to_owned())
    })
}
