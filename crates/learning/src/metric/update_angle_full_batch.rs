//! Full-batch angle: the [`update_angle`](super::update_angle) of the whole training part, or of as many of its samples
//! as are declared: the mean change of all their minibatches against the mean gradient of the same samples.
//!
//! Averaging takes the noise of a minibatch off both, so that this angle is not the mean of those of minibatches: it
//! may be smaller (what samples share is what feedback gets right) or larger.

use super::{AlignmentSample, Direction, MetricInfo, Reads, update_angle};
use crate::{Metric, Reading};

pub(super) static METRIC: MetricInfo = MetricInfo {
    name: "update_angle_full_batch",
    label: "full-batch angle of the update to backprop",
    unit: "°",
    direction: Direction::LowerIsBetter,
    one_line: "angle between the mean weight change over all training samples and their reference gradient",
    reads: Reads::FullBatch(measure),
};

fn measure(of: &AlignmentSample<'_>) -> Vec<Reading> {
    update_angle::read(of, Metric::UPDATE_ANGLE_FULL_BATCH)
}
