//! Error size: √⟨e²⟩ over the neurons of a hidden layer and the samples of a minibatch.
//!
//! e_k is the error whose direction is the [`error_angle`](super::error_angle)'s: what reaches the neurons
//! before φ′ multiplies it. Learners have errors in units of their own, so that only layers of one
//! learner are compared: an error that keeps its size on its way down has the same at all of them.

use super::vector::Products;
use super::{AlignmentSample, Direction, MetricInfo, Reads, sample};
use crate::{Metric, Reading};

pub(super) static METRIC: MetricInfo = MetricInfo {
    name: "error_size",
    label: "size of the hidden error",
    unit: "1",
    direction: Direction::Neither,
    one_line: "root mean square per neuron of the error that reaches a hidden layer, in the learner's units",
    reads: Reads::Alignment(measure),
};

fn measure(of: &AlignmentSample<'_>) -> Vec<Reading> {
    (1..of.n_layers())
        .map(|k| {
            let size = sample::hidden_error(of, k).and_then(|errors| {
                let n = errors.len();
                let mean_square = Products::of(errors, errors).aa / n as f64;
                (n > 0)
                    .then_some(mean_square.sqrt())
                    .ok_or_else(|| "there are no samples".to_owned())
            });
            Reading::new(Metric::ERROR_SIZE, size).of_layer(Some(k))
        })
        .collect()
}
