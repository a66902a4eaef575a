//! `apical plan`.

use std::path::Path;

use anyhow::{Context, Result};
use apical_experiment::Experiment;
use apical_experiment::plan::{Plan, Planned, plan as estimate};
use apical_experiment::simulate::is_simulation;
use apical_experiment::task_data::DataCache;
use apical_reporting::{Cell, PlainTable};

use crate::built_in;
use crate::cli::PlanArgs;
use crate::exit::{self, UsageError};
use crate::folders::data_folders;
use crate::slurm::length::in_words as duration;
use crate::stop::Stop;
use crate::{say, width};

/// Prints how many runs an experiment has, and what they will take; trains a second of each learner.
pub(crate) fn plan(arguments: &PlanArgs, data_dir: Option<&Path>) -> Result<u8> {
    let source = built_in::source(&arguments.spec)?;
    if is_simulation(&source) {
        return Err(UsageError::NothingToPlan.into());
    }
    let experiment = Experiment::read(source, arguments.what.overrides()?)?;
    let stop =
        Stop::on_signals("the same command begins anew").context("failed to listen for Ctrl-C")?;
    let mut data = DataCache::new(data_folders(data_dir));
    match estimate(&experiment, &mut data, &|| stop.is_asked())? {
        None => {
            say::err("stopped: there is no plan; the same command begins anew");
            return Ok(exit::INTERRUPTED);
        }
        Some(Plan::Protocol { n_runs }) => say::out(format_args!(
            "{n_runs} runs; a protocol's time is not estimated, as no part of it stands for the whole"
        )),
        Some(Plan::Tasks(planned)) => {
            say::verbatim(table(&planned).text_in(width::of_output()));
            say::out(in_short(&planned, arguments.at_once.n_threads()));
            let failed = planned
                .iter()
                .filter_map(|of| Some((of, of.failed.as_ref()?)));
            for (of, error) in failed {
                say::out(format_args!(
                    "{} · {} fails at once: {error}",
                    of.task, of.learner
                ));
            }
        }
    }
    Ok(exit::OK)
}

fn table(planned: &[Planned]) -> PlainTable {
    let rows = planned.iter().map(|of| {
        vec![
            Cell::text(&of.task),
            Cell::text(&of.learner),
            Cell::Count(Some(of.n_runs)),
            time(of.run_seconds),
            Cell::Count((of.n_trial_runs > 0).then_some(of.n_trial_runs)),
            time(of.trial_seconds.filter(|_| of.n_trial_runs > 0)),
            Cell::text(bytes(of.n_bytes_memory as f64)),
        ]
    });
    let header = [
        "task", "learner", "runs", "a run", "trials", "a trial", "memory",
    ];
    PlainTable {
        name: "plan".to_owned(),
        title: "Runs, and time and memory of each on one thread".to_owned(),
        header: header.map(str::to_owned).to_vec(),
        rows: rows.collect(),
        note: String::new(),
    }
}

fn time(seconds: Option<f64>) -> Cell {
    seconds.map_or(Cell::Missing, |seconds| Cell::text(duration(seconds)))
}

fn in_short(planned: &[Planned], n_threads: usize) -> String {
    let n_runs: usize = planned.iter().map(|of| of.n_runs).sum();
    let n_trials: usize = planned.iter().map(|of| of.n_trial_runs).sum();
    let known: f64 = planned.iter().filter_map(Planned::seconds).sum();
    // The longest run decides where there are more threads than runs.
    let longest = planned
        .iter()
        .filter_map(|of| of.run_seconds)
        .fold(0.0, f64::max);
    let seconds = (known / n_threads as f64).max(longest);
    let disk: f64 = planned
        .iter()
        .filter_map(|of| Some(of.n_bytes_disk? * of.n_runs as f64))
        .sum();
    let mut largest: Vec<u64> = planned.iter().map(|of| of.n_bytes_memory).collect();
    largest.sort_unstable();
    let at_once: u64 = largest.iter().rev().take(n_threads).sum();
    let trials = match n_trials {
        0 => String::new(),
        n => format!(" and {n} runs of trials"),
    };
    format!(
        "{n_runs} runs{trials}: about {} on {n_threads} threads, {} on disk, {} of memory beside the data",
        duration(seconds),
        bytes(disk),
        bytes(at_once as f64)
    )
}

fn bytes(n: f64) -> String {
    match n {
        n if n < 1e6 => format!("{:.0} kB", (n / 1e3).max(1.0)),
        n if n < 1e9 => format!("{:.0} MB", n / 1e6),
        n => format!("{:.1} GB", n / 1e9),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_and_sizes_are_in_units_that_fit() {
        for (seconds, expected) in [
            (0.0001, "1 ms"),
            (0.25, "250 ms"),
            (59.6, "60 s"),
            (600.0, "10 min"),
            (9000.0, "2.5 h"),
            (864_000.0, "10 days"),
        ] {
            assert_eq!(duration(seconds), expected);
        }
        assert_eq!(bytes(2.4e6), "2 MB");
    }
}
