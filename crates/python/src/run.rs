//! `apical.run`.

use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use anyhow::Result;
use apical_experiment::event::{Event, Events, exit_code};
use apical_experiment::folders::data_folders_of;
use apical_experiment::progress::{Outcome, Progress, RunProgress, RunSummary};
use apical_experiment::provenance::{Program, shell_line};
use apical_experiment::seeds::in_short;
use apical_experiment::simulate::is_simulation;
use apical_experiment::spec::SpecProblem;
use apical_experiment::task_data::DataCache;
use apical_experiment::{Checkpoints, Done, Execution, Experiment, Shard, report, store};
use apical_kernels::{INSTRUCTION_SET_VARIABLE, InstructionSet};
use apical_learning::{EpochRecord, RunKey, TrialRecord};
use pyo3::prelude::*;
use serde_json::json;

use crate::source::Specified;
use crate::watch::{Watched, watch};

/// From one word on the steps of a run to the next.
const BETWEEN_STEPS: Duration = Duration::from_millis(100);

/// How runs are made.
#[derive(FromPyObject)]
#[pyo3(from_item_all)]
pub(crate) struct How {
    out: PathBuf,
    threads: Option<usize>,
    data_dir: Option<PathBuf>,
    force: bool,
    page: bool,
    checkpoint_every: f64,
}

/// Runs an experiment, tells of it, and returns its folder.
#[pyfunction]
pub(crate) fn run(
    py: Python<'_>,
    spec: Specified,
    how: How,
    tell: &Bound<'_, PyAny>,
) -> PyResult<PathBuf> {
    watch(py, tell, move |watched| made(&spec, &how, watched))
}

fn made(spec: &Specified, how: &How, watched: &Watched) -> Result<PathBuf> {
    InstructionSet::chosen()?;
    let source = spec.source()?;
    if is_simulation(&source) {
        return Err(SpecProblem::new(
            "this is a simulation, which has no runs; `apical.simulate` makes it",
        )
        .into());
    }
    let experiment = Experiment::read(source, spec.overrides()?)?;
    let folder = how.out.join(experiment.name());
    let words = spec.words();
    let command = |seeds: &[u64]| {
        let seeds = ["--seeds".to_owned(), in_short(seeds)];
        Ok(shell_line(words.iter().chain(&seeds).map(String::as_str)))
    };
    let tell = |event: &Event<'_>| {
        if let Ok(text) = serde_json::to_string(event) {
            watched.tell(text);
        }
    };
    let told = Told {
        watched,
        events: Events(tell),
    };
    let seconds = Duration::try_from_secs_f64(how.checkpoint_every).unwrap_or_default();
    let all = || std::thread::available_parallelism().map_or(1, usize::from);
    let execution = Execution {
        n_threads: how.threads.filter(|n| *n > 0).unwrap_or_else(all),
        shard: Shard::ALL,
        force: how.force,
        progress: &told,
        stop: &|| watched.is_stopped(),
        checkpoints: Checkpoints {
            every: (!seconds.is_zero()).then_some(seconds),
            n_asked: &|| 0,
        },
        program: &program(words.clone()),
        with_report: true,
    };
    let variable = |name: &str| std::env::var_os(name);
    let mut data = DataCache::new(data_folders_of(how.data_dir.as_deref(), &variable));
    let done = experiment.run(&mut data, &folder, &command, &execution)?;
    let Done::Ran {
        n_runs,
        counts,
        errors,
        report,
        ..
    } = done
    else {
        told.warn("stopped while tuning; finished trials are kept");
        return Ok(folder);
    };
    tell(&Event::ExperimentEnded {
        counts,
        exit_code: exit_code(counts),
    });
    let n_broken = errors.len();
    if let Some(first) = errors.into_iter().next() {
        return Err(first.context(format!(
            "{n_broken} of {n_runs} runs ended unexpectedly; the others are in {}, and the same call goes on with \
             the rest",
            folder.display()
        )));
    }
    if let Some((report, lock)) = report {
        if how.page {
            match report::write(&report, &folder) {
                Err(error) if store::is_read_only(&error) => {
                    told.warn(&format!("{} cannot be written: {error}", folder.display()));
                }
                written => drop(written?),
            }
        }
        drop(lock);
    }
    Ok(folder)
}

fn program(command: Vec<String>) -> Program {
    Program {
        version: env!("CARGO_PKG_VERSION"),
        commit: Some(env!("APICAL_COMMIT")).filter(|commit| !commit.is_empty()),
        dirty: env!("APICAL_DIRTY").parse().ok(),
        kernels: std::env::var(INSTRUCTION_SET_VARIABLE).ok(),
        allocator: None,
        command,
    }
}

/// Progress as events: those of `apical run --json`, and `note`, `warning` and `step`.
struct Told<'a, T> {
    watched: &'a Watched,
    events: Events<T>,
}

struct ToldRun<'a> {
    watched: &'a Watched,
    events: Box<dyn RunProgress + 'a>,
    run: RunKey,
    n_epochs: usize,
    last: Mutex<Option<Instant>>,
}

fn said(watched: &Watched, kind: &str, text: &str) {
    watched.tell(json!({ "event": kind, "text": text }).to_string());
}

impl<T: Fn(&Event<'_>) + Sync> Progress for Told<'_, T> {
    fn note(&self, text: &str) {
        said(self.watched, "note", text);
    }

    fn warn(&self, text: &str) {
        said(self.watched, "warning", text);
    }

    fn started(&self, name: &str, folder: &Path, n_runs: usize, n_threads: usize) {
        self.events.started(name, folder, n_runs, n_threads);
    }

    fn run(&self, run: &RunKey, n_epochs: usize) -> Box<dyn RunProgress + '_> {
        Box::new(ToldRun {
            watched: self.watched,
            events: self.events.run(run, n_epochs),
            run: run.clone(),
            n_epochs,
            last: Mutex::default(),
        })
    }

    fn reused(
        &self,
        run: &RunKey,
        folder: String,
        outcome: Outcome,
        error: Option<&str>,
        summary: RunSummary<'_>,
    ) {
        self.events.reused(run, folder, outcome, error, summary);
    }

    fn broke(&self, run: &RunKey, folder: String, error: &anyhow::Error) {
        self.events.broke(run, folder, error);
    }

    fn trial(&self, trial: &TrialRecord, n_trials: usize) {
        self.events.trial(trial, n_trials);
    }
}

impl RunProgress for ToldRun<'_> {
    fn step(&self, epoch: usize, n_done: usize, n_steps: usize) {
        let Ok(mut last) = self.last.lock() else {
            return;
        };
        if last.is_some_and(|last| last.elapsed() < BETWEEN_STEPS) {
            return;
        }
        *last = Some(Instant::now());
        let event = json!({
            "event": "step", "run": self.run, "epoch": epoch, "n_epochs": self.n_epochs,
            "n_done": n_done, "n_steps": n_steps,
        });
        self.watched.tell(event.to_string());
    }

    fn epoch(&self, record: &EpochRecord) {
        self.events.epoch(record);
    }

    fn goes_on(&self, place: &str) {
        said(self.watched, "note", &format!("goes on from {place}"));
    }

    fn note(&self, _: &str) {}

    fn end(
        self: Box<Self>,
        outcome: Outcome,
        folder: String,
        error: Option<&str>,
        summary: Option<RunSummary<'_>>,
    ) {
        self.events.end(outcome, folder, error, summary);
    }
}
