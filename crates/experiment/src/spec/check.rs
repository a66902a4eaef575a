//! Checks of a whole experiment, before any data are loaded.

use std::collections::{HashMap, HashSet};

use apical_datasets::DatasetError;

use apical_learning::{Counts, SpecError};

use super::contrast::{ContrastError, declared};
use super::{Arm, KeyPath, Resolved, SpecProblem, TuningSpec};
use crate::memory;
use crate::store::{outer_folder, without_case};

/// Widths that stand for those of the data, which are not known yet.
const PROVISIONAL_WIDTHS: (usize, usize) = (2, 2);

/// Fails on missing or ambiguous names, and on missing or repeated seeds.
pub(crate) fn names_and_seeds(resolved: &Resolved) -> Result<(), SpecProblem> {
    let spec = &resolved.spec;
    distinct_seeds(resolved, KeyPath::of(["seeds"]), &spec.seeds)?;
    if spec.task.is_empty() {
        return Err(SpecProblem::new("there is no task").with_help("add a table `[task.NAME]`"));
    }
    let problem = |key: &KeyPath, message| resolved.problem(key, message);
    let tasks = KeyPath::of(["task"]);
    distinct_names(&tasks, spec.task.keys(), problem)?;
    for (name, task) in &spec.task {
        let key = tasks.then(name);
        if task.learner.is_empty() {
            return Err(resolved.problem(&key, format!("`{key}` has no learner")));
        }
        distinct_names(&key.then("learner"), task.learner.keys(), problem)?;
        let mut of = task.training_of.keys();
        if let Some(stranger) = of.find(|name| !task.learner.contains_key(*name)) {
            let key = key.then("training_of").then(stranger);
            let message = format!("`{key}`: the task has no learner `{stranger}`");
            return Err(resolved.problem(&key, message));
        }
        if let Some(baseline) = &task.baseline
            && !task.learner.contains_key(baseline)
        {
            let known: Vec<&str> = task.learner.keys().map(String::as_str).collect();
            let (key, known) = (key.then("baseline"), known.join(", "));
            let message = format!("`{key}`: the task has no learner `{baseline}`; it has {known}");
            return Err(resolved.problem(&key, message));
        }
        declared(spec, name).map_err(|error| refused(resolved, &error))?;
    }
    Ok(())
}

fn refused(resolved: &Resolved, error: &ContrastError) -> SpecProblem {
    match error.key() {
        Some(key) => resolved.problem(key, error.to_string()),
        None => SpecProblem::new(error.to_string()),
    }
}

/// Fails on values out of range.
pub(crate) fn arms(resolved: &Resolved, arms: &[Arm]) -> Result<(), SpecProblem> {
    let in_training =
        |error: apical_learning::SpecError| resolved.problem_of(&error.within("training").into());
    resolved.spec.training.check().map_err(in_training)?;
    for arm in arms {
        arm.task.dataset.check().map_err(|error| {
            let mut key = arm.task_key().then("dataset");
            if let DatasetError::OptionOutOfRange { option, .. } = &error {
                // `KIND.OPTION`, both of which are plain names.
                key = option.split('.').fold(key, |key, part| key.then(part));
            }
            resolved.problem(&key, format!("task `{}`: {error}", arm.task_name))
        })?;
        // In double precision while they are made.
        let n_bytes = arm.task.dataset.n_numbers().saturating_mul(8);
        let key = arm.task_key().then("dataset").then(arm.task.dataset.kind());
        memory::check_key(&key, arm.task.dataset.n_numbers(), n_bytes)
            .map_err(|error| resolved.problem(&key, error.to_string()))?;
        let (n_inputs, n_outputs) = PROVISIONAL_WIDTHS;
        // Before anything is made that has a value for every neuron or layer.
        arm.network(n_inputs, n_outputs)
            .and_then(|network| arm.check_memory(&network, 1).map(|()| network))
            .and_then(|network| arm.check(&network))
            .map_err(|error| resolved.problem_of(&error))?;
    }
    Ok(())
}

/// Fails on more runs than any folder should hold.
pub(crate) fn n_runs(resolved: &Resolved) -> Result<(), SpecProblem> {
    const MOST: usize = 100_000;
    let (n_arms, n_seeds) = (resolved.arms.len(), resolved.spec.seeds.len());
    match n_arms.checked_mul(n_seeds).is_some_and(|n| n <= MOST) {
        true => Ok(()),
        false => Err(resolved.problem(
            &KeyPath::of(["seeds"]),
            format!(
                "`seeds` has {n_seeds} seeds for {n_arms} learners and points of a sweep, expected at most {MOST} runs"
            ),
        )),
    }
}

