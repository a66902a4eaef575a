//! Feedback norm: ‖B_k‖ / ‖W_{k+1}‖, or ‖B_k‖ / ‖W_N … W_{k+1}‖ for feedback straight from the output.
//!
//! An error that passes feedback shorter than the forward weights shrinks on its way down, layer by layer.

use super::{AlignmentSample, Direction, MetricInfo, Reads, sample};
use crate::{Metric, Reading};

pub(super) static METRIC: MetricInfo = MetricInfo {
    name: "feedback_norm",
    label: "norm of the feedback over that of W",
    unit: "1",
    direction: Direction::NearOneIsBetter,
    one_line: "norm of the feedback weights over that of the forward weights",
    reads: Reads::Alignment(measure),
};

fn measure(of: &AlignmentSample<'_>) -> Vec<Reading> {
    let ratio = |k| sample::feedback(of, k)?.norm_ratio();
    let reading = |k| Reading::new(Metric::FEEDBACK_NORM, ratio(k)).of_layer(Some(k));
    (1..of.n_layers()).map(reading).collect()
}
