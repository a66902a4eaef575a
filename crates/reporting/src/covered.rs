//! What varies from seed to seed, and so is in an interval over seeds.

use std::collections::BTreeSet;

use apical_learning::RunRecord;

use crate::group::{Group, Task};

/// What the intervals of a task cover, in a sentence; none without two runs of a learner.
pub(crate) fn sentence(task: &Task<'_>) -> Option<String> {
    task.groups.iter().find(|group| group.finished.len() > 1)?;
    let runs = || {
        task.groups
            .iter()
            .flat_map(|group| group.finished.iter().copied())
    };
    let n_data = distinct(runs().map(|run: &RunRecord| &run.provenance.data_checksum));
    let n_tunings = distinct(runs().filter_map(|run| run.summary.tuning));
    let is_tuned = runs().any(|run| run.summary.n_tuning_trials.is_some());
    let mut covered = vec![
        "starting weights".to_owned(),
        "the order of samples".to_owned(),
    ];
    let mut shared = Vec::new();
    match n_data {
        0 | 1 => shared.push("one split of the data"),
        n => covered.push(format!("{n} splits or draws of the data")),
    }
    match n_tunings {
        0 | 1 if is_tuned => shared.push("one tuning"),
        0 | 1 => shared.push("one setting"),
        n => covered.push(format!("{n} tunings")),
    }
    let last = covered.pop().unwrap_or_default();
    let mut sentence = format!("the interval covers {} and {last}", covered.join(", "));
    if !shared.is_empty() {
        sentence.push_str(&format!("; all seeds share {}", shared.join(" and ")));
    }
    Some(sentence)
}

/// How many tunings the settings of a learner's finished runs come from; none where there was one, or none.
pub(crate) fn n_tunings(group: &Group<'_>) -> Option<usize> {
    let tunings = group.finished.iter().filter_map(|run| run.summary.tuning);
    Some(distinct(tunings)).filter(|n| *n > 0)
}

fn distinct<T: Ord>(values: impl Iterator<Item = T>) -> usize {
    values.collect::<BTreeSet<T>>().len()
}
