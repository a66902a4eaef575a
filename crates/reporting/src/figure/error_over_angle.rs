//! Whether the angle of updates says anything of the error that learning ends at.

use apical_learning::{Metric, OutputError};

use super::shared::outcome::{at_output, hidden_angle, reference, test_error};
use super::shared::series;
use super::{Draft, Drafts, Figure, Omission};
use crate::csv::{Csv, number};
use crate::group::{Group, Task};
use crate::number::fixed;
use crate::plot::{Axis, Curve, CurvePoint, Grid, Panel, Picture, Row, Shown};
use crate::statistics::{Correlation, correlation_within, mean, rank_correlation};

pub(super) const FIGURE: Figure = Figure {
    name: "error_over_angle",
    title: "Test error over update angle",
    one_line: "test error over the angle of hidden updates, and their correlation over learners and within them",
    how_to_read: "A dot is a run (of more than 500, every n-th is drawn), after its last epoch: its test error (regression: \
        loss) over the angle of its updates to the gradient that its learner stands nearer to at its output, mean over \
        hidden layers. Markers are means over the runs of a learner. Over learners the correlation is that of the ranks of \
        the means, within them that of single runs less the mean of their learner; with 95 % intervals. Learners whose \
        output layer stands more than 45° from both gradients descend something else, and are left out.",
    reads: &[Metric::ACCURACY, Metric::LOSS, Metric::UPDATE_ANGLE],
    shows_times: false,
    drafts: Drafts::OfTask(draft),
};

/// With fewer learners there is nothing to correlate.
const FEWEST_LEARNERS: usize = 3;

/// A learner whose output layer stands further from both gradients follows neither.
const FURTHEST_DEGREES: f64 = 45.0;

/// A factor between errors beyond which their axis is logarithmic.
const WIDE: f64 = 8.0;

/// A learner's runs.
struct Line<'t, 'a> {
    group: &'t Group<'a>,
    /// Seed, angle and error.
    runs: Vec<(u64, f64, f64)>,
    angle: f64,
    error: f64,
}

impl Line<'_, '_> {
    fn pairs(&self) -> Vec<(f64, f64)> {
        let runs = self.runs.iter();
        runs.map(|(_, angle, error)| (*angle, *error)).collect()
    }
}

fn draft(task: &Task<'_>) -> Result<Draft, Omission> {
    let n_hidden = task.n_hidden().unwrap_or(0);
    let (mut lines, mut elsewhere) = (Vec::new(), Vec::new());
    for group in &task.groups {
        let Some(reference) = reference(group, n_hidden) else {
            continue;
        };
        let Some(line) = line(task, group, (reference, n_hidden)) else {
            continue;
        };
        match at_output(group, reference, n_hidden) <= FURTHEST_DEGREES {
            true => lines.push(line),
            false => elsewhere.push(group.label()),
        }
    }
    if lines.len() < FEWEST_LEARNERS {
        return Err("fewer than three learners have a test score and an angle of hidden updates");
    }
    let correlations = [
        rank_correlation(
            &lines
                .iter()
                .map(|of| (of.angle, of.error))
                .collect::<Vec<_>>(),
        ),
        correlation_within(&lines.iter().map(Line::pairs).collect::<Vec<_>>()),
    ];
    let mut notes: Vec<String> = (["over learners", "within learners"]
        .iter()
        .zip(correlations))
    .filter_map(|(of, found)| Some(format!("{of}: {}", in_words(found?))))
    .collect();
    if !elsewhere.is_empty() {
        notes.push(format!("left out: {}", elsewhere.join(", ")));
    }
    let runs = || lines.iter().flat_map(|of| &of.runs);
    let highest = runs().fold(0.0, |most: f64, (_, angle, _)| most.max(*angle));
    Ok(Draft {
        csv: table(task, &lines, &correlations),
        picture: Picture::Grid(Grid {
            x_label: "angle of hidden updates (°)".to_owned(),
            n_columns: 1,
            rows: vec![Row {
                heading: String::new(),
                y_label: series::error_label(task.score),
                y: axis(runs().map(|(_, _, error)| *error)),
                guides: Vec::new(),
                height: 1100.0,
                is_wide: false,
                panels: vec![Panel {
                    title: String::new(),
                    x: Axis::degrees(highest),
                    curves: lines.iter().map(curve).collect(),
                }],
            }],
            legend: series::legend(lines.iter().map(|of| of.group)),
            notes,
        }),
    })
}

