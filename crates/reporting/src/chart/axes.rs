//! Axes that hold the values drawn.

use super::{ChartAxis, ChartLine, ChartScale};
use crate::plot::Axis;

impl ChartAxis {
    /// The axis for `values`, with at most about `n_ticks` ticks where it is linear.
    pub(super) fn of(&self, values: impl Iterator<Item = f64>, n_ticks: usize) -> Axis {
        let is_shown = |value: &f64| {
            value.is_finite() && (self.scale != ChartScale::Logarithmic || *value > 0.0)
        };
        let range = values.filter(is_shown).fold(None, |range, value| {
            Some(match range {
                None => (value, value),
                Some((low, high)) => (value.min(low), value.max(high)),
            })
        });
        let (low, high): (f64, f64) = range.unwrap_or((0.1, 1.0));
        match self.scale {
            ChartScale::Linear => Axis::linear_rounded(low, high, n_ticks),
            ChartScale::FromZero => Axis::linear_rounded(low.min(0.0), high, n_ticks),
            ChartScale::Between(low, high) => Axis::linear(low, high, n_ticks),
            ChartScale::Logarithmic => Axis::logarithmic(low, high),
            ChartScale::Degrees => Axis::degrees(high),
        }
    }
}

/// All x and y of `lines`, those of seeds that broke off included.
pub(super) fn places<'a>(
    lines: impl Iterator<Item = &'a ChartLine>,
) -> impl Iterator<Item = (f64, f64)> {
    lines.flat_map(|line| {
        line.seeds
            .iter()
            .flat_map(|seed| seed.points.iter().copied())
    })
}
