//! Accuracy of whole runs against their training time, with the front of what nobody beats in both.

use apical_learning::{Metric, PartName};

use super::shared::{score, series};
use super::{Draft, Drafts, Figure, Omission};
use crate::csv::{Csv, number};
use crate::group::{Group, Task};
use crate::palette::LineStyle;
use crate::plot::{Axis, Curve, CurvePoint, Grid, Key, LegendEntry, Panel, Picture, Row, Shown};
use crate::statistics::mean;
use crate::subject::Subject;

pub(super) const FIGURE: Figure = Figure {
    name: "time_front",
    title: "Accuracy and training time of whole runs",
    one_line: "test accuracy (regression: loss) after the last epoch over the training time of the run, and the front",
    how_to_read: "A dot is a run (of more than 500, every n-th is drawn): its test score after the last epoch over all of its training time (data, dynamics and \
        plasticity, or forward and backward pass; measuring is not counted). Markers are means over the runs of a learner. \
        The dashed grey line is the front: no learner is, on average, both faster and better than one on it. The time axis \
        is logarithmic.",
    reads: &[Metric::ACCURACY, Metric::LOSS],
    shows_times: true,
    drafts: Drafts::OfTask(draft),
};

/// A learner's runs: seed, seconds and score.
struct Line<'t, 'a> {
    group: &'t Group<'a>,
    runs: Vec<(u64, f64, f64)>,
    seconds: f64,
    score: f64,
}

fn draft(task: &Task<'_>) -> Result<Draft, Omission> {
    let lines: Vec<Line<'_, '_>> = task.groups.iter().filter_map(|of| line(task, of)).collect();
    if lines.is_empty() {
        return Err("no finished run has a test score and a training time");
    }
    let curves: Vec<Curve> = lines.iter().map(curve).collect();
    let drawn: Vec<(&Group<'_>, &Curve)> = lines.iter().map(|of| of.group).zip(&curves).collect();
    let (y, notes) = score::axis(task, &drawn, false);
    let seconds = lines
        .iter()
        .flat_map(|of| of.runs.iter().map(|(_, seconds, _)| *seconds));
    let (first, last) = series::range(seconds).unwrap_or((0.1, 1.0));
    let x = Axis::logarithmic(first, last);
    let on_front = front(task, &lines);
    let mut all = vec![steps(&lines, &on_front, (&x, &y))];
    all.extend(curves);
    let mut legend = series::legend(lines.iter().map(|of| of.group));
    legend.push(LegendEntry {
        key: Key::Line(LineStyle::null()),
        label: "front".to_owned(),
    });
    Ok(Draft {
        csv: table(task, &lines, &on_front),
        picture: Picture::Grid(Grid {
            x_label: "training time of a run (s)".to_owned(),
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
                    x,
                    curves: all,
                }],
            }],
            legend,
            notes,
        }),
    })
}

fn line<'t, 'a>(task: &Task<'_>, group: &'t Group<'a>) -> Option<Line<'t, 'a>> {
    let subject = Subject::on(task.score, PartName::Test);
    let runs: Vec<(u64, f64, f64)> = (group.finished.iter())
        .filter_map(|run| {
            let timing = &run.summary.timing;
            timing.samples_per_second?;
            let seconds = timing.seconds.training();
            let score = subject.value(&run.summary.last)?;
            (seconds > 0.0 && seconds.is_finite()).then_some((run.summary.run.seed, seconds, score))
        })
        .collect();
    let of =
        |value: fn(&(u64, f64, f64)) -> f64| mean(&runs.iter().map(value).collect::<Vec<f64>>());
    Some(Line {
        group,
        seconds: of(|run| run.1)?,
        score: of(|run| run.2)?,
        runs,
    })
}

fn curve(of: &Line<'_, '_>) -> Curve {
    Curve {
        style: of.group.style,
        points: vec![CurvePoint {
            x: of.seconds,
            mean: of.score,
            half_width: None,
        }],
        seeds: vec![
            of.runs
                .iter()
                .map(|(_, seconds, score)| (*seconds, *score))
                .collect(),
        ],
        shown: Shown::Dots,
        has_error_bars: true,
    }
}

/// Places in `lines` of those that no other is both faster and better than, by time.
fn front(task: &Task<'_>, lines: &[Line<'_, '_>]) -> Vec<usize> {
    let sign = if task.score == Metric::ACCURACY {
        1.0
    } else {
        -1.0
    };
    let mut by_time: Vec<usize> = (0..lines.len()).collect();
    let key = |index: &usize| (lines[*index].seconds, -sign * lines[*index].score);
    by_time.sort_by(|a, b| {
        let (a, b) = (key(a), key(b));
        a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1))
    });
    let mut best = f64::NEG_INFINITY;
    by_time.retain(|index| {
        let score = sign * lines[*index].score;
        let is_better = score > best;
        best = best.max(score);
        is_better
    });
    by_time
}

/// The front: what can be had in so much time.
fn steps(lines: &[Line<'_, '_>], on_front: &[usize], (x, y): (&Axis, &Axis)) -> Curve {
    let mut places: Vec<(f64, f64)> = Vec::new();
    for index in on_front {
        let Line { seconds, score, .. } = lines[*index];
        let before = places.last().map_or(y.low(), |(_, score)| *score);
        places.extend([(seconds, before), (seconds, score)]);
    }
    let last = places.last().map(|(_, score)| (x.high(), *score));
    places.extend(last);
    let point = |(x, mean)| CurvePoint {
        x,
        mean,
        half_width: None,
    };
    Curve {
        style: LineStyle::null(),
        points: places.into_iter().skip(1).map(point).collect(),
        seeds: Vec::new(),
        shown: Shown::Mean,
        has_error_bars: false,
    }
}

fn table(task: &Task<'_>, lines: &[Line<'_, '_>], on_front: &[usize]) -> Csv {
    let keys = task.swept_keys();
    let columns = [
        "line",
        "n_seeds",
        "training_seconds",
        "value",
        "is_on_front",
    ];
    let mut csv = Csv::new(&series::learner_columns(&keys, &columns));
    for (index, of) in lines.iter().enumerate() {
        let mut row = |line: &str, n: usize, seconds: f64, score: f64, is_on_front: &str| {
            let mut cells = series::learner_cells(of.group, &keys);
            cells.extend([
                line.to_owned(),
                n.to_string(),
                number(Some(seconds)),
                number(Some(score)),
                is_on_front.to_owned(),
            ]);
            csv.row(&cells);
        };
        let is_on_front = on_front.contains(&index).to_string();
        row("mean", of.runs.len(), of.seconds, of.score, &is_on_front);
        for (seed, seconds, score) in &of.runs {
            row(&format!("seed_{seed}"), 1, *seconds, *score, "");
        }
    }
    csv
}
