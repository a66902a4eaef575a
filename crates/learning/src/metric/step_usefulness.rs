//! Step usefulness: how much a small step along the update lowers the loss, over what a gradient step of the same
//! norm does. 1 is as useful as the gradient, 0 useless, below 0 the loss rises.
//!
//! Layer by layer, the others kept; and for all layers at once at **equal layer norms**, every layer's step as long as
//! the gradient's there: directions alone, not how rates were chosen. What rates do to it is
//! [`step_usefulness_total_norm`](super::step_usefulness_total_norm). The gradient step is so long that the loss would fall by 1 % were it
//! linear; both falls are measured at the learner's forward network, in double precision, on the samples of the minibatch. Thresholds
//! are left out, as are layers that are not plastic.

use super::step::Steps;
use super::{AlignmentSample, Direction, MetricInfo, Reads};
use crate::{Metric, Reading};

pub(super) static METRIC: MetricInfo = MetricInfo {
    name: "step_usefulness",
    label: "usefulness of a step",
    unit: "1",
    direction: Direction::HigherIsBetter,
    one_line: "fall of the loss for a small step along the update over that of a gradient step, every layer's step of equal norm",
    reads: Reads::Alignment(measure),
};

fn measure(of: &AlignmentSample<'_>) -> Vec<Reading> {
    let mut readings = Vec::new();
    for (reference, gradient) in of.gradients {
        let steps = Steps::new(of, *reference, gradient);
        let along = |layers: &[usize]| {
            let steps = steps.as_ref().map_err(String::clone)?;
            steps.at_equal_layer_norms(layers)
        };
        let reading = |value, layer| {
            let reading = Reading::new(Metric::STEP_USEFULNESS, value);
            reading.of_layer(layer).against(*reference)
        };
        let layers: Vec<(usize, Result<f64, String>)> =
            (1..=of.n_layers()).map(|k| (k, along(&[k]))).collect();
        let plastic: Vec<usize> = (layers.iter())
            .filter(|(_, value)| value.is_ok())
            .map(|(k, _)| *k)
            .collect();
        for (k, value) in layers {
            readings.push(reading(value, Some(k)));
        }
        readings.push(reading(along(&plastic), None));
    }
    readings
}
