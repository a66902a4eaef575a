//! Root mean squared error of regression, in the units of the user's targets.

use super::{Direction, MetricInfo, Reads};
use crate::Evaluation;

pub(super) static METRIC: MetricInfo = MetricInfo {
    name: "rmse",
    label: "RMSE",
    unit: "units of the targets",
    direction: Direction::LowerIsBetter,
    one_line: "mean over outputs of the root mean squared error, in the units of the targets (regression)",
    reads: Reads::Predictions(measure),
};

/// ⟨√(Σ (y − ŷ)² / n)⟩ over outputs.
fn measure(evaluation: &Evaluation) -> Option<f64> {
    let n_outputs = evaluation.residuals.len();
    let n_samples = evaluation.n_samples as f64;
    let of_outputs = evaluation.residuals.iter();
    let sum: f64 = of_outputs
        .map(|output| (output.squared_errors / n_samples).sqrt())
        .sum();
    (n_outputs > 0).then(|| sum / n_outputs as f64)
}
