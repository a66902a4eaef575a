//! Sweep: the test score against one swept number.

use apical_learning::{KeyPath, Metric, PartName, RunRecord};

use super::shared::{score, series};
use super::{Draft, Drafts, Figure, Omission};
use crate::csv::{Csv, number};
use crate::group::{Group, Task};
use crate::palette::LineStyle;
use crate::plot::{
    Axis, Curve, CurvePoint, Grid, Key, LegendEntry, Panel, Picture, Row, Shown, limited,
};
use crate::statistics::Spread;
use crate::subject::Subject;

pub(super) const FIGURE: Figure = Figure {
    name: "sweep",
    title: "Accuracy against the swept value",
    one_line: "test accuracy (regression: loss) after the last epoch over one swept number",
    how_to_read: "Every marker is the mean over seeds after the last epoch, with its 95 % t interval as \
        bar, or with single seeds as dots where these are fewer than five. Level lines are learners \
        outside of the sweep, with the interval as band. The axis of the swept value is logarithmic where \
        the sweep says so, or spans more than a factor of 30.",
    reads: &[Metric::ACCURACY, Metric::LOSS],
    shows_times: false,
    drafts: Drafts::OfTask(draft),
};

struct Line<'t, 'a> {
    /// The first of its points.
    group: &'t Group<'a>,
    learner: &'a str,
    style: LineStyle,
    points: Vec<(f64, Spread)>,
    /// Place, seed and value.
    seeds: Vec<(f64, u64, f64)>,
}

