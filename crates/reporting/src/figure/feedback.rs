//! Feedback weights: their angle to the transposed forward weights and their norm over these, by hidden
//! layer over epochs.

use apical_learning::Metric;

use super::shared::per_layer::{self, Block};
use super::shared::series::EpochTable;
use super::{Draft, Drafts, Figure, Omission};
use crate::group::Task;
use crate::plot::{Grid, Picture};

pub(super) const FIGURE: Figure = Figure {
    name: "feedback",
    title: "Angle and norm of feedback weights",
    one_line: "angle of feedback to transposed forward weights and its norm over theirs, by hidden layer over \
        epochs",
    how_to_read: "Angle: between the weights that bring the error to a hidden layer and the transposed forward \
        weights, a product of these where it comes straight from the output: 0° is the transpose, 90° (grey \
        line) is random. Norm: that of the feedback over that of the forward weights, 1 (grey line) where both \
        are as large; below it the error shrinks on its way down. Epochs of a phase before learning count from \
        the start. Learners without feedback weights of their own have none. Thick lines are means over seeds; \
        bands are 95 % t intervals, or thin lines single seeds where these are fewer than five.",
    reads: &[Metric::FEEDBACK_ANGLE, Metric::FEEDBACK_NORM],
    shows_times: false,
    drafts: Drafts::OfTask(draft),
};

fn draft(task: &Task<'_>) -> Result<Draft, Omission> {
    let mut table = EpochTable::new(task, &["quantity", "layer"]);
    let n_layers = task.layers(Metric::FEEDBACK_ANGLE).len();
    let n_columns = per_layer::n_columns(n_layers.max(1));
    let blocks = [
        Block {
            heading: "angle, to transposed forward weights".to_owned(),
            names: &[Metric::FEEDBACK_ANGLE.info().name],
            y_label: "angle (°)".to_owned(),
            metric: Metric::FEEDBACK_ANGLE,
            reference: None,
            guides: vec![90.0],
            y: per_layer::angle_axis(task, &[Metric::FEEDBACK_ANGLE]),
            n_columns,
            null: &|_| None,
        },
        Block {
            heading: "norm, over that of forward weights".to_owned(),
            names: &[Metric::FEEDBACK_NORM.info().name],
            y_label: "ratio".to_owned(),
            metric: Metric::FEEDBACK_NORM,
            reference: None,
            guides: vec![1.0],
            y: per_layer::ratio_axis(task, Metric::FEEDBACK_NORM),
            n_columns,
            null: &|_| None,
        },
    ];
    let rows = blocks
        .iter()
        .flat_map(|of| per_layer::rows(task, of, &mut table));
    let rows: Vec<_> = rows.collect();
    if rows.is_empty() {
        return Err("no finished run has feedback weights over epochs");
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
