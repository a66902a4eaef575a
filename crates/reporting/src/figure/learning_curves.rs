//! Learning curves: accuracy, or loss in regression, on validation and test parts over epochs.

use apical_learning::{Metric, PartName};

use super::shared::series::{self, EpochTable};
use super::{Draft, Figure, Omission};
use crate::group::Task;
use crate::plot::{Grid, Panel, Picture, Row};
use crate::subject::Subject;

pub(super) const FIGURE: Figure = Figure {
    name: "learning_curves",
    title: "Learning curves",
    one_line: "test and validation accuracy (regression: loss) over epochs",
    how_to_read: "Thick lines are means over seeds, bands their 95 % t intervals, thin lines single \
        seeds. Where the first epochs would take most of the axis, lines enter it from below. \
        Validation chooses the epoch that the table calls chosen; test data choose nothing.",
    reads: &[Metric::ACCURACY, Metric::LOSS],
    shows_times: false,
    draft,
};

fn draft(task: &Task<'_>) -> Result<Draft, Omission> {
    let mut table = EpochTable::new(task, &["part"]);
    let mut rows = Vec::new();
    for (part, name) in [
        (PartName::Test, "test"),
        (PartName::Validation, "validation"),
    ] {
        let subject = Subject::on(task.score, part);
        let lines: Vec<_> = task
            .groups
            .iter()
            .map(|group| (group, group.over_epochs(subject)))
            .filter(|(_, points)| !points.is_empty())
            .collect();
        if lines.is_empty() {
            continue;
        }
        let means: Vec<Vec<f64>> = lines
            .iter()
            .map(|(_, points)| points.iter().map(|point| point.spread.mean).collect())
            .collect();
        for (group, points) in &lines {
            table.add(&[name], group, points);
        }
        rows.push(Row {
            heading: String::new(),
            y_label: series::score_label(task.score, name),
            y: series::score_axis(task.score, &means),
            guides: Vec::new(),
            height: 900.0,
            panels: vec![Panel {
                title: String::new(),
                x: series::epoch_axis(lines.iter().flat_map(|(_, points)| points), 6),
                curves: lines
                    .iter()
                    .map(|(group, points)| series::over_epochs(group, points, !task.is_sweep()))
                    .collect(),
            }],
        });
    }
    if rows.is_empty() {
        return Err("no finished run has test or validation scores over epochs");
    }
    Ok(Draft {
        picture: Picture::Grid(Grid {
            x_label: "epoch".to_owned(),
            n_columns: 1,
            rows,
            legend: series::legend(
                task.groups
                    .iter()
                    .filter(|group| !group.finished.is_empty()),
            ),
        }),
        csv: table.finish(),
    })
}
