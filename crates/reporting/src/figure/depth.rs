//! Depth: score, direction of updates, size of error and of step as hidden layers are added.

use apical_learning::{Metric, Readings};

use super::shared::family::{Line, family, lines};
use super::shared::outcome::{
    Averaged, Value, angle, hidden_angle, reference, spread, test_error, values,
};
use super::shared::{per_layer, series};
use super::{Draft, Drafts, Figure, Omission};
use crate::csv::{Csv, number};
use crate::group::{Group, Task};
use crate::plot::{Axis, Curve, Grid, Panel, Picture, Row, Shown};
use crate::statistics::Spread;
use crate::subject::Subject;

pub(super) const FIGURE: Figure = Figure {
    name: "depth",
    title: "Depth",
    one_line: "test error, update angle, size of error and of step over the number of hidden layers",
    how_to_read: "Tasks with the same data and another number of hidden layers, after the last epoch. Top: \
        the test error over that number. Below, on the left over that number too, on the right layer by \
        layer in the deepest task: the angle of updates to the gradient that the learner stands nearer \
        to at its output (left: mean over hidden layers); the root mean square of the error that reaches a \
        hidden layer, over that in the last hidden layer (left: of the first), 1 where an error \
        neither shrinks nor grows; and the norm of the change of a minibatch over that of the weights \
        (left: of layer 1). Bars are 95 % t intervals over seeds; dots are single seeds where these are \
        fewer than five. Lines on the right are means.",
    reads: &[
        Metric::ACCURACY,
        Metric::LOSS,
        Metric::UPDATE_ANGLE,
        Metric::ERROR_SIZE,
        Metric::STEP_SIZE,
    ],
    shows_times: false,
    drafts: Drafts::Among(draft),
};

fn draft(task: &Task<'_>, all: &[Task<'_>]) -> Result<Draft, Omission> {
    let family = family(task, all)?;
    let lines = lines(&family);
    let depths: Vec<usize> = family.iter().map(|(depth, _)| *depth).collect();
    let rows: Vec<Row> = [
        scores(&lines, task.score, &depths),
        angles(&lines, &depths),
        errors(&lines, &depths),
        steps(&lines, &depths),
    ]
    .into_iter()
    .flatten()
    .collect();
    if rows.is_empty() {
        return Err("no finished run of these tasks has a test score");
    }
    let deepest = depths.last().copied().unwrap_or(0);
    Ok(Draft {
        picture: Picture::Grid(Grid {
            x_label: match rows.iter().any(|row| row.panels.len() > 1) {
                true => format!("hidden layers (left), layer where there are {deepest} (right)"),
                false => "hidden layers".to_owned(),
            },
            n_columns: 2,
            rows,
            legend: series::legend(lines.iter().map(|line| line[0].1)),
            notes: Vec::new(),
        }),
        csv: table(task, &lines),
    })
}

fn scores(lines: &[Line<'_, '_>], score: Metric, depths: &[usize]) -> Option<Row> {
    let curves = over_depth(lines, depths, Spread::of, |_, _| {
        Box::new(move |readings| test_error(score, readings))
    });
    let y_label = series::error_label(score);
    let panel = panel("", depth_axis(depths), curves);
    Some(Row {
        is_wide: true,
        height: 900.0,
        ..row("", &y_label, logarithmic(&[&panel])?, vec![panel])
    })
}

fn angles(lines: &[Line<'_, '_>], depths: &[usize]) -> Option<Row> {
    let across = over_depth(lines, depths, Spread::of_angles, |depth, group| {
        let reference = reference(group, depth);
        Box::new(move |readings| hidden_angle(reference?, depth, readings))
    });
    let down = by_layer(lines, depths, 1, Spread::of_angles, |depth, group, k| {
        let reference = reference(group, depth);
        Box::new(move |readings| angle(reference?, k).value(readings))
    });
    let drawn = across
        .iter()
        .chain(&down)
        .flat_map(|curve| drawn(curve, false));
    let highest = drawn.fold(None, |highest: Option<f64>, y| {
        Some(highest.map_or(y, |h| h.max(y)))
    })?;
    let panels = vec![
        panel("mean of hidden layers", depth_axis(depths), across),
        panel("by layer", layer_axis(depths, 1), down),
    ];
    Some(Row {
        guides: vec![90.0],
        ..row(
            "angle of updates",
            "angle (°)",
            Axis::degrees(highest),
            panels,
        )
    })
}

