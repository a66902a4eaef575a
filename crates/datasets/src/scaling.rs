//! Scaling of inputs and targets in double precision, fitted on the training part alone.

use std::path::Path;

use apical_keys::Described;
use ndarray::Array2;
use serde::{Deserialize, Serialize};

use crate::numbers::Numbers;
use crate::{DatasetError, FilePlace};

/// How each input is scaled. The constants come from the training part and are then used for all
/// parts, so that validation and test values may lie outside the training range.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, Described)]
#[serde(rename_all = "snake_case")]
pub enum Scaling {
    /// Values as they are.
    #[default]
    None,
    /// Training minimum to 0, training maximum to 1.
    Unit,
    /// Training mean to 0, training standard deviation (of the population) to 1.
    Standardise,
}

/// What a column is scaled by: x ↦ ((x − `origin`) − `offset`) / `width`.
///
/// Taking one of the values away first leaves all digits to what differs between them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Scale {
    pub(crate) origin: f64,
    pub(crate) offset: f64,
    pub(crate) width: f64,
}

impl Scaling {
    /// Whether values stay as they are.
    pub(crate) fn is_none(&self) -> bool {
        *self == Self::None
    }

    /// What every column of `numbers` is scaled by, fitted on the rows `train`, of which there is one.
    ///
    /// # Errors
    /// Numbers so large or so close together that double precision has no constants for them.
    pub(crate) fn fit(
        self,
        numbers: &Numbers,
        train: &[usize],
        path: &Path,
        name: &dyn Fn(usize) -> String,
    ) -> Result<Vec<Scale>, DatasetError> {
        (0..numbers.n_columns())
            .map(|column| {
                let values = train.iter().map(|&row| numbers.at(row, column));
                let scale = self.fit_column(values);
                let constants = [scale.origin, scale.offset, scale.width, 1.0 / scale.width];
                if constants.iter().all(|constant| constant.is_finite()) {
                    return Ok(scale);
                }
                let reason = format!(
                    "the numbers of {} are too large or too close together to be scaled: divide or multiply them by a constant first",
                    name(column)
                );
                Err(FilePlace::Whole.fault(path, reason))
            })
            .collect()
    }

    /// A constant column is only shifted to 0.
    fn fit_column(self, values: impl Iterator<Item = f64> + Clone) -> Scale {
        let first = values.clone().next().unwrap_or(0.0);
        let is_constant = values.clone().all(|value| value == first);
        let (origin, offset, width) = match self {
            Self::None => (0.0, 0.0, 1.0),
            Self::Unit => {
                let low = values.clone().fold(f64::INFINITY, f64::min);
                let high = values.fold(f64::NEG_INFINITY, f64::max);
                (low, 0.0, high - low)
            }
            Self::Standardise => {
                let differences = values.map(|value| value - first);
                let n = differences.clone().count() as f64;
                let mean = differences.clone().sum::<f64>() / n;
                let variance = differences.map(|d| (d - mean).powi(2)).sum::<f64>() / n;
                (first, mean, variance.sqrt())
            }
        };
        Scale {
            origin,
            offset,
            width: if is_constant { 1.0 } else { width },
        }
    }
}

impl Scale {
    fn of(self, value: f64) -> f64 {
        ((value - self.origin) - self.offset) / self.width
    }
}

/// The rows of `numbers` at `samples`, scaled and rounded to single precision.
///
/// # Errors
/// A scaled value that single precision cannot hold.
pub(crate) fn scaled(
    numbers: &Numbers,
    samples: &[usize],
    scales: &[Scale],
    path: &Path,
    name: &dyn Fn(usize) -> String,
) -> Result<Array2<f32>, DatasetError> {
    let shape = (samples.len(), numbers.n_columns());
    let rows = Array2::from_shape_fn(shape, |(row, column)| {
        scales[column].of(numbers.at(samples[row], column)) as f32
    });
    let fault = rows.indexed_iter().find(|(_, value)| !value.is_finite());
    if let Some(((row, column), _)) = fault {
        let value = numbers.at(samples[row], column);
        let reason = format!(
            "{value:e} of {} is {:e} after scaling, which single precision cannot hold: divide the numbers by a constant first, or drop the sample",
            name(column),
            scales[column].of(value)
        );
        return Err(FilePlace::Whole.fault(path, reason));
    }
    Ok(rows)
}
