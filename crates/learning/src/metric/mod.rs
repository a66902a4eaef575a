//! Metrics, one file each.
//!
//! To add one: a file with its `METRIC`, and a line of `metrics!`. A program adds its own with
//! [`add_metrics`].

mod registry;
mod sample;
#[cfg(test)]
mod tests;
pub mod vector;

use std::cmp::Ordering;
use std::fmt;

use apical_keys::{Choice, Choices, Described, Shape};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

pub use registry::{AddMetricsError, add_metrics};
pub use sample::AlignmentSample;
pub(crate) use sample::matrix;

use crate::{Evaluation, Reading};

/// Declares modules, their metrics by name, and the list of them; those that are measured only where a
/// specification names them come last.
macro_rules! metrics {
    ($($name:ident = $module:ident),*; $($asked:ident = $file:ident),* $(,)?) => {
        $(mod $module;)*
        $(mod $file;)*

        impl Metric {
            $(
                #[doc = concat!("The metric `", stringify!($module), "`.")]
                pub const $name: Self = Self(&$module::METRIC);
            )*
            $(
                #[doc = concat!("The metric `", stringify!($file), "`, measured where it is named.")]
                pub const $asked: Self = Self(&$file::METRIC);
            )*
        }

        static BUILT_IN: &[Metric] = &[$(Metric::$name,)* $(Metric::$asked,)*];
        static WHERE_NAMED: &[Metric] = &[$(Metric::$asked,)*];
    };
}

metrics! {
    ACCURACY = accuracy,
    LOSS = loss,
    RMSE = rmse,
    R_SQUARED = r_squared,
    UPDATE_ANGLE = update_angle,
    SHUFFLED_FEEDBACK_ANGLE = shuffled_feedback_angle,
    BACKPROP_WITH_ITSELF = backprop_with_itself,
    NORM_RATIO = norm_ratio,
    SIGN_AGREEMENT = sign_agreement,
    ERROR_ANGLE = error_angle,
    FEEDBACK_ANGLE = feedback_angle,
    INTERNEURON_MISMATCH = interneuron_mismatch,
    APICAL_POTENTIAL = apical_potential,
    APICAL_RESIDUAL = apical_residual;
    ERROR_SIZE = error_size,
    STEP_SIZE = step_size,
    FEEDBACK_NORM = feedback_norm,
}

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
    /// Neither way.
    Neither,
}

/// What a metric reads, and how.
#[derive(Debug, Clone, Copy)]
pub enum Reads {
    /// Predictions on a part of the data; `None` where it has no value, as accuracy in regression.
    Predictions(fn(&Evaluation) -> Option<f64>),
    /// A learner beside its reference gradients on a minibatch.
    Alignment(fn(&AlignmentSample<'_>) -> Vec<Reading>),
}

/// What a metric is.
#[derive(Debug)]
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
    /// What it reads, and how.
    pub reads: Reads,
}

/// What can be measured of a learner; written and read by its name, of which there is one.
#[derive(Clone, Copy)]
pub struct Metric(&'static MetricInfo);

impl Metric {
    /// The metric that `info` describes.
    pub const fn new(info: &'static MetricInfo) -> Self {
        Self(info)
    }

    /// All metrics, those of the program last.
    pub fn all() -> &'static [Self] {
        registry::all()
    }

    /// The metrics that are measured where a specification names none.
    pub fn by_default() -> Vec<Self> {
        let all = Self::all().iter().copied();
        all.filter(|metric| !WHERE_NAMED.contains(metric)).collect()
    }

    /// Name, unit and direction.
    pub fn info(self) -> &'static MetricInfo {
        self.0
    }

    /// Whether it is read of predictions, on each part of the data.
    pub fn is_of_predictions(self) -> bool {
        matches!(self.0.reads, Reads::Predictions(_))
    }

    /// How it reads predictions, if that is what it reads.
    pub(crate) fn of_predictions(self) -> Option<fn(&Evaluation) -> Option<f64>> {
        match self.0.reads {
            Reads::Predictions(read) => Some(read),
            Reads::Alignment(_) => None,
        }
    }

    /// How it reads a learner beside its reference gradient, if that is what it reads.
    pub(crate) fn of_alignment(self) -> Option<fn(&AlignmentSample<'_>) -> Vec<Reading>> {
        match self.0.reads {
            Reads::Predictions(_) => None,
            Reads::Alignment(read) => Some(read),
        }
    }
}

impl PartialEq for Metric {
    fn eq(&self, other: &Self) -> bool {
        self.0.name == other.0.name
    }
}

impl Eq for Metric {}

impl PartialOrd for Metric {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Metric {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.name.cmp(other.0.name)
    }
}

impl fmt::Debug for Metric {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.name)
    }
}

impl Serialize for Metric {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0.name)
    }
}

impl Described for Metric {
    const SHAPE: &'static Shape = &Shape::Choice(Choices {
        meaning: "A metric.",
        all: || {
            let choice = |metric: &Self| Choice {
                name: metric.0.name,
                meaning: metric.0.one_line,
                shape: None,
            };
            Self::all().iter().map(choice).collect()
        },
    });
}

impl<'de> Deserialize<'de> for Metric {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        let found = Self::all().iter().find(|metric| metric.0.name == name);
        found
            .copied()
            .ok_or_else(|| serde::de::Error::unknown_variant(&name, registry::names()))
    }
}
