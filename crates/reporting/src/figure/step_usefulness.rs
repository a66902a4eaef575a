//! Step usefulness: by layer over epochs, against both references.

use apical_learning::{Metric, OutputError};

use super::shared::per_layer::{self, Block};
use super::shared::series::{self, EpochTable};
use super::{Draft, Drafts, Figure, Omission};
use crate::group::Task;
use crate::plot::{Axis, Grid, Picture};

pub(super) const FIGURE: Figure = Figure {
    name: "step_usefulness",
    title: "Usefulness of a step",
    one_line: "fall of the loss for a small step along the update over that of a gradient step of equal norm",
    how_to_read: "1 (grey line) is a step as useful as one along the gradient, 0 (grey line) one that leaves the loss \
        as it is; below, the loss rises. Layers are moved one at a time; all layers at once with every layer's step as long as \
        the gradient's there (equal layer norms), and, in the last row of a reference, with one factor for the \
        whole update (equal total norm), where rates that differ between layers count too. Thick lines are \
        means over seeds; bands are 95 % t intervals, or thin lines single seeds where these are fewer than five.",
    reads: &[Metric::STEP_USEFULNESS, Metric::STEP_USEFULNESS_TOTAL_NORM],
    shows_times: false,
    drafts: Drafts::OfTask(draft),
};

fn draft(task: &Task<'_>) -> Result<Draft, Omission> {
    let mut table = EpochTable::new(task, &["quantity", "reference", "layer"]);
    let drawn = (FIGURE.reads.iter()).flat_map(|metric| per_layer::drawn(task, *metric, false));
    let (low, high) = series::range(drawn.chain([0.0, 1.0])).unwrap_or((0.0, 1.0));
    // A step far worse than useless is off the axis.
    let y = Axis::linear(low.max(-1.0), high.min(1.5), 4);
    let n_columns = per_layer::n_columns(task.layers(Metric::STEP_USEFULNESS).len());
    let mut rows = Vec::new();
    for reference in OutputError::ALL {
        let name = per_layer::reference_name(reference);
        let heading = name.replace('_', " ");
        for (metric, norms) in [
            (Metric::STEP_USEFULNESS, "equal layer norms"),
            (Metric::STEP_USEFULNESS_TOTAL_NORM, "equal total norm"),
        ] {
            let block = Block {
                heading: format!("reference: {heading}; {norms}"),
                names: &[metric.info().name, name],
                y_label: "usefulness".to_owned(),
                metric,
                reference: Some(reference),
                guides: vec![0.0, 1.0],
                y: y.clone(),
                n_columns,
                null: &|_| None,
            };
            rows.extend(per_layer::rows(task, &block, &mut table));
        }
    }
    if rows.is_empty() {
        return Err("no finished run has the usefulness of a step over epochs");
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
