//! Metrics, one file each.
//!
//! To add one: a file with its [`MetricInfo`] and its function, and a variant of [`Metric`].

mod accuracy;
mod apical_potential;
mod apical_residual;
mod backprop_with_itself;
mod error_angle;
mod feedback_angle;
mod interneuron_mismatch;
mod loss;
mod norm_ratio;
mod sample;
mod shuffled_feedback_angle;
mod sign_agreement;
#[cfg(test)]
mod tests;
mod update_angle;
pub mod vector;

use serde::{Deserialize, Serialize};

pub use sample::AlignmentSample;
pub(crate) use sample::matrix;

use crate::Reading;

/// Which way is better.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// Larger values are better.
    HigherIsBetter,
    /// Smaller values are better.
    LowerIsBetter,
    /// Values near one are better.
    NearOneIsBetter,
    /// A null to compare with.
    Null,
}

/// What a metric is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct MetricInfo {
    /// Its name, as in specifications and records.
    pub name: &'static str,
    /// Its label on an axis, without unit.
    pub label: &'static str,
    /// Its unit; `1` for pure numbers.
    pub unit: &'static str,
    /// Which way is better.
    pub direction: Direction,
    /// One line on what it measures.
    pub one_line: &'static str,
}

/// What can be measured of a learner.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Metric {
    /// Share of samples whose largest output is the labelled one.
    Accuracy,
    /// Mean loss.
    Loss,
    /// Angle between the learner's update and the reference gradient.
    UpdateAngle,
    /// The same with the rows of ΔW, one per neuron, moved by a random cycle within the layer: a null.
    ShuffledFeedbackAngle,
    /// Angle of the reference gradient with itself, samples in reverse order: a null.
    BackpropWithItself,
    /// Norm of the update over that of the gradient step at the equivalent rate.
    NormRatio,
    /// Share of entries of the update whose sign is the gradient's.
    SignAgreement,
    /// Angle between the error at hidden neurons and backprop's.
    ErrorAngle,
    /// Angle between the feedback weights and the transposed forward weights.
    FeedbackAngle,
    /// ‖u_{k+1} − u^I_k‖ without teacher.
    InterneuronMismatch,
    /// ‖v_A,k‖ without teacher.
    ApicalPotential,
    /// ‖v_A,k‖ without teacher over ‖v_A,k‖ with teacher.
    ApicalResidual,
}

impl Metric {
    /// All metrics.
    pub const ALL: [Self; 12] = [
        Self::Accuracy,
        Self::Loss,
        Self::UpdateAngle,
        Self::ShuffledFeedbackAngle,
        Self::BackpropWithItself,
        Self::NormRatio,
        Self::SignAgreement,
        Self::ErrorAngle,
        Self::FeedbackAngle,
        Self::InterneuronMismatch,
        Self::ApicalPotential,
        Self::ApicalResidual,
    ];

    /// Name, unit and direction.
    pub fn info(self) -> MetricInfo {
        match self {
            Self::Accuracy => accuracy::INFO,
            Self::Loss => loss::INFO,
            Self::UpdateAngle => update_angle::INFO,
            Self::ShuffledFeedbackAngle => shuffled_feedback_angle::INFO,
            Self::BackpropWithItself => backprop_with_itself::INFO,
            Self::NormRatio => norm_ratio::INFO,
            Self::SignAgreement => sign_agreement::INFO,
            Self::ErrorAngle => error_angle::INFO,
            Self::FeedbackAngle => feedback_angle::INFO,
            Self::InterneuronMismatch => interneuron_mismatch::INFO,
            Self::ApicalPotential => apical_potential::INFO,
            Self::ApicalResidual => apical_residual::INFO,
        }
    }

    /// How it reads predictions, if that is what it reads.
    pub(crate) fn of_predictions(self) -> Option<fn(&crate::Evaluation) -> Option<f64>> {
        match self {
            Self::Accuracy => Some(accuracy::measure),
            Self::Loss => Some(loss::measure),
            _ => None,
        }
    }

    /// How it reads a learner beside its reference gradient, if that is what it reads.
    pub(crate) fn of_alignment(self) -> Option<fn(&AlignmentSample<'_>) -> Vec<Reading>> {
        match self {
            Self::Accuracy | Self::Loss => None,
            Self::UpdateAngle => Some(update_angle::measure),
            Self::ShuffledFeedbackAngle => Some(shuffled_feedback_angle::measure),
            Self::BackpropWithItself => Some(backprop_with_itself::measure),
            Self::NormRatio => Some(norm_ratio::measure),
            Self::SignAgreement => Some(sign_agreement::measure),
            Self::ErrorAngle => Some(error_angle::measure),
            Self::FeedbackAngle => Some(feedback_angle::measure),
            Self::InterneuronMismatch => Some(interneuron_mismatch::measure),
            Self::ApicalPotential => Some(apical_potential::measure),
            Self::ApicalResidual => Some(apical_residual::measure),
        }
    }
}
