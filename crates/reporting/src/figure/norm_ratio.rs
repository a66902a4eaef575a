//! Norm ratio: by layer over epochs, against both reference gradients.

use apical_learning::{Metric, OutputError};

use super::shared::per_layer::{self, Block};
use super::shared::series::EpochTable;
use super::{Draft, Drafts, Figure, Omission};
use crate::group::Task;
use crate::plot::{Grid, Picture};

pub(super) const FIGURE: Figure = Figure {
    name: "norm_ratio",
    title: "Norm of updates over that of gradient steps",
    one_line: "norm of updates over that of the gradient step at the equivalent rate, by layer",
    how_to_read: "1 (grey line) is a step as long as that of gradient descent at the rate that the \
        learner's own rates amount to by theory; above it the learner steps further, below it less \
        far. Thick lines are means over seeds; bands are 95 % t \
        intervals, or thin lines single seeds where these are fewer than five. The ratio is a pure number, \
        its axis logarithmic and the same for both references.",
    reads: &[Metric::NORM_RATIO],
    shows_times: false,
    drafts: Drafts::OfTask(draft),
};

fn draft(task: &Task<'_>) -> Result<Draft, Omission> {
    let mut table = EpochTable::new(task, &["reference", "layer"]);
    let y = per_layer::ratio_axis(task, Metric::NORM_RATIO);
    let n_columns = per_layer::n_columns(task.layers(Metric::NORM_RATIO).len());
    let mut rows = Vec::new();
    for reference in OutputError::ALL {
        let block = Block {
            heading: per_layer::reference_heading(reference),
            names: &[per_layer::reference_name(reference)],
            y_label: "norm ratio".to_owned(),
            metric: Metric::NORM_RATIO,
            reference: Some(reference),
            guides: vec![1.0],
            y: y.clone(),
            n_columns,
            null: &|_| None,
        };
        rows.extend(per_layer::rows(task, &block, &mut table));
    }
    if rows.is_empty() {
        return Err("no finished run has norm ratios over epochs");
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
