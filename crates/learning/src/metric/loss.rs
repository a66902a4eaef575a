//! Loss: the mean over samples of ½‖r_trgt − r_N‖², or of the cross-entropy for softmax outputs.

use super::{Direction, MetricInfo, Reads};
use crate::Evaluation;

pub(super) static METRIC: MetricInfo = MetricInfo {
    name: "loss",
    label: "loss",
    unit: "1",
    direction: Direction::LowerIsBetter,
    one_line: "mean of ½‖r_trgt − r_N‖² over samples; cross-entropy for softmax outputs",
    reads: Reads::Predictions(measure),
};

fn measure(evaluation: &Evaluation) -> Option<f64> {
    Some(evaluation.total_loss / evaluation.n_samples as f64)
}
