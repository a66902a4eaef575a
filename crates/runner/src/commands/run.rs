//! `apical run` and `apical reproduce`.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use apical_experiment::event::{Event, exit_code};
use apical_experiment::progress::{Counts, Progress as _};
use apical_experiment::report::Report;
use apical_experiment::simulate::is_simulation;
use apical_experiment::spec::SpecSource;
use apical_experiment::store::Lock;
use apical_experiment::task_data::DataCache;
use apical_experiment::{Checkpoints, Done, Execution, Experiment, Shard};

use super::report::{print_text, write_report};
use super::simulate;
use crate::built_in;
use crate::cli::{ReproduceArgs, RunArgs};
use crate::exit;
use crate::folders::{data_folders, may_be_made};
use crate::program::program;
use crate::progress::{Mode, Progress};
use crate::stop::{Asked, Stop};

/// The experiment that runs without arguments.
const QUICK: &str = "quick";

/// Runs an experiment and returns the exit code.
pub(crate) fn run(arguments: &RunArgs, data_dir: Option<&Path>) -> Result<u8> {
    let (source, named) = match &arguments.spec {
        Some(argument) => (
            built_in::source(argument)?,
            Some(argument.to_string_lossy()),
        ),
        None => (built_in::built_in(QUICK)?, None),
    };
    let words = ["apical", "run"].into_iter().chain(named.as_deref());
    run_source(source, &words.collect::<Vec<_>>(), arguments, data_dir)
}

/// Runs a built-in experiment and returns the exit code.
pub(crate) fn reproduce(arguments: &ReproduceArgs, data_dir: Option<&Path>) -> Result<u8> {
    let name = &arguments.name;
    let run = RunArgs {
        how: arguments.how.clone(),
        ..RunArgs::default()
    };
    let words = ["apical", "reproduce", name];
    run_source(built_in::built_in(name)?, &words, &run, data_dir)
}

/// Runs the experiment `source`, whatever `arguments` name, and returns the exit code. The command
/// `words` with the same options gives the same results.
fn run_source(
    source: SpecSource,
    words: &[&str],
    arguments: &RunArgs,
    data_dir: Option<&Path>,
) -> Result<u8> {
    if is_simulation(&source) {
        return simulate::run_simulation(source, &arguments.how, data_dir);
    }
    let specified = seeds_of(&source);
    let command = |seeds: &[u64]| {
        let seeds = (seeds != specified).then_some(seeds);
        Ok(arguments.how.redo(words, seeds))
    };
    let experiment = Experiment::read(source, arguments.how.what.overrides()?)?;
    let progress = Progress::new(
        Mode::choose(arguments.how.quiet, arguments.json),
        arguments.how.verbose,
    );
    let stop = Stop::on_signals("what is finished is kept; the same command goes on with the rest")
        .context("failed to listen for Ctrl-C")?;
    let asked = Asked::on_signals().context("failed to listen for SIGUSR1")?;
    let execution = Execution {
        n_threads: arguments.how.at_once.n_threads(),
        shard: match arguments.how.trials_only {
            true => Shard::NONE,
            false => arguments.how.shard.unwrap_or(Shard::ALL),
        },
        force: arguments.how.force,
        progress: &progress,
        stop: &|| stop.is_asked(),
        checkpoints: Checkpoints {
            every: arguments.how.checkpoint_every(),
            n_asked: &|| asked.count(),
        },
        program: &program(),
        // A table and a page of all runs are for a call that makes them all.
        with_report: !(arguments.no_report && arguments.how.shard.is_some()),
    };
    let folder = arguments.how.out.join(experiment.name());
    may_be_made(&folder)?;
    let mut data = DataCache::new(data_folders(data_dir));
    let made = match &experiment {
        Experiment::Tasks(_) => ("trained", "train"),
        Experiment::Protocol(_) => ("made", "make"),
    };
    let done = experiment.run(&mut data, &folder, &command, &execution);
    progress.clear();
    let (n_runs, counts, errors, is_stopped, report) = match done? {
        Done::StoppedWhileTuning => {
            progress.warn(&format!(
                    "stopped while tuning; finished trials are in {}; the same command goes on with what is missing",
                    folder.join("tuning").display()
                ));
            return Ok(ended(&progress, Counts::default(), exit::INTERRUPTED));
        }
        Done::Ran {
            n_runs,
            counts,
            errors,
            is_stopped,
            report,
        } => (n_runs, counts, errors, is_stopped, report),
    };
    let n_broken = errors.len();
    if let Some(first) = errors.into_iter().next() {
        ended(&progress, counts, exit::UNEXPECTED);
        return Err(first.context(format!(
            "{n_broken} of {n_runs} runs ended unexpectedly; the others are in {}, and the same command goes on with the rest",
            folder.display()
        )));
    }
    if arguments.how.trials_only {
        progress.note(&format!("trials, and no run, in {}", folder.display()));
        return Ok(ended(&progress, counts, exit::OK));
    }
    if let (0, Some(shard)) = (n_runs, arguments.how.shard) {
        progress.note(&format!("no run is in shard {shard}"));
        return Ok(ended(&progress, counts, exit::OK));
    }
    if is_stopped {
        progress.warn(&format!(
            "stopped: {} of {n_runs} runs are finished, in {}; the same command goes on with the rest",
            n_runs - counts.n_interrupted,
            folder.display(),
        ));
        return Ok(ended(&progress, counts, exit::INTERRUPTED));
    }
    let index = match report {
        Some((report, lock)) => show(arguments, (&report, lock), &folder, &progress)?,
        None => None,
    };
    Ok(conclude(
        arguments,
        made,
        counts,
        (&folder, index),
        &progress,
    ))
}

