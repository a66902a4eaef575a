//! Which classes are taken for which: one panel a learner.

use apical_learning::Metric;

use super::shared::classes::{self, Counted};
use super::shared::series;
use super::{Draft, Drafts, Figure, Omission};
use crate::csv::{Csv, number};
use crate::group::Task;
use crate::number::fixed;
use crate::plot::{Axis, Heat, HeatCell, HeatPanel, Picture};

pub(super) const FIGURE: Figure = Figure {
    name: "confusion",
    title: "Which classes are taken for which",
    one_line: "share of the test samples of each class that is taken for each class",
    how_to_read: "A panel for every learner, after the last epoch: the row is the class of a test sample, the column \
        the one that the learner takes it for; the colour is the share of the row's samples, those of all runs \
        together (n of them above the panel), on a logarithm, so that rare errors show. An empty cell is no \
        sample; the diagonal is right. Classes are numbered as in the data. Under the panels stands each learner's \
        most frequent error.",
    reads: &[Metric::ACCURACY],
    shows_times: false,
    drafts: Drafts::OfTask(draft),
};

/// Panels at most; more are in the table alone.
const MOST_PANELS: usize = 12;
/// Learners whose most frequent error is named.
const MOST_NOTES: usize = 8;

fn draft(task: &Task<'_>) -> Result<Draft, Omission> {
    let (counted, n_classes) = classes::counted(task)?;
    let shares: Vec<Vec<Vec<f64>>> = counted.iter().map(|of| shares(of, n_classes)).collect();
    let positive = shares
        .iter()
        .flatten()
        .flatten()
        .filter(|share| **share > 0.0);
    let least = positive.copied().fold(100.0, f64::min);
    let low = 10_f64.powf(least.log10().floor()).clamp(0.001, 10.0);
    let panels = counted.iter().zip(&shares).take(MOST_PANELS);
    let mut notes: Vec<String> = (counted.iter().zip(&shares))
        .filter_map(|(of, shares)| {
            let (class, predicted, share) = most_frequent_error(shares)?;
            let share = fixed(share, 1);
            let name = of.group.label();
            Some(format!(
                "{name}: class {class} for {predicted}, {share} % of it"
            ))
        })
        .take(MOST_NOTES)
        .collect();
    let n_more = counted.len().saturating_sub(MOST_PANELS);
    if n_more > 0 {
        notes.push(format!("and {n_more} more learners, by name in the CSV"));
    }
    Ok(Draft {
        picture: Picture::Heat(Box::new(Heat {
            x_label: "taken for class".to_owned(),
            x: Axis::places(n_classes, 0),
            y_label: "class".to_owned(),
            y: Axis::places(n_classes, 0),
            is_downwards: true,
            height: None,
            panels: panels.map(|(of, shares)| panel(of, shares)).collect(),
            scale_label: "share of the class (%)".to_owned(),
            scale: Axis::logarithmic(low, 100.0).between(low, 100.0),
            notes,
        })),
        csv: table(task, &counted, n_classes),
    })
}

/// The share of every row's samples in every column, %.
fn shares(of: &Counted<'_, '_>, n_classes: usize) -> Vec<Vec<f64>> {
    let of_row = |row: Vec<u64>| {
        let n = row.iter().sum::<u64>().max(1) as f64;
        row.into_iter()
            .map(|count| 100.0 * count as f64 / n)
            .collect()
    };
    of.pooled(n_classes).into_iter().map(of_row).collect()
}

fn panel(of: &Counted<'_, '_>, shares: &[Vec<f64>]) -> HeatPanel {
    let place = |index: usize| (index as f64 - 0.5, index as f64 + 0.5);
    let rows = shares.iter().enumerate();
    let cells = rows.flat_map(|(class, row)| {
        let cells = row.iter().enumerate().filter(|(_, share)| **share > 0.0);
        cells.map(move |(predicted, share)| HeatCell {
            x: place(predicted),
            y: place(class),
            value: *share,
        })
    });
    HeatPanel {
        title: of.group.label(),
        subtitle: format!("n = {}", of.runs.len()),
        cells: cells.collect(),
    }
}

/// Class, what it is taken for, and the share; the first among equals, none where there is no error.
fn most_frequent_error(shares: &[Vec<f64>]) -> Option<(usize, usize, f64)> {
    let mut most: Option<(usize, usize, f64)> = None;
    for (class, row) in shares.iter().enumerate() {
        for (predicted, share) in row.iter().enumerate() {
            let is_more = most.is_none_or(|(_, _, so_far)| *share > so_far);
            if class != predicted && *share > 0.0 && is_more {
                most = Some((class, predicted, *share));
            }
        }
    }
    most
}

/// Cells without a sample are left out.
fn table(task: &Task<'_>, counted: &[Counted<'_, '_>], n_classes: usize) -> Csv {
    let keys = task.swept_keys();
    let columns = ["class", "taken_for", "n_runs", "n_samples", "share_percent"];
    let mut csv = Csv::new(&series::learner_columns(&keys, &columns));
    for of in counted {
        let (counts, shares) = (of.pooled(n_classes), shares(of, n_classes));
        for (class, row) in counts.iter().enumerate() {
            for (predicted, count) in row.iter().enumerate().filter(|(_, count)| **count > 0) {
                let mut cells = series::learner_cells(of.group, &keys);
                cells.extend([
                    class.to_string(),
                    predicted.to_string(),
                    of.runs.len().to_string(),
                    count.to_string(),
                    number(Some(shares[class][predicted])),
                ]);
                csv.row(&cells);
            }
        }
    }
    csv
}
