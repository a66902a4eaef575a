//! A null: the angle of a random direction, entries from U(−1, 1), to the reference gradient. 90° within about 57°/√n for n weights.

use super::vector::Products;
use super::{AlignmentSample, Direction, MetricInfo, Reads, sample};
use crate::{Metric, Reading, uniform};

pub(super) static METRIC: MetricInfo = MetricInfo {
    name: "random_direction_angle",
    label: "angle of a random direction to backprop",
    unit: "°",
    direction: Direction::Null,
    one_line: "angle between random numbers in the shape of the weights and the reference gradient",
    reads: Reads::Alignment(measure),
};

fn measure(of: &AlignmentSample<'_>) -> Vec<Reading> {
    sample::per_layer_and_all(
        of,
        Metric::RANDOM_DIRECTION_ANGLE,
        |k, _, gradient| {
            let gradient = &gradient.weights[k - 1];
            let mut rng = of.stream(&format!("random_direction.{k}"));
            let (n_post, n_pre) = gradient.dim();
            let random = uniform([n_post, n_pre], 1.0, &mut rng).mapv(f64::from);
            Ok(Products::of(random.view(), gradient.view()))
        },
        Products::angle_degrees,
    )
}
