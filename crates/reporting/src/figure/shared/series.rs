//! What figures over epochs share: curves, axes, the legend and the table of plotted numbers.

use std::collections::BTreeSet;

use apical_learning::Metric;

use crate::csv::{Csv, number};
use crate::group::{Group, Task};
use crate::plot::{Axis, Curve, CurvePoint, Key, LegendEntry};
use crate::subject::EpochPoint;

/// Curves over epochs, and with single seeds if so wanted.
pub(in crate::figure) fn over_epochs(
    group: &Group<'_>,
    points: &[EpochPoint],
    has_seeds: bool,
) -> Curve {
    let seeds: BTreeSet<u64> = seeds_of(points);
    let of_seed = |seed: u64| -> Vec<(f64, f64)> {
        points
            .iter()
            .filter_map(|point| {
                let (_, value) = point.by_seed.iter().find(|(s, _)| *s == seed)?;
                Some((point.epoch as f64, *value))
            })
            .collect()
    };
    Curve {
        style: group.style,
        points: points
            .iter()
            .map(|point| CurvePoint {
                x: point.epoch as f64,
                mean: point.spread.mean,
                half_width: point.spread.half_width,
            })
            .collect(),
        seeds: if has_seeds && seeds.len() > 1 {
            seeds.into_iter().map(of_seed).collect()
        } else {
            Vec::new()
        },
        has_error_bars: false,
    }
}

/// One line of the legend for every group.
pub(in crate::figure) fn legend<'a>(
    groups: impl IntoIterator<Item = &'a Group<'a>>,
) -> Vec<LegendEntry> {
    groups
        .into_iter()
        .map(|group| LegendEntry {
            key: Key::Line(group.style),
            label: group.label(),
        })
        .collect()
}

/// An axis from the first to the last epoch of all `curves`.
pub(in crate::figure) fn epoch_axis<'a>(
    points: impl IntoIterator<Item = &'a EpochPoint>,
    n_ticks: usize,
) -> Axis {
    let epochs: BTreeSet<usize> = points.into_iter().map(|point| point.epoch).collect();
    let first = epochs.first().copied().unwrap_or(0);
    let last = epochs.last().copied().unwrap_or(1);
    Axis::epochs(first, last, n_ticks)
}

/// The label of an axis of accuracy or loss.
pub(in crate::figure) fn score_label(score: Metric, part: &str) -> String {
    let unit = score.info().unit;
    let name = score.info().label;
    if part.is_empty() {
        format!("{name} ({unit})")
    } else {
        format!("{part} {name} ({unit})")
    }
}

/// An axis of accuracy (linear) or loss (logarithmic) for `curves`, each a list of values in the
/// order of training. Where the first half of training takes more than a quarter of the range, the axis
/// leaves out what is below everything that follows.
pub(in crate::figure) fn score_axis(score: Metric, curves: &[Vec<f64>]) -> Axis {
    let all = curves.iter().flatten().copied();
    let (low, high) = range(all.clone()).unwrap_or((0.0, 1.0));
    if score != Metric::ACCURACY {
        let positive = range(all.filter(|value| *value > 0.0));
        let (low, high) = positive.unwrap_or((0.1, 1.0));
        return Axis::logarithmic(low, high);
    }
    let settled = curves
        .iter()
        .flat_map(|curve| curve.iter().skip(curve.len() / 2).copied());
    let low = match range(settled) {
        Some((settled_low, _)) if high - settled_low < 0.75 * (high - low) => settled_low,
        _ => low,
    };
    let margin = 0.05 * (high - low).max(0.5);
    Axis::linear_rounded((low - margin).max(0.0), (high + margin).min(100.0), 5)
}

/// Smallest and largest of the finite values.
pub(in crate::figure) fn range(values: impl Iterator<Item = f64>) -> Option<(f64, f64)> {
    values
        .filter(|value| value.is_finite())
        .fold(None, |range, value| match range {
            None => Some((value, value)),
            Some((low, high)) => Some((value.min(low), value.max(high))),
        })
}

/// A table of values over epochs: a row per line and epoch, a column per seed.
pub(in crate::figure) struct EpochTable {
    seeds: Vec<u64>,
    csv: Csv,
}

impl EpochTable {
    /// An empty table whose first column, named `panel`, says where a line is drawn.
    pub(in crate::figure) fn new(task: &Task<'_>, panel: &[&str]) -> Self {
        let seeds: BTreeSet<u64> = task
            .groups
            .iter()
            .flat_map(|group| group.finished.iter().map(|run| run.summary.run.seed))
            .collect();
        let mut header: Vec<String> = panel.iter().map(|name| (*name).to_owned()).collect();
        header.extend(
            [
                "learner",
                "variant",
                "epoch",
                "n_seeds",
                "mean",
                "half_width_95",
            ]
            .map(str::to_owned),
        );
        header.extend(seeds.iter().map(|seed| format!("seed_{seed}")));
        Self {
            seeds: seeds.into_iter().collect(),
            csv: Csv::new(&header),
        }
    }

    /// Adds a line.
    pub(in crate::figure) fn add(
        &mut self,
        panel: &[&str],
        group: &Group<'_>,
        points: &[EpochPoint],
    ) {
        for point in points {
            let mut cells: Vec<String> = panel.iter().map(|name| (*name).to_owned()).collect();
            cells.extend([
                group.learner.to_owned(),
                group.point.to_string(),
                point.epoch.to_string(),
                point.spread.n.to_string(),
                number(Some(point.spread.mean)),
                number(point.spread.half_width),
            ]);
            for seed in &self.seeds {
                let value = point.by_seed.iter().find(|(s, _)| s == seed);
                cells.push(number(value.map(|(_, value)| *value)));
            }
            self.csv.row(&cells);
        }
    }

    /// The table.
    pub(in crate::figure) fn finish(self) -> Csv {
        self.csv
    }
}

fn seeds_of(points: &[EpochPoint]) -> BTreeSet<u64> {
    points
        .iter()
        .flat_map(|point| point.by_seed.iter().map(|(seed, _)| *seed))
        .collect()
}
