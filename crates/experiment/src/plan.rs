//! What an experiment will take, from a pilot of about a second for each learner; nothing of it is kept.

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::Result;
use apical_learning::{EpochRecord, Record, Sink, TimingRecord, TrainError};

use crate::experiment::Experiment;
use crate::runs::Stop;
use crate::spec::{Arm, Resolved};
use crate::store;
use crate::task_data::{DataCache, Prepared};
use crate::teach::{Setting, TeachError, teach};
use crate::time::WallClock;

/// How long a pilot teaches.
const PILOT: Duration = Duration::from_secs(1);
/// Bytes of a weight on disk, in single precision.
const BYTES_OF_A_WEIGHT: f64 = 4.0;
/// Bytes of a run's specification, provenance and summary, about.
const BYTES_OF_A_RUN: f64 = 8e3;

/// What one learner, at one point of a sweep, will take.
#[derive(Debug, Clone, PartialEq)]
pub struct Planned {
    /// The task.
    pub task: String,
    /// The learner, and the point of the sweep.
    pub learner: String,
    /// Reported runs: one for each seed.
    pub n_runs: usize,
    /// Runs of trials, before these.
    pub n_trial_runs: usize,
    /// Seconds of a reported run; absent where the pilot failed.
    pub run_seconds: Option<f64>,
    /// Seconds of a trial's run.
    pub trial_seconds: Option<f64>,
    /// Bytes of memory of a run, beside data that all runs share.
    pub n_bytes_memory: u64,
    /// Bytes on disk of a reported run, about; absent where the pilot failed.
    pub n_bytes_disk: Option<f64>,
    /// Why the pilot failed.
    pub failed: Option<String>,
}

impl Planned {
    /// Seconds of all its runs on one thread.
    pub fn seconds(&self) -> Option<f64> {
        let of_trials = match self.n_trial_runs {
            0 => 0.0,
            n => n as f64 * self.trial_seconds?,
        };
        Some(self.n_runs as f64 * self.run_seconds? + of_trials)
    }
}

/// What an experiment will take.
#[derive(Debug, Clone, PartialEq)]
pub enum Plan {
    /// Learners that are taught tasks.
    Tasks(Vec<Planned>),
    /// Runs of a protocol, of which no part stands for the whole.
    Protocol {
        /// How many.
        n_runs: usize,
    },
}

/// What `experiment` will take, on one thread. Nothing where it was stopped.
///
/// # Errors
///
/// Where its data cannot be read, or a number of it is out of range.
pub fn plan(experiment: &Experiment, data: &mut DataCache, stop: Stop<'_>) -> Result<Option<Plan>> {
    let resolved = match experiment {
        Experiment::Tasks(resolved) => resolved,
        Experiment::Protocol(specified) => {
            let n_runs = specified.n_runs();
            return Ok(Some(Plan::Protocol { n_runs }));
        }
    };
    let mut planned = Vec::new();
    for arm in &resolved.arms {
        let seed = resolved.spec.seeds[0];
        let prepared = data.prepare(resolved, arm, seed)?;
        match of_arm(resolved, arm, &prepared, stop)? {
            Some(of_arm) => planned.push(of_arm),
            None => return Ok(None),
        }
    }
    Ok(Some(Plan::Tasks(planned)))
}

fn of_arm(
    resolved: &Resolved,
    arm: &Arm,
    prepared: &Prepared,
    stop: Stop<'_>,
) -> Result<Option<Planned>> {
    let tuning = resolved.spec.tuning.as_ref();
    let tuning = tuning.filter(|tuning| tuning.space.keys().any(|key| arm.owns(key)));
    let n_samples = prepared.data.train.n_samples();
    let n_steps = n_samples.div_ceil(arm.training.batch_size.min(n_samples).max(1)) as f64;
    let evaluated = pilot(arm, prepared, false, Duration::ZERO, stop)?;
    let taught = pilot(arm, prepared, true, PILOT, stop)?;
    if stop() {
        return Ok(None);
    }
    let mut planned = Planned {
        task: arm.task_name.clone(),
        learner: arm.label(),
        n_runs: resolved.spec.seeds.len(),
        n_trial_runs: tuning.map_or(0, |tuning| {
            tuning.n_trials * tuning.all_seeds().map(Vec::len).sum::<usize>()
        }),
        run_seconds: None,
        trial_seconds: None,
        n_bytes_memory: arm.n_bytes(&prepared.network, n_samples),
        n_bytes_disk: None,
        failed: taught.failed.clone().or_else(|| evaluated.failed.clone()),
    };
    if planned.failed.is_some() || taught.n_steps == 0 {
        return Ok(Some(planned));
    }
    let step = taught.taught / taught.n_steps as f64;
    let aligned = (taught.observed - evaluated.observed).max(0.0);
    let measure = &arm.measure;
    let n_epochs = arm.training.n_epochs;
    let n_evaluations = n_due(n_epochs, measure.evaluate_every_n_epochs);
    let n_alignments = n_due(n_epochs, measure.align_every_n_epochs);
    planned.run_seconds = Some(
        n_epochs as f64 * n_steps * step
            + n_evaluations * evaluated.observed
            + n_alignments * aligned,
    );
    let n_trial_epochs = tuning.map_or(0, |tuning| tuning.n_epochs.unwrap_or(n_epochs));
    planned.trial_seconds = Some(
        n_trial_epochs as f64 * n_steps * step
            + n_due(n_trial_epochs, measure.evaluate_every_n_epochs) * evaluated.observed,
    );
    let n_bytes_aligned = taught.n_bytes.saturating_sub(evaluated.n_bytes) as f64;
    planned.n_bytes_disk = Some(
        BYTES_OF_A_RUN
            + BYTES_OF_A_WEIGHT * taught.n_parameters as f64
            + n_evaluations * evaluated.n_bytes as f64
            + n_alignments * n_bytes_aligned,
    );
    Ok(Some(planned))
}

