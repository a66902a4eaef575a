//! Norm ratio: ‖ΔW_learner‖ / ‖rate_k ΔW_backprop‖, with the rate of gradient descent that the
//! learner's own rates correspond to by theory. 1 where the theory holds.

use super::vector::Products;
use super::{AlignmentSample, Direction, MetricInfo, Reads, sample};
use crate::{Metric, Reading};

pub(super) static METRIC: MetricInfo = MetricInfo {
    name: "norm_ratio",
    label: "norm of the update over backprop's",
    unit: "1",
    direction: Direction::NearOneIsBetter,
    one_line: "norm of the update over that of the gradient step at the equivalent rate",
    reads: Reads::Alignment(measure),
};

fn measure(of: &AlignmentSample<'_>) -> Vec<Reading> {
    let Some(rates) = of.equivalent_rates else {
        let reason = "the learner has no equivalent rates".to_owned();
        return vec![Reading::new(Metric::NORM_RATIO, Err(reason))];
    };
    sample::per_layer_and_all(
        of,
        Metric::NORM_RATIO,
        |k, _, gradient| {
            let change = of.change(k)?;
            let step = &gradient.weights[k - 1] * rates[k - 1];
            Ok(Products::of(change, step.view()))
        },
        Products::norm_ratio,
    )
}
