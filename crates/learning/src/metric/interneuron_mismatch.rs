//! Interneuron mismatch: ‖u_{k+1} − u^I_k‖ without teacher, averaged over samples.

use super::{AlignmentSample, Direction, MetricInfo, Reads, vector};
use crate::{Activities, Metric, Quantity, Reading};

pub(super) static METRIC: MetricInfo = MetricInfo {
    name: "interneuron_mismatch",
    label: "interneuron mismatch",
    unit: "1",
    direction: Direction::LowerIsBetter,
    one_line: "‖u_{k+1} − u^I_k‖ without teacher, a self-prediction residual",
    reads: Reads::Alignment(measure),
};

fn measure(of: &AlignmentSample<'_>) -> Vec<Reading> {
    free_norms(
        of,
        Metric::INTERNEURON_MISMATCH,
        Quantity::InterneuronMismatch,
    )
}

/// The mean norm of `quantity` without teacher, per hidden layer.
pub(super) fn free_norms(
    of: &AlignmentSample<'_>,
    metric: Metric,
    quantity: Quantity,
) -> Vec<Reading> {
    (1..of.n_layers())
        .map(|k| Reading::new(metric, mean_norm(of.free, quantity, k)).of_layer(Some(k)))
        .collect()
}

/// The mean norm of `quantity` of layer `k`.
pub(super) fn mean_norm(
    activities: &Activities,
    quantity: Quantity,
    k: usize,
) -> Result<f64, String> {
    activities
        .get(quantity, k)
        .map(vector::mean_row_norm)
        .ok_or_else(|| "the learner has no such quantity".to_owned())
}