fn draft(task: &Task<'_>) -> Result<Draft, Omission> {
    let swept: Vec<&Group<'_>> = task
        .groups
        .iter()
        .filter(|group| !group.point.is_empty())
        .collect();
    let Some(first) = swept.first() else {
        return Err("no run is part of a sweep");
    };
    let key = key_of(first).cloned();
    let is_single = swept.iter().all(|group| key_of(group) == key.as_ref());
    let (Some(key), true) = (key, is_single) else {
        return Err("the sweep is not over one numeric key");
    };
    let lines = lines(task, &swept);
    let points = || lines.iter().flat_map(|line| &line.points);
    let Some((low, high)) = series::range(points().map(|(x, _)| *x)) else {
        return Err("no finished run of the sweep has a test score");
    };
    let is_logarithmic = task.is_logarithmic(&key) || high > 30.0 * low;
    let x = if low > 0.0 && is_logarithmic {
        Axis::logarithmic(low, high)
    } else {
        let margin = 0.04 * (high - low);
        Axis::linear(low - margin, high + margin, 6)
    };
    let levels = levels(task);
    let of_lines = lines.iter().map(|line| {
        (
            line.group,
            series::over_places(line.style, &line.points, &line.seeds),
        )
    });
    let of_levels =
        (levels.iter()).map(|(group, spread)| (*group, level(group, spread, (low, high))));
    let curves: Vec<(&Group<'_>, Curve)> = of_lines.chain(of_levels).collect();
    let drawn: Vec<_> = curves
        .iter()
        .map(|(group, curve)| (*group, curve))
        .collect();
    let (y, notes) = score::axis(task, &drawn, false);
    let name = key.to_string();
    let mut csv = Csv::new(&["learner", &name, "n_seeds", "mean", "half_width_95"]);
    for line in &lines {
        for (value, spread) in &line.points {
            csv.row(&[
                line.learner.to_owned(),
                number(Some(*value)),
                spread.n.to_string(),
                number(Some(spread.mean)),
                number(spread.half_width),
            ]);
        }
    }
    for (group, spread) in &levels {
        csv.row(&[
            group.learner.to_owned(),
            String::new(),
            spread.n.to_string(),
            number(Some(spread.mean)),
            number(spread.half_width),
        ]);
    }
    let legend = lines.iter().map(|line| (line.style, line.learner));
    let level_legend = levels.iter().map(|(group, _)| (group.style, group.learner));
    Ok(Draft {
        picture: Picture::Grid(Grid {
            x_label: axis_label(&name),
            n_columns: 1,
            rows: vec![Row {
                heading: String::new(),
                y_label: series::score_label(task.score, "test"),
                y,
                guides: Vec::new(),
                height: 1000.0,
                is_wide: false,
                panels: vec![Panel {
                    title: String::new(),
                    x,
                    curves: curves.into_iter().map(|(_, curve)| curve).collect(),
                }],
            }],
            legend: limited(
                legend
                    .chain(level_legend)
                    .map(|(style, learner)| LegendEntry {
                        key: Key::Line(style),
                        label: learner.to_owned(),
                    })
                    .collect(),
            ),
            notes,
        }),
        csv,
    })
}

/// The key that is swept, where that is one with numbers.
fn key_of<'g>(group: &'g Group<'_>) -> Option<&'g KeyPath> {
    group.point.number().map(|(key, _)| key)
}

/// A line for every swept learner, in the learner's own colour.
fn lines<'t, 'a>(task: &Task<'_>, swept: &[&'t Group<'a>]) -> Vec<Line<'t, 'a>> {
    let subject = Subject::on(task.score, PartName::Test);
    let mut lines: Vec<Line<'t, 'a>> = Vec::new();
    for group in swept {
        let point = (group.point.number()).and_then(|(_, x)| Some((x, group.last(subject)?)));
        let is_known = lines.iter().any(|line| line.learner == group.learner);
        if !is_known {
            lines.push(Line {
                group,
                learner: group.learner,
                style: group.own_style,
                points: Vec::new(),
                seeds: Vec::new(),
            });
        }
        let line = lines.iter_mut().find(|line| line.learner == group.learner);
        if let (Some(line), Some(point)) = (line, point) {
            line.points.push(point);
            let runs = group.finished.iter();
            let values = runs.filter_map(|run| {
                let value = subject.value(&run.summary.last)?;
                Some((point.0, run.summary.run.seed, value))
            });
            line.seeds.extend(values);
        }
    }
    for line in &mut lines {
        line.points.sort_by(|(a, _), (b, _)| a.total_cmp(b));
        line.seeds.sort_by(|(a, ..), (b, ..)| a.total_cmp(b));
    }
    lines
}

/// Learners that no swept key concerns, with their score.
fn levels<'a, 'b>(task: &'b Task<'a>) -> Vec<(&'b Group<'a>, Spread)> {
    let subject = Subject::on(task.score, PartName::Test);
    let unswept = task.groups.iter().filter(|group| group.point.is_empty());
    unswept
        .filter_map(|group| Some((group, group.last(subject)?)))
        .collect()
}

fn level(group: &Group<'_>, spread: &Spread, (low, high): (f64, f64)) -> Curve {
    let at = |x| CurvePoint {
        x,
        mean: spread.mean,
        half_width: spread.half_width,
    };
    Curve {
        style: group.style,
        points: vec![at(low), at(high)],
        seeds: level_seeds(group, (low, high)),
        shown: Shown::Interval,
        has_error_bars: false,
    }
}

fn level_seeds(group: &Group<'_>, (low, high): (f64, f64)) -> Vec<Vec<(f64, f64)>> {
    let accuracy = Subject::on(Metric::ACCURACY, PartName::Test);
    let loss = Subject::on(Metric::LOSS, PartName::Test);
    let value = |run: &&RunRecord| {
        let readings = &run.summary.last;
        accuracy.value(readings).or_else(|| loss.value(readings))
    };
    let values = group.finished.iter().filter_map(value);
    values
        .map(|value| vec![(low, value), (high, value)])
        .collect()
}

/// The key in words, a unit of time that it ends with in brackets.
fn axis_label(key: &str) -> String {
    match key.strip_suffix("_ms") {
        Some(quantity) => format!("{} (ms)", quantity.replace('_', " ")),
        None => key.replace('_', " "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn axes_are_labelled_in_words() {
        assert_eq!(axis_label("plasticity_delay_ms"), "plasticity delay (ms)");
        assert_eq!(axis_label("apical_mixing"), "apical mixing");
        assert_eq!(axis_label("rates.0"), "rates.0");
    }
}
