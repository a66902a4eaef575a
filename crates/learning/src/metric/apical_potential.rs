//! Apical potential: ‖v_A,k‖ without teacher, averaged over samples; 0 under self-prediction.

use super::interneuron_mismatch::free_norms;
use super::{AlignmentSample, Direction, MetricInfo, Reads};
use crate::{Metric, Quantity, Reading};

pub(super) static METRIC: MetricInfo = MetricInfo {
    name: "apical_potential",
    label: "apical potential without teacher",
    unit: "1",
    direction: Direction::LowerIsBetter,
    one_line: "‖v_A,k‖ without teacher, a self-prediction residual",
    reads: Reads::Alignment(measure),
};

fn measure(of: &AlignmentSample<'_>) -> Vec<Reading> {
    free_norms(of, Metric::APICAL_POTENTIAL, Quantity::Apical)
}
