//! Hidden error: its angle to that of backprop against both references, by hidden layer over epochs.

use apical_learning::{Metric, OutputError};

use super::shared::per_layer::{self, Block};
use super::shared::series::EpochTable;
use super::{Draft, Drafts, Figure, Omission};
use crate::group::Task;
use crate::plot::{Grid, Picture};

pub(super) const FIGURE: Figure = Figure {
    name: "hidden_error",
    title: "Angle of hidden errors",
    one_line: "angle of hidden errors to those of backprop over epochs, by hidden layer",
    how_to_read: "Between the error that reaches the neurons of a hidden layer (the \
        apical potential of a circuit) and that of backprop, averaged over samples. Below 90° (grey \
        line) a layer learns in a direction that descends. Thick lines are \
        means over seeds; bands are 95 % t intervals, or thin lines single seeds where these are fewer \
        than five.",
    reads: &[Metric::ERROR_ANGLE],
    shows_times: false,
    drafts: Drafts::OfTask(draft),
};

fn draft(task: &Task<'_>) -> Result<Draft, Omission> {
    let mut table = EpochTable::new(task, &["reference", "layer"]);
    let y = per_layer::angle_axis(task, FIGURE.reads);
    let n_columns = per_layer::n_columns(task.layers(Metric::ERROR_ANGLE).len());
    let mut rows = Vec::new();
    for reference in OutputError::ALL {
        let block = Block {
            heading: per_layer::reference_heading(reference),
            names: &[per_layer::reference_name(reference)],
            y_label: "angle (°)".to_owned(),
            metric: Metric::ERROR_ANGLE,
            reference: Some(reference),
            guides: vec![90.0],
            y: y.clone(),
            n_columns,
            null: &|_| None,
        };
        rows.extend(per_layer::rows(task, &block, &mut table));
    }
    if rows.is_empty() {
        return Err("no finished run has hidden errors over epochs");
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
