//! Rows of numbers of the user's own, in the precision that holds them.

use ndarray::{Array2, ArrayView2, Axis, concatenate};

use crate::cell::Precision;

/// `[n_rows, n_columns]`, all finite.
///
/// Numbers that single precision holds take half the memory.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Numbers {
    Single(Array2<f32>),
    Double(Array2<f64>),
}

impl Numbers {
    pub(crate) fn n_rows(&self) -> usize {
        match self {
            Self::Single(values) => values.nrows(),
            Self::Double(values) => values.nrows(),
        }
    }

    pub(crate) fn n_columns(&self) -> usize {
        match self {
            Self::Single(values) => values.ncols(),
            Self::Double(values) => values.ncols(),
        }
    }

    pub(crate) fn at(&self, row: usize, column: usize) -> f64 {
        match self {
            Self::Single(values) => values[[row, column]].into(),
            Self::Double(values) => values[[row, column]],
        }
    }

    /// Row and column of the first number that is not finite in `precision`.
    pub(crate) fn first_not_finite(&self, precision: Precision) -> Option<(usize, usize)> {
        match self {
            Self::Single(values) => {
                let mut values = values.indexed_iter();
                values
                    .find(|(_, value)| !value.is_finite())
                    .map(|(at, _)| at)
            }
            Self::Double(values) => {
                let mut values = values.indexed_iter();
                values
                    .find(|(_, value)| !precision.holds(**value))
                    .map(|(at, _)| at)
            }
        }
    }

    /// Rounded to single precision.
    pub(crate) fn into_single(self) -> Array2<f32> {
        match self {
            Self::Single(values) => values,
            Self::Double(values) => values.mapv(|value| value as f32),
        }
    }

    /// One below the other; all are as wide as the first.
    pub(crate) fn stacked(parts: &[&Self]) -> Self {
        let as_wide = "all are as wide as the first";
        let single = parts.iter().map(|part| match part {
            Self::Single(values) => Some(values.view()),
            Self::Double(_) => None,
        });
        if let Some(single) = single.collect::<Option<Vec<ArrayView2<'_, f32>>>>() {
            return Self::Single(concatenate(Axis(0), &single).expect(as_wide));
        }
        let double: Vec<Array2<f64>> = parts
            .iter()
            .map(|part| match part {
                Self::Single(values) => values.mapv(f64::from),
                Self::Double(values) => values.clone(),
            })
            .collect();
        let views: Vec<_> = double.iter().map(|values| values.view()).collect();
        Self::Double(concatenate(Axis(0), &views).expect(as_wide))
    }

    /// How many different values of `column` there are, and how many in single precision, where a
    /// tenth of them or more is lost.
    pub(crate) fn lost_in_single(&self, column: usize) -> Option<(usize, usize)> {
        let Self::Double(values) = self else {
            return None;
        };
        let column = values.column(column);
        if column.iter().all(|&value| f64::from(value as f32) == value) {
            return None;
        }
        let mut sorted = column.to_vec();
        sorted.sort_unstable_by(f64::total_cmp);
        sorted.dedup();
        let n_double = sorted.len();
        let mut single: Vec<f32> = sorted.into_iter().map(|value| value as f32).collect();
        single.dedup();
        (10 * single.len() < 9 * n_double).then_some((n_double, single.len()))
    }
}
