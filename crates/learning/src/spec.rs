//! This crate's part of an experiment's specification.

use std::fmt;

use apical_kernels::Transfer;
use apical_keys::{Bounds, Described, Shape};
use serde::de::{SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::{KeyPath, Metric, RateSchedule};

/// A value of a specification that is out of range.
#[derive(Debug, thiserror::Error)]
pub enum SpecError {
    /// A number outside its range.
    #[error("`{key}` is {found}, expected {expected}")]
    Range {
        /// The key.
        key: KeyPath,
        /// The value given.
        found: String,
        /// The range, in words.
        expected: &'static str,
    },
    /// A list whose length is not the number of layers.
    #[error(
        "`{key}` has {found} values, expected one for all or one for each of {expected} layers"
    )]
    PerLayer {
        /// The key.
        key: KeyPath,
        /// Values given.
        found: usize,
        /// Layers.
        expected: usize,
    },
    /// A target rate that no potential reaches.
    #[error(
        "a target rate of {rate} has no finite potential under the transfer function {transfer}; choose a rate inside the range of the transfer function"
    )]
    Target {
        /// The rate.
        rate: f64,
        /// The transfer function.
        transfer: Transfer,
    },
}

impl SpecError {
    /// An out-of-range error for `key`.
    pub fn range(
        key: impl Into<KeyPath>,
        found: impl fmt::Display,
        expected: &'static str,
    ) -> Self {
        Self::out_of_range(key.into(), found.to_string(), expected)
    }

    fn out_of_range(key: KeyPath, found: String, expected: &'static str) -> Self {
        let found = match found.parse::<f64>() {
            Ok(number) if found.len() > 17 => format!("{number:e}"),
            _ => found,
        };
        Self::Range {
            key,
            found,
            expected,
        }
    }

    /// The key that it is about.
    pub fn key(&self) -> Option<&KeyPath> {
        match self {
            Self::Range { key, .. } | Self::PerLayer { key, .. } => Some(key),
            Self::Target { .. } => None,
        }
    }

    /// The same error, of a key below `above`.
    #[must_use]
    pub fn within(mut self, above: impl Into<KeyPath>) -> Self {
        if let Self::Range { key, .. } | Self::PerLayer { key, .. } = &mut self {
            *key = key.clone().within(above);
        }
        self
    }
}

/// The largest number of a [`PerLayer`]: single precision can hold it twice.
const LARGEST: f64 = f32::MAX as f64 / 2.0;

/// One value for all layers, or one for each: `0.1` or `[1.0, 0.03, 0.05]`.
#[derive(Debug, Clone, PartialEq)]
pub enum PerLayer {
    /// The same value everywhere.
    All(f64),
    /// A value per layer, from the first.
    Each(Vec<f64>),
}

impl PerLayer {
    /// One value for each of `n_layers` layers; `key` names it in errors.
    pub fn expand(&self, n_layers: usize, key: &str) -> Result<Vec<f64>, SpecError> {
        match self {
            Self::All(value) => Ok(vec![*value; n_layers]),
            Self::Each(values) if values.len() == n_layers => Ok(values.clone()),
            Self::Each(values) => Err(SpecError::PerLayer {
                key: key.into(),
                found: values.len(),
                expected: n_layers,
            }),
        }
    }

    /// The values as given.
    pub fn values(&self) -> &[f64] {
        match self {
            Self::All(value) => std::slice::from_ref(value),
            Self::Each(values) => values,
        }
    }

    /// Fails unless every value is finite, not negative, and one that single precision can hold twice.
    pub fn check_not_negative(&self, key: &str) -> Result<(), SpecError> {
        for &value in self.values() {
            let expected = match value {
                _ if !value.is_finite() || value < 0.0 => "a finite number of 0 or more",
                _ if value > LARGEST => "at most 1.7e38, which single precision can hold",
                _ => continue,
            };
            return Err(SpecError::range(key, value, expected));
        }
        Ok(())
    }
}

/// Fails on a transfer function whose parameters give none.
pub fn check_transfer(transfer: Transfer) -> Result<(), SpecError> {
    let Transfer::Softplus { gamma, beta, theta } = transfer else {
        return Ok(());
    };
    for (key, value) in [("gamma", gamma), ("beta", beta)] {
        let is_in_range = (1e-30..=1e30).contains(&value);
        if !is_in_range {
            let key = KeyPath::of(["transfer", "softplus", key]);
            return Err(SpecError::range(key, value, "a number from 1e-30 to 1e30"));
        }
    }
    if !(-1e30..=1e30).contains(&theta) {
        let key = KeyPath::of(["transfer", "softplus", "theta"]);
        return Err(SpecError::range(key, theta, "a number from -1e30 to 1e30"));
    }
    Ok(())
}

impl Serialize for PerLayer {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::All(value) => serializer.serialize_f64(*value),
            Self::Each(values) => values.serialize(serializer),
        }
    }
}

impl Described for PerLayer {
    const SHAPE: &'static Shape = {
        const OF_ONE: Shape = Shape::Number {
            whole: false,
            bounds: Bounds {
                max: Some(LARGEST),
                ..Bounds::from(0.0)
            },
        };
        &Shape::Either(&[
            &OF_ONE,
            &Shape::List {
                of: &OF_ONE,
                least: 1,
                most: usize::MAX,
            },
        ])
    };
}

impl<'de> Deserialize<'de> for PerLayer {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct NumberOrList;
        impl<'de> Visitor<'de> for NumberOrList {
            type Value = PerLayer;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a number, or a list with one number per layer")
            }

