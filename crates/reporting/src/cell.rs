//! Cells of tables: values until they are drawn.

use std::fmt;

use crate::csv::number;
use crate::number::{
    ABSENT, Decimals, deviation, fixed, probability, range, short, significant, spread,
};
use crate::statistics::{Spread, mean};

/// A cell; what is `None` is written as a dash.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    /// A name, or other words.
    Text(String),
    /// A mean with its 95 % interval.
    Interval(Option<Spread>, Decimals),
    /// A mean with its standard deviation, to two significant digits of the latter.
    Deviation(Option<Spread>),
    /// The mean of values, the smallest and the largest, to so many significant digits.
    Range(Vec<f64>, usize),
    /// The means of angles of all layers, °.
    AngleByLayer(Vec<Option<f64>>),
    /// A number and its significant digits, trailing zeros included.
    Number(Option<f64>, usize),
    /// A number with at most four significant digits.
    Short(Option<f64>),
    /// The p value of a test.
    Probability(Option<f64>),
    /// How many.
    Count(Option<usize>),
    /// How many of all.
    Share {
        /// Those counted.
        n: usize,
        /// All.
        of: usize,
    },
    /// Words in the place of a number; where only numbers are wanted, nothing.
    Instead(String),
    /// A value that is not there.
    Missing,
}

impl Cell {
    /// Words.
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }
}

impl Cell {
    /// What the numbers in it are, each a column beside the name of the cell's own; none where there is
    /// no number to say.
    pub(crate) fn parts(&self) -> Vec<String> {
        let named = |parts: &[&str]| parts.iter().map(|part| (*part).to_owned()).collect();
        match self {
            Self::Missing | Self::Instead(_) => Vec::new(),
            Self::Text(_)
            | Self::Number(..)
            | Self::Short(_)
            | Self::Probability(_)
            | Self::Count(_) => named(&[""]),
            Self::Interval(..) => named(&["mean", "half_width_95"]),
            Self::Deviation(_) => named(&["mean", "standard_deviation"]),
            Self::Range(..) => named(&["mean", "least", "most"]),
            Self::AngleByLayer(angles) => {
                (1..=angles.len()).map(|k| format!("layer_{k}")).collect()
            }
            Self::Share { .. } => named(&["", "of"]),
        }
    }

    /// The numbers in full, as many as [`Self::parts`]; empty where there is none.
    pub(crate) fn numbers(&self) -> Vec<String> {
        match self {
            Self::Missing | Self::Instead(_) => Vec::new(),
            Self::Text(text) => vec![text.clone()],
            Self::Number(value, _) | Self::Short(value) | Self::Probability(value) => {
                vec![number(*value)]
            }
            Self::Count(n) => vec![n.map_or_else(String::new, |n| n.to_string())],
            Self::Interval(value, _) => vec![
                number(value.map(|spread| spread.mean)),
                number(value.and_then(|spread| spread.half_width)),
            ],
            Self::Deviation(value) => vec![
                number(value.map(|spread| spread.mean)),
                number(value.and_then(|spread| spread.standard_deviation)),
            ],
            Self::Range(values, _) => vec![
                number(mean(values)),
                number(values.iter().copied().reduce(f64::min)),
                number(values.iter().copied().reduce(f64::max)),
            ],
            Self::AngleByLayer(angles) => angles.iter().map(|angle| number(*angle)).collect(),
            Self::Share { n, of } => vec![n.to_string(), of.to_string()],
        }
    }

    /// Whether it says nothing.
    pub(crate) fn is_absent(&self) -> bool {
        !matches!(self, Self::Instead(_)) && self.numbers().iter().all(String::is_empty)
    }

    /// What rows are sorted by: the number that the cell shows first.
    pub(crate) fn order(&self) -> Option<f64> {
        match self {
            Self::Text(_) | Self::Instead(_) | Self::Missing => None,
            Self::Number(value, _) | Self::Short(value) | Self::Probability(value) => *value,
            Self::Count(n) => n.map(|n| n as f64),
            Self::Interval(value, _) | Self::Deviation(value) => value.map(|spread| spread.mean),
            Self::Range(values, _) => mean(values),
            Self::AngleByLayer(angles) => angles.iter().flatten().copied().next(),
            Self::Share { n, .. } => Some(*n as f64),
        }
    }
}

impl fmt::Display for Cell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let absent = || ABSENT.to_owned();
        let written = match self {
            Self::Text(text) | Self::Instead(text) => text.clone(),
            Self::Interval(value, decimals) => spread(*value, *decimals),
            Self::Deviation(value) => deviation(*value),
            Self::Range(values, n_digits) => range(values, *n_digits),
            Self::AngleByLayer(angles) if angles.iter().all(Option::is_none) => absent(),
            Self::AngleByLayer(angles) => {
                let whole = |angle: &Option<f64>| angle.map_or_else(absent, |a| fixed(a, 0));
                angles.iter().map(whole).collect::<Vec<_>>().join(" / ")
            }
            Self::Number(value, n_digits) => {
                value.map_or_else(absent, |value| significant(value, *n_digits))
            }
            Self::Short(value) => value.map_or_else(absent, short),
            Self::Probability(p) => p.map_or_else(absent, probability),
            Self::Count(n) => n.map_or_else(absent, |n| n.to_string()),
            Self::Share { n, of } => format!("{n} of {of}"),
            Self::Missing => absent(),
        };
        f.write_str(&written)
    }
}
