//! One experiment of any kind: learners that are taught tasks, or a protocol.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use anyhow::Result;
use apical_learning::TrialRecord;
use toml::Table;

use crate::progress::Counts;
use crate::protocol::{self, KINDS, Kind, Specified};
use crate::report::{self, Report};
use crate::runs::{self, Execution, Index, OfSeeds, Ran, Work, execute};
use crate::spec::{KeyPath, Overrides, Resolved, SpecProblem, SpecSource, nearest};
use crate::store::{self, Ended, Lock};
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
    /// It was stopped while it was tuned; finished trials are kept.
    StoppedWhileTuning,
    /// Its runs were made, used again, or stopped.
    Ran {
        /// All runs of the shard.
        n_runs: usize,
        /// How many came to what.
        counts: Counts,
        /// Why runs ended that no learner made fail; these runs count as interrupted.
        errors: Vec<anyhow::Error>,
        /// Whether somebody stopped it before all runs had ended.
        is_stopped: bool,
        /// The report, where all runs ended and it was asked for; and the lock under which its files are to be
        /// written.
        report: Option<(Box<Report>, Lock)>,
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

    /// Whether a run that was interrupted goes on from a checkpoint, and does not begin anew.
    pub fn has_checkpoints(&self) -> bool {
        match self {
            Self::Tasks(_) => true,
            Self::Protocol(specified) => specified.has_checkpoints(),
        }
    }

    /// Makes what has not ended yet, and writes records below `folder`. `command` is what gives the same
    /// results with some seeds.
    pub fn run(
        self,
        data: &mut DataCache,
        folder: &Path,
        command: OfSeeds<'_>,
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
    command: OfSeeds<'_>,
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
    let spec = |seeds: &[u64]| {
        let mut resolved = resolved.clone();
        resolved.spec.seeds = seeds.to_vec();
        Ok(resolved.text_in(folder)?)
    };
    let index = Index::new(folder, &jobs, command, &spec);
    let name = &resolved.source.name;
    let ran = all(name, &jobs, folder, &index, &trials, execution)?;
    done(n_own(&jobs, execution), ran, |records| {
        // Another call, with other settings, may have written its own since.
        let written = index.write();
        store::where_possible(written.and_then(|()| store::write_trials(folder, &trials)))?;
        match execution.with_report {
            true => report::on_experiment(folder, records),
            false => Ok(None),
        }
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
    command: OfSeeds<'_>,
    execution: &Execution<'_>,
) -> Result<Done> {
    let began = Instant::now();
    let jobs = protocol::jobs(spec, folder)?;
    let text = |seeds: &[u64]| Ok(spec.text_with(seeds)?);
    let index = Index::new(folder, &jobs, command, &text);
    let ran = all(&spec.name, &jobs, folder, &index, &[], execution)?;
    done(n_own(&jobs, execution), ran, |records| {
        store::where_possible(index.write())?;
        let (spec, runs, report) = report::on_own_protocol(folder, records)?;
        let command = &report.command;
        let written = protocol::write_summary(folder, &spec, command, &runs, began.elapsed());
        store::where_possible(written)?;
        Ok(Some(Report::Protocol(report)))
    })
}

/// Writes what belongs to the whole experiment, makes its runs, and takes the lock for its report.
fn all<W: Work>(
    name: &str,
    jobs: &[runs::Job<W>],
    folder: &Path,
    index: &Index<'_>,
    trials: &[TrialRecord],
    execution: &Execution<'_>,
) -> Result<(Ran<W::Record>, Option<Lock>)> {
    let n_threads = execution.n_threads;
    let n_own = n_own(jobs, execution);
    (execution.progress).started(name, folder, n_own, n_threads);
    // Where it was stopped while it waited, no run is made either.
    index.begin(trials, execution)?;
    let ran = execute(jobs, execution)?;
    let lock = match ran.counts.n_interrupted {
        0 => store::lock_folder(folder, execution.stop)?,
        _ => None,
    };
    Ok((ran, lock))
}

/// How many of `jobs` are in the shard.
fn n_own<W>(jobs: &[runs::Job<W>], execution: &Execution<'_>) -> usize {
    jobs.iter().filter(|job| job.is_in(execution.shard)).count()
}

fn done<R>(
    n_runs: usize,
    (ran, lock): (Ran<R>, Option<Lock>),
    report: impl FnOnce(HashMap<PathBuf, Ended<R>>) -> Result<Option<Report>>,
) -> Result<Done> {
    let Ran {
        records,
        counts,
        errors,
    } = ran;
    let is_stopped = lock.is_none();
    let report = match lock {
        // A shard without a run has nothing to say.
        Some(_) if n_runs == 0 => None,
        Some(lock) => report(records)?.map(|report| (Box::new(report), lock)),
        None => None,
    };
    Ok(Done::Ran {
        n_runs,
        counts,
        errors,
        is_stopped,
        report,
    })
}
