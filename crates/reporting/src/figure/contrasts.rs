//! Declared contrasts: differences between two learners, paired by seed, beside the margin.

use apical_learning::Metric;

use super::shared::series;
use super::{Draft, Drafts, Figure, Omission};
use crate::contrast::{self, AtEpoch, Contrast, VerdictEpoch};
use crate::csv::{Csv, number};
use crate::group::Task;
use crate::plot::{Axis, DotLine, DotPanel, Dots, Picture};
use crate::statistics::FEW_SEEDS;

pub(super) const FIGURE: Figure = Figure {
    name: "contrasts",
    title: "Declared contrasts, paired by seed",
    one_line: "differences of test scores between learners, paired by seed, and the margin",
    how_to_read: "A line for every contrast that was declared: the test score of the learner less that of the \
        one that it is compared with, of the same seed, in percentage points of accuracy or the unit of the loss. \
        Markers are means over seeds, dots single seeds, bars 95 % paired t intervals, which are left out below \
        five seeds. The grey area is the margin that was declared: differences in it do not matter. Beside an \
        arrow stands a mean that lies beyond the axis.",
    reads: &[Metric::ACCURACY, Metric::LOSS],
    shows_times: false,
    drafts: Drafts::OfTask(draft),
};

/// More contrasts than these are no figure.
const MOST_LINES: usize = 40;

/// Means beyond so many margins are written instead of drawn, where others are nearer.
const FAR: f64 = 4.0;

fn draft(task: &Task<'_>) -> Result<Draft, Omission> {
    let has_pairs = |of: &&Contrast| of.judged().comparison.is_some() && of.groups.is_some();
    let shown: Vec<&Contrast> = task.contrasts.iter().filter(has_pairs).collect();
    match shown.len() {
        0 if task.contrasts.is_empty() => return Err("no contrasts are declared"),
        0 => return Err("no declared contrast has runs of one seed"),
        n if n > MOST_LINES => return Err("there are more contrasts than lines in a figure"),
        _ => {}
    }
    let has_values =
        |epoch: &VerdictEpoch| shown.iter().any(|of| of.at(*epoch).comparison.is_some());
    let epochs: Vec<VerdictEpoch> = VerdictEpoch::ALL.into_iter().filter(has_values).collect();
    let margin = shown[0].margin;
    let unit = contrast::unit_of_axis(task.score);
    let panel = |epoch: &VerdictEpoch| DotPanel {
        x_label: format!("{}{unit}", epoch.words()),
        x: axis(&shown, &epochs, margin),
        guide: Some(0.0),
        margin: Some(margin.unwrap_or(0.0)),
    };
    let other = &shown[0].other;
    let has_one_other = shown.iter().all(|of| of.other == *other);
    let lines = shown.iter().filter_map(|contrast| {
        let values = |epoch: &VerdictEpoch| {
            let at = contrast.at(*epoch);
            Some((
                at.spread()?,
                at.differences.iter().map(|(_, value)| *value).collect(),
            ))
        };
        Some(DotLine {
            label: match has_one_other {
                true => contrast.learner.clone(),
                false => contrast.label(),
            },
            style: task.groups[contrast.groups?.0].style,
            values: epochs.iter().map(values).collect(),
        })
    });
    Ok(Draft {
        csv: table(&shown, &epochs),
        picture: Picture::Dots(Dots {
            lines: lines.collect(),
            panels: epochs.iter().map(panel).collect(),
        }),
    })
}

/// The axis of all panels: of everything that is drawn of contrasts whose means are near, or lie on it.
fn axis(shown: &[&Contrast], epochs: &[VerdictEpoch], margin: Option<f64>) -> Axis {
    let of_epoch = |epoch: &VerdictEpoch| shown.iter().map(|of| of.at(*epoch)).collect::<Vec<_>>();
    let all = epochs.iter().flat_map(of_epoch);
    let mean = |at: &AtEpoch| at.spread().map_or(0.0, |spread| spread.mean);
    let is_near = |at: &&AtEpoch| margin.is_none_or(|margin| mean(at).abs() <= FAR * margin);
    let (mut near, mut far): (Vec<&AtEpoch>, Vec<&AtEpoch>) = all.partition(is_near);
    if near.iter().all(|at| at.comparison.is_none()) {
        near.append(&mut far);
    }
    let ends = || {
        margin
            .into_iter()
            .flat_map(|margin| [-1.1 * margin, 1.1 * margin])
    };
    loop {
        let drawn = near.iter().flat_map(|at| drawn(at));
        let (low, high) = series::range(drawn.chain(ends()).chain([0.0])).unwrap_or((-1.0, 1.0));
        let axis = Axis::linear_rounded(low, high, 3);
        let is_on = |at: &&AtEpoch| (axis.low()..=axis.high()).contains(&mean(at));
        let (on, beyond): (Vec<&AtEpoch>, Vec<&AtEpoch>) = far.into_iter().partition(is_on);
        if on.is_empty() {
            return axis;
        }
        near.extend(on);
        far = beyond;
    }
}

fn drawn(at: &AtEpoch) -> Vec<f64> {
    let mut drawn: Vec<f64> = at.differences.iter().map(|(_, value)| *value).collect();
    if let Some(spread) = at.spread().filter(|spread| spread.n >= FEW_SEEDS) {
        let half_width = spread.half_width.unwrap_or(0.0);
        drawn.extend([spread.mean - half_width, spread.mean + half_width]);
    }
    drawn
}

fn table(shown: &[&Contrast], epochs: &[VerdictEpoch]) -> Csv {
    let header = [
        "learner",
        "other",
        "epoch",
        "seed",
        "difference",
        "mean",
        "half_width_95",
        "margin",
    ];
    let mut csv = Csv::new(&header);
    for contrast in shown {
        for epoch in epochs {
            let at = contrast.at(*epoch);
            let spread = at.spread();
            for (seed, difference) in &at.differences {
                csv.row(&[
                    contrast.learner.clone(),
                    contrast.other.clone(),
                    epoch.name().to_owned(),
                    seed.to_string(),
                    number(Some(*difference)),
                    number(spread.map(|spread| spread.mean)),
                    number(spread.and_then(|spread| spread.half_width)),
                    number(contrast.margin),
                ]);
            }
        }
    }
    csv
}
