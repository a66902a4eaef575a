//! Trials: settings taught with every seed of the tuning and judged on validation.

use std::collections::BTreeMap;
use std::sync::Mutex;

use anyhow::Result;
use apical_learning::{
    JudgedBy, KeyPath, MeasureSpec, Metric, PartName, SCHEMA_VERSION, TrainError, Trained,
    TrialRecord,
};

use super::broken_off::TrialSink;
use super::{Hunt, One};
use crate::memory::Room;
use crate::provenance;
use crate::runs::{Due, Execution, guarded_each};
use crate::spec::Arm;
use crate::task_data::Prepared;
use crate::teach::{Setting, TeachError, teach};
use crate::time::WallClock;

/// Settings to be tried.
pub(super) struct Trial {
    /// Whose search it belongs to.
    pub(super) hunt: usize,
    /// Running number within the search.
    pub(super) index: usize,
    /// Its coordinates.
    pub(super) point: Vec<f64>,
    /// Keys and values.
    pub(super) settings: BTreeMap<KeyPath, f64>,
    /// The learner with these settings.
    pub(super) arm: Arm,
}

/// Value per seed, where there is one already.
type OfSeeds = Vec<Option<Tried>>;

/// A value with the training time that it took in seconds, or why there is none.
type Tried = Result<(f64, f64), String>;

/// Runs all trials with all seeds and keeps each as it ends; nothing where it was stopped.
pub(super) fn run_trials(
    one: &One,
    hunts: &[Hunt],
    trials: &[Trial],
    execution: &Execution<'_>,
) -> Result<Option<Vec<TrialRecord>>> {
    let tuning = &one.spec;
    let n_seeds = tuning.seeds.len();
    let values: Mutex<Vec<OfSeeds>> = Mutex::new(vec![vec![None; n_seeds]; trials.len()]);
    let done: Mutex<Vec<Option<TrialRecord>>> = Mutex::new(vec![None; trials.len()]);
    let n_jobs = trials.len() * n_seeds;
    let room = Room::now();
    let results = guarded_each(n_jobs, execution.n_threads, |job| {
        let (index, seed) = (job / n_seeds, job % n_seeds);
        let trial = &trials[index];
        let prepared = &hunts[trial.hunt].prepared[seed];
        let n_samples = prepared.data.train.n_samples();
        let n_bytes = trial.arm.n_bytes(&prepared.network, n_samples);
        let Some(_place) = room.enter(n_bytes, execution.stop) else {
            return Ok(());
        };
        let number = tuning.seeds[seed];
        let provenance = provenance::of_run(
            execution.program,
            &prepared.checksum,
            execution.n_threads,
            n_bytes,
        );
        let sink = TrialSink::new(
            hunts[trial.hunt].cache.checkpoint(trial, number)?,
            provenance,
            Due::new(execution.checkpoints),
        );
        let judged_by = tuning.judged_by;
        let tried = try_once(&trial.arm, prepared, (number, judged_by), sink, execution)?;
        let Some(value) = tried else {
            return Ok(());
        };
        let mut values = values
            .lock()
            .expect("no trial panics while it holds the values");
        values[index][seed] = Some(value);
        if let Some(of_seeds) = values[index].iter().cloned().collect::<Option<Vec<_>>>() {
            let record = record(trial, one, of_seeds);
            hunts[trial.hunt].cache.keep(&record)?;
            execution.progress.trial(&record, tuning.n_trials);
            done.lock()
                .expect("no trial panics while it holds the records")[index] = Some(record);
        }
        Ok(())
    })?;
    results.into_iter().collect::<Result<()>>()?;
    Ok(done
        .into_inner()
        .expect("all threads are done")
        .into_iter()
        .collect())
}

/// The value of one trial with one seed, or why there is none; nothing where it was stopped.
fn try_once(
    arm: &Arm,
    prepared: &Prepared,
    (seed, judged_by): (u64, JudgedBy),
    mut sink: TrialSink<'_>,
    execution: &Execution<'_>,
) -> Result<Option<Tried>> {
    if (execution.stop)() {
        return Ok(None);
    }
    let measure = MeasureSpec {
        metrics: vec![Metric::ACCURACY, Metric::LOSS],
        n_train_samples: 1,
        ..arm.measure.clone()
    };
    let from = match execution.force {
        true => None,
        false => sink.begin(execution.progress)?,
    };
    let setting = Setting {
        seed,
        prepared,
        measure: &measure,
        align: false,
        clock: &WallClock::start(),
        stop: execution.stop,
        from: from.as_ref(),
    };
    let value = match teach(arm, &setting, &mut sink) {
        Ok(taught) => {
            let seconds = taught.trained.timing.seconds.training();
            validation(&taught.trained, judged_by).map(|value| (value, seconds))
        }
        Err(TeachError::Train { source, .. }) => match source {
            TrainError::Stopped { .. } => return Ok(None),
            TrainError::Step { .. } | TrainError::Observe { .. } => Err(source.to_string()),
            TrainError::Record { .. }
            | TrainError::Restore { .. }
            | TrainError::Checkpoint { .. }
            | TrainError::NoEpochLeft { .. } => return Err(source.into()),
        },
        Err(error) => return Err(error.into()),
    };
    sink.end()?;
    Ok(Some(value))
}

/// Validation accuracy (%), or validation loss in regression, of the epoch that counts.
fn validation(trained: &Trained, judged_by: JudgedBy) -> Result<f64, String> {
    let none = || "validation was not measured".to_owned();
    let readings = trained.readings_at(trained.judged_epoch(judged_by).ok_or_else(none)?);
    let value = |metric| {
        let mut of_metric = readings.iter().filter(|r| r.metric == metric);
        of_metric
            .find(|r| r.part == Some(PartName::Validation))
            .and_then(|r| r.value)
    };
    value(Metric::ACCURACY)
        .or_else(|| value(Metric::LOSS))
        .ok_or_else(none)
}

fn record(trial: &Trial, one: &One, of_seeds: Vec<Tried>) -> TrialRecord {
    let n = of_seeds.len() as f64;
    let all: Result<Vec<(f64, f64)>, String> = of_seeds.into_iter().collect();
    let (value, seconds, failed) = match all {
        Ok(all) => {
            let (values, seconds): (Vec<f64>, Vec<f64>) = all.into_iter().unzip();
            let value = values.iter().sum::<f64>() / n;
            (Some(value), Some(seconds.iter().sum()), None)
        }
        Err(error) => (None, None, Some(error)),
    };
    TrialRecord {
        schema: SCHEMA_VERSION,
        task: trial.arm.task_name.clone(),
        learner: trial.arm.learner_name.clone(),
        tuning: one.index,
        trial: trial.index,
        settings: trial.settings.clone(),
        seeds: one.spec.seeds.clone(),
        n_epochs: trial.arm.training.n_epochs,
        judged_by: Some(one.spec.judged_by),
        value,
        failed,
        chosen: false,
        seconds,
    }
}
