//! Phases: where the training time of a sample goes.

use apical_learning::Phase;

use super::shared::series;
use super::{Draft, Drafts, Figure, Omission};
use crate::csv::{Csv, number};
use crate::group::Task;
use crate::number::{Decimals, spread};
use crate::palette::PHASES;
use crate::plot::{Bar, Bars, Key, LegendEntry, Picture};

pub(super) const FIGURE: Figure = Figure {
    name: "phases",
    title: "Training time per sample by phase",
    one_line: "training time per sample, stacked by phase",
    how_to_read: "Bars are means over seeds: choosing and gathering the minibatch; the circuit's \
        dynamics or the forward pass; plasticity or the backward pass with the update; the two as one \
        where they cannot be told apart; and a phase before learning. Measuring and evaluating are not training and not in \
        the bars. At the end of a bar stand its mean and the half width of its 95 % t interval.",
    reads: &[],
    shows_times: true,
    drafts: Drafts::OfTask(draft),
};

/// The phases that are training, and their names.
const TRAINING: [(Phase, &str, &str); 5] = [
    (Phase::Data, "data", "data"),
    (Phase::Dynamics, "dynamics", "dynamics / forward"),
    (Phase::Plasticity, "plasticity", "plasticity / backward"),
    (Phase::Fused, "fused", "both, fused"),
    (Phase::Start, "start", "before learning"),
];

fn draft(task: &Task<'_>) -> Result<Draft, Omission> {
    let keys = task.swept_keys();
    let columns = [
        "phase",
        "n_seeds",
        "microseconds_per_sample_mean",
        "half_width_95",
    ];
    let mut csv = Csv::new(&series::learner_columns(&keys, &columns));
    let mut bars = Vec::new();
    let mut is_used = [false; TRAINING.len()];
    for group in &task.groups {
        let Some(total) = group.microseconds_per_sample(None) else {
            continue;
        };
        let mut pieces = Vec::new();
        for (index, (phase, name, _)) in TRAINING.into_iter().enumerate() {
            let Some(time) = group.microseconds_per_sample(Some(phase)) else {
                continue;
            };
            if phase == Phase::Start && time.mean == 0.0 {
                continue;
            }
            if time.mean > 0.0 {
                pieces.push((PHASES[index], time.mean));
                is_used[index] = true;
            }
            let mut cells = series::learner_cells(group, &keys);
            cells.extend([
                name.to_owned(),
                time.n.to_string(),
                number(Some(time.mean)),
                number(time.half_width),
            ]);
            csv.row(&cells);
        }
        bars.push(Bar {
            label: group.label(),
            style: group.style,
            pieces,
            total: spread(Some(total), Decimals::Significant(3)),
        });
    }
    if bars.is_empty() {
        return Err("no finished run has times");
    }
    let legend = TRAINING
        .into_iter()
        .enumerate()
        .filter(|(index, _)| is_used[*index])
        .map(|(index, (_, _, label))| LegendEntry {
            key: Key::Fill(PHASES[index]),
            label: label.to_owned(),
        })
        .collect();
    Ok(Draft {
        picture: Picture::Bars(Bars {
            x_label: "training time per sample (µs)".to_owned(),
            bars,
            legend,
        }),
        csv,
    })
}
