//! Accuracy against time: the test score over the training time that it took.

use apical_learning::{Metric, PartName, RunRecord};

use super::shared::{score, series};
use super::{Draft, Drafts, Figure, Omission};
use crate::csv::{Csv, number};
use crate::group::{Group, Task};
use crate::plot::{Axis, Curve, CurvePoint, Grid, Panel, Picture, Row, Shown};
use crate::statistics::mean;
use crate::subject::{EpochPoint, Subject};

pub(super) const FIGURE: Figure = Figure {
    name: "accuracy_against_time",
    title: "Accuracy against training time",
    one_line: "test accuracy (regression: loss) over cumulative training time",
    how_to_read: "Training time is that of data, dynamics and plasticity (or forward and backward \
        pass); measuring is not counted. Every place of a line is an epoch: mean score over \
        mean time, with single seeds as thin lines (of more than 500, every n-th), or the 95 % t interval of the score as band from \
        five seeds on. Learners far behind the others are named under the axis. The time axis is logarithmic, so that the start, at 0 s, is not on it. Times depend on the \
        machine and on the number of threads below.",
    reads: &[Metric::ACCURACY, Metric::LOSS],
    shows_times: true,
    drafts: Drafts::OfTask(draft),
};

/// An epoch with its time.
struct TimedPoint {
    point: EpochPoint,
    seconds: f64,
    /// Seed, seconds and value.
    by_seed: Vec<(u64, f64, f64)>,
}

fn draft(task: &Task<'_>) -> Result<Draft, Omission> {
    let lines: Vec<(&Group<'_>, Vec<TimedPoint>)> = task
        .groups
        .iter()
        .map(|group| (group, timed(task, group)))
        .filter(|(_, points)| !points.is_empty())
        .collect();
    if lines.is_empty() {
        return Err("no finished run has test scores with times over epochs");
    }
    let curves: Vec<Curve> = lines
        .iter()
        .map(|(group, points)| curve(group, points))
        .collect();
    let drawn: Vec<(&Group<'_>, &Curve)> =
        lines.iter().map(|(group, _)| *group).zip(&curves).collect();
    let (y, notes) = score::axis(task, &drawn, true);
    let points = curves.iter().flat_map(|curve| &curve.points);
    let visible = points
        .filter(|point| point.mean >= y.low())
        .map(|point| point.x);
    let (first, last) = series::range(visible).unwrap_or((0.1, 1.0));
    Ok(Draft {
        picture: Picture::Grid(Grid {
            x_label: "training time (s)".to_owned(),
            n_columns: 1,
            rows: vec![Row {
                heading: String::new(),
                y_label: series::score_label(task.score, "test"),
                y,
                guides: Vec::new(),
                height: 1100.0,
                is_wide: false,
                panels: vec![Panel {
                    title: String::new(),
                    x: Axis::logarithmic(first, last),
                    curves,
                }],
            }],
            legend: series::legend(lines.iter().map(|(group, _)| *group)),
            notes,
        }),
        csv: csv(task, &lines),
    })
}

fn timed(task: &Task<'_>, group: &Group<'_>) -> Vec<TimedPoint> {
    let seconds = |run: &RunRecord, epoch: usize| {
        let timing = run.timings.iter().find(|timing| timing.epoch == epoch)?;
        Some(timing.seconds.training()).filter(|seconds| *seconds > 0.0 && seconds.is_finite())
    };
    let runs = group.by_seed();
    group
        .over_epochs(Subject::on(task.score, PartName::Test))
        .into_iter()
        .filter_map(|point| {
            let by_seed: Vec<(u64, f64, f64)> = point
                .by_seed
                .iter()
                .filter_map(|(seed, value)| {
                    let run = runs.get(seed)?;
                    Some((*seed, seconds(run, point.epoch)?, *value))
                })
                .collect();
            let times: Vec<f64> = by_seed.iter().map(|(_, seconds, _)| *seconds).collect();
            // A mean over some seeds' times would stand beside a score of all.
            if by_seed.len() < point.by_seed.len() {
                return None;
            }
            Some(TimedPoint {
                seconds: mean(&times)?,
                point,
                by_seed,
            })
        })
        .collect()
}

fn curve(group: &Group<'_>, points: &[TimedPoint]) -> Curve {
    let of_seed = |index: usize| -> Vec<(f64, f64)> {
        let own = points.iter().filter_map(|point| point.by_seed.get(index));
        own.map(|(_, seconds, value)| (*seconds, *value)).collect()
    };
    let n_seeds = points
        .iter()
        .map(|point| point.by_seed.len())
        .max()
        .unwrap_or(0);
    Curve {
        style: group.style,
        points: points
            .iter()
            .map(|point| CurvePoint {
                x: point.seconds,
                mean: point.point.spread.mean,
                half_width: point.point.spread.half_width,
            })
            .collect(),
        seeds: match n_seeds {
            0 | 1 => Vec::new(),
            n => (0..n).map(of_seed).collect(),
        },
        shown: Shown::Interval,
        has_error_bars: false,
    }
}

fn csv(task: &Task<'_>, lines: &[(&Group<'_>, Vec<TimedPoint>)]) -> Csv {
    let keys = task.swept_keys();
    let columns = [
        "epoch",
        "line",
        "n_seeds",
        "training_seconds",
        "value",
        "half_width_95",
    ];
    let mut csv = Csv::new(&series::learner_columns(&keys, &columns));
    for (group, points) in lines {
        for timed in points {
            let mut row = |line: &str, n: usize, seconds: f64, value: f64, half_width| {
                let mut cells = series::learner_cells(group, &keys);
                cells.extend([
                    timed.point.epoch.to_string(),
                    line.to_owned(),
                    n.to_string(),
                    number(Some(seconds)),
                    number(Some(value)),
                    number(half_width),
                ]);
                csv.row(&cells);
            };
            let spread = timed.point.spread;
            row(
                "mean",
                spread.n,
                timed.seconds,
                spread.mean,
                spread.half_width,
            );
            for (seed, seconds, value) in &timed.by_seed {
                row(&format!("seed_{seed}"), 1, *seconds, *value, None);
            }
        }
    }
    csv
}
