//! Update angle: by layer over epochs, against both reference gradients, with the null.

use apical_learning::{Metric, OutputError};

use super::shared::per_layer::{self, Block};
use super::shared::series::EpochTable;
use super::{Draft, Drafts, Figure, Omission};
use crate::group::Task;
use crate::palette::LineStyle;
use crate::plot::{Curve, CurvePoint, Grid, Key, LegendEntry, Picture, Shown};
use crate::subject::{EpochPoint, Subject};

pub(super) const FIGURE: Figure = Figure {
    name: "update_angle",
    title: "Angle of updates to the gradient",
    one_line: "angle between updates and the reference gradient over epochs, by layer",
    how_to_read: "0° is the direction of the gradient, 90° (grey line) no better than chance; an \
        update below 90° descends. Thick lines are means over seeds; bands are 95 % t \
        intervals, or thin lines single seeds where these are fewer than five. Angles are averaged as \
        cosines. The dashed grey line is the null of hidden layers, averaged over learners: what feedback drawn \
        anew gives at the same forward weights, or, where that was not measured, the same updates with their rows, one \
        per neuron, shuffled within each layer. Over all layers, all changes are one vector, that \
        of each layer first divided by its equivalent rate: its angle is also that between the lengths of \
        the layers' steps and those of the gradient, and may exceed that of every layer. The two references descend different output errors and \
        are not to be mixed; a learner stands near 0° to the one that it descends.",
    reads: &[
        Metric::UPDATE_ANGLE,
        Metric::REDRAWN_FEEDBACK_ANGLE,
        Metric::SHUFFLED_FEEDBACK_ANGLE,
    ],
    shows_times: false,
    drafts: Drafts::OfTask(draft),
};

fn draft(task: &Task<'_>) -> Result<Draft, Omission> {
    let mut table = EpochTable::new(task, &["line", "reference", "layer"]);
    let (null_metric, null_label) = match task.layers(Metric::REDRAWN_FEEDBACK_ANGLE).is_empty() {
        true => (Metric::SHUFFLED_FEEDBACK_ANGLE, "shuffled rows (null)"),
        false => (Metric::REDRAWN_FEEDBACK_ANGLE, "feedback drawn anew (null)"),
    };
    let y = per_layer::angle_axis(task, &[Metric::UPDATE_ANGLE, null_metric]);
    let n_columns = per_layer::n_columns(task.layers(Metric::UPDATE_ANGLE).len());
    let mut rows = Vec::new();
    let mut has_null = false;
    for reference in OutputError::ALL {
        let null = |layer| null_curve(task, null_metric, layer, reference);
        let block = Block {
            heading: per_layer::reference_heading(reference),
            names: &["update_angle", per_layer::reference_name(reference)],
            y_label: "angle (°)".to_owned(),
            metric: Metric::UPDATE_ANGLE,
            reference: Some(reference),
            guides: vec![90.0],
            y: y.clone(),
            n_columns,
            null: &null,
        };
        rows.extend(per_layer::rows(task, &block, &mut table));
        has_null |= add_null(task, null_metric, reference, &mut table);
    }
    if rows.is_empty() {
        return Err("no finished run has update angles over epochs");
    }
    let mut legend = per_layer::legend(task, &[Metric::UPDATE_ANGLE]);
    if has_null {
        legend.push(LegendEntry {
            key: Key::Line(LineStyle::null()),
            label: null_label.to_owned(),
        });
    }
    Ok(Draft {
        picture: Picture::Grid(Grid {
            x_label: "epoch".to_owned(),
            n_columns,
            rows,
            legend,
            notes: Vec::new(),
        }),
        csv: table.finish(),
    })
}

/// The null's mean over learners, each the mean over its seeds.
fn null_curve(
    task: &Task<'_>,
    metric: Metric,
    layer: Option<usize>,
    reference: OutputError,
) -> Option<Curve> {
    let lines: Vec<Vec<EpochPoint>> = nulls(task, metric, layer, reference);
    let mut epochs: Vec<usize> = lines.iter().flatten().map(|point| point.epoch).collect();
    epochs.sort_unstable();
    epochs.dedup();
    let points: Vec<CurvePoint> = epochs
        .into_iter()
        .filter_map(|epoch| {
            let means: Vec<f64> = lines
                .iter()
                .filter_map(|line| line.iter().find(|point| point.epoch == epoch))
                .map(|point| point.spread.mean)
                .collect();
            Some(CurvePoint {
                x: epoch as f64,
                mean: metric.mean(&means)?,
                half_width: None,
            })
        })
        .collect();
    (!points.is_empty()).then(|| Curve {
        style: LineStyle::null(),
        points,
        seeds: Vec::new(),
        shown: Shown::Mean,
        has_error_bars: false,
    })
}

/// Those of a hidden layer; no null says anything of the output layer, whose update no feedback has a part in.
fn nulls(
    task: &Task<'_>,
    metric: Metric,
    layer: Option<usize>,
    reference: OutputError,
) -> Vec<Vec<EpochPoint>> {
    if layer.is_none_or(|k| task.n_hidden().is_none_or(|n_hidden| k > n_hidden)) {
        return vec![Vec::new(); task.groups.len()];
    }
    let subject = Subject::of_layer(metric, layer, Some(reference));
    task.groups
        .iter()
        .map(|group| group.over_epochs(subject))
        .collect()
}

/// Every learner's null in the table of plotted numbers; whether there is any.
fn add_null(
    task: &Task<'_>,
    metric: Metric,
    reference: OutputError,
    table: &mut EpochTable<'_>,
) -> bool {
    let mut is_there = false;
    for layer in task.layers(Metric::UPDATE_ANGLE) {
        for (group, points) in task
            .groups
            .iter()
            .zip(nulls(task, metric, layer, reference))
        {
            let names = [
                metric.info().name,
                per_layer::reference_name(reference),
                &per_layer::layer_number(layer),
            ];
            table.add(&names, group, &points);
            is_there |= !points.is_empty();
        }
    }
    is_there
}
