//! What figures over epochs share: curves, axes, the legend and the table of plotted numbers.

use std::collections::{BTreeMap, BTreeSet};

use apical_learning::{KeyPath, Metric};

use crate::csv::{Csv, number};
use crate::group::{Group, Task};
use crate::palette::LineStyle;
use crate::plot::{Axis, Curve, CurvePoint, Key, LegendEntry, Shown, limited};
use crate::statistics::Spread;
use crate::subject::EpochPoint;

/// A curve over epochs, with single seeds beside the interval if so wanted.
pub(in crate::figure) fn over_epochs(
    group: &Group<'_>,
    points: &[EpochPoint],
    has_seeds: bool,
) -> Curve {
    let values = points.iter().flat_map(|point| {
        let x = point.epoch as f64;
        point
            .by_seed
            .iter()
            .map(move |(seed, value)| (x, *seed, *value))
    });
    let seeds = lines_of_seeds(values);
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
        seeds,
        shown: match has_seeds {
            true => Shown::Both,
            false => Shown::Interval,
        },
        has_error_bars: false,
    }
}

/// A curve over places, each with its spread over seeds as a bar; `seeds` are place, seed and value.
pub(in crate::figure) fn over_places(
    style: LineStyle,
    points: &[(f64, Spread)],
    seeds: &[(f64, u64, f64)],
) -> Curve {
    Curve {
        style,
        points: points
            .iter()
            .map(|(x, spread)| CurvePoint {
                x: *x,
                mean: spread.mean,
                half_width: spread.half_width,
            })
            .collect(),
        seeds: lines_of_seeds(seeds.iter().copied()),
        shown: Shown::Interval,
        has_error_bars: true,
    }
}

/// Points of one learner's sweep that each have an entry of the legend; of more, the ends alone.
const MOST_POINTS: usize = 4;

/// One line of the legend for every group, as far as they can be told apart.
pub(in crate::figure) fn legend<'a>(
    groups: impl IntoIterator<Item = &'a Group<'a>>,
) -> Vec<LegendEntry> {
    let groups: Vec<&Group<'_>> = groups.into_iter().collect();
    let of_learners = groups.chunk_by(|a, b| a.learner == b.learner);
    let entries = of_learners.flat_map(|own| {
        let entry = |group: &Group<'_>| LegendEntry {
            key: Key::Line(group.style),
            label: group.label(),
        };
        match own {
            [first, between @ .., last] if own.len() > MOST_POINTS => {
                let words = LegendEntry {
                    key: Key::Words,
                    label: format!("… {} points between, dark to light …", between.len()),
                };
                vec![entry(first), words, entry(last)]
            }
            few => few.iter().map(|group| entry(group)).collect(),
        }
    });
    limited(entries.collect())
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
    let info = score.info();
    match info.unit {
        "1" => format!("{part} {}", info.label),
        unit => format!("{part} {} ({unit})", info.label),
    }
}

/// The label of an axis of the test error, or of the loss.
pub(in crate::figure) fn error_label(score: Metric) -> String {
    match score == Metric::ACCURACY {
        true => "test error (%)".to_owned(),
        false => score_label(score, "test"),
    }
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
pub(in crate::figure) struct EpochTable<'a> {
    seeds: Vec<u64>,
    /// The keys of a sweep.
    keys: Vec<&'a KeyPath>,
    csv: Csv,
}

impl<'a> EpochTable<'a> {
    /// An empty table whose first column, named `panel`, says where a line is drawn.
    pub(in crate::figure) fn new(task: &Task<'a>, panel: &[&str]) -> Self {
        let seeds: BTreeSet<u64> = task
            .groups
            .iter()
            .flat_map(|group| group.finished.iter().map(|run| run.summary.run.seed))
            .collect();
        let keys = task.swept_keys();
        let mut header: Vec<String> = panel.iter().map(|name| (*name).to_owned()).collect();
        let columns = ["epoch", "n_seeds", "mean", "half_width_95"];
        header.extend(learner_columns(&keys, &columns));
        header.extend(seeds.iter().map(|seed| format!("seed_{seed}")));
        Self {
            seeds: seeds.into_iter().collect(),
            keys,
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
            cells.extend(learner_cells(group, &self.keys));
            cells.extend([
                point.epoch.to_string(),
                point.spread.n.to_string(),
                number(Some(point.spread.mean)),
                number(point.spread.half_width),
            ]);
            let values: BTreeMap<u64, f64> = point.by_seed.iter().copied().collect();
            for seed in &self.seeds {
                cells.push(number(values.get(seed).copied()));
            }
            self.csv.row(&cells);
        }
    }

    /// The table.
    pub(in crate::figure) fn finish(self) -> Csv {
        self.csv
    }
}

/// The columns that say what a row is of, its swept values apart, and `columns` after them.
pub(in crate::figure) fn learner_columns(keys: &[&KeyPath], columns: &[&str]) -> Vec<String> {
    let mut header = vec!["learner".to_owned(), "variant".to_owned()];
    header.extend(keys.iter().map(|key| key.to_string()));
    header.extend(columns.iter().map(|column| (*column).to_owned()));
    header
}

/// The cells under the first of [`learner_columns`].
pub(in crate::figure) fn learner_cells(group: &Group<'_>, keys: &[&KeyPath]) -> Vec<String> {
    let mut cells = vec![group.learner.to_owned(), group.point.to_string()];
    cells.extend(group.swept(keys).into_iter().map(Option::unwrap_or_default));
    cells
}

/// The points of each seed, of places, seeds and values; none where there are not two to tell apart.
fn lines_of_seeds(values: impl Iterator<Item = (f64, u64, f64)>) -> Vec<Vec<(f64, f64)>> {
    let mut lines: BTreeMap<u64, Vec<(f64, f64)>> = BTreeMap::new();
    for (x, seed, value) in values {
        lines.entry(seed).or_default().push((x, value));
    }
    match lines.len() {
        0 | 1 => Vec::new(),
        _ => lines.into_values().collect(),
    }
}
