//! Small multiples over epochs: a panel for every layer, a block of rows for every subject.

use apical_learning::{Metric, OutputError};

use super::series::{self, EpochTable};
use crate::group::{Group, Task};
use crate::plot::{Axis, Curve, LegendEntry, Panel, Row};
use crate::subject::{EpochPoint, Subject};

/// What a block of rows shows.
pub(in crate::figure) struct Block<'a> {
    pub(in crate::figure) heading: String,
    /// What it is called in the first columns of the table of plotted numbers.
    pub(in crate::figure) names: &'a [&'a str],
    pub(in crate::figure) y_label: String,
    pub(in crate::figure) metric: Metric,
    pub(in crate::figure) reference: Option<OutputError>,
    pub(in crate::figure) guides: Vec<f64>,
    pub(in crate::figure) y: Axis,
    /// Panels across the figure.
    pub(in crate::figure) n_columns: usize,
    /// A line drawn besides those of the learners, by layer.
    pub(in crate::figure) null: &'a dyn Fn(Option<usize>) -> Option<Curve>,
}

/// Panels across a figure at most.
const N_COLUMNS: usize = 4;

/// Panels across for `n_panels` of them, in rows as even as can be.
pub(in crate::figure) fn n_columns(n_panels: usize) -> usize {
    let n_rows = n_panels.div_ceil(N_COLUMNS).max(1);
    n_panels.div_ceil(n_rows).max(1)
}

/// The rows of a block, and its lines in `table`; none without values.
pub(in crate::figure) fn rows(
    task: &Task<'_>,
    block: &Block<'_>,
    table: &mut EpochTable<'_>,
) -> Vec<Row> {
    let layers = task.layers(block.metric);
    let lines: Vec<(Option<usize>, &Group<'_>, Vec<EpochPoint>)> = layers
        .iter()
        .flat_map(|layer| {
            let subject = Subject::of_layer(block.metric, *layer, block.reference);
            task.groups
                .iter()
                .map(move |group| (*layer, group, group.over_epochs(subject)))
        })
        .filter(|(_, _, points)| !points.is_empty())
        .collect();
    if lines.is_empty() {
        return Vec::new();
    }
    for (layer, group, points) in &lines {
        let layer = layer_number(*layer);
        let names: Vec<&str> = block.names.iter().copied().chain([&*layer]).collect();
        table.add(&names, group, points);
    }
    let points = || lines.iter().flat_map(|(_, _, points)| points);
    let n_ticks = if block.n_columns > 2 { 3 } else { 5 };
    let x = series::epoch_axis(points(), n_ticks);
    let panels: Vec<Panel> = layers
        .iter()
        .map(|layer| Panel {
            title: layer.map_or_else(|| "all layers".to_owned(), |k| format!("layer {k}")),
            x: x.clone(),
            curves: (block.null)(*layer)
                .into_iter()
                .chain(
                    lines
                        .iter()
                        .filter(|(of, _, _)| of == layer)
                        .map(|(_, group, points)| series::over_epochs(group, points, false)),
                )
                .collect(),
        })
        .collect();
    panels
        .chunks(block.n_columns)
        .enumerate()
        .map(|(index, panels)| Row {
            heading: if index == 0 {
                block.heading.clone()
            } else {
                String::new()
            },
            y_label: block.y_label.clone(),
            y: block.y.clone(),
            guides: block.guides.clone(),
            height: 560.0,
            is_wide: false,
            panels: panels.to_vec(),
        })
        .collect()
}

/// Everything that is drawn of `metric`, for an axis that its references share.
pub(in crate::figure) fn drawn(task: &Task<'_>, metric: Metric, is_logarithmic: bool) -> Vec<f64> {
    let of = |group: &Group<'_>| -> Vec<f64> {
        group
            .subjects
            .iter()
            .filter(|subject| subject.metric == metric)
            .map(|subject| series::over_epochs(group, &group.over_epochs(*subject), false))
            .flat_map(|curve| {
                let drawn = curve.drawn(is_logarithmic, f64::NEG_INFINITY);
                drawn.collect::<Vec<_>>()
            })
            .collect()
    };
    task.groups.iter().flat_map(of).collect()
}

/// A y axis of angles for `metrics`.
pub(in crate::figure) fn angle_axis(task: &Task<'_>, metrics: &[Metric]) -> Axis {
    let drawn = metrics
        .iter()
        .flat_map(|metric| drawn(task, *metric, false));
    // There is no angle beyond 180°, though an interval may reach there.
    Axis::degrees(drawn.fold(0.0, f64::max))
}

/// A logarithmic y axis of the ratio `metric`, with 1 on it.
pub(in crate::figure) fn ratio_axis(task: &Task<'_>, metric: Metric) -> Axis {
    let drawn = drawn(task, metric, true).into_iter();
    let positive = drawn.filter(|value| *value > 0.0);
    let (low, high) = series::range(positive.chain([1.0])).unwrap_or((0.5, 2.0));
    Axis::logarithmic(low, high)
}

/// The legend of all groups that have a value of any of `metrics`.
pub(in crate::figure) fn legend(task: &Task<'_>, metrics: &[Metric]) -> Vec<LegendEntry> {
    let has_any = |group: &&Group<'_>| {
        let mut subjects = group.subjects.iter();
        subjects.any(|subject| metrics.contains(&subject.metric))
    };
    series::legend(task.groups.iter().filter(has_any))
}

/// A layer in a table of plotted numbers.
pub(in crate::figure) fn layer_number(layer: Option<usize>) -> String {
    layer.map_or_else(|| "all".to_owned(), |k| k.to_string())
}

/// How a reference is named in headings.
pub(in crate::figure) fn reference_heading(reference: OutputError) -> String {
    let name = reference_name(reference).replace('_', " ");
    format!(
        "reference: {name}, output error {}",
        output_error(reference)
    )
}

/// The output error of a reference.
pub(in crate::figure) fn output_error(reference: OutputError) -> &'static str {
    match reference {
        OutputError::Potential => "φ′(u)(u* − u)",
        OutputError::SquaredError => "φ′(u)(r* − r)",
    }
}

/// How a reference is named in tables.
pub(in crate::figure) fn reference_name(reference: OutputError) -> &'static str {
    match reference {
        OutputError::Potential => "potential",
        OutputError::SquaredError => "squared_error",
    }
}
