//! Feedback angle: ∠(B_k, W_{k+1}ᵀ), or ∠(B_k, (W_N … W_{k+1})ᵀ) for feedback straight from the
//! output.

use ndarray::Array2;

use super::vector::Products;
use super::{AlignmentSample, Direction, MetricInfo, Reads};
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
    let weights = &of.forward.weights.weights;
    (1..of.n_layers())
        .map(|k| {
            let value = match of.feedback.get(k - 1).and_then(Option::as_ref) {
                Some((from, feedback)) => {
                    let path: Array2<f64> = weights[k + 1..*from]
                        .iter()
                        .fold(weights[k].clone(), |path, w| w.dot(&path));
                    Products::of(feedback.view(), path.t()).angle_degrees()
                }
                None => Err("the learner has no feedback into this layer".to_owned()),
            };
            Reading::new(Metric::FEEDBACK_ANGLE, value).of_layer(Some(k))
        })
        .collect()
}
