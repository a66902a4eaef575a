//! How long learners train until they reach an accuracy: quantiles over all runs, those that never reach it included.

use apical_learning::{Metric, PartName, RunRecord};

use crate::cell::Cell;
use crate::group::{Group, Task};
use crate::number::{fixed, significant};
use crate::subject::Subject;

/// The accuracy is so many points below the baseline's mean after the last epoch.
const BELOW: f64 = 1.0;

/// Shares of the runs.
const QUANTILES: [f64; 3] = [0.25, 0.5, 0.75];

/// Times of all learners of a task.
pub(crate) struct TimesToAccuracy<'t> {
    /// What is reached, %.
    pub(crate) accuracy: f64,
    baseline: &'t str,
    rows: Vec<Vec<Cell>>,
}

/// When a run was at the accuracy, or how long it was trained without; failed runs were trained for no time that counts.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Time {
    Reached(f64),
    Beyond(f64),
}

impl<'t> TimesToAccuracy<'t> {
    /// Those of `task`; none without a baseline, accuracies over epochs, or a clock.
    pub(crate) fn new(task: &'t Task<'_>) -> Option<Self> {
        let test = Subject::on(Metric::ACCURACY, PartName::Test);
        let baseline = task.baseline?;
        let of_baseline = task.groups.iter().find(|group| group.learner == baseline)?;
        let accuracy = of_baseline.last(test)?.mean - BELOW;
        let row = |group: &Group<'_>| {
            let finished = group.finished.iter();
            let mut times: Vec<Time> = finished
                .map(|run| time(run, test, accuracy))
                .collect::<Option<_>>()?;
            let n_reached = (times.iter())
                .filter(|of| matches!(of, Time::Reached(_)))
                .count();
            times.extend(group.failed.iter().map(|_| Time::Beyond(0.0)));
            let mut cells = vec![
                Cell::text(group.label()),
                Cell::Share {
                    n: n_reached,
                    of: times.len(),
                },
            ];
            cells.extend(QUANTILES.map(|share| Cell::text(in_words(quantile(&times, share)))));
            Some(cells)
        };
        let rows: Vec<_> = task.groups.iter().filter_map(row).collect();
        (!rows.is_empty()).then_some(Self {
            accuracy,
            baseline,
            rows,
        })
    }

    pub(crate) fn headings(&self) -> [&'static str; 5] {
        [
            "learner",
            "reached",
            "25 % of runs (s)",
            "50 % (s)",
            "75 % (s)",
        ]
    }

    pub(crate) fn rows(&self) -> &[Vec<Cell>] {
        &self.rows
    }

    /// What the numbers are, in sentences.
    pub(crate) fn note(&self) -> String {
        format!(
            "Seconds of training until the test accuracy after an epoch is {} %, a point below the mean of {} at its end; a quarter, half and \
             three quarters of all runs, by nearest rank. Runs that never reach it count as longer than they were trained (>), failed ones too.",
            fixed(self.accuracy, 2),
            self.baseline
        )
    }
}

/// None where nothing was timed, or no accuracy was read over epochs.
fn time(run: &RunRecord, test: Subject, accuracy: f64) -> Option<Time> {
    let seconds = |epoch: usize| {
        let timing = run.timings.iter().find(|timing| timing.epoch == epoch)?;
        Some(timing.seconds.training())
    };
    let whole = run.timings.last()?.seconds.training();
    let read = || {
        run.epochs
            .iter()
            .filter_map(|of| Some((of.epoch, test.value(&of.readings)?)))
    };
    read().next()?;
    run.summary.timing.samples_per_second?;
    match read().find(|(_, found)| *found >= accuracy) {
        Some((epoch, _)) => Some(Time::Reached(seconds(epoch)?)),
        None => Some(Time::Beyond(whole)),
    }
}

/// The time by which a `share` of the runs, by nearest rank, is there; those that never are come last.
fn quantile(times: &[Time], share: f64) -> Option<Time> {
    let mut reached: Vec<f64> = Vec::new();
    let mut trained: Vec<f64> = Vec::new();
    for time in times {
        match time {
            Time::Reached(seconds) => reached.push(*seconds),
            Time::Beyond(seconds) => trained.push(*seconds),
        }
    }
    reached.sort_by(f64::total_cmp);
    let rank = ((share * times.len() as f64).ceil() as usize).max(1);
    match reached.get(rank - 1) {
        Some(seconds) => Some(Time::Reached(*seconds)),
        None => trained.into_iter().reduce(f64::max).map(Time::Beyond),
    }
}

fn in_words(time: Option<Time>) -> String {
    match time {
        Some(Time::Reached(seconds)) => significant(seconds, 3),
        Some(Time::Beyond(seconds)) if seconds > 0.0 => format!("> {}", significant(seconds, 3)),
        _ => "never".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_that_never_reach_it_stay_among_all() {
        let times = [
            Time::Reached(3.0),
            Time::Beyond(9.0),
            Time::Reached(1.0),
            Time::Beyond(8.0),
        ];
        let found = QUANTILES.map(|share| quantile(&times, share));
        let expected = [Time::Reached(1.0), Time::Reached(3.0), Time::Beyond(9.0)];
        assert_eq!(found, expected.map(Some));
        assert_eq!(in_words(found[2]), "> 9.00");
        assert_eq!(in_words(quantile(&[Time::Beyond(0.0)], 0.5)), "never");
        assert_eq!(quantile(&[], 0.5), None);
    }
}
