//! Accuracy: share of samples whose largest output is the labelled one.

use super::{Direction, MetricInfo};
use crate::Evaluation;

pub(super) const INFO: MetricInfo = MetricInfo {
    name: "accuracy",
    label: "accuracy",
    unit: "%",
    direction: Direction::HigherIsBetter,
    one_line: "share of samples whose largest output is the labelled one",
};

pub(super) fn measure(evaluation: &Evaluation) -> Option<f64> {
    let n_correct = evaluation.n_correct?;
    Some(100.0 * n_correct as f64 / evaluation.n_samples as f64)
}
