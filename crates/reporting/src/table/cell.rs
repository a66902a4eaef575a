//! Cells of the table of results: values until they are drawn.

use std::fmt;

use crate::number::{ABSENT, Decimals, significant, spread};
use crate::statistics::Spread;

/// A cell; what is `None` is written as a dash.
#[derive(Debug)]
pub(crate) enum Cell {
    /// A name.
    Name(String),
    /// How many seeds the means of the row are over, and how many failed.
    Seeds { n_finished: usize, n_failed: usize },
    /// A mean with its interval.
    Interval(Option<Spread>, Decimals),
    /// The means of angles of all layers, °.
    AngleByLayer(Vec<Option<f64>>),
    /// A number and its significant digits.
    Number(Option<f64>, usize),
    /// How many.
    Count(Option<usize>),
}

impl fmt::Display for Cell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let absent = || ABSENT.to_owned();
        let written = match self {
            Self::Name(name) => name.clone(),
            Self::Seeds {
                n_finished,
                n_failed: 0,
            } => n_finished.to_string(),
            Self::Seeds {
                n_finished,
                n_failed,
            } => format!("{n_finished} of {}", n_finished + n_failed),
            Self::Interval(value, decimals) => spread(*value, *decimals),
            Self::AngleByLayer(angles) if angles.iter().all(Option::is_none) => absent(),
            Self::AngleByLayer(angles) => {
                let whole = |angle: &Option<f64>| angle.map_or_else(absent, |a| format!("{a:.0}"));
                angles.iter().map(whole).collect::<Vec<_>>().join(" / ")
            }
            Self::Number(value, n_digits) => {
                value.map_or_else(absent, |value| significant(value, *n_digits))
            }
            Self::Count(n) => n.map_or_else(absent, |n| n.to_string()),
        };
        f.write_str(&written)
    }
}
