//! Learners beside each other: test error and direction of updates after the last epoch.

use apical_learning::Metric;

use super::shared::outcome::{Averaged, Value, hidden_angle, reference, test_error, values};
use super::shared::series;
use super::{Draft, Drafts, Figure, Omission};
use crate::csv::{Csv, number};
use crate::group::{Group, Task};
use crate::plot::{Axis, DotLine, DotPanel, Dots, Picture};
use crate::statistics::{FEW_SEEDS, Spread};

pub(super) const FIGURE: Figure = Figure {
    name: "learners",
    title: "Learners beside each other",
    one_line: "test error and update angle of every learner after the last epoch",
    how_to_read: "A line for every learner, after the last epoch. Left: the test error (regression: the \
        loss), the grey line being that of the baseline. Right: the angle of updates to the gradient \
        that the learner stands nearer to at its output, mean over hidden layers. Markers are means, \
        dots single seeds (of more than 500, every n-th), bars 95 % t intervals, which are left out below five seeds. An axis is \
        logarithmic where means differ by more than a factor of eight.",
    reads: &[Metric::ACCURACY, Metric::LOSS, Metric::UPDATE_ANGLE],
    shows_times: false,
    drafts: Drafts::OfTask(draft),
};

/// More lines than these are a sweep, which has a figure of its own.
const MOST_LINES: usize = 40;

/// A factor between means beyond which an axis is logarithmic.
const WIDE: f64 = 8.0;

/// The values of a learner: their spread, and single seeds.
type Values = Option<(Spread, Vec<f64>)>;

fn draft(task: &Task<'_>) -> Result<Draft, Omission> {
    let scores = |group: &Group<'_>| {
        of(group, Spread::of, &|readings| {
            test_error(task.score, readings)
        })
    };
    let groups: Vec<&Group<'_>> = task.groups.iter().filter(|g| scores(g).is_some()).collect();
    match groups.len() {
        0 | 1 => return Err("fewer than two learners have a finished run"),
        n if n > MOST_LINES => return Err("there are more learners than lines in a figure"),
        _ => {}
    }
    let n_hidden = task.n_hidden().unwrap_or(0);
    let angles = |group: &Group<'_>| {
        let reference = reference(group, n_hidden)?;
        of(group, Spread::of_angles, &|of| {
            hidden_angle(reference, n_hidden, of)
        })
    };
    let columns: Vec<[Values; 2]> = groups.iter().map(|g| [scores(g), angles(g)]).collect();
    let column = |index: usize| -> Vec<&(Spread, Vec<f64>)> {
        columns.iter().filter_map(|of| of[index].as_ref()).collect()
    };
    let baseline = groups.iter().find(|of| Some(of.learner) == task.baseline);
    let mut panels = vec![DotPanel {
        x_label: series::error_label(task.score),
        x: axis(&column(0)),
        guide: baseline.and_then(|of| Some(scores(of)?.0.mean)),
        margin: None,
    }];
    let shown = column(1);
    if !shown.is_empty() {
        let highest = shown.iter().flat_map(|of| drawn(of)).fold(0.0, f64::max);
        panels.push(DotPanel {
            x_label: "update angle (°)".to_owned(),
            x: Axis::degrees(highest),
            guide: Some(90.0),
            margin: None,
        });
    }
    let lines = groups.iter().zip(&columns).map(|(group, values)| DotLine {
        label: match group.point.is_empty() {
            true => group.label(),
            false => format!("{}\n{}", group.learner, group.point),
        },
        style: group.style,
        values: values[..panels.len()].to_vec(),
    });
    Ok(Draft {
        csv: table(task, &groups, &columns),
        picture: Picture::Dots(Dots {
            lines: lines.collect(),
            panels,
        }),
    })
}

fn of(group: &Group<'_>, averaged: Averaged, value: Value<'_>) -> Values {
    let seeds = values(group, value);
    let seeds: Vec<f64> = seeds.into_iter().map(|(_, value)| value).collect();
    Some((averaged(&seeds)?, seeds))
}

fn drawn((spread, seeds): &(Spread, Vec<f64>)) -> impl Iterator<Item = f64> {
    let half_width = spread
        .half_width
        .filter(|_| spread.n >= FEW_SEEDS)
        .unwrap_or(0.0);
    let ends = [spread.mean - half_width, spread.mean + half_width];
    ends.into_iter().chain(seeds.iter().copied())
}

/// Linear from 0, or logarithmic where means are far apart and every seed has a place.
fn axis(values: &[&(Spread, Vec<f64>)]) -> Axis {
    let means = values.iter().map(|(spread, _)| spread.mean);
    let (low, high) = series::range(means).unwrap_or((0.0, 1.0));
    let drawn = || values.iter().flat_map(|of| drawn(of));
    let (_, highest) = series::range(drawn()).unwrap_or((0.0, 1.0));
    let seeds = values.iter().flat_map(|(_, seeds)| seeds.iter().copied());
    let (lowest_seed, _) = series::range(seeds).unwrap_or((low, high));
    match lowest_seed > 0.0 && high > WIDE * low {
        true => {
            let positive = drawn().filter(|value| *value > 0.0);
            let (lowest, _) = series::range(positive).unwrap_or((low, high));
            // The end of an interval may be as near to 0 as it likes.
            Axis::logarithmic(lowest.max(low / WIDE).min(lowest_seed), highest)
        }
        false => Axis::linear_rounded(0.0, highest, 4),
    }
}

fn table(task: &Task<'_>, groups: &[&Group<'_>], columns: &[[Values; 2]]) -> Csv {
    let keys = task.swept_keys();
    let score = match task.score == Metric::ACCURACY {
        true => "test_error",
        false => "test_loss",
    };
    let header = ["quantity", "n_seeds", "mean", "half_width_95"];
    let mut csv = Csv::new(&series::learner_columns(&keys, &header));
    for (group, values) in groups.iter().zip(columns) {
        for (name, values) in [score, "hidden_update_angle"].into_iter().zip(values) {
            let Some((spread, _)) = values else {
                continue;
            };
            let mut cells = series::learner_cells(group, &keys);
            cells.extend([
                name.to_owned(),
                spread.n.to_string(),
                number(Some(spread.mean)),
                number(spread.half_width),
            ]);
            csv.row(&cells);
        }
    }
    csv
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn single_seeds_lie_on_the_axis() {
        let of = |seeds: &[f64]| (Spread::of(seeds).expect("seeds"), seeds.to_vec());
        let near_zero = of(&[2e-8, 1e-6, 3e-6, 2e-6, 1e-5]);
        let far = of(&[1e-4, 2e-4, 1e-4, 1e-4, 1e-4]);
        let logarithmic = axis(&[&near_zero, &far]);
        assert!(logarithmic.low() > 0.0 && logarithmic.low() <= 2e-8);
        assert!(logarithmic.high() >= 2e-4);
        // A logarithm has no place for a seed without any error.
        let faultless = of(&[0.0, 1e-6, 3e-6, 2e-6, 1e-5]);
        assert_eq!(axis(&[&faultless, &far]).low(), 0.0);
    }
}
