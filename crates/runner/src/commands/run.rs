//! `apical run`.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use apical_experiment::progress::{Counts, Progress as _};
use apical_experiment::runs::{Execution, execute, jobs};
use apical_experiment::task_data::DataCache;
use apical_experiment::tuning::{Tuned, tune};
use apical_learning::SCHEMA_VERSION;
use apical_reporting::ReportInput;

use super::order::{baselines_of, in_order, places_of};
use super::report::{print_table, write_report};
use crate::cli::RunArgs;
use crate::event::Event;
use crate::exit;
use crate::folders::data_folders;
use crate::program::program;
use crate::progress::{Mode, Progress};
use crate::stop::Stop;
use apical_experiment::spec::{Resolved, SpecProblem, SpecSource};
use apical_experiment::store;

/// The experiment that runs without arguments.
const QUICK: &str = include_str!("../../../../experiments/quick.toml");

/// Runs an experiment and returns the exit code.
pub(crate) fn run(arguments: &RunArgs, data_dir: Option<&Path>) -> Result<u8> {
    let source = source(arguments.spec.as_deref())?;
    let spec = arguments
        .spec
        .as_ref()
        .map(|path| path.to_string_lossy().into_owned());
    let words = ["apical", "run"].into_iter().chain(spec.as_deref());
    let command = arguments.how.redo(&words.collect::<Vec<_>>());
    run_source(source, &command, arguments, data_dir)
}

/// Runs the experiment `source`, whatever file `arguments` name, and returns the exit code. `command`
/// gives the same results.
pub(super) fn run_source(
    source: SpecSource,
    command: &str,
    arguments: &RunArgs,
    data_dir: Option<&Path>,
) -> Result<u8> {
    let overrides = arguments.how.overrides()?;
    let mut resolved = Resolved::new(source, overrides)?;
    let progress = Progress::new(Mode::choose(arguments.how.quiet, arguments.json));
    let stop = Stop::on_signals().context("failed to listen for Ctrl-C")?;
    let execution = Execution {
        n_threads: arguments.how.n_threads(),
        force: arguments.how.force,
        progress: &progress,
        stop: &|| stop.is_asked(),
        program: &program(),
    };
    let folder = arguments.how.out.join(&resolved.source.name);
    let mut data = DataCache::new(data_folders(data_dir));
    let mut trials = Vec::new();
    if let Some(tuning) = resolved.spec.tuning.clone() {
        match tune(&resolved, &tuning, &mut data, &folder, &execution)? {
            Tuned::Done(tuned, log) => (resolved, trials) = (*tuned, log),
            Tuned::Interrupted => {
                progress
                    .warn(&format!(
                        "stopped while tuning; complete searches are in {}; the same command goes on with what is missing",
                        folder.join("tuning").display()
                    ));
                return Ok(ended(&progress, Counts::default(), exit::INTERRUPTED));
            }
        }
    }
    let jobs = jobs(&resolved, &mut data, &folder)?;
    progress.event(&Event::ExperimentStarted {
        schema: SCHEMA_VERSION,
        experiment: &resolved.source.name,
        folder: folder.display().to_string(),
        n_runs: jobs.len(),
        n_threads: execution.n_threads,
    });
    let spec = resolved.text()?;
    let text = store::experiment_text(command, &spec);
    store::write_atomically(&folder.join(store::name::EXPERIMENT), text.as_bytes())?;
    if !trials.is_empty() {
        store::write_trials(&folder, &trials)?;
    }
    store::write_runs(&folder, jobs.iter().map(|job| job.folder()))?;
    let ran = execute(&jobs, &execution)?;
    let n_broken = ran.errors.len();
    if let Some(first) = ran.errors.into_iter().next() {
        ended(&progress, ran.counts, exit::UNEXPECTED);
        return Err(first.context(format!(
            "{n_broken} of {} runs ended unexpectedly; the others are in {}, and the same command goes on with the rest",
            jobs.len(),
            folder.display()
        )));
    }
    if ran.counts.n_interrupted > 0 {
        progress.warn(&format!(
            "stopped: {} of {} runs are finished, in {}; the same command goes on with the rest",
            jobs.len() - ran.counts.n_interrupted,
            jobs.len(),
            folder.display(),
        ));
        return Ok(ended(&progress, ran.counts, exit::INTERRUPTED));
    }
    let places = places_of(&spec.parse()?, str::to_owned);
    let runs = in_order(ran.records, &places);
    let input = ReportInput {
        experiment: resolved.source.name.clone(),
        title: resolved.title(),
        command: command.to_owned(),
        baselines: baselines_of(&runs),
        runs,
        spec,
        trials,
    };
    conclude(arguments, &input, ran.counts, &folder, &progress)
}

/// Report, table and the last words.
fn conclude(
    arguments: &RunArgs,
    input: &ReportInput,
    counts: Counts,
    folder: &Path,
    progress: &Progress,
) -> Result<u8> {
    let index = if arguments.no_report {
        None
    } else {
        Some(write_report(input, folder)?)
    };
    if progress.mode() != Mode::Json {
        print_table(input)?;
    }
    let Counts {
        n_finished,
        n_reused,
        n_failed,
        ..
    } = counts;
    let mut words = vec![format!("{n_finished} runs trained")];
    if n_reused > 0 {
        words.push(format!("{n_reused} reused"));
    }
    if n_failed > 0 {
        words.push(format!(
            "{n_failed} failed (kept; train them again with --force)"
        ));
    }
    progress.note(&format!(
        "{}; records in {}",
        words.join(", "),
        folder.display()
    ));
    if let Some(index) = index {
        progress.note(&format!("report: {}", index.display()));
        progress.event(&Event::Report {
            index: index.display().to_string(),
        });
    }
    let code = if n_failed > 0 {
        exit::RUNS_FAILED
    } else {
        exit::OK
    };
    Ok(ended(progress, counts, code))
}

fn ended(progress: &Progress, counts: Counts, exit_code: u8) -> u8 {
    progress.event(&Event::ExperimentEnded { counts, exit_code });
    exit_code
}

/// The specification in a file; the built-in one where none is given.
pub(super) fn source(path: Option<&Path>) -> Result<SpecSource> {
    let Some(path) = path else {
        return Ok(SpecSource {
            name: "quick".into(),
            file: "experiments/quick.toml".into(),
            text: QUICK.into(),
        });
    };
    let text = fs::read_to_string(path).map_err(|error| {
        SpecProblem::new(format!(
            "the specification {} cannot be read: {error}",
            path.display()
        ))
        .with_help("`apical init` writes one to start from")
    })?;
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    let name = store::slug(&stem);
    let name = if name.is_empty() {
        "experiment".to_owned()
    } else {
        name
    };
    Ok(SpecSource {
        name,
        file: path.display().to_string(),
        text,
    })
}
