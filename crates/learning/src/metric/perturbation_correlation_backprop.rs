//! A calibration: the [`perturbation_correlation`](super::perturbation_correlation) of the reference's own hidden error, near 1 where the changes are small enough.

use super::{AlignmentSample, Direction, MetricInfo, Reads, perturbation};
use crate::{Metric, Reading};

pub(super) static METRIC: MetricInfo = MetricInfo {
    name: "perturbation_correlation_backprop",
    label: "correlation of backprop",
    unit: "1",
    direction: Direction::Null,
    one_line: "perturbation_correlation of backprop's own error: near 1 where the measure is sound",
    reads: Reads::Alignment(measure),
};

fn measure(of: &AlignmentSample<'_>) -> Vec<Reading> {
    let metric = Metric::PERTURBATION_CORRELATION_BACKPROP;
    perturbation::correlations(of, metric, |k, gradient| {
        let errors = gradient.hidden_errors.get(k - 1).cloned();
        errors.ok_or_else(|| "the reference has no error at this layer".to_owned())
    })
}
