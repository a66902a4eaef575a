//! Hidden error: its angle to that of backprop against both references, and the angle of the feedback
//! weights that bring it, by hidden layer over epochs.

use apical_learning::{Metric, OutputError};

use super::shared::per_layer::{self, Block};
use super::shared::series::EpochTable;
use super::{Draft, Drafts, Figure, Omission};
use crate::group::Task;
use crate::plot::{Grid, Picture};

pub(super) const FIGURE: Figure = Figure {
    name: "hidden_error",
    title: "Angle of hidden errors and of feedback weights",
    one_line: "angles of hidden errors to those of backprop and of feedback to transposed forward \
        weights over epochs, by hidden layer",
    how_to_read: "Error angle: between the error that reaches the neurons of a hidden layer (the \
        apical potential of a circuit) and that of backprop, averaged over samples. Below 90° (grey \
        line) a layer learns in a direction that descends. Feedback angle: between the weights that \
        bring the error and the transposed forward weights, a product of these where it comes \
        straight from the output; learners without feedback weights of their own have none. Thick lines are \
        means over seeds; bands are 95 % t intervals, or thin lines single seeds where these are fewer \
        than five.",
    reads: &[Metric::ERROR_ANGLE, Metric::FEEDBACK_ANGLE],
    shows_times: false,
    drafts: Drafts::OfTask(draft),
};

fn draft(task: &Task<'_>) -> Result<Draft, Omission> {
    let mut table = EpochTable::new(task, &["line", "reference", "layer"]);
    let y = per_layer::angle_axis(task, FIGURE.reads);
    let error_angles = OutputError::ALL.map(|reference| {
        let name = per_layer::reference_name(reference);
        let delta = per_layer::output_error(reference);
        let heading = format!("error angle, {}: {delta}", name.replace('_', " "));
        (Metric::ERROR_ANGLE, Some(reference), name, heading)
    });
    let heading = "feedback angle, to transposed forward weights".to_owned();
    let feedback_angle = (Metric::FEEDBACK_ANGLE, None, "", heading);
    let mut rows = Vec::new();
    for (metric, reference, name, heading) in error_angles.into_iter().chain([feedback_angle]) {
        let block = Block {
            heading,
            names: &[metric.info().name, name],
            y_label: "angle (°)".to_owned(),
            metric,
            reference,
            guides: vec![90.0],
            y: y.clone(),
            null: &|_| None,
        };
        rows.extend(per_layer::rows(task, &block, &mut table));
    }
    if rows.is_empty() {
        return Err("no finished run has hidden errors or feedback weights over epochs");
    }
    let n_layers = FIGURE.reads.iter().map(|metric| task.layers(*metric).len());
    Ok(Draft {
        picture: Picture::Grid(Grid {
            x_label: "epoch".to_owned(),
            n_columns: n_layers.map(per_layer::n_columns).fold(1, usize::max),
            rows,
            legend: per_layer::legend(task, FIGURE.reads),
            notes: Vec::new(),
        }),
        csv: table.finish(),
    })
}
