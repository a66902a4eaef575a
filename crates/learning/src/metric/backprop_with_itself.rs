//! A null: the angle of the reference gradient with itself, computed a second time with the samples
//! of the batch in reverse order. Anything but 0° (to rounding) is a fault of the measurement.

use super::vector::Products;
use super::{AlignmentSample, Direction, MetricInfo, Reads, sample};
use crate::{Metric, Reading};

pub(super) static METRIC: MetricInfo = MetricInfo {
    name: "backprop_with_itself",
    label: "angle of backprop with itself",
    unit: "°",
    direction: Direction::Null,
    one_line: "angle between the reference gradient and itself, samples in reverse order",
    reads: Reads::Alignment(measure),
};

fn measure(of: &AlignmentSample<'_>) -> Vec<Reading> {
    sample::per_layer_and_all(
        of,
        Metric::BACKPROP_WITH_ITSELF,
        |k, reference, gradient| {
            let mut reversed = of.reversed.iter().flat_map(|both| both.iter());
            let (_, again) = reversed
                .find(|(of, _)| *of == reference)
                .ok_or("this reference was not computed again")?;
            Ok(Products::of(
                again.weights[k - 1].view(),
                gradient.weights[k - 1].view(),
            ))
        },
        Products::angle_degrees,
    )
}
