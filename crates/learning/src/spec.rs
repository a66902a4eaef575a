//! This crate's part of an experiment's specification.

use std::fmt;

use apical_kernels::Transfer;
use apical_keys::{Bounds, Described, Shape};
use serde::de::{SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::{Counts, KeyPath, Metric, Numbers, RateSchedule};

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
        "a target rate of {} has no finite potential under the transfer function {transfer}; choose a rate inside the range of the transfer function",
        in_short(&rate.to_string())
    )]
    Target {
        /// The rate.
        rate: f64,
        /// The transfer function.
        transfer: Transfer,
    },
}

/// A number of many digits with an exponent.
fn in_short(found: &str) -> String {
    match found.parse::<f64>() {
        Ok(number) if found.len() > 17 => format!("{number:e}"),
        _ => found.to_owned(),
    }
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
        Self::Range {
            key,
            found: in_short(&found),
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

    /// Fails unless every value is a learning rate, or s of weights from U(−s, s).
    pub fn check_not_negative(&self, key: &str) -> Result<(), SpecError> {
        self.check_within(key, Numbers::RATE_OR_SCALE)
    }

    /// Fails unless every value lies in `range`.
    pub fn check_within(&self, key: &str, range: Numbers) -> Result<(), SpecError> {
        let mut values = self.values().iter();
        values.try_for_each(|&value| range.check(key, value))
    }
}

/// Fails on a transfer function whose parameters give none.
pub fn check_transfer(transfer: Transfer) -> Result<(), SpecError> {
    let Transfer::Softplus { gamma, beta, theta } = transfer else {
        return Ok(());
    };
    for (key, value, range) in [
        ("gamma", gamma, Numbers::GAIN),
        ("beta", beta, Numbers::GAIN),
        ("theta", theta, Numbers::SIGNED),
    ] {
        range.check(KeyPath::of(["transfer", "softplus", key]), value)?;
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
                max: Some(1e12),
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
        let are_potentials = Numbers::SIGNED.contains(low) && Numbers::SIGNED.contains(high);
        // Not below each other as what they become, either.
        if are_potentials && (low as f32) < high as f32 {
            Ok((low, high))
        } else {
            Err(SpecError::range(
                "targets",
                format!("low {low}, high {high} (as potentials)"),
                "numbers from -1e6 to 1e6, with low below high in single precision",
            ))
        }
    }
}

/// How long and in what portions every learner of a task is taught.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Described)]
#[serde(deny_unknown_fields)]
pub struct TrainingSpec {
    /// Passes over the training part.
    #[key(min = 1, max = 1_000_000)]
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
        Counts::EPOCHS.check("n_epochs", self.n_epochs)?;
        Counts::ANY.check("batch_size", self.batch_size)?;
        (self.rate_schedule.check()).map_err(|error| error.within("rate_schedule"))
    }
}

/// What is measured, and how often.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Described)]
#[serde(deny_unknown_fields)]
pub struct MeasureSpec {
    /// Metrics by name.
    #[serde(default = "Metric::by_default")]
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
    /// Training samples, drawn once, over which metrics of the full batch are taken; all where it is left out.
    // Left out where it is not said, so that what does not use it is written as ever.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[key(min = 1)]
    pub n_full_batch_samples: Option<usize>,
    /// Training samples on which training accuracy and loss are measured: the first n, at most all.
    #[serde(default = "five_thousand")]
    #[key(min = 1)]
    pub n_train_samples: usize,
}

impl MeasureSpec {
    /// The metrics of [`Metric::by_default`] after every epoch.
    pub fn everything() -> Self {
        Self {
            metrics: Metric::by_default(),
            evaluate_every_n_epochs: 1,
            align_every_n_epochs: 1,
            n_alignment_batches: ten(),
            n_full_batch_samples: None,
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
            (
                "n_full_batch_samples",
                self.n_full_batch_samples.unwrap_or(1),
            ),
        ] {
            Counts::ANY.check(key, value)?;
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
