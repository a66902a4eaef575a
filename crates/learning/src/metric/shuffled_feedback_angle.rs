//! A null: the angle of the update with its rows given to other neurons of their layer.
//!
//! What is permuted are the rows of ΔW_{k,k−1}, one per neuron of layer k, after the minibatch's
//! mean was taken: presynaptic rates and the sizes of the changes stay, the match of change and
//! neuron is broken. Learner and feedback are not run again. The permutation is one random cycle per
//! layer and minibatch (Sattolo's), under which no row keeps its place. In a narrow layer the angle
//! need not be near 90°: few rows have few other places, and with two neurons only one. A layer of
//! one neuron has no value and no part in the sum over all layers.
//!
//! In the output layer it misleads: its rows are the errors of outputs, which before training are nearly
//! equal (an angle near 20°) and later opposed (above 90°), and no feedback had a part in them. What
//! random feedback gives is [`redrawn_feedback_angle`](super::redrawn_feedback_angle).

use super::vector::Products;
use super::{AlignmentSample, Direction, MetricInfo, Reads, sample};
use crate::{Metric, Reading};

pub(super) static METRIC: MetricInfo = MetricInfo {
    name: "shuffled_feedback_angle",
    label: "angle with shuffled feedback",
    unit: "°",
    direction: Direction::Null,
    one_line: "update angle with the rows of ΔW (one per neuron) moved by a random cycle within each layer",
    reads: Reads::Alignment(measure),
};

fn measure(of: &AlignmentSample<'_>) -> Vec<Reading> {
    sample::per_layer_and_all(
        of,
        Metric::SHUFFLED_FEEDBACK_ANGLE,
        |k, _, gradient| {
            let change = of.shuffled_change(k)?;
            let products = Products::of(change.view(), gradient.weights[k - 1].view());
            Ok(of.at_equal_rates(k, products))
        },
        Products::angle_degrees,
    )
}
