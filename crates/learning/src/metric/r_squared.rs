//! R², the share of the targets' variance that predictions explain.

use super::{Direction, MetricInfo, Reads};
use crate::Evaluation;

pub(super) static METRIC: MetricInfo = MetricInfo {
    name: "r_squared",
    label: "R²",
    unit: "1",
    direction: Direction::HigherIsBetter,
    one_line: "1 − squared error over variance of the targets, mean over outputs (regression)",
    reads: Reads::Predictions(measure),
};

/// ⟨1 − Σ (y − ŷ)² / Σ (y − ⟨y⟩)²⟩ over outputs; none where a target is the same in all samples.
fn measure(evaluation: &Evaluation) -> Option<f64> {
    let n_outputs = evaluation.residuals.len();
    let shares = evaluation.residuals.iter().map(|output| {
        let varies = output.squared_deviations > 0.0;
        varies.then(|| 1.0 - output.squared_errors / output.squared_deviations)
    });
    let sum: f64 = shares.sum::<Option<f64>>()?;
    (n_outputs > 0).then(|| sum / n_outputs as f64)
}
