//! What happens in an experiment, one JSON object a line with `--json`; docs/records.md has the schema.

use crate::progress::{Counts, Outcome, RunSummary};
use apical_learning::{EpochRecord, RunKey, TrialRecord};
use serde::Serialize;

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