fn errors(lines: &[Line<'_, '_>], depths: &[usize]) -> Option<Row> {
    let of = |depth, k| move |readings: &Readings| relative_error(depth, k, readings);
    let across = over_depth(lines, depths, Spread::of, |depth, _| Box::new(of(depth, 1)));
    let down = by_layer(lines, depths, 0, Spread::of, |depth, _, k| {
        Box::new(of(depth, k))
    });
    let panels = vec![
        panel("first over last layer", depth_axis(depths), across),
        panel("over last layer", layer_axis(depths, 0), down),
    ];
    Some(Row {
        guides: vec![1.0],
        ..row(
            "size of the error in hidden layers",
            "relative size",
            logarithmic(&[&panels[0], &panels[1]])?,
            panels,
        )
    })
}

fn steps(lines: &[Line<'_, '_>], depths: &[usize]) -> Option<Row> {
    let of = |k| move |readings: &Readings| step(k).value(readings);
    let across = over_depth(lines, depths, Spread::of, |_, _| Box::new(of(1)));
    let down = by_layer(lines, depths, 1, Spread::of, |_, _, k| Box::new(of(k)));
    let panels = vec![
        panel("layer 1", depth_axis(depths), across),
        panel("by layer", layer_axis(depths, 1), down),
    ];
    Some(row(
        "size of the step over that of the weights",
        "relative size",
        logarithmic(&[&panels[0], &panels[1]])?,
        panels,
    ))
}

fn row(heading: &str, y_label: &str, y: Axis, panels: Vec<Panel>) -> Row {
    Row {
        heading: heading.to_owned(),
        y_label: y_label.to_owned(),
        y,
        guides: Vec::new(),
        height: 560.0,
        is_wide: false,
        panels,
    }
}

fn panel(title: &str, x: Axis, curves: Vec<Curve>) -> Panel {
    Panel {
        title: title.to_owned(),
        x,
        curves,
    }
}

fn depth_axis(depths: &[usize]) -> Axis {
    Axis::at(
        &depths
            .iter()
            .map(|depth| *depth as f64)
            .collect::<Vec<f64>>(),
    )
}

/// Layers of the deepest task: the hidden ones, and `n_more`.
fn layer_axis(depths: &[usize], n_more: usize) -> Axis {
    Axis::epochs(1, depths.last().copied().unwrap_or(1) + n_more, 4)
}

/// The axis of everything positive that is drawn; none where nothing is.
fn logarithmic(panels: &[&Panel]) -> Option<Axis> {
    let curves = panels.iter().flat_map(|panel| &panel.curves);
    let drawn = curves.flat_map(|curve| drawn(curve, true));
    let (low, high) = series::range(drawn.filter(|y| *y > 0.0))?;
    Some(Axis::logarithmic(low, high))
}

fn drawn(curve: &Curve, is_logarithmic: bool) -> Vec<f64> {
    curve.drawn(is_logarithmic, f64::NEG_INFINITY).collect()
}