/// Fails on a `[tuning]` that could not run, or that would use reported seeds.
pub(crate) fn tuning(resolved: &Resolved) -> Result<(), SpecProblem> {
    let Some(tuning) = &resolved.spec.tuning else {
        return Ok(());
    };
    if !resolved.spec.sweep.is_empty() {
        return Err(resolved.problem(
            &KeyPath::of(["sweep"]),
            "`sweep` and `tuning` cannot be in one experiment",
        ));
    }
    tuning_seeds(resolved, tuning)?;
    let counts = |error: SpecError| resolved.problem_of(&error.into());
    Counts::TRIALS
        .check("tuning.n_trials", tuning.n_trials)
        .map_err(counts)?;
    if let Some(n_epochs) = tuning.n_epochs {
        Counts::EPOCHS
            .check("tuning.n_epochs", n_epochs)
            .map_err(counts)?;
    }
    if tuning.space.is_empty() {
        return Err(resolved.problem(&KeyPath::of(["tuning"]), "`tuning.space` has no key"));
    }
    for (key, range) in &tuning.space {
        let at = KeyPath::of(["tuning", "space", &key.to_string()]);
        let problem = |message: String| resolved.problem(&at, message);
        if !resolved.arms.iter().any(|arm| arm.owns(key)) {
            return Err(problem(format!(
                "`{key}` is no key of a learner, expected one below `task.TASK.learner.LEARNER`"
            )));
        }
        if let Some(expected) = range.fault() {
            return Err(problem(format!(
                "the range of `{key}` is none, expected {expected}"
            )));
        }
        let here = resolved.clone().with_place(key, at);
        for end in [range.from, range.to] {
            let mut tried = here.with(&[(key.clone(), range.value(end.as_f64()))])?;
            tried.arms.retain(|arm| arm.owns(key));
            arms(&here, &tried.arms)?;
            trials(&here, tuning, &tried.arms)?;
        }
    }
    Ok(())
}

/// Fails where a seed is of two tunings, or of a tuning and reported.
fn tuning_seeds(resolved: &Resolved, tuning: &TuningSpec) -> Result<(), SpecProblem> {
    let mut earlier: HashSet<u64> = HashSet::new();
    for (index, seeds) in tuning.all_seeds().enumerate() {
        let name = if index == 0 { "seeds" } else { "further_seeds" };
        let key = KeyPath::of(["tuning", name]);
        distinct_seeds(resolved, key.clone(), seeds)?;
        for seed in seeds {
            if resolved.spec.seeds.contains(seed) {
                let message =
                    format!("seed {seed} is in `{key}` and in `seeds`, expected no seed in both");
                return Err(resolved.problem(&key, message));
            }
            if !earlier.insert(*seed) {
                let message = format!("seed {seed} is of two tunings, expected each in one");
                return Err(resolved.problem(&key, message));
            }
        }
    }
    Ok(())
}

/// Fails where a trial of `arms` would have no epoch to learn in.
fn trials(resolved: &Resolved, tuning: &TuningSpec, arms: &[Arm]) -> Result<(), SpecProblem> {
    let Some(n_epochs) = tuning.n_epochs else {
        return Ok(());
    };
    let is_tuned = |arm: &&Arm| tuning.space.keys().any(|key| arm.owns(key));
    for arm in arms.iter().filter(is_tuned) {
        let mut trial = arm.clone();
        trial.training.n_epochs = n_epochs;
        let (n_inputs, n_outputs) = PROVISIONAL_WIDTHS;
        trial
            .network(n_inputs, n_outputs)
            .and_then(|network| trial.check_start(&network))
            .map_err(|error| {
                let help = format!("a trial has the {n_epochs} epochs of `tuning.n_epochs`");
                resolved.problem_of(&error).with_help(help)
            })?;
    }
    Ok(())
}

fn distinct_seeds(resolved: &Resolved, key: KeyPath, seeds: &[u64]) -> Result<(), SpecProblem> {
    if seeds.is_empty() {
        return Err(resolved.problem(
            &key,
            format!("`{key}` is empty, expected at least one seed"),
        ));
    }
    let mut seen = HashSet::new();
    match seeds.iter().find(|seed| !seen.insert(**seed)) {
        Some(seed) => Err(resolved.problem(&key, format!("`{key}` has the seed {seed} twice"))),
        None => Ok(()),
    }
}

/// Names become folders, so two names must not become the same one, whether or not upper and lower case are
/// told apart; and what is shown must be what is there.
pub(crate) fn distinct_names<'a>(
    above: &KeyPath,
    names: impl IntoIterator<Item = &'a String>,
    problem: impl Fn(&KeyPath, String) -> SpecProblem,
) -> Result<(), SpecProblem> {
    let mut seen: HashMap<String, &str> = HashMap::new();
    for name in names {
        let key = above.then(name);
        if name.trim().is_empty() || name.chars().any(char::is_control) {
            let message = format!(
                "{name:?} below `{above}` is no name, expected letters that can be printed"
            );
            return Err(problem(&key, message));
        }
        let folder = without_case(&outer_folder(name));
        if let Some(other) = seen.insert(folder, name) {
            return Err(problem(
                &key,
                format!(
                    "the names `{other}` and `{name}` differ in punctuation or case alone, expected clearly different names"
                ),
            ));
        }
    }
    Ok(())
}
