//! Self-prediction: what is left of interneuron mismatch and apical potential without teacher.

use apical_learning::Metric;

use super::shared::per_layer::{self, Block};
use super::shared::series::{self, EpochTable};
use super::{Draft, Drafts, Figure, Omission};
use crate::group::Task;
use crate::plot::{Axis, Grid, Picture};

pub(super) const FIGURE: Figure = Figure {
    name: "self_prediction",
    title: "Residuals of self-prediction",
    one_line: "interneuron mismatch and apical residual without teacher over epochs, by hidden layer",
    how_to_read: "Without a teacher, a self-predicting circuit has no mismatch between interneurons \
        and the pyramidal neurons that they mirror, and no apical potential: both are 0. The apical \
        residual is the norm of the apical potential without teacher over that with teacher; near \
        1, what apical dendrites carry is not the teacher's error. Thick lines are \
        means over seeds; bands are 95 % t intervals, or thin lines single seeds where these are fewer \
        than five. Both are pure numbers; logarithmic axes cannot show 0 and \
        span six decades at most.",
    reads: &[Metric::INTERNEURON_MISMATCH, Metric::APICAL_RESIDUAL],
    shows_times: false,
    drafts: Drafts::OfTask(draft),
};

fn draft(task: &Task<'_>) -> Result<Draft, Omission> {
    let mut table = EpochTable::new(task, &["quantity", "layer"]);
    let mut rows = Vec::new();
    let n_panels = FIGURE.reads.iter().map(|metric| task.layers(*metric).len());
    let n_columns = per_layer::n_columns(n_panels.max().unwrap_or(1));
    for (metric, heading, y_label) in [
        (
            Metric::INTERNEURON_MISMATCH,
            "interneuron mismatch, without teacher",
            "norm",
        ),
        (
            Metric::APICAL_RESIDUAL,
            "apical residual, without over with teacher",
            "ratio",
        ),
    ] {
        let block = Block {
            heading: heading.to_owned(),
            names: &[metric.info().name],
            y_label: y_label.to_owned(),
            metric,
            reference: None,
            guides: Vec::new(),
            y: axis(task, metric),
            n_columns,
            null: &|_| None,
        };
        rows.extend(per_layer::rows(task, &block, &mut table));
    }
    if rows.is_empty() {
        return Err("no finished run has interneurons and apical potentials over epochs");
    }
    Ok(Draft {
        picture: Picture::Grid(Grid {
            x_label: "epoch".to_owned(),
            n_columns,
            rows,
            legend: per_layer::legend(task, FIGURE.reads),
            notes: Vec::new(),
        }),
        csv: table.finish(),
    })
}

/// Linear from 0, or logarithmic over at most six decades where values span more than one and a half.
fn axis(task: &Task<'_>, metric: Metric) -> Axis {
    let on_log = per_layer::drawn(task, metric, true);
    let (_, high) = series::range(on_log.iter().copied()).unwrap_or((0.0, 1.0));
    let positive = on_log.into_iter().filter(|value| *value > 0.0);
    match series::range(positive) {
        Some((low, _)) if high > 30.0 * low => Axis::logarithmic(low.max(1e-6 * high), high),
        _ => {
            let drawn = per_layer::drawn(task, metric, false);
            let (low, high) = series::range(drawn.into_iter()).unwrap_or((0.0, 1.0));
            Axis::linear_rounded(low.min(0.0), high, 4)
        }
    }
}