/// Observations of a run of `n_epochs`, one before the first and one every so many epochs and after the last.
fn n_due(n_epochs: usize, every: usize) -> f64 {
    let every = every.max(1);
    (1 + n_epochs.div_ceil(every)) as f64
}

/// What a pilot came to.
#[derive(Default)]
struct Pilot {
    /// Seconds of the steps.
    taught: f64,
    n_steps: usize,
    /// Seconds of the first observation, and bytes of its records.
    observed: f64,
    n_bytes: usize,
    n_parameters: usize,
    failed: Option<String>,
}

/// Teaches `arm` for about as long as `wanted` after the first observation.
fn pilot(
    arm: &Arm,
    prepared: &Prepared,
    align: bool,
    wanted: Duration,
    stop: Stop<'_>,
) -> Result<Pilot> {
    let is_over = AtomicBool::new(false);
    let stop = || is_over.load(Ordering::Relaxed) || stop();
    let mut watch = Watch {
        pilot: Pilot::default(),
        last: Instant::now(),
        until: None,
        wanted,
        is_over: &is_over,
    };
    let setting = Setting {
        seed: 0,
        prepared,
        measure: &arm.measure,
        align,
        clock: &WallClock::start(),
        stop: &stop,
        from: None,
    };
    let taught = teach(arm, &setting, &mut watch);
    let mut pilot = watch.pilot;
    match taught {
        Ok(taught) => pilot.n_parameters = taught.n_parameters,
        Err(TeachError::Train {
            source,
            n_parameters,
            ..
        }) => {
            pilot.n_parameters = n_parameters;
            match source {
                TrainError::Stopped { .. } => {}
                TrainError::Step { .. } | TrainError::Observe { .. } => {
                    pilot.failed = Some(source.to_string());
                }
                TrainError::Record { .. }
                | TrainError::Restore { .. }
                | TrainError::Checkpoint { .. }
                | TrainError::NoEpochLeft { .. } => {
                    return Err(source.into());
                }
            }
        }
        Err(error) => return Err(error.into()),
    }
    Ok(pilot)
}

/// Takes the times of a pilot, and ends it.
struct Watch<'a> {
    pilot: Pilot,
    last: Instant,
    until: Option<Instant>,
    wanted: Duration,
    is_over: &'a AtomicBool,
}

impl Watch<'_> {
    /// Seconds since it was asked last.
    fn lap(&mut self) -> f64 {
        let now = Instant::now();
        let lap = now - self.last;
        self.last = now;
        lap.as_secs_f64()
    }
}

impl Sink for Watch<'_> {
    fn epoch(&mut self, record: &EpochRecord) -> io::Result<()> {
        let lap = self.lap();
        if self.until.is_none() {
            let line =
                store::json_line(&Record::Epoch(record.clone())).map_err(io::Error::other)?;
            self.pilot.observed = lap;
            self.pilot.n_bytes = line.len();
            self.until = Some(self.last + self.wanted);
            self.is_over.store(self.wanted.is_zero(), Ordering::Relaxed);
        }
        Ok(())
    }

    fn timing(&mut self, _record: &TimingRecord) -> io::Result<()> {
        Ok(())
    }

    fn step(&mut self, _epoch: usize, _n_done: usize, _n_steps: usize) {
        self.pilot.taught += self.lap();
        self.pilot.n_steps += 1;
        let is_over = self.until.is_some_and(|until| self.last >= until);
        self.is_over.store(is_over, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn observations_are_counted_as_the_loop_makes_them() {
        for (n_epochs, every, expected) in [(10, 1, 11.0), (10, 5, 3.0), (10, 4, 4.0), (0, 3, 1.0)]
        {
            assert_eq!(n_due(n_epochs, every), expected, "{n_epochs} {every}");
        }
    }
}
