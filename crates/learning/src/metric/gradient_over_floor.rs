//! The reference gradient's norm over what rounding amounts to in it: ‖∇_k‖ / ‖∇_k − ∇′_k‖, ∇′_k the same in the learner's
//! precision (single), or with the samples of the batch in reverse order (double).
//!
//! Where it is below ten, a perfect update may stand 6° and more off, and layers have no update angle.

use super::{AlignmentSample, Direction, MetricInfo, Reads};
use crate::{Metric, Reading};

pub(super) static METRIC: MetricInfo = MetricInfo {
    name: "gradient_over_floor",
    label: "norm of the gradient over its rounding",
    unit: "1",
    direction: Direction::HigherIsBetter,
    one_line: "norm of the reference gradient over what rounding in the learner's precision amounts to in it",
    reads: Reads::Alignment(measure),
};

fn measure(of: &AlignmentSample<'_>) -> Vec<Reading> {
    let references = of.gradients.iter().map(|(reference, _)| *reference);
    let readings = references.flat_map(|reference| {
        (1..=of.n_layers()).map(move |k| {
            let value = of.over_floor(k, reference);
            Reading::new(Metric::GRADIENT_OVER_FLOOR, value)
                .of_layer(Some(k))
                .against(reference)
        })
    });
    readings.collect()
}
