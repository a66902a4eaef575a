//! What happens in an experiment, one JSON object a line with `--json`; docs/records.md has the schema.

use std::path::Path;

use apical_learning::{EpochRecord, RunKey, SCHEMA_VERSION, TrialRecord};
use serde::Serialize;

use crate::chain;
use crate::progress::{Counts, Outcome, Progress, RunProgress, RunSummary};

/// The exit code of an experiment of which runs failed.
pub const RUNS_FAILED: u8 = 3;

/// One line of the event stream.
#[derive(Debug, Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event<'a> {
    /// The specification is checked and the data are loaded.
    ExperimentStarted {
        /// Version of the records and events.
        schema: u32,
        /// Its name.
        experiment: &'a str,
        /// Its folder.
        folder: String,
        /// All runs, reused ones included.
        n_runs: usize,
        /// Runs at a time.
        n_threads: usize,
    },
    /// A trial of the tuning has ended.
    Trial {
        /// The trial.
        trial: &'a TrialRecord,
    },
    /// A run begins.
    RunStarted {
        /// Which.
        run: &'a RunKey,
        /// Epochs it will be taught.
        n_epochs: usize,
    },
    /// An epoch was taught and measured.
    Epoch {
        /// Of which run.
        run: &'a RunKey,
        /// Epochs in all.
        n_epochs: usize,
        /// The readings.
        record: &'a EpochRecord,
    },
    /// A run has ended, or was there already.
    RunEnded {
        /// Which.
        run: &'a RunKey,
        /// How.
        outcome: Outcome,
        /// Its folder.
        folder: String,
        /// The error, where it failed.
        #[serde(skip_serializing_if = "Option::is_none")]
        error: Option<&'a str>,
        /// Its summary, where it ended.
        #[serde(skip_serializing_if = "Option::is_none")]
        summary: Option<RunSummary<'a>>,
    },
    /// The report is written.
    Report {
        /// The page.
        index: String,
    },
    /// Nothing more follows.
    ExperimentEnded {
        /// How many runs came to what.
        counts: Counts,
        /// The exit code.
        exit_code: u8,
    },
}

/// The exit code of an experiment of which no run broke or was stopped.
pub fn exit_code(counts: Counts) -> u8 {
    match counts.n_failed {
        0 => 0,
        _ => RUNS_FAILED,
    }
}

/// Progress that is told event by event; what is meant for people is not among them.
pub struct Events<T>(pub T);

/// Of one run.
struct RunEvents<'a, T> {
    tell: &'a T,
    run: RunKey,
    n_epochs: usize,
}

impl<T: Fn(&Event<'_>) + Sync> Progress for Events<T> {
    fn note(&self, _: &str) {}

    fn warn(&self, _: &str) {}

    fn started(&self, name: &str, folder: &Path, n_runs: usize, n_threads: usize) {
        (self.0)(&Event::ExperimentStarted {
            schema: SCHEMA_VERSION,
            experiment: name,
            folder: folder.display().to_string(),
            n_runs,
            n_threads,
        });
    }

    fn run(&self, run: &RunKey, n_epochs: usize) -> Box<dyn RunProgress + '_> {
        (self.0)(&Event::RunStarted { run, n_epochs });
        Box::new(RunEvents {
            tell: &self.0,
            run: run.clone(),
            n_epochs,
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
        (self.0)(&Event::RunEnded {
            run,
            outcome,
            folder,
            error,
            summary: Some(summary),
        });
    }

    fn broke(&self, run: &RunKey, folder: String, error: &anyhow::Error) {
        (self.0)(&Event::RunEnded {
            run,
            outcome: Outcome::Interrupted,
            folder,
            error: Some(&chain(error)),
            summary: None,
        });
    }

    fn trial(&self, trial: &TrialRecord, _: usize) {
        (self.0)(&Event::Trial { trial });
    }
}

impl<T: Fn(&Event<'_>)> RunProgress for RunEvents<'_, T> {
    fn step(&self, _: usize, _: usize, _: usize) {}

    fn epoch(&self, record: &EpochRecord) {
        (self.tell)(&Event::Epoch {
            run: &self.run,
            n_epochs: self.n_epochs,
            record,
        });
    }

    fn goes_on(&self, _: &str) {}

    fn note(&self, _: &str) {}

    fn end(
        self: Box<Self>,
        outcome: Outcome,
        folder: String,
        error: Option<&str>,
        summary: Option<RunSummary<'_>>,
    ) {
        (self.tell)(&Event::RunEnded {
            run: &self.run,
            outcome,
            folder,
            error,
            summary,
        });
    }
}
