//! Feedback angle: ∠(B_k, W_{k+1}ᵀ), or ∠(B_k, (W_N … W_{k+1})ᵀ) for feedback straight from the
//! output.

use super::{AlignmentSample, Direction, MetricInfo, Reads, sample};
use crate::{Metric, Reading};

pub(super) static METRIC: MetricInfo = MetricInfo {
    name: "feedback_angle",
    label: "angle of the feedback to Wᵀ",
    unit: "°",
    direction: Direction::LowerIsBetter,
    one_line: "angle between the feedback weights and the transposed forward weights",
    reads: Reads::Alignment(measure),
};

fn measure(of: &AlignmentSample<'_>) -> Vec<Reading> {
    let angle = |k| sample::feedback(of, k)?.angle_degrees();
    let reading = |k| Reading::new(Metric::FEEDBACK_ANGLE, angle(k)).of_layer(Some(k));
    (1..of.n_layers()).map(reading).collect()
}
