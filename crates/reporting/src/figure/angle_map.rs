//! Update angle of every layer over epochs, as a map: one panel a learner.

use std::collections::BTreeSet;

use apical_learning::{Metric, OutputError};

use super::shared::per_layer::reference_name;
use super::shared::{outcome, series};
use super::{Draft, Drafts, Figure, Omission};
use crate::csv::{Csv, number};
use crate::group::{Group, Task};
use crate::plot::{Axis, Heat, HeatCell, HeatPanel, Picture};
use crate::subject::EpochPoint;

pub(super) const FIGURE: Figure = Figure {
    name: "angle_map",
    title: "Angle by layer and epoch",
    one_line: "angle between updates and the reference gradient by layer and epoch, a map for every learner",
    how_to_read: "A panel for every learner: layers from the first at the bottom, epochs from the left; the colour \
        is the angle, averaged over seeds as cosines (n of them above the panel), to the reference that the learner \
        stands nearer to in its output layer. Light is along the gradient, dark is far from it. Where a cell is \
        missing, no run has a value.",
    reads: &[Metric::UPDATE_ANGLE],
    shows_times: false,
    drafts: Drafts::OfTask(draft),
};

/// Panels at most; more are in the table alone.
const MOST_PANELS: usize = 12;
/// Epochs of a panel at most, spread over all that were measured.
const MOST_EPOCHS: usize = 30;

/// A learner's angles: the layer, and what was measured of it.
type Layers = Vec<(usize, Vec<EpochPoint>)>;
/// A learner with its reference.
type Shown<'t, 'a> = (&'t Group<'a>, OutputError, Layers);

fn draft(task: &Task<'_>) -> Result<Draft, Omission> {
    let layers: Vec<usize> = task
        .layers(Metric::UPDATE_ANGLE)
        .into_iter()
        .flatten()
        .collect();
    let Some(highest) = layers.last() else {
        return Err("no finished run has update angles by layer");
    };
    let of_group = |group| -> Option<Shown<'_, '_>> {
        let group: &Group<'_> = group;
        let reference = outcome::reference(group, highest - 1)?;
        let of_layer = |k: &usize| (*k, group.over_epochs(outcome::angle(reference, *k)));
        let of: Layers = layers.iter().map(of_layer).collect();
        let is_there = of.iter().any(|(_, points)| !points.is_empty());
        is_there.then_some((group, reference, of))
    };
    let shown: Vec<_> = task.groups.iter().filter_map(of_group).collect();
    if shown.is_empty() {
        return Err("no finished run has update angles over epochs");
    }
    let points = || {
        shown
            .iter()
            .flat_map(|(_, _, of)| of.iter().flat_map(|(_, points)| points))
    };
    let epochs: BTreeSet<usize> = points().map(|point| point.epoch).collect();
    let epochs: Vec<usize> = epochs.into_iter().collect();
    let drawn = spread_out(&epochs);
    let edges = edges(&drawn);
    let largest = points().map(|point| point.spread.mean).fold(0.0, f64::max);
    let panel = |(group, _, of): &Shown<'_, '_>| HeatPanel {
        title: group.label(),
        subtitle: format!("n = {}", group.finished.len()),
        cells: of
            .iter()
            .flat_map(|(k, points)| cells(*k, points, &drawn, &edges))
            .collect(),
    };
    let n_more = shown.len().saturating_sub(MOST_PANELS);
    let mut notes = Vec::new();
    if n_more > 0 {
        notes.push(format!("and {n_more} more, by name in the CSV"));
    }
    if drawn.len() < epochs.len() {
        notes.push(format!(
            "{} of {} measured epochs; all are in the CSV",
            drawn.len(),
            epochs.len()
        ));
    }
    let (first, last) = (edges[0], edges[edges.len() - 1]);
    Ok(Draft {
        picture: Picture::Heat(Box::new(Heat {
            x_label: "epoch".to_owned(),
            x: series::epoch_axis(points(), 4).between(first, last),
            y_label: "layer".to_owned(),
            y: Axis::places(*highest, 1),
            is_downwards: false,
            height: Some((100.0 * *highest as f64).clamp(260.0, 700.0)),
            panels: shown.iter().take(MOST_PANELS).map(panel).collect(),
            scale_label: "angle (°)".to_owned(),
            scale: Axis::degrees_from_zero(largest),
            notes,
        })),
        csv: table(task, &shown),
    })
}

