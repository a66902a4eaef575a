//! The claim: one sentence per task, computed from the records.

mod sweep;

use apical_learning::{Metric, OutputError, PartName};

use crate::gap;
use crate::group::{Group, Task};
use crate::number::{Decimals, significant, spread};
use crate::statistics::Spread;
use crate::subject::Subject;

/// What the runs of `task` say, in a sentence or two: angle and gap to the baseline, then time.
pub(crate) fn sentence(task: &Task<'_>) -> String {
    if task.is_sweep() {
        return sweep::sentence(task);
    }
    let is_baseline = |group: &Group<'_>| task.baseline == Some(group.learner);
    let scored = || {
        task.groups
            .iter()
            .filter(|group| score(task, group).is_some())
    };
    let others = || scored().filter(|group| !is_baseline(group));
    let subject = others()
        .find(|group| task.subjects.contains(&group.learner))
        .or_else(|| others().next())
        .or_else(|| scored().next());
    let Some((subject, value)) = subject.and_then(|group| Some((group, score(task, group)?)))
    else {
        return format!("On {}, no finished run has a test score.", task.name);
    };
    let label = subject.label();
    let of_seeds = seeds(value.n, subject.failed.len());
    let mut sentence = format!("On {}, ", task.name);
    let angles = angles(task, subject);
    let reached = written(task.score, value);
    if angles.is_empty() {
        sentence.push_str(&format!(
            "{label} reaches {reached} after the last epoch ({of_seeds})"
        ));
    } else {
        sentence.push_str(&format!(
            "the updates of {label} stand at {} to the gradient of the potential error ({}; {of_seeds}), \
             and it reaches {reached} after the last epoch",
            listed(&angles),
            layers(angles.len()),
        ));
    }
    let baseline = task
        .compared_with(subject)
        .filter(|_| !is_baseline(subject));
    let against = baseline.and_then(|group| Some((group, score(task, group)?)));
    if let Some((baseline, value)) = against {
        sentence.push_str(&format!(
            ", against {} for {}",
            short(task.score, value),
            baseline.label()
        ));
        if let Some(gap) = gap::to_baseline(task, subject) {
            sentence.push_str(&format!(": {}", gap_in_words(task.score, gap)));
        }
    }
    sentence.push('.');
    let declared = baseline.and_then(|baseline| {
        let of_both = [subject, baseline].map(|group| group.label());
        let mut contrasts = task.contrasts.iter();
        contrasts.find(|of| of.groups.is_some() && of_both == [&*of.learner, &*of.other])
    });
    if let Some(contrast) = declared {
        sentence.push(' ');
        sentence.push_str(&contrast.sentence(task.score));
    }
    if let Some((baseline, ratio)) = baseline.zip(task.time_ratio(subject)) {
        sentence.push_str(&format!(
            " A sample takes {} times as long as with {}.",
            significant(ratio, 3),
            baseline.label()
        ));
    }
    sentence
}

fn score(task: &Task<'_>, group: &Group<'_>) -> Option<Spread> {
    group.last(Subject::on(task.score, PartName::Test))
}

/// A gap that is paired by seed.
fn gap_in_words(score: Metric, gap: Spread) -> String {
    let size = Spread {
        mean: gap.mean.abs(),
        ..gap
    };
    let unit = match score == Metric::ACCURACY {
        true => " percentage points",
        false => "",
    };
    let decimals = match score == Metric::ACCURACY {
        true => Decimals::Fixed(2),
        false => Decimals::Significant(3),
    };
    // What is written as 0 is on neither side.
    let is_level = score == Metric::ACCURACY && size.mean < 0.005 || size.mean == 0.0;
    let side = match gap.mean < 0.0 {
        _ if is_level => "more or less",
        true => "less",
        false => "more",
    };
    let n = match gap.n {
        1 => "on the same seed".to_owned(),
        n => format!("on the same {n} seeds"),
    };
    format!("{}{unit} {side} {n}", spread(Some(size), decimals))
}

fn layers(n: usize) -> String {
    match n {
        1 => "layer 1".to_owned(),
        2 => "layers 1 and 2".to_owned(),
        n => format!("layers 1 to {n}"),
    }
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
