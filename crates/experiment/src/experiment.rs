//! One experiment of any kind: learners that are taught tasks, or a protocol.

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use anyhow::Result;
use apical_reporting::ReportInput;
use toml::Table;

use crate::progress::Counts;
use crate::protocol::{self, KINDS, Kind, Specified};
use crate::report::{Report, baselines_of, in_order, named_baselines, places_of};
use crate::runs::{self, Execution, Ran, Work, execute};
use crate::spec::{KeyPath, Overrides, Resolved, SpecProblem, SpecSource, nearest};
use crate::store;
use crate::task_data::DataCache;
use crate::tuning::{Tuned, tune};

/// An experiment, read and checked.
pub enum Experiment {
    /// Learners that are taught tasks.
    Tasks(Box<Resolved>),
    /// A protocol.
    Protocol(Arc<Specified>),
}

/// What came of an experiment.
pub enum Done {
    /// It was stopped while it was tuned; complete searches are kept.
    StoppedWhileTuning,
    /// Its runs were made, used again, or stopped.
    Ran {
        /// All runs.
        n_runs: usize,
        /// How many came to what.
        counts: Counts,
        /// Why runs ended that no learner made fail; these runs count as interrupted.
        errors: Vec<anyhow::Error>,
        /// The report, where all runs ended.
        report: Option<Box<Report>>,
    },
}

impl Experiment {
    /// Reads `source` with `overrides`, and checks everything that can be checked without data.
    pub fn read(source: SpecSource, overrides: Overrides) -> Result<Self, SpecProblem> {
        // What is no TOML is told by whoever reads all of it.
        let table: Table = source.text.parse().unwrap_or_default();
        let protocol = table.get("protocol");
        if let Some(name) = protocol {
            let key = KeyPath::of(["protocol"]);
            let name = name.as_str().unwrap_or_default();
            let kind = Kind::named(name).ok_or_else(|| {
                let names: Vec<&str> = KINDS.iter().map(|kind| kind.name).collect();
                let known = names.join(", ");
                let message = format!("`protocol` is `{name}`, expected one of {known}");
                let problem = source.problem(&overrides, &key, message);
                match nearest(name, names) {
                    Some(near) => problem.with_help(format!("did you mean `{near}`?")),
                    None => problem,
                }
            })?;
            return Ok(Self::Protocol(Arc::new(kind.read(&source, &overrides)?)));
        }
        if let Some(kind) = unnamed(&source, &table) {
            let line = format!("protocol = \"{kind}\"");
            return Err(SpecProblem::new(
                "there is no task, and no `protocol` is named".to_owned(),
            )
            .at(&source.file, &source.text, 0..0)
            .with_help(format!(
                "these are the keys of a protocol; write `{line}` before the first of them"
            )));
        }
        Ok(Self::Tasks(Box::new(Resolved::new(source, overrides)?)))
    }

    /// Its name.
    pub fn name(&self) -> &str {
        match self {
            Self::Tasks(resolved) => &resolved.source.name,
            Self::Protocol(specified) => &specified.name,
        }
    }

    /// Makes what has not ended yet, and writes records below `folder`. `command` gives the same
    /// results.
    pub fn run(
        self,
        data: &mut DataCache,
        folder: &Path,
        command: &str,
        execution: &Execution<'_>,
    ) -> Result<Done> {
        match self {
            Self::Tasks(resolved) => run_tasks(*resolved, data, folder, command, execution),
            Self::Protocol(specified) => run_protocol(&specified, folder, command, execution),
        }
    }
}

/// The protocol that a specification is one of, where it does not say so: before protocols were named
/// in specifications, their commands did.
fn unnamed(source: &SpecSource, table: &Table) -> Option<&'static str> {
    if table.contains_key("task") || !table.contains_key("condition") {
        return None;
    }
    let fitting = KINDS.iter().find(|kind| {
        let named = kind.named_in(source.clone());
        kind.read(&named, &Overrides::default()).is_ok()
    });
    fitting.map(|kind| kind.name)
}