fn line<'t, 'a>(
    task: &Task<'_>,
    group: &'t Group<'a>,
    (reference, n_hidden): (OutputError, usize),
) -> Option<Line<'t, 'a>> {
    let runs = group.finished.iter().filter_map(|run| {
        let last = &run.summary.last;
        let angle = hidden_angle(reference, n_hidden, last)?;
        Some((run.summary.run.seed, angle, test_error(task.score, last)?))
    });
    let runs: Vec<(u64, f64, f64)> = runs.collect();
    let angles: Vec<f64> = runs.iter().map(|(_, angle, _)| *angle).collect();
    let errors: Vec<f64> = runs.iter().map(|(_, _, error)| *error).collect();
    Some(Line {
        group,
        angle: Metric::UPDATE_ANGLE.mean(&angles)?,
        error: mean(&errors)?,
        runs,
    })
}

fn curve(of: &Line<'_, '_>) -> Curve {
    Curve {
        style: of.group.style,
        points: vec![CurvePoint {
            x: of.angle,
            mean: of.error,
            half_width: None,
        }],
        seeds: vec![of.pairs()],
        shown: Shown::Dots,
        has_error_bars: true,
    }
}

/// Linear, or logarithmic where errors are far apart and all are above 0.
fn axis(errors: impl Iterator<Item = f64>) -> Axis {
    let (low, high) = series::range(errors).unwrap_or((0.0, 1.0));
    match low > 0.0 && high > WIDE * low {
        true => Axis::logarithmic(low, high),
        false => Axis::linear_rounded(low, high, 5),
    }
}

/// Such as `0.42 [−0.10, 0.76], n 12`.
fn in_words(found: Correlation) -> String {
    let Correlation { n, value, interval } = found;
    let interval = interval.map_or_else(String::new, |[low, high]| {
        format!(" [{}, {}]", fixed(low, 2), fixed(high, 2))
    });
    format!("correlation {}{interval}, n {n}", fixed(value, 2))
}

fn table(task: &Task<'_>, lines: &[Line<'_, '_>], correlations: &[Option<Correlation>; 2]) -> Csv {
    let keys = task.swept_keys();
    let columns = [
        "line",
        "n",
        "hidden_update_angle_degrees",
        "value",
        "interval_95_low",
        "interval_95_high",
    ];
    let mut csv = Csv::new(&series::learner_columns(&keys, &columns));
    for of in lines {
        let mut row = |line: &str, n: usize, angle: f64, error: f64| {
            let mut cells = series::learner_cells(of.group, &keys);
            cells.extend([line.to_owned(), n.to_string()]);
            cells.extend([Some(angle), Some(error), None, None].map(number));
            csv.row(&cells);
        };
        row("mean", of.runs.len(), of.angle, of.error);
        for (seed, angle, error) in &of.runs {
            row(&format!("seed_{seed}"), 1, *angle, *error);
        }
    }
    for (line, found) in ["correlation_over_learners", "correlation_within_learners"]
        .iter()
        .zip(correlations)
    {
        let Some(Correlation { n, value, interval }) = found else {
            continue;
        };
        let mut cells = vec![String::new(); 2 + keys.len()];
        cells.extend([(*line).to_owned(), n.to_string(), String::new()]);
        let [low, high] = interval.map_or([None; 2], |ends| ends.map(Some));
        cells.extend([Some(*value), low, high].map(number));
        csv.row(&cells);
    }
    csv
}
