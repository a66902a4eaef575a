//! Learning curves: accuracy, or loss in regression, on validation and test parts over epochs.

use apical_learning::{Metric, PartName};

use super::shared::score;
use super::shared::series::{self, EpochTable};
use super::{Draft, Drafts, Figure, Omission};
use crate::group::{Group, Task};
use crate::plot::{Curve, Grid, Panel, Picture, Row};
use crate::subject::Subject;

pub(super) const FIGURE: Figure = Figure {
    name: "learning_curves",
    title: "Learning curves",
    one_line: "test and validation accuracy (regression: loss) over epochs",
    how_to_read: "Thick lines are means over seeds, thin lines single seeds (of more than 500, every n-th), bands 95 % t intervals of \
        five seeds and more. Where the first epochs would take most of the axis, lines enter it from \
        below; learners far behind the others are named under the axis in place of being drawn. \
        Validation chooses the epoch that the table calls chosen; test data choose nothing.",
    reads: &[Metric::ACCURACY, Metric::LOSS],
    shows_times: false,
    drafts: Drafts::OfTask(draft),
};

fn draft(task: &Task<'_>) -> Result<Draft, Omission> {
    let mut table = EpochTable::new(task, &["part"]);
    let mut rows = Vec::new();
    let mut notes = Vec::new();
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
        let curves: Vec<Curve> = lines
            .iter()
            .map(|(group, points)| series::over_epochs(group, points, !task.is_sweep()))
            .collect();
        let drawn: Vec<(&Group<'_>, &Curve)> =
            lines.iter().map(|(group, _)| *group).zip(&curves).collect();
        let (y, left_out) = score::axis(task, &drawn, true);
        notes.extend(left_out.into_iter().map(|note| format!("{name}, {note}")));
        for (group, points) in &lines {
            table.add(&[name], group, points);
        }
        rows.push(Row {
            heading: String::new(),
            y_label: series::score_label(task.score, name),
            y,
            guides: Vec::new(),
            height: 900.0,
            is_wide: false,
            panels: vec![Panel {
                title: String::new(),
                x: series::epoch_axis(lines.iter().flat_map(|(_, points)| points), 6),
                curves,
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
            notes,
        }),
        csv: table.finish(),
    })
}
