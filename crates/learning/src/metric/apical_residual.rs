//! Apical residual: ‖v_A,k‖ without teacher over ‖v_A,k‖ with teacher, each averaged over samples.

use super::interneuron_mismatch::mean_norm;
use super::vector::NORM_FLOOR;
use super::{AlignmentSample, Direction, MetricInfo, Reads};
use crate::{Metric, Quantity, Reading};

pub(super) static METRIC: MetricInfo = MetricInfo {
    name: "apical_residual",
    label: "apical potential without over with teacher",
    unit: "1",
    direction: Direction::LowerIsBetter,
    one_line: "apical potential without teacher as a share of that with teacher",
    reads: Reads::Alignment(measure),
};

fn measure(of: &AlignmentSample<'_>) -> Vec<Reading> {
    (1..of.n_layers())
        .map(|k| {
            let ratio = || {
                let free = mean_norm(of.free, Quantity::Apical, k)?;
                let nudged = mean_norm(of.nudged, Quantity::Apical, k)?;
                if nudged > NORM_FLOOR {
                    Ok(free / nudged)
                } else {
                    Err(format!("the norm with teacher {nudged:e} is too small"))
                }
            };
            Reading::new(Metric::APICAL_RESIDUAL, ratio()).of_layer(Some(k))
        })
        .collect()
}
