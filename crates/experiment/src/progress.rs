//! What is told of an experiment while it runs; the program decides how it is shown.

use apical_learning::{EpochRecord, RunKey, Summary, TrialRecord};
use serde::Serialize;

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

/// Shows the progress of all runs, from several threads.
pub trait Progress: Sync {
    /// A line for people.
    fn note(&self, text: &str);

    /// A run begins.
    fn run(&self, run: &RunKey, n_epochs: usize) -> Box<dyn RunProgress + '_>;

    /// A run was there already.
    fn reused(&self, run: &RunKey, folder: String, outcome: Outcome, summary: &Summary);

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

    /// The run has ended.
    fn end(
        self: Box<Self>,
        outcome: Outcome,
        folder: String,
        error: Option<&str>,
        summary: Option<&Summary>,
    );
}
