//! Accuracy: share of samples whose largest output is the labelled one.

use super::{Direction, MetricInfo, Reads};
use crate::Evaluation;

pub(super) static METRIC: MetricInfo = MetricInfo {
    name: "accuracy",
    label: "accuracy",
    unit: "%",
    direction: Direction::HigherIsBetter,
    one_line: "share of samples whose largest output is the labelled one",
    reads: Reads::Predictions(measure),
};

fn measure(evaluation: &Evaluation) -> Option<f64> {
    let n_correct = evaluation.n_correct?;
    Some(100.0 * n_correct as f64 / evaluation.n_samples as f64)
}
