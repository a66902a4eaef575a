//! The claim: one sentence per task, computed from the records.

use apical_learning::{Metric, OutputError, PartName};

use crate::group::{Group, Task};
use crate::number::{Decimals, spread};
use crate::statistics::Spread;
use crate::subject::Subject;

/// What the runs of `task` say, in a sentence.
pub(crate) fn sentence(task: &Task<'_>) -> String {
    if task.is_sweep() {
        let n_finished = task
            .groups
            .iter()
            .filter(|group| !group.finished.is_empty())
            .count();
        return format!(
            "On {}, a sweep was run: {n_finished} of {} pairs of learner and point have finished runs.",
            task.name,
            task.groups.len()
        );
    }
    let score = |group: &Group<'_>| group.last(Subject::on(task.score, PartName::Test));
    let is_baseline = |group: &Group<'_>| task.baseline == Some(group.learner);
    let scored = || task.groups.iter().filter(|group| score(group).is_some());
    let subject = scored()
        .find(|group| !is_baseline(group))
        .or_else(|| scored().next());
    let Some((subject, value)) = subject.and_then(|group| Some((group, score(group)?))) else {
        return format!("On {}, no finished run has a test score.", task.name);
    };
    let mut sentence = format!(
        "On {}, {} reaches {} after the last epoch ({})",
        task.name,
        subject.label(),
        written(task.score, value),
        seeds(value.n, subject.failed.len())
    );
    let other = task
        .compared_with(subject)
        .filter(|_| !is_baseline(subject));
    if let Some((baseline, value)) = other.and_then(|group| Some((group, score(group)?))) {
        sentence.push_str(&format!(
            ", against {} for {} ({})",
            short(task.score, value),
            baseline.label(),
            seeds(value.n, baseline.failed.len())
        ));
    }
    let angles = angles(task, subject);
    if !angles.is_empty() {
        let layers = match angles.len() {
            1 => "layer 1".to_owned(),
            2 => "layers 1 and 2".to_owned(),
            n => format!("layers 1 to {n}"),
        };
        sentence.push_str(&format!(
            "; its updates stand at {} to the gradient of the potential error ({layers})",
            listed(&angles)
        ));
    }
    sentence.push('.');
    sentence
}

/// Mean update angles of layers 1…N to the `potential` reference; empty unless all are there.
fn angles(task: &Task<'_>, group: &Group<'_>) -> Vec<String> {
    task.layers(Metric::UPDATE_ANGLE)
        .into_iter()
        .flatten()
        .map(|k| {
            let reference = Some(OutputError::Potential);
            let angle = group.last(Subject::of_layer(Metric::UPDATE_ANGLE, Some(k), reference))?;
            Some(format!("{:.0}°", angle.mean))
        })
        .collect::<Option<_>>()
        .unwrap_or_default()
}

fn written(score: Metric, value: Spread) -> String {
    match score == Metric::ACCURACY {
        true => format!("{} test accuracy", short(score, value)),
        false => format!("a test loss of {}", short(score, value)),
    }
}

fn short(score: Metric, value: Spread) -> String {
    match score == Metric::ACCURACY {
        true => format!("{} %", spread(Some(value), Decimals::Fixed(2))),
        false => spread(Some(value), Decimals::Significant(3)),
    }
}

fn seeds(n: usize, n_failed: usize) -> String {
    let seeds = match n {
        1 => "one seed".to_owned(),
        n => format!("{n} seeds"),
    };
    match n_failed {
        0 => seeds,
        failed => format!("{seeds}, {failed} more failed"),
    }
}

fn listed(items: &[String]) -> String {
    match items {
        [] => String::new(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}