fn run_tasks(
    mut resolved: Resolved,
    data: &mut DataCache,
    folder: &Path,
    command: &str,
    execution: &Execution<'_>,
) -> Result<Done> {
    let mut trials = Vec::new();
    if let Some(tuning) = resolved.spec.tuning.clone() {
        match tune(&resolved, &tuning, data, folder, execution)? {
            Tuned::Done(tuned, log) => (resolved, trials) = (*tuned, log),
            Tuned::Interrupted => return Ok(Done::StoppedWhileTuning),
        }
    }
    let jobs = runs::jobs(&resolved, data, folder)?;
    let notes = data
        .notes()
        .iter()
        .cloned()
        .chain(tuned_on_tested(&resolved));
    for note in notes {
        execution.progress.note(&note);
    }
    let spec = resolved.text_in(folder)?;
    let name = resolved.source.name.clone();
    let ran = all(
        &name,
        &jobs,
        folder,
        (command, &spec),
        execution,
        || match trials.is_empty() {
            true => Ok(()),
            false => store::write_trials(folder, &trials),
        },
    )?;
    let table = spec.parse()?;
    let places = places_of(&table, str::to_owned);
    done(jobs.len(), ran, |records| {
        let runs = in_order(records, &places);
        Ok(Report::Tasks(ReportInput {
            experiment: name,
            title: resolved.title(),
            command: command.to_owned(),
            baselines: baselines_of(&runs, named_baselines(&table, str::to_owned)),
            runs,
            spec,
            trials,
        }))
    })
}

/// What is to be said of tasks whose samples are tested under one seed and tuned on under another.
fn tuned_on_tested(resolved: &Resolved) -> Vec<String> {
    let tasks = resolved.spec.task.iter().filter(|(_, task)| {
        let is_own = task.dataset.entry().n_samples.is_none();
        resolved.spec.tuning.is_some() && is_own && task.dataset.depends_on_run()
    });
    tasks
        .map(|(name, _)| {
            format!(
                "task `{name}`: every seed has a split of its own, so that settings are tuned on samples that other seeds test; with one split for all (`split_seed` a number, no `folds`) they are not"
            )
        })
        .collect()
}

fn run_protocol(
    spec: &Arc<Specified>,
    folder: &Path,
    command: &str,
    execution: &Execution<'_>,
) -> Result<Done> {
    let began = Instant::now();
    let jobs = protocol::jobs(spec, folder)?;
    let written = (command, &*spec.text);
    let ran = all(&spec.name, &jobs, folder, written, execution, || Ok(()))?;
    done(jobs.len(), ran, |records| {
        let runs = spec.sorted(records);
        protocol::write_summary(folder, spec, command, &runs, began.elapsed())?;
        Ok(Report::Protocol(spec.report(&runs, command)))
    })
}

/// Writes what belongs to the whole experiment, and makes its runs.
fn all<W: Work>(
    name: &str,
    jobs: &[runs::Job<W>],
    folder: &Path,
    (command, spec): (&str, &str),
    execution: &Execution<'_>,
    write_more: impl Fn() -> Result<()>,
) -> Result<Ran<W::Record>> {
    let n_threads = execution.n_threads;
    execution
        .progress
        .started(name, folder, jobs.len(), n_threads);
    let text = store::experiment_text(command, spec);
    store::write_atomically(&folder.join(store::name::EXPERIMENT), text.as_bytes())?;
    write_more()?;
    store::write_runs(folder, jobs.iter().map(|job| &*job.folder))?;
    execute(jobs, execution)
}

fn done<R>(
    n_runs: usize,
    ran: Ran<R>,
    report: impl FnOnce(Vec<R>) -> Result<Report>,
) -> Result<Done> {
    let Ran {
        records,
        counts,
        errors,
    } = ran;
    let report = match counts.n_interrupted {
        0 => Some(Box::new(report(records)?)),
        _ => None,
    };
    Ok(Done::Ran {
        n_runs,
        counts,
        errors,
        report,
    })
}
