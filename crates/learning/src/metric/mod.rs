//! Metrics, one file each.
//!
//! To add one: a file with its `METRIC`, and a line of `metrics!`. A program adds its own with
//! [`add_metrics`].

mod loss_fall;
#[cfg(test)]
mod network_tests;
mod perturbation;
mod registry;
mod sample;
mod step;
#[cfg(test)]
mod tests;
pub mod vector;

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};

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
    UPDATE_ANGLE_FULL_BATCH = update_angle_full_batch,
    REDRAWN_FEEDBACK_ANGLE = redrawn_feedback_angle,
    RANDOM_DIRECTION_ANGLE = random_direction_angle,
    ROUNDING_ANGLE = rounding_angle,
    GRADIENT_OVER_FLOOR = gradient_over_floor,
    STEP_USEFULNESS = step_usefulness,
    STEP_USEFULNESS_TOTAL_NORM = step_usefulness_total_norm,
    PERTURBATION_CORRELATION = perturbation_correlation,
    PERTURBATION_CORRELATION_BACKPROP = perturbation_correlation_backprop,
    PERTURBATION_CORRELATION_RANDOM = perturbation_correlation_random,
    POTENTIAL_SIZE = potential_size,
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
    /// The same with the mean change and the mean gradients of many samples in the place of a minibatch's.
    FullBatch(fn(&AlignmentSample<'_>) -> Vec<Reading>),
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
            Reads::Alignment(_) | Reads::FullBatch(_) => None,
        }
    }

    /// How it reads a learner beside its reference gradient, if that is what it reads.
    pub(crate) fn of_alignment(self) -> Option<fn(&AlignmentSample<'_>) -> Vec<Reading>> {
        match self.0.reads {
            Reads::Predictions(_) | Reads::FullBatch(_) => None,
            Reads::Alignment(read) => Some(read),
        }
    }

    /// How it reads the mean change of many samples, if that is what it reads.
    pub(crate) fn of_full_batch(self) -> Option<fn(&AlignmentSample<'_>) -> Vec<Reading>> {
        match self.0.reads {
            Reads::Predictions(_) | Reads::Alignment(_) => None,
            Reads::FullBatch(read) => Some(read),
        }
    }

    /// Whether its values are angles, in degrees.
    pub fn is_angle(self) -> bool {
        self.0.unit == "°"
    }

    /// The mean of `values`: of angles that whose cosine is the mean of theirs, of others the arithmetic one. None
    /// without values; one value is its own mean, to the bit.
    pub fn mean(self, values: &[f64]) -> Option<f64> {
        match (values, self.is_angle()) {
            ([], _) => None,
            ([only], _) => Some(*only),
            (_, true) => {
                let cosines = values.iter().map(|angle| angle.to_radians().cos());
                let mean = cosines.sum::<f64>() / values.len() as f64;
                Some(mean.clamp(-1.0, 1.0).acos().to_degrees())
            }
            (_, false) => Some(values.iter().sum::<f64>() / values.len() as f64),
        }
    }
}

impl PartialEq for Metric {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self.0, other.0) || self.0.name == other.0.name
    }
}

impl Eq for Metric {}

impl Hash for Metric {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.name.hash(state);
    }
}

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