            fn visit_f64<E>(self, value: f64) -> Result<PerLayer, E> {
                Ok(PerLayer::All(value))
            }

            fn visit_i64<E>(self, value: i64) -> Result<PerLayer, E> {
                Ok(PerLayer::All(value as f64))
            }

            fn visit_u64<E>(self, value: u64) -> Result<PerLayer, E> {
                Ok(PerLayer::All(value as f64))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<PerLayer, A::Error> {
                let mut values = Vec::new();
                while let Some(value) = seq.next_element::<f64>()? {
                    values.push(value);
                }
                Ok(PerLayer::Each(values))
            }
        }
        deserializer.deserialize_any(NumberOrList)
    }
}

/// How a class label becomes a target: one value for the labelled output, another for the rest.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, Described)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum TargetCoding {
    /// Target rates; potentials by the inverse of the transfer function.
    Rates {
        /// Of the other outputs.
        #[key(example = "0.1")]
        low: f64,
        /// Of the labelled output.
        #[key(example = "0.8")]
        high: f64,
    },
    /// Target potentials; rates by the transfer function.
    Potentials {
        /// Of the other outputs.
        #[key(example = "-2.0")]
        low: f64,
        /// Of the labelled output.
        #[key(example = "1.5")]
        high: f64,
    },
}

impl TargetCoding {
    /// Target rates 0.1 and 0.8. Source: Sacramento et al. (2018), MNIST.
    pub fn sacramento_2018() -> Self {
        Self::Rates {
            low: 0.1,
            high: 0.8,
        }
    }

    /// The two target potentials under `transfer`.
    pub fn potentials(self, transfer: Transfer) -> Result<(f64, f64), SpecError> {
        let of_rate = |rate| {
            transfer
                .potential(rate)
                .ok_or(SpecError::Target { rate, transfer })
        };
        let (low, high) = match self {
            Self::Rates { low, high } => (of_rate(low)?, of_rate(high)?),
            Self::Potentials { low, high } => (low, high),
        };
        if low.is_finite() && high.is_finite() && low < high {
            Ok((low, high))
        } else {
            Err(SpecError::range(
                "targets",
                format!("low {low}, high {high} (as potentials)"),
                "finite values with low below high",
            ))
        }
    }
}

/// How long and in what portions every learner of a task is taught.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Described)]
#[serde(deny_unknown_fields)]
pub struct TrainingSpec {
    /// Passes over the training part.
    #[key(min = 1)]
    pub n_epochs: usize,
    /// Samples per minibatch; weight changes are averaged over it.
    #[serde(default = "ten")]
    #[key(min = 1)]
    pub batch_size: usize,
    /// How class labels become targets. The default is that of MNIST in the paper.
    #[serde(default = "TargetCoding::sacramento_2018")]
    #[key(source = "Sacramento et al. (2018), MNIST")]
    pub targets: TargetCoding,
    /// How learning rates fall over the epochs.
    // Left out where they do not, so that what does not use it is written as ever.
    #[serde(default, skip_serializing_if = "RateSchedule::is_constant")]
    pub rate_schedule: RateSchedule,
}

impl TrainingSpec {
    /// Fails on values out of range.
    pub fn check(&self) -> Result<(), SpecError> {
        if self.n_epochs == 0 {
            return Err(SpecError::range("n_epochs", 0, "at least 1"));
        }
        if self.batch_size == 0 {
            return Err(SpecError::range("batch_size", 0, "at least 1"));
        }
        (self.rate_schedule.check()).map_err(|error| error.within("rate_schedule"))
    }
}

/// What is measured, and how often.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Described)]
#[serde(deny_unknown_fields)]
pub struct MeasureSpec {
    /// Metrics by name; all of them by default.
    #[serde(default = "all_metrics")]
    pub metrics: Vec<Metric>,
    /// Measure accuracy and loss after every n-th epoch, and after the last.
    #[serde(default = "one")]
    #[key(min = 1)]
    pub evaluate_every_n_epochs: usize,
    /// Measure alignment before training, after every n-th epoch, and after the last.
    #[serde(default = "one")]
    #[key(min = 1)]
    pub align_every_n_epochs: usize,
    /// Minibatches, of the size used in training, over which alignment is averaged.
    #[serde(default = "ten")]
    #[key(min = 1)]
    pub n_alignment_batches: usize,
    /// Training samples on which training accuracy and loss are measured: the first n, at most all.
    #[serde(default = "five_thousand")]
    #[key(min = 1)]
    pub n_train_samples: usize,
}

impl MeasureSpec {
    /// All metrics after every epoch.
    pub fn everything() -> Self {
        Self {
            metrics: all_metrics(),
            evaluate_every_n_epochs: 1,
            align_every_n_epochs: 1,
            n_alignment_batches: ten(),
            n_train_samples: five_thousand(),
        }
    }

    /// Fails on values out of range.
    pub fn check(&self) -> Result<(), SpecError> {
        for (key, value) in [
            ("evaluate_every_n_epochs", self.evaluate_every_n_epochs),
            ("align_every_n_epochs", self.align_every_n_epochs),
            ("n_alignment_batches", self.n_alignment_batches),
            ("n_train_samples", self.n_train_samples),
        ] {
            if value == 0 {
                return Err(SpecError::range(key, 0, "at least 1"));
            }
        }
        Ok(())
    }
}

fn one() -> usize {
    1
}

fn ten() -> usize {
    10
}

fn five_thousand() -> usize {
    5_000
}

fn all_metrics() -> Vec<Metric> {
    Metric::all().to_vec()
}
