//! A null: the angle of the reference gradient with itself, computed a second time with the samples
//! of the batch in reverse order. Anything but 0° (to rounding) is a fault of the measurement.

use super::vector::Products;
use super::{AlignmentSample, Direction, MetricInfo, sample};
use crate::{Metric, Reading};

pub(super) const INFO: MetricInfo = MetricInfo {
    name: "backprop_with_itself",
    label: "angle of backprop with itself",
    unit: "°",
    direction: Direction::Null,
    one_line: "angle between the reference gradient and itself, samples in reverse order",
};

pub(super) fn measure(of: &AlignmentSample<'_>) -> Vec<Reading> {
    sample::per_layer_and_all(
        of,
        Metric::BackpropWithItself,
        |k, gradient| {
            let (_, again) = of
                .reversed
                .iter()
                .zip(of.gradients)
                .find(|(_, (_, forward))| std::ptr::eq(forward, gradient))
                .map(|(reversed, _)| reversed)
                .ok_or("this reference was not computed again")?;
            Ok(Products::of(
                again.weights[k - 1].view(),
                gradient.weights[k - 1].view(),
            ))
        },
        Products::angle_degrees,
    )
}
