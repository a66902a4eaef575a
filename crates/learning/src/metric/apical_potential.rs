//! Apical potential: ‖v_A,k‖ without teacher, averaged over samples; 0 under self-prediction.

use super::interneuron_mismatch::free_norms;
use super::{AlignmentSample, Direction, MetricInfo};
use crate::{Metric, Quantity, Reading};

pub(super) const INFO: MetricInfo = MetricInfo {
    name: "apical_potential",
    label: "apical potential without teacher",
    unit: "1",
    direction: Direction::LowerIsBetter,
    one_line: "‖v_A,k‖ without teacher, a self-prediction residual",
};

pub(super) fn measure(of: &AlignmentSample<'_>) -> Vec<Reading> {
    free_norms(of, Metric::ApicalPotential, Quantity::Apical)
}
