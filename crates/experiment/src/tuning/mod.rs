//! Settings found on validation alone, before the reported runs, on seeds apart from theirs.

mod broken_off;
mod cache;
mod search;
mod trial;

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use anyhow::Result;
use apical_learning::{Streams, TaskData, TrialRecord};

use self::cache::Cache;
use self::search::Search;
use self::trial::{Trial, run_trials};
use crate::runs::Execution;
use crate::spec::{Arm, KeyPath, Range, Resolved, TuningSpec};
use crate::store;
use crate::task_data::{DataCache, Prepared};

/// Tuning found no settings for a learner.
#[derive(Debug, thiserror::Error)]
#[error(
    "tuning found no settings for learner `{learner}` of task `{task}`: none of its {n_trials} trials has a value, the first because: {first}; change `tuning.space` (all trials are in {log})"
)]
pub struct TuningFailed {
    /// The task.
    pub task: String,
    /// The learner.
    pub learner: String,
    /// Its trials.
    pub n_trials: usize,
    /// Why the first has no value.
    pub first: String,
    /// The log of all trials.
    pub log: String,
}

/// What tuning came to.
pub enum Tuned {
    /// The experiment with the settings found, and the log of all trials.
    Done(Box<Resolved>, Vec<TrialRecord>),
    /// It was stopped from outside; finished trials are kept.
    Interrupted,
}

/// Finds settings for every learner that the space has keys of, one tuning after the other. Fails where no trial
/// of a learner has a value.
pub fn tune(
    resolved: &Resolved,
    tuning: &TuningSpec,
    data: &mut DataCache,
    folder: &Path,
    execution: &Execution<'_>,
) -> Result<Tuned> {
    if let Some(words) = other_length(resolved, tuning) {
        execution.progress.warn(&words);
    }
    let mut tuned: Option<Resolved> = None;
    let mut log = Vec::new();
    for (index, seeds) in tuning.all_seeds().enumerate() {
        let one = One {
            spec: TuningSpec {
                seeds: seeds.clone(),
                ..tuning.clone()
            },
            index: (tuning.n_tunings() > 1).then_some(index),
        };
        let Some(found) = tune_once(resolved, &one, data, folder, execution, &mut log)? else {
            return Ok(Tuned::Interrupted);
        };
        match &mut tuned {
            Some(first) => first.further_arms.push(found.arms),
            None => tuned = Some(found),
        }
    }
    let tuned = tuned.unwrap_or_else(|| resolved.clone());
    Ok(Tuned::Done(Box::new(tuned), log))
}

/// What there is to say where trials have other epochs than the runs that are reported.
fn other_length(resolved: &Resolved, tuning: &TuningSpec) -> Option<String> {
    let n_epochs = tuning.n_epochs?;
    let is_tuned = |arm: &&Arm| tuning.space.keys().any(|key| arm.owns(key));
    let arms = resolved.arms.iter().filter(is_tuned);
    let other = arms
        .map(|arm| arm.training.n_epochs)
        .find(|of_runs| *of_runs != n_epochs)?;
    Some(format!(
        "epochs of a trial (`tuning.n_epochs`): {n_epochs}, of the reported runs: {other}; what is best after the one need not be after the other"
    ))
}

/// One of the tunings of an experiment.
struct One {
    /// With its own seeds.
    spec: TuningSpec,
    /// Which, where there are several.
    index: Option<usize>,
}

/// The experiment with the settings that one tuning finds, whose trials go to `log`; nothing where it was stopped.
fn tune_once(
    resolved: &Resolved,
    one: &One,
    data: &mut DataCache,
    folder: &Path,
    execution: &Execution<'_>,
    log: &mut Vec<TrialRecord>,
) -> Result<Option<Resolved>> {
    let tuning = &one.spec;
    let mut hunts = hunts(resolved, tuning, data, folder, execution.force)?;
    loop {
        let trials = next_trials(resolved, tuning, &mut hunts)?;
        if trials.is_empty() {
            break;
        }
        let kept = |trial: &Trial| hunts[trial.hunt].cache.record(trial);
        let (known, missing): (Vec<_>, Vec<_>) = trials
            .into_iter()
            .map(|trial| (kept(&trial), trial))
            .partition(|(record, _)| record.is_some());
        let missing: Vec<Trial> = missing.into_iter().map(|(_, trial)| trial).collect();
        let Some(records) = run_trials(one, &hunts, &missing, execution)? else {
            return Ok(None);
        };
        let records = records.into_iter().map(Some).zip(missing);
        let mut round: Vec<_> = known.into_iter().chain(records).collect();
        round.sort_by_key(|(_, trial)| (trial.hunt, trial.index));
        for (record, trial) in round {
            let hunt = &mut hunts[trial.hunt];
            hunt.points.push(trial.point);
            hunt.records.extend(record);
        }
    }
    let mut edits = Vec::new();
    let mut n_trials = HashMap::new();
    let mut failed = None;
    for hunt in &mut hunts {
        if let Some(best) = hunt.best() {
            hunt.records[best].chosen = true;
            for (key, range) in &hunt.space {
                let value = hunt.records[best].settings[key];
                edits.push((key.clone(), range.value(value)));
            }
        } else {
            let first = hunt.records.iter().find_map(|trial| trial.failed.clone());
            failed.get_or_insert(TuningFailed {
                task: hunt.arm.task_name.clone(),
                learner: hunt.arm.learner_name.clone(),
                n_trials: hunt.records.len(),
                first: first.unwrap_or_else(|| "no reason was recorded".into()),
                log: folder.join(store::name::TRIALS).display().to_string(),
            });
        }
        hunt.cache.write(&hunt.records)?;
        n_trials.insert(
            (&hunt.arm.task_name, &hunt.arm.learner_name),
            hunt.records.len(),
        );
        log.extend(hunt.records.iter().cloned());
    }
    if let Some(failed) = failed {
        let _lock = store::lock_folder(folder, execution.stop)?;
        store::write_trials(folder, log)?;
        return Err(failed.into());
    }
    let mut tuned = resolved.with(&edits)?;
    for arm in &mut tuned.arms {
        arm.n_tuning_trials = n_trials.get(&(&arm.task_name, &arm.learner_name)).copied();
        arm.tuning = one.index.filter(|_| arm.n_tuning_trials.is_some());
    }
    Ok(Some(tuned))
}

