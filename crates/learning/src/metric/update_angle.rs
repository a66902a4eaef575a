//! Update angle: ∠(ΔW_learner, ΔW_backprop) = arccos(⟨a, b⟩ / (‖a‖‖b‖)), per layer and over all.
//!
//! Both are the change of one minibatch, averaged over its samples; thresholds are left out. Over
//! all layers, each layer's change is first divided by its equivalent rate, so that the angle tells
//! of directions and not of how rates were chosen.
//!
//! An update that is the difference of nearly equal numbers, such as that of a self-predicting
//! circuit with nothing left to learn, keeps the rounding of those numbers: about 6e-8 of them in
//! single precision. Where the output error is so small that the reference gradient itself does not stand
//! ten times above its rounding in the learner's precision ([`gradient_over_floor`](super::gradient_over_floor)),
//! a layer has no angle and no part in that over all layers. What rounding adds to the angle of an update is
//! [`rounding_angle`](super::rounding_angle).

use super::vector::Products;
use super::{AlignmentSample, Direction, MetricInfo, Reads, sample};
use crate::{Metric, Reading};

pub(super) static METRIC: MetricInfo = MetricInfo {
    name: "update_angle",
    label: "angle of the update to backprop",
    unit: "°",
    direction: Direction::LowerIsBetter,
    one_line: "angle between the weight change of a minibatch and the reference gradient",
    reads: Reads::Alignment(measure),
};

fn measure(of: &AlignmentSample<'_>) -> Vec<Reading> {
    read(of, Metric::UPDATE_ANGLE)
}

pub(super) fn read(of: &AlignmentSample<'_>, metric: Metric) -> Vec<Reading> {
    sample::per_layer_and_all(
        of,
        metric,
        |k, reference, gradient| {
            of.check_above_floor(k, reference)?;
            let products = Products::of(of.change(k)?, gradient.weights[k - 1].view());
            Ok(of.at_equal_rates(k, products))
        },
        Products::angle_degrees,
    )
}
