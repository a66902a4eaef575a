//! [`step_usefulness`](super::step_usefulness) for all layers at once at **equal total norm**: one factor for the whole update, by which it is as
//! long as the gradient. Rates that differ between layers turn the whole step away from the gradient even where every layer's own direction is
//! right.

use super::step::Steps;
use super::{AlignmentSample, Direction, MetricInfo, Reads};
use crate::{Gradient, Metric, OutputError, Reading};

pub(super) static METRIC: MetricInfo = MetricInfo {
    name: "step_usefulness_total_norm",
    label: "usefulness of a step of equal total norm",
    unit: "1",
    direction: Direction::HigherIsBetter,
    one_line: "fall of the loss for a small step along the whole update over that of a gradient step of equal total norm",
    reads: Reads::Alignment(measure),
};

fn measure(of: &AlignmentSample<'_>) -> Vec<Reading> {
    let plastic: Vec<usize> = (1..=of.n_layers())
        .filter(|k| of.change(*k).is_ok())
        .collect();
    let reading = |(reference, gradient): &(OutputError, Gradient)| {
        let steps = Steps::new(of, *reference, gradient);
        let value = steps.and_then(|steps| steps.at_equal_total_norm(&plastic));
        Reading::new(Metric::STEP_USEFULNESS_TOTAL_NORM, value).against(*reference)
    };
    of.gradients.iter().map(reading).collect()
}
