//! A null: the angle of the update when every neuron had received another neuron's error.
//!
//! The rows of the update are permuted over the neurons of their layer, which leaves presynaptic
//! rates and the sizes of the errors as they are and breaks the match of error and neuron.

use super::vector::Products;
use super::{AlignmentSample, Direction, MetricInfo, sample};
use crate::{Metric, Reading};

pub(super) const INFO: MetricInfo = MetricInfo {
    name: "shuffled_feedback_angle",
    label: "angle with shuffled feedback",
    unit: "°",
    direction: Direction::Null,
    one_line: "update angle with the errors shuffled over the neurons of each layer",
};

pub(super) fn measure(of: &AlignmentSample<'_>) -> Vec<Reading> {
    sample::per_layer_and_all(
        of,
        Metric::ShuffledFeedbackAngle,
        |k, gradient| {
            let change = of.shuffled_change(k)?;
            let products = Products::of(change.view(), gradient.weights[k - 1].view());
            Some(of.at_equal_rates(k, products))
        },
        Products::angle_degrees,
    )
}