/// A curve per learner over the number of hidden layers; `value` is made for the runs at a depth.
fn over_depth<'v>(
    lines: &[Line<'_, '_>],
    depths: &[usize],
    averaged: Averaged,
    value: impl Fn(usize, &Group<'_>) -> Box<dyn Fn(&Readings) -> Option<f64> + 'v>,
) -> Vec<Curve> {
    let curve = |line: &Line<'_, '_>| {
        let (mut points, mut seeds) = (Vec::new(), Vec::new());
        for (depth, group) in line.iter().filter(|(depth, _)| depths.contains(depth)) {
            let x = *depth as f64;
            let values = values(group, &value(*depth, group));
            let of_seeds: Vec<f64> = values.iter().map(|(_, value)| *value).collect();
            points.extend(averaged(&of_seeds).map(|spread| (x, spread)));
            seeds.extend(values.into_iter().map(|(seed, value)| (x, seed, value)));
        }
        (!points.is_empty()).then(|| series::over_places(line[0].1.style, &points, &seeds))
    };
    lines.iter().filter_map(curve).collect()
}

/// A curve per learner over the layers of the deepest task: the hidden ones, and `n_more`.
fn by_layer<'v>(
    lines: &[Line<'_, '_>],
    depths: &[usize],
    n_more: usize,
    averaged: Averaged,
    value: impl Fn(usize, &Group<'_>, usize) -> Box<dyn Fn(&Readings) -> Option<f64> + 'v>,
) -> Vec<Curve> {
    let curve = |line: &Line<'_, '_>| {
        let (depth, group) = line
            .last()
            .filter(|(depth, _)| depths.last() == Some(depth))?;
        let points: Vec<(f64, Spread)> = (1..=depth + n_more)
            .filter_map(|k| Some((k as f64, spread(group, averaged, &value(*depth, group, k))?)))
            .collect();
        (!points.is_empty()).then(|| Curve {
            shown: Shown::Mean,
            has_error_bars: false,
            ..series::over_places(line[0].1.style, &points, &[])
        })
    };
    lines.iter().filter_map(curve).collect()
}

fn step(k: usize) -> Subject {
    Subject::of_layer(Metric::STEP_SIZE, Some(k), None)
}

/// The size of the error in hidden layer k over that in the last of `depth`.
fn relative_error(depth: usize, k: usize, readings: &Readings) -> Option<f64> {
    let size = |k| Subject::of_layer(Metric::ERROR_SIZE, Some(k), None).value(readings);
    size(depth)
        .filter(|last| *last > 0.0)
        .and_then(|last| Some(size(k)? / last))
}

/// What is plotted, and what is not: layer by layer at every depth.
fn table(task: &Task<'_>, lines: &[Line<'_, '_>]) -> Csv {
    let keys = task.swept_keys();
    let mut header: Vec<String> = ["quantity", "reference", "hidden_layers", "layer"]
        .map(str::to_owned)
        .to_vec();
    header.extend(series::learner_columns(
        &keys,
        &["n_seeds", "mean", "half_width_95"],
    ));
    let mut csv = Csv::new(&header);
    for (depth, group) in lines.iter().flatten() {
        let mut add = |quantity: &str, reference: &str, layer: String, value: Value<'_>| {
            let averaged = match quantity {
                "update_angle" => Spread::of_angles,
                _ => Spread::of,
            };
            let Some(spread) = spread(group, averaged, value) else {
                return;
            };
            let mut cells = vec![
                quantity.to_owned(),
                reference.to_owned(),
                depth.to_string(),
                layer,
            ];
            cells.extend(series::learner_cells(group, &keys));
            cells.extend([
                spread.n.to_string(),
                number(Some(spread.mean)),
                number(spread.half_width),
            ]);
            csv.row(&cells);
        };
        let score = match task.score == Metric::ACCURACY {
            true => "test_error",
            false => "test_loss",
        };
        add(score, "", String::new(), &|of| test_error(task.score, of));
        if let Some(reference) = reference(group, *depth) {
            for k in 1..=depth + 1 {
                let name = per_layer::reference_name(reference);
                add("update_angle", name, k.to_string(), &|of| {
                    angle(reference, k).value(of)
                });
            }
        }
        for k in 1..=*depth {
            add("relative_error_size", "", k.to_string(), &|of| {
                relative_error(*depth, k, of)
            });
        }
        for k in 1..=depth + 1 {
            add("step_size", "", k.to_string(), &|of| step(k).value(of));
        }
    }
    csv
}
