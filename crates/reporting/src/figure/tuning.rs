//! Tuning: the validation score of every trial against each tuned value.

use apical_learning::{KeyPath, Metric, TrialRecord};

use super::shared::series;
use super::{Draft, Drafts, Figure, Omission};
use crate::TunedRange;
use crate::csv::{Csv, number};
use crate::group::Task;
use crate::palette::LineStyle;
use crate::plot::{
    Axis, Curve, CurvePoint, Grid, MEDIUM, Panel, Picture, Row, Shown, fit, text_width,
};

pub(super) const FIGURE: Figure = Figure {
    name: "tuning",
    title: "Sensitivity to what was tuned",
    one_line: "validation score of every trial of the tuning against each tuned value",
    how_to_read: "A row for every learner that was tuned, a panel for each of its tuned settings. A dot is a trial, over its \
        value of that setting: the validation score that it is judged by, averaged over the tuning seeds. The marker is the trial \
        whose settings were taken, one of every tuning; dashed grey lines are the ends of the range that was searched. The other settings of a trial \
        differ too, so that the upper edge of the dots tells how sensitive the score is to one of them. Failed trials have no \
        dot. Trials far below the others are counted over the row and are in the CSV.",
    // Of trials, not of runs.
    reads: &[],
    shows_times: false,
    drafts: Drafts::OfTask(draft),
};

/// Rows at most; more learners are in the table alone.
const MOST_LEARNERS: usize = 12;
/// Panels side by side at most.
const MOST_COLUMNS: usize = 3;
/// Of a row.
const WIDEST_HEADING: f64 = 1980.0;
/// A trial that lies so many times further below the best than the middle one is not drawn.
const FAR: f64 = 4.0;

fn draft(task: &Task<'_>) -> Result<Draft, Omission> {
    let mut learners: Vec<(&str, Vec<&TrialRecord>)> = Vec::new();
    for trial in task.trials.iter().filter(|trial| trial.task == task.name) {
        match learners.iter_mut().find(|(name, _)| *name == trial.learner) {
            Some((_, own)) => own.push(trial),
            None => learners.push((&trial.learner, vec![trial])),
        }
    }
    if learners.is_empty() {
        return Err("nothing was tuned");
    }
    let csv = table(&learners);
    learners.retain(|(_, own)| own.iter().any(|trial| trial.value.is_some()));
    if learners.is_empty() {
        return Err("no trial of the tuning has a value");
    }
    let n_more = learners.len().saturating_sub(MOST_LEARNERS);
    learners.truncate(MOST_LEARNERS);
    let n_keys = learners.iter().map(|(_, own)| keys(own).len());
    let n_columns = n_keys.max().unwrap_or(1).clamp(1, MOST_COLUMNS);
    let rows = learners
        .iter()
        .flat_map(|(name, own)| rows(task, name, own, n_columns));
    Ok(Draft {
        picture: Picture::Grid(Grid {
            x_label: "tuned value (dashed: ends of its range)".to_owned(),
            n_columns,
            rows: rows.collect(),
            // Headings name the learners.
            legend: Vec::new(),
            notes: match n_more {
                0 => Vec::new(),
                n => vec![format!("and {n} more learners, by name in the CSV")],
            },
        }),
        csv,
    })
}

fn keys<'t>(trials: &[&'t TrialRecord]) -> Vec<&'t KeyPath> {
    trials
        .first()
        .map_or(Vec::new(), |trial| trial.settings.keys().collect())
}

/// That of the learner, or of a null where it has no run.
fn style(task: &Task<'_>, learner: &str) -> LineStyle {
    let group = task.groups.iter().find(|group| group.learner == learner);
    group.map_or(LineStyle::null(), |group| group.own_style)
}

fn rows(task: &Task<'_>, learner: &str, trials: &[&TrialRecord], n_columns: usize) -> Vec<Row> {
    let (y, n_below) = score_axis(task.score, trials);
    let n_failed = trials.iter().filter(|trial| trial.value.is_none()).count();
    let mut of_trials = format!(": n = {}", trials.len());
    if n_failed > 0 {
        of_trials.push_str(&format!(", {n_failed} failed"));
    }
    if n_below > 0 {
        of_trials.push_str(&format!(", {n_below} off the axis"));
    }
    let room = WIDEST_HEADING - text_width(&of_trials, MEDIUM);
    let heading = format!("{}{of_trials}", fit(learner, MEDIUM, room));
    let style = style(task, learner);
    let ranges = task
        .tuned_ranges
        .get(&(task.name.to_owned(), learner.to_owned()));
    let panel = |key: &&KeyPath| {
        let range = ranges.and_then(|ranges| ranges.get(*key));
        panel(key, range, trials, style, &y, n_columns)
    };
    let panels: Vec<Panel> = keys(trials).iter().map(panel).collect();
    let chunks = panels.chunks(n_columns).enumerate();
    chunks
        .map(|(index, panels)| Row {
            heading: match index {
                0 => heading.clone(),
                _ => String::new(),
            },
            y_label: series::score_label(task.score, "validation"),
            y: y.clone(),
            guides: Vec::new(),
            height: 620.0,
            is_wide: false,
            panels: panels.to_vec(),
        })
        .collect()
}

