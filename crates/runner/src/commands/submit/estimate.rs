//! What runs will take, from what `apical plan` measures.

use std::collections::HashMap;

use anyhow::Result;
use apical_experiment::plan::{Plan, Planned, plan};
use apical_experiment::runs::Stop;
use apical_experiment::task_data::DataCache;
use apical_experiment::{Experiment, process_peak_bytes};
use apical_learning::RunKey;

/// Seconds of a task, where nothing is said: long beside what it takes to start, short beside a day.
pub(super) const CHUNK: f64 = 3600.0;

/// What an experiment takes.
pub(super) struct Estimate {
    /// Seconds of a run by task and learner; nothing of a protocol.
    seconds: Option<HashMap<(String, String), f64>>,
    planned: Vec<Planned>,
    peak: u64,
}

impl Estimate {
    /// Teaches every learner for a second; nothing where it was stopped.
    pub(super) fn of(
        experiment: &Experiment,
        data: &mut DataCache,
        stop: Stop<'_>,
    ) -> Result<Option<Self>> {
        let Some(plan) = plan(experiment, data, stop)? else {
            return Ok(None);
        };
        let planned = match plan {
            Plan::Tasks(planned) => planned,
            Plan::Protocol { .. } => {
                return Ok(Some(Self {
                    seconds: None,
                    planned: Vec::new(),
                    peak: process_peak_bytes().unwrap_or(0),
                }));
            }
        };
        let seconds = planned.iter().map(|of| {
            // One that fails at once takes no time.
            let seconds = of.run_seconds.unwrap_or(0.0);
            ((of.task.clone(), of.learner.clone()), seconds)
        });
        Ok(Some(Self {
            seconds: Some(seconds.collect()),
            // It has read the data, and taught.
            peak: process_peak_bytes().unwrap_or(0),
            planned,
        }))
    }

    /// Whether nothing is known of times.
    pub(super) fn is_unknown(&self) -> bool {
        self.seconds.is_none()
    }

    /// Seconds of `run` on one thread; a second of each where nothing is known, so that all count alike.
    pub(super) fn seconds_of(&self, run: &RunKey) -> f64 {
        let Some(seconds) = &self.seconds else {
            return 1.0;
        };
        let learner = match run.point.is_empty() {
            true => run.learner.clone(),
            false => format!("{}, {}", run.learner, run.point),
        };
        let known = seconds.get(&(run.task.clone(), learner));
        known.copied().unwrap_or(0.0)
    }

    /// Seconds of all trials, `n_threads` at a time.
    pub(super) fn seconds_of_trials(&self, n_threads: usize) -> f64 {
        let of = |of: &Planned| of.n_trial_runs as f64 * of.trial_seconds.unwrap_or(0.0);
        self.planned.iter().map(of).sum::<f64>() / n_threads as f64
    }

    /// Bytes of the largest learner.
    pub(super) fn largest(&self) -> u64 {
        let bytes = self.planned.iter().map(|of| of.n_bytes_memory);
        bytes.max().unwrap_or(0)
    }

    /// The most memory that this process has had: the data, and one learner.
    pub(super) fn peak(&self) -> u64 {
        self.peak
    }
}