/// The cells of layer `k`.
fn cells(k: usize, points: &[EpochPoint], epochs: &[usize], edges: &[f64]) -> Vec<HeatCell> {
    let cell = |(index, epoch): (usize, &usize)| {
        let point = points.iter().find(|point| point.epoch == *epoch)?;
        Some(HeatCell {
            x: (edges[index], edges[index + 1]),
            y: (k as f64 - 0.5, k as f64 + 0.5),
            value: point.spread.mean,
        })
    };
    epochs.iter().enumerate().filter_map(cell).collect()
}

/// Means alone; single seeds stand with the figure of angles over epochs.
fn table(task: &Task<'_>, shown: &[Shown<'_, '_>]) -> Csv {
    let keys = task.swept_keys();
    let columns = [
        "reference",
        "layer",
        "epoch",
        "n_seeds",
        "mean",
        "half_width_95",
    ];
    let mut csv = Csv::new(&series::learner_columns(&keys, &columns));
    for (group, reference, of) in shown {
        for (k, points) in of {
            for point in points {
                let mut cells = series::learner_cells(group, &keys);
                cells.extend([
                    reference_name(*reference).to_owned(),
                    k.to_string(),
                    point.epoch.to_string(),
                    point.spread.n.to_string(),
                    number(Some(point.spread.mean)),
                    number(point.spread.half_width),
                ]);
                csv.row(&cells);
            }
        }
    }
    csv
}

/// The first and the last of `epochs` and others evenly between, [`MOST_EPOCHS`] at most.
fn spread_out(epochs: &[usize]) -> Vec<usize> {
    if epochs.len() <= MOST_EPOCHS {
        return epochs.to_vec();
    }
    let place = |i: usize| (i * (epochs.len() - 1) + (MOST_EPOCHS - 1) / 2) / (MOST_EPOCHS - 1);
    (0..MOST_EPOCHS).map(|i| epochs[place(i)]).collect()
}

/// Where the cells of `epochs` begin and end: half-way between them, the outer ones as far beyond.
fn edges(epochs: &[usize]) -> Vec<f64> {
    let at = |index: usize| epochs[index] as f64;
    let n = epochs.len();
    if n < 2 {
        return vec![at(0) - 0.5, at(0) + 0.5];
    }
    let between = epochs
        .windows(2)
        .map(|pair| 0.5 * (pair[0] + pair[1]) as f64);
    let first = at(0) - 0.5 * (at(1) - at(0));
    let last = at(n - 1) + 0.5 * (at(n - 1) - at(n - 2));
    std::iter::once(first)
        .chain(between)
        .chain([last])
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_meet_half_way_and_first_and_last_epoch_stay() {
        assert_eq!(edges(&[0, 1, 5]), [-0.5, 0.5, 3.0, 7.0]);
        assert_eq!(edges(&[4]), [3.5, 4.5]);
        let few: Vec<usize> = (0..30).collect();
        assert_eq!(spread_out(&few), few);
        for n in [31, 59, 1000] {
            let many: Vec<usize> = (0..n).map(|i| 2 * i).collect();
            let drawn = spread_out(&many);
            assert_eq!(drawn.len(), MOST_EPOCHS);
            assert_eq!((drawn[0], drawn[MOST_EPOCHS - 1]), (0, 2 * (n - 1)));
            assert!(drawn.windows(2).all(|pair| pair[0] < pair[1]), "{drawn:?}");
        }
    }
}
