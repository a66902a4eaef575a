//! Cells of tables: values until they are drawn.

use std::fmt;

use crate::number::{ABSENT, Decimals, deviation, rounded, short, significant, spread};
use crate::statistics::{Spread, mean};

/// A cell; what is `None` is written as a dash.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    /// A name, or other words.
    Text(String),
    /// A mean with its 95 % interval.
    Interval(Option<Spread>, Decimals),
    /// A mean with its standard deviation, to three and two significant digits.
    Deviation(Option<Spread>),
    /// The mean of values, the smallest and the largest, to so many significant digits.
    Range(Vec<f64>, usize),
    /// The means of angles of all layers, °.
    AngleByLayer(Vec<Option<f64>>),
    /// A number and its significant digits, trailing zeros included.
    Number(Option<f64>, usize),
    /// A number with at most four significant digits.
    Short(Option<f64>),
    /// How many.
    Count(Option<usize>),
    /// How many of all.
    Share {
        /// Those counted.
        n: usize,
        /// All.
        of: usize,
    },
    /// A value that is not there.
    Missing,
}

impl Cell {
    /// Words.
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }
}

impl fmt::Display for Cell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let absent = || ABSENT.to_owned();
        let written = match self {
            Self::Text(text) => text.clone(),
            Self::Interval(value, decimals) => spread(*value, *decimals),
            Self::Deviation(value) => deviation(*value),
            Self::Range(values, n_digits) => {
                let ends = values.iter().copied().reduce(f64::min);
                let ends = ends.zip(values.iter().copied().reduce(f64::max));
                match mean(values).zip(ends) {
                    Some((mean, (least, most))) => {
                        let [mean, least, most] =
                            [mean, least, most].map(|value| short(rounded(value, *n_digits)));
                        format!("{mean} ({least}–{most})")
                    }
                    None => absent(),
                }
            }
            Self::AngleByLayer(angles) if angles.iter().all(Option::is_none) => absent(),
            Self::AngleByLayer(angles) => {
                let whole = |angle: &Option<f64>| angle.map_or_else(absent, |a| format!("{a:.0}"));
                angles.iter().map(whole).collect::<Vec<_>>().join(" / ")
            }
            Self::Number(value, n_digits) => {
                value.map_or_else(absent, |value| significant(value, *n_digits))
            }
            Self::Short(value) => value.map_or_else(absent, short),
            Self::Count(n) => n.map_or_else(absent, |n| n.to_string()),
            Self::Share { n, of } => format!("{n} of {of}"),
            Self::Missing => absent(),
        };
        f.write_str(&written)
    }
}