/// The seeds that a specification names itself, in ascending order.
pub(super) fn seeds_of(source: &SpecSource) -> Vec<u64> {
    let table: toml::Table = source.text.parse().unwrap_or_default();
    let seeds = table.get("seeds").and_then(|seeds| seeds.as_array());
    let seeds = seeds.into_iter().flatten();
    let mut seeds: Vec<u64> = seeds
        .filter_map(|seed| u64::try_from(seed.as_integer()?).ok())
        .collect();
    seeds.sort_unstable();
    seeds
}

/// Report, table and what is missing; the page, where it was written.
fn show(
    arguments: &RunArgs,
    (report, lock): (&Report, Lock),
    folder: &Path,
    progress: &Progress,
) -> Result<Option<PathBuf>> {
    let index = if arguments.no_report {
        None
    } else {
        write_report(report, folder)?
    };
    drop(lock);
    if progress.mode() != Mode::Json {
        print_text(report, arguments.how.wide)?;
    }
    // What is missing of a part is for other calls.
    let gaps = arguments.how.shard.map_or(report.gaps(), |_| &[]);
    gaps.iter().for_each(|gap| progress.warn(gap));
    Ok(index)
}

/// The last words: how many runs were made, and where they and the page are.
fn conclude(
    arguments: &RunArgs,
    (made, make): (&str, &str),
    counts: Counts,
    (folder, index): (&Path, Option<PathBuf>),
    progress: &Progress,
) -> u8 {
    let Counts {
        n_finished,
        n_reused,
        n_failed,
        ..
    } = counts;
    let mut words = vec![format!("{n_finished} runs {made}")];
    if n_reused > 0 {
        words.push(format!("{n_reused} reused"));
    }
    if n_failed > 0 {
        words.push(format!(
            "{n_failed} failed (kept; {make} them again with --force)"
        ));
    }
    let of_shard = arguments.how.shard.map(|shard| format!("shard {shard}: "));
    progress.note(&format!(
        "{}{}; records in {}",
        of_shard.unwrap_or_default(),
        words.join(", "),
        folder.display()
    ));
    if let Some(index) = index {
        progress.note(&format!("report: {}", index.display()));
        progress.event(&Event::Report {
            index: index.display().to_string(),
        });
    }
    ended(progress, counts, exit_code(counts))
}

fn ended(progress: &Progress, counts: Counts, exit_code: u8) -> u8 {
    progress.event(&Event::ExperimentEnded { counts, exit_code });
    exit_code
}
