//! The order of runs in a report: as in the specification, whatever order they were read in; and which
//! of their learners is the baseline.

use std::collections::BTreeMap;

use apical_learning::RunRecord;
use toml::{Table, Value};

use crate::spec::ExperimentSpec;

/// Sorts `runs` by place of task and learner in `places`, then by point of a sweep, then by seed.
pub(crate) fn in_order(mut runs: Vec<RunRecord>, places: &[(String, String)]) -> Vec<RunRecord> {
    let place = |run: &RunRecord| {
        let run = &run.summary.run;
        let is_of =
            |(task, learner): &(String, String)| *task == run.task && *learner == run.learner;
        places.iter().position(is_of).unwrap_or(usize::MAX)
    };
    runs.sort_by(|a, b| {
        let (key_a, key_b) = (&a.summary.run, &b.summary.run);
        place(a)
            .cmp(&place(b))
            .then_with(|| (&key_a.task, &key_a.learner).cmp(&(&key_b.task, &key_b.learner)))
            .then_with(|| key_a.point.cmp(&key_b.point))
            .then_with(|| key_a.seed.cmp(&key_b.seed))
    });
    runs
}

/// Tasks, under the names that `task_name` gives them, and their learners in the order of `spec`.
pub(crate) fn places_of(spec: &Table, task_name: impl Fn(&str) -> String) -> Vec<(String, String)> {
    let mut places = Vec::new();
    let tasks = spec.get("task").and_then(Value::as_table);
    for (name, task) in tasks.into_iter().flatten() {
        let learners = task.get("learner").and_then(Value::as_table);
        for (learner, _) in learners.into_iter().flatten() {
            places.push((task_name(name), learner.clone()));
        }
    }
    places
}

/// Tasks, under the names that `task_name` gives them, with the baselines that `spec` names.
pub(crate) fn named_baselines(
    spec: &Table,
    task_name: impl Fn(&str) -> String,
) -> Vec<(String, String)> {
    let tasks = spec.get("task").and_then(Value::as_table);
    tasks
        .into_iter()
        .flatten()
        .filter_map(|(name, task)| {
            let baseline = task.get("baseline")?.as_str()?;
            Some((task_name(name), baseline.to_owned()))
        })
        .collect()
}

/// Tasks of `spec` with their first learner that is a baseline, for `runs` whose own specification was not
/// kept.
pub(crate) fn specified_baselines(spec: &str, runs: &[RunRecord]) -> Vec<(String, String)> {
    let spec: Option<ExperimentSpec> = toml::from_str(spec).ok();
    let mut found = Vec::new();
    for (task_name, task) in spec.iter().flat_map(|spec| &spec.task) {
        let has_runs = |learner: &str| {
            runs.iter().any(|run| {
                let key = &run.summary.run;
                run.spec.is_empty() && key.task == *task_name && key.learner == learner
            })
        };
        let mut learners = task.learner.iter();
        let baseline = learners.find(|(name, learner)| learner.is_baseline() && has_runs(name));
        found.extend(baseline.map(|(name, _)| (task_name.clone(), name.clone())));
    }
    found
}

/// By task, the learner that the others are compared with: the one in `named`, else of `runs`, in
/// order, the first of a kind that is a baseline with the settings of its run.
pub(crate) fn baselines_of(
    runs: &[RunRecord],
    named: Vec<(String, String)>,
) -> BTreeMap<String, String> {
    let mut baselines: BTreeMap<_, _> = named.into_iter().collect();
    for run in runs {
        let key = &run.summary.run;
        if !baselines.contains_key(&key.task) && is_baseline(run) {
            baselines.insert(key.task.clone(), key.learner.clone());
        }
    }
    baselines
}

/// Whether the learner is such by its run's specification, which has one task with one learner.
fn is_baseline(run: &RunRecord) -> bool {
    let spec: Option<ExperimentSpec> = toml::from_str(&run.spec).ok();
    let tasks = spec.into_iter().flat_map(|spec| spec.task.into_values());
    let mut learners = tasks.flat_map(|task| task.learner.into_values());
    learners.any(|learner| learner.is_baseline())
}
