//! Accuracy of every learner on every class.

use apical_learning::Metric;

use super::shared::classes::{self, Counted};
use super::shared::series;
use super::{Draft, Drafts, Figure, Omission};
use crate::csv::{Csv, number};
use crate::group::Task;
use crate::plot::{Axis, Curve, CurvePoint, Grid, Panel, Picture, Row, Shown};
use crate::statistics::Spread;

pub(super) const FIGURE: Figure = Figure {
    name: "class_accuracy",
    title: "Accuracy on each class",
    one_line: "share of the test samples of each class that is taken for it",
    how_to_read: "After the last epoch, of the test samples of one class alone: markers are means over runs, bars \
        95 % t intervals, or dots single runs where these are fewer than five. Learners stand beside each other at every \
        class, in the order of the legend. Classes are numbered as in the data.",
    reads: &[Metric::ACCURACY],
    shows_times: false,
    drafts: Drafts::OfTask(draft),
};

/// Of more classes the markers would stand on one another.
const MOST_CLASSES: usize = 20;
/// Markers that have room side by side in a row.
const MOST_MARKERS: usize = 38;

fn draft(task: &Task<'_>) -> Result<Draft, Omission> {
    let (counted, n_classes) = classes::counted(task)?;
    if n_classes > MOST_CLASSES {
        return Err("there are more than 20 classes; confusion.csv has all of them");
    }
    let n = counted.len();
    let curves = |class: usize| {
        let of_learner = |(index, of)| {
            let beside = 0.8 * ((index as f64 + 0.5) / n as f64 - 0.5);
            curve(of, class, class as f64 + beside)
        };
        let curves = counted.iter().enumerate().filter_map(of_learner);
        curves.collect::<Vec<Curve>>()
    };
    let curves: Vec<Vec<Curve>> = (0..n_classes).map(curves).collect();
    let drawn = curves.iter().flatten();
    let drawn = drawn.flat_map(|curve| curve.drawn(false, f64::NEG_INFINITY));
    let low = drawn.fold(100.0, f64::min).max(0.0);
    let y = Axis::linear_rounded(low.min(99.0), 100.0, 5);
    let n_rows = (n * n_classes).div_ceil(MOST_MARKERS).min(n_classes);
    let n_in_row = n_classes.div_ceil(n_rows);
    let row = |(index, classes): (usize, &[Vec<Curve>])| Row {
        heading: String::new(),
        y_label: "test accuracy (%)".to_owned(),
        y: y.clone(),
        guides: Vec::new(),
        height: if n_rows == 1 { 1100.0 } else { 620.0 },
        is_wide: false,
        panels: vec![Panel {
            title: String::new(),
            // The last row may have fewer, as far apart.
            x: Axis::places(n_in_row, index * n_in_row).labelled_below(n_classes),
            curves: classes.concat(),
        }],
    };
    Ok(Draft {
        csv: table(task, &counted, n_classes),
        picture: Picture::Grid(Grid {
            x_label: "class".to_owned(),
            n_columns: 1,
            rows: curves.chunks(n_in_row).enumerate().map(row).collect(),
            legend: series::legend(counted.iter().map(|of| of.group)),
            notes: Vec::new(),
        }),
    })
}

/// One marker at `x`; none without samples of `class`.
fn curve(of: &Counted<'_, '_>, class: usize, x: f64) -> Option<Curve> {
    let values = of.accuracies(class);
    let spread = Spread::of(&values)?;
    Some(Curve {
        style: of.group.style,
        points: vec![CurvePoint {
            x,
            mean: spread.mean,
            half_width: spread.half_width,
        }],
        seeds: match values.len() {
            1 => Vec::new(),
            _ => values.into_iter().map(|value| vec![(x, value)]).collect(),
        },
        shown: Shown::Interval,
        has_error_bars: true,
    })
}

fn table(task: &Task<'_>, counted: &[Counted<'_, '_>], n_classes: usize) -> Csv {
    let keys = task.swept_keys();
    let columns = ["class", "n_runs", "accuracy_percent", "half_width_95"];
    let mut csv = Csv::new(&series::learner_columns(&keys, &columns));
    for of in counted {
        for class in 0..n_classes {
            let Some(spread) = Spread::of(&of.accuracies(class)) else {
                continue;
            };
            let mut cells = series::learner_cells(of.group, &keys);
            cells.extend([
                class.to_string(),
                spread.n.to_string(),
                number(Some(spread.mean)),
                number(spread.half_width),
            ]);
            csv.row(&cells);
        }
    }
    csv
}
