//! Figures, one file each: the runs of a task become a picture and the numbers plotted in it.
//!
//! To add one: a file with its [`FigureInfo`] and its function, and a variant of [`FigureKind`].

mod accuracy_against_time;
mod hidden_error;
mod learning_curves;
mod norm_ratio;
mod per_layer;
mod phases;
mod self_prediction;
mod series;
mod sweep;
mod update_angle;

use crate::csv::Csv;
use crate::group::Task;
use crate::plot::Picture;

/// What a figure is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FigureInfo {
    /// Its name, also that of its files.
    pub name: &'static str,
    /// Its title.
    pub title: &'static str,
    /// One line on what it shows.
    pub one_line: &'static str,
    /// How to read it, in sentences.
    pub how_to_read: &'static str,
}

/// A kind of figure, drawn once per task.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FigureKind {
    /// Accuracy or loss over epochs.
    LearningCurves,
    /// Angle of updates to the gradient over epochs, by layer.
    UpdateAngle,
    /// Angles of hidden errors to those of backprop, and of feedback weights, over epochs, by layer.
    HiddenError,
    /// Norm of updates over that of gradient steps over epochs, by layer.
    NormRatio,
    /// Residuals of self-prediction over epochs, by layer.
    SelfPrediction,
    /// Accuracy or loss over training time.
    AccuracyAgainstTime,
    /// Training time per sample, by phase.
    Phases,
    /// Accuracy or loss over the swept value.
    Sweep,
}

impl FigureKind {
    /// All kinds, in the order of the page.
    pub const ALL: [Self; 8] = [
        Self::LearningCurves,
        Self::UpdateAngle,
        Self::HiddenError,
        Self::NormRatio,
        Self::SelfPrediction,
        Self::AccuracyAgainstTime,
        Self::Phases,
        Self::Sweep,
    ];

    /// Name, title and reading.
    pub const fn info(self) -> FigureInfo {
        match self {
            Self::LearningCurves => learning_curves::INFO,
            Self::UpdateAngle => update_angle::INFO,
            Self::HiddenError => hidden_error::INFO,
            Self::NormRatio => norm_ratio::INFO,
            Self::SelfPrediction => self_prediction::INFO,
            Self::AccuracyAgainstTime => accuracy_against_time::INFO,
            Self::Phases => phases::INFO,
            Self::Sweep => sweep::INFO,
        }
    }

    /// The figure of `task`, or why there is none.
    pub(crate) fn draft(self, task: &Task<'_>) -> Result<Draft, Omission> {
        match self {
            Self::LearningCurves => learning_curves::draft(task),
            Self::UpdateAngle => update_angle::draft(task),
            Self::HiddenError => hidden_error::draft(task),
            Self::NormRatio => norm_ratio::draft(task),
            Self::SelfPrediction => self_prediction::draft(task),
            Self::AccuracyAgainstTime => accuracy_against_time::draft(task),
            Self::Phases => phases::draft(task),
            Self::Sweep => sweep::draft(task),
        }
    }
}

/// All figures, in the order of the page.
pub fn figures() -> &'static [FigureInfo] {
    const FIGURES: [FigureInfo; FigureKind::ALL.len()] = {
        let mut infos = [FigureKind::ALL[0].info(); FigureKind::ALL.len()];
        let mut index = 0;
        while index < infos.len() {
            infos[index] = FigureKind::ALL[index].info();
            index += 1;
        }
        infos
    };
    &FIGURES
}

/// A figure before it is drawn.
#[derive(Debug)]
pub(crate) struct Draft {
    pub(crate) picture: Picture,
    /// The numbers plotted.
    pub(crate) csv: Csv,
}

/// Why a figure is not there, in words.
pub(crate) type Omission = &'static str;
