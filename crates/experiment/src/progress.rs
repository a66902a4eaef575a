//! What is told of an experiment while it runs; the program decides how it is shown.

use std::path::Path;

use apical_learning::{EpochRecord, RunKey, Summary, TrialRecord};
use serde::Serialize;

use crate::protocol::ProtocolSummary;

/// How a run of the experiment ended, or that it did not run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// All epochs were taught now.
    Finished,
    /// It had ended before, with the same settings, data and code.
    Reused,
    /// It stopped with an error.
    Failed,
    /// It was stopped from outside.
    Interrupted,
}

/// How many runs came to what.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Taught now.
    pub n_finished: usize,
    /// Used again.
    pub n_reused: usize,
    /// Failed, now or before.
    pub n_failed: usize,
    /// Not ended.
    pub n_interrupted: usize,
}

/// A run in short, whatever it was a run of.
#[derive(Debug, Clone, Copy, Serialize)]
#[serde(untagged)]
pub enum RunSummary<'a> {
    /// A learner that was taught a task.
    Task(&'a Summary),
    /// A condition of a protocol.
    Protocol(&'a ProtocolSummary),
}

/// Shows the progress of all runs, from several threads.
pub trait Progress: Sync {
    /// A line for people.
    fn note(&self, text: &str);

    /// A line for people that they have to see.
    fn warn(&self, text: &str);

    /// The experiment called `name` begins in `folder`.
    fn started(&self, name: &str, folder: &Path, n_runs: usize, n_threads: usize);

    /// A run begins.
    fn run(&self, run: &RunKey, n_epochs: usize) -> Box<dyn RunProgress + '_>;

    /// A run was there already.
    fn reused(
        &self,
        run: &RunKey,
        folder: String,
        outcome: Outcome,
        error: Option<&str>,
        summary: RunSummary<'_>,
    );

    /// A run ended without a result, by no fault of its learner.
    fn broke(&self, run: &RunKey, folder: String, error: &anyhow::Error);

    /// A trial of the tuning has ended.
    fn trial(&self, trial: &TrialRecord, n_trials: usize);
}

/// Shows the progress of one run.
pub trait RunProgress {
    /// A step of an epoch is taught.
    fn step(&self, epoch: usize, n_done: usize, n_steps: usize);

    /// An epoch is taught and measured.
    fn epoch(&self, record: &EpochRecord);

    /// It was interrupted at `place`, and goes on from there.
    fn goes_on(&self, place: &str);

    /// A line on how far it is.
    fn note(&self, text: &str);

    /// The run has ended.
    fn end(
        self: Box<Self>,
        outcome: Outcome,
        folder: String,
        error: Option<&str>,
        summary: Option<RunSummary<'_>>,
    );
}