/// The search for the settings of one learner.
struct Hunt {
    arm: Arm,
    space: Vec<(KeyPath, Range)>,
    prepared: Vec<Prepared>,
    search: Search,
    points: Vec<Vec<f64>>,
    records: Vec<TrialRecord>,
    cache: Cache,
    is_over: bool,
}

impl Hunt {
    /// The trial with the best value, the earliest among equals.
    fn best(&self) -> Option<usize> {
        let is_accuracy = self.prepared[0].data.validation.labels.is_some();
        let mut best: Option<(usize, f64)> = None;
        for (index, value) in self.records.iter().map(|r| r.value).enumerate() {
            let Some(value) = value else { continue };
            let score = if is_accuracy { value } else { -value };
            if best.is_none_or(|(_, so_far)| score > so_far) {
                best = Some((index, score));
            }
        }
        best.map(|(index, _)| index)
    }
}

fn hunts(
    resolved: &Resolved,
    tuning: &TuningSpec,
    data: &mut DataCache,
    folder: &Path,
    force: bool,
) -> Result<Vec<Hunt>> {
    let mut hunts = Vec::new();
    let mut without_test = HashMap::new();
    for arm in &resolved.arms {
        let mut space = Vec::new();
        for (key, range) in &tuning.space {
            if arm.owns(key) {
                space.push((key.clone(), *range));
            }
        }
        if space.is_empty() {
            continue;
        }
        let mut prepared = Vec::new();
        for &seed in &tuning.seeds {
            let mut own = data.prepare(resolved, arm, seed)?;
            let whole = Arc::as_ptr(&own.data);
            own.data = without_test
                .entry(whole)
                .or_insert_with(|| hide_test(&own.data))
                .clone();
            prepared.push(own);
        }
        let checksums: Vec<String> = prepared.iter().map(Prepared::deciding_checksum).collect();
        let cache = Cache::new(folder, arm, tuning, &space, &checksums, force)?;
        let records = cache.complete();
        let name = format!("tuning/{}/{}", arm.task_name, arm.learner_name);
        let rng = Streams::new(tuning.seeds[0]).stream(&name);
        let ranges = space.iter().map(|(_, range)| *range).collect();
        hunts.push(Hunt {
            arm: arm.clone(),
            search: Search::new(tuning.strategy, ranges, tuning.n_trials, rng),
            space,
            prepared,
            points: Vec::new(),
            is_over: records.is_some(),
            records: records.unwrap_or_default(),
            cache,
        });
    }
    Ok(hunts)
}

/// The same data with an empty test part, so that tuning cannot see it.
fn hide_test(data: &TaskData) -> Arc<TaskData> {
    Arc::new(TaskData {
        train: data.train.clone(),
        validation: data.validation.clone(),
        test: data.test.select(&[]),
        target_widths: data.target_widths.clone(),
    })
}

fn next_trials(resolved: &Resolved, tuning: &TuningSpec, hunts: &mut [Hunt]) -> Result<Vec<Trial>> {
    let mut trials = Vec::new();
    for (index, hunt) in hunts
        .iter_mut()
        .enumerate()
        .filter(|(_, hunt)| !hunt.is_over)
    {
        let best = hunt.best().map(|best| hunt.points[best].clone());
        let points = hunt.search.next_round(best.as_deref());
        hunt.is_over = points.is_empty();
        for (offset, point) in points.into_iter().enumerate() {
            let values = hunt.search.values(&point);
            let edits: Vec<_> = (hunt.space.iter().zip(&values))
                .map(|((key, range), &value)| (key.clone(), range.value(value)))
                .collect();
            let tried = resolved.with(&edits)?;
            let arm = tried.arms.into_iter().find(|arm| {
                arm.task_name == hunt.arm.task_name && arm.learner_name == hunt.arm.learner_name
            });
            let mut arm = arm.expect("settings of a learner do not take it away");
            arm.training.n_epochs = tuning.n_epochs.unwrap_or(arm.training.n_epochs);
            let keys = hunt.space.iter().map(|(key, _)| key.clone());
            trials.push(Trial {
                hunt: index,
                index: hunt.records.len() + offset,
                point,
                settings: keys.zip(values).collect(),
                arm,
            });
        }
    }
    Ok(trials)
}
