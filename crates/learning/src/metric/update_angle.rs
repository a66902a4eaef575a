//! Update angle: ∠(ΔW_learner, ΔW_backprop) = arccos(⟨a, b⟩ / (‖a‖‖b‖)), per layer and over all.
//!
//! Both are the change of one minibatch, averaged over its samples; thresholds are left out. Over
//! all layers, each layer's change is first divided by its equivalent rate, so that the angle tells
//! of directions and not of how rates were chosen.

use super::vector::Products;
use super::{AlignmentSample, Direction, MetricInfo, sample};
use crate::{Metric, Reading};

pub(super) const INFO: MetricInfo = MetricInfo {
    name: "update_angle",
    label: "angle of the update to backprop",
    unit: "°",
    direction: Direction::LowerIsBetter,
    one_line: "angle between the weight change of a minibatch and the reference gradient",
};

pub(super) fn measure(of: &AlignmentSample<'_>) -> Vec<Reading> {
    sample::per_layer_and_all(
        of,
        Metric::UpdateAngle,
        |k, gradient| {
            let products = Products::of(of.change(k)?, gradient.weights[k - 1].view());
            Some(of.at_equal_rates(k, products))
        },
        Products::angle_degrees,
    )
}
