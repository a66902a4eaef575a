//! Scaling of inputs, fitted on the training part alone.

use ndarray::Array2;
use serde::{Deserialize, Serialize};

/// How each input is scaled. The constants come from the training part and are then used for all
/// parts, so that validation and test values may lie outside the training range.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scaling {
    /// Inputs as they are.
    #[default]
    None,
    /// Training minimum to 0, training maximum to 1.
    Unit,
    /// Training mean to 0, training standard deviation (of the population) to 1.
    Standardise,
}

impl Scaling {
    /// Scales every column of `parts`, fitted on `parts[0]`. A constant column is only shifted to 0.
    pub(crate) fn apply(self, parts: [&mut Array2<f32>; 3]) {
        let constants: Vec<(f64, f64)> = parts[0]
            .columns()
            .into_iter()
            .map(|column| self.fit(column.iter()))
            .collect();
        for part in parts {
            for mut row in part.rows_mut() {
                for (value, (offset, width)) in row.iter_mut().zip(&constants) {
                    *value = ((f64::from(*value) - offset) / width) as f32;
                }
            }
        }
    }

    fn fit<'a>(self, values: impl Iterator<Item = &'a f32> + Clone) -> (f64, f64) {
        let wide = values.map(|&value| f64::from(value));
        let (offset, width) = match self {
            Self::None => (0.0, 1.0),
            Self::Unit => {
                let low = wide.clone().fold(f64::INFINITY, f64::min);
                let high = wide.fold(f64::NEG_INFINITY, f64::max);
                (low, high - low)
            }
            Self::Standardise => {
                let n = wide.clone().count() as f64;
                let mean = wide.clone().sum::<f64>() / n;
                let variance = wide.map(|value| (value - mean).powi(2)).sum::<f64>() / n;
                (mean, variance.sqrt())
            }
        };
        (offset, if width > 0.0 { width } else { 1.0 })
    }
}