/// An axis for the trials that are not far behind the others, and how many are.
fn score_axis(score: Metric, trials: &[&TrialRecord]) -> (Axis, usize) {
    let mut values: Vec<f64> = trials.iter().filter_map(|trial| trial.value).collect();
    values.retain(|value| value.is_finite());
    // From the best on.
    values.sort_by(f64::total_cmp);
    if score == Metric::ACCURACY {
        values.reverse();
    }
    let (best, middle) = (
        values.first().copied(),
        values.get(values.len() / 2).copied(),
    );
    let (best, middle) = best.zip(middle).unwrap_or((0.0, 0.0));
    let reach = FAR * (best - middle).abs();
    let (near, far): (Vec<f64>, Vec<f64>) = values
        .iter()
        .partition(|value| (*value - best).abs() <= reach);
    let (low, high) = series::range(near.into_iter()).unwrap_or((0.0, 1.0));
    (Axis::linear_rounded(low, high, 4), far.len())
}

fn panel(
    key: &KeyPath,
    range: Option<&TunedRange>,
    trials: &[&TrialRecord],
    style: LineStyle,
    y: &Axis,
    n_columns: usize,
) -> Panel {
    let place = |trial: &&&TrialRecord| Some((*trial.settings.get(key)?, trial.value?));
    let places: Vec<(f64, f64)> = trials.iter().filter_map(|trial| place(&trial)).collect();
    let values = series::range(places.iter().map(|(value, _)| *value)).unwrap_or((0.0, 1.0));
    let (from, to) = range.map_or(values, |range| (range.from, range.to));
    let n_ticks = [5, 3, 2][n_columns.clamp(1, 3) - 1];
    let x = match range.is_some_and(|range| range.is_logarithmic) {
        // As many labels as a linear one has.
        true => Axis::logarithmic(from, to).labelled_at_most(n_ticks + 1),
        false => {
            let margin = 0.06 * (to - from);
            Axis::linear(from - margin, to + margin, n_ticks)
        }
    };
    let edge = |value: f64| Curve {
        style: LineStyle::null(),
        points: [y.low(), y.high()].map(|mean| at(value, mean)).to_vec(),
        seeds: Vec::new(),
        shown: Shown::Mean,
        has_error_bars: false,
    };
    let mut curves: Vec<Curve> = range
        .iter()
        .flat_map(|of| [edge(of.from), edge(of.to)])
        .collect();
    let dots = |points: Vec<CurvePoint>, seeds| Curve {
        style,
        points,
        seeds,
        shown: Shown::Dots,
        has_error_bars: true,
    };
    curves.push(dots(Vec::new(), vec![places]));
    // One of every tuning; a line of its own for each, so that none connects them.
    let chosen = trials.iter().filter(|trial| trial.chosen);
    let chosen = chosen.filter_map(|trial| place(&trial));
    curves.extend(chosen.map(|(value, score)| dots(vec![at(value, score)], Vec::new())));
    let width = [2000.0, 900.0, 560.0][n_columns.clamp(1, 3) - 1];
    Panel {
        title: last_part(&short(key), width),
        x,
        curves,
    }
}

/// As much of the end of `key` as `width` has room for: keys often differ there alone.
fn last_part(key: &str, width: f64) -> String {
    let fits = |text: &String| text_width(text, MEDIUM) <= width;
    let starts = key.char_indices().map(|(at, _)| at);
    let shortened = starts.skip(1).map(|at| format!("…{}", &key[at..]));
    let mut all = std::iter::once(key.to_owned()).chain(shortened);
    all.find(fits).unwrap_or_default()
}

fn at(x: f64, mean: f64) -> CurvePoint {
    CurvePoint {
        x,
        mean,
        half_width: None,
    }
}

/// The last part of `key`, with what a number counts in.
fn short(key: &KeyPath) -> String {
    match key.segments() {
        [.., above, index] if index.parse::<usize>().is_ok() => format!("{above}.{index}"),
        [.., last] => last.clone(),
        [] => String::new(),
    }
}

fn table(learners: &[(&str, Vec<&TrialRecord>)]) -> Csv {
    let header = [
        "learner",
        "tuning",
        "trial",
        "key",
        "tuned_value",
        "validation",
        "chosen",
    ];
    let mut csv = Csv::new(&header);
    for (learner, trials) in learners {
        for trial in trials {
            for (key, value) in &trial.settings {
                csv.row(&[
                    (*learner).to_owned(),
                    trial.tuning.unwrap_or(0).to_string(),
                    trial.trial.to_string(),
                    key.to_string(),
                    number(Some(*value)),
                    number(trial.value),
                    trial.chosen.to_string(),
                ]);
            }
        }
    }
    csv
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_keys_keep_the_end_that_tells_them_apart() {
        let of = |key: &str| last_part(key, 600.0);
        assert_eq!(of("rates.0"), "rates.0");
        let long = of("backprop_equivalent_rates.1");
        assert!(
            long.starts_with('…') && long.ends_with("_rates.1"),
            "{long}"
        );
        assert_ne!(of("backprop_equivalent_rates.0"), long);
    }

    #[test]
    fn trials_far_behind_are_off_the_axis() {
        let trial = |value: f64| TrialRecord {
            schema: 1,
            task: String::new(),
            learner: String::new(),
            tuning: None,
            trial: 0,
            settings: Default::default(),
            seeds: Vec::new(),
            n_epochs: 1,
            judged_by: None,
            value: Some(value),
            failed: None,
            chosen: false,
            seconds: None,
        };
        let trials = [98.0, 97.0, 96.0, 90.0, 10.0].map(trial);
        let (axis, n_off) = score_axis(Metric::ACCURACY, &trials.iter().collect::<Vec<_>>());
        assert!(n_off == 1 && axis.low() > 80.0, "{axis:?}");
        let (axis, n_off) = score_axis(Metric::LOSS, &trials.iter().collect::<Vec<_>>());
        assert!(n_off == 0 && axis.low() <= 10.0, "{axis:?}");
    }
}
