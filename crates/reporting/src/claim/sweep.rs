//! What a sweep finds: the best value with its interval, and the trend.

use apical_learning::Metric;

use super::{angles, layers, listed, score, seeds, short, written};
use crate::group::{Group, Task};
use crate::statistics::Spread;

/// A sentence for every learner that is swept.
pub(super) fn sentence(task: &Task<'_>) -> String {
    let mut learners: Vec<&str> = Vec::new();
    for group in task.groups.iter().filter(|group| !group.point.is_empty()) {
        if !learners.contains(&group.learner) {
            learners.push(group.learner);
        }
    }
    let found = learners
        .iter()
        .filter_map(|learner| of_learner(task, learner));
    let found: Vec<String> = found.collect();
    match found.is_empty() {
        true => format!(
            "On {}, no finished run of the sweep has a test score.",
            task.name
        ),
        false => found.join(" "),
    }
}

type Scored<'t, 'a> = (&'t Group<'a>, Spread);

fn of_learner(task: &Task<'_>, learner: &str) -> Option<String> {
    let own = task.groups.iter().filter(|group| group.learner == learner);
    let own: Vec<Scored<'_, '_>> = own
        .filter_map(|group| Some((group, score(task, group)?)))
        .collect();
    let by_mean = |a: &&Scored<'_, '_>, b: &&Scored<'_, '_>| a.1.mean.total_cmp(&b.1.mean);
    let (low, high) = (own.iter().min_by(by_mean)?, own.iter().max_by(by_mean)?);
    let (best, worst, extreme) = match task.score == Metric::ACCURACY {
        true => (high, low, "highest"),
        false => (low, high, "lowest"),
    };
    let is_level = own.len() > 1 && low.1.mean == high.1.mean;
    let place = match is_level {
        true => format!("the same at all {} points", own.len()),
        false => format!("{extreme} at {}", best.0.point),
    };
    let mut sentence = format!(
        "On {}, the test {} of {learner} is {place}: {} ({})",
        task.name,
        task.score.info().label,
        short(task.score, best.1),
        seeds(best.1.n, best.0.failed.len()),
    );
    let angles = angles(task, best.0);
    if !angles.is_empty() && !is_level {
        sentence.push_str(&format!(
            ", where updates stand at {} to the gradient of the potential error ({})",
            listed(&angles),
            layers(angles.len())
        ));
    }
    if own.len() > 1 && !is_level {
        sentence.push_str("; ");
        sentence.push_str(&trend(task, own.clone(), best.1, worst));
    }
    let against = task
        .compared_with(best.0)
        .filter(|group| group.learner != learner);
    if let Some((baseline, value)) = against.and_then(|group| Some((group, score(task, group)?))) {
        let label = baseline.label();
        sentence.push_str(&format!("; {label} reaches {}", written(task.score, value)));
    }
    sentence.push('.');
    Some(sentence)
}

/// How the score goes with the swept value.
fn trend(
    task: &Task<'_>,
    own: Vec<Scored<'_, '_>>,
    best: Spread,
    worst: &Scored<'_, '_>,
) -> String {
    let width = |of: Spread| of.half_width.unwrap_or(0.0);
    let distance = (best.mean - worst.1.mean).abs();
    let has_intervals = best.half_width.is_some() && worst.1.half_width.is_some();
    if has_intervals && distance <= width(best) + width(worst.1) {
        return format!("over all {} points the intervals meet", own.len());
    }
    let numbers = own
        .iter()
        .map(|(group, score)| Some((group.point.number()?, *score)));
    let Some(mut numbers) = numbers.collect::<Option<Vec<_>>>() else {
        return format!(
            "it is worst at {}: {}",
            worst.0.point,
            short(task.score, worst.1)
        );
    };
    numbers.sort_by(|((_, a), _), ((_, b), _)| a.total_cmp(b));
    let (first, last) = (&numbers[0], &numbers[numbers.len() - 1]);
    let rises = |sign: f64| {
        numbers
            .windows(2)
            .all(|pair| sign * (pair[1].1.mean - pair[0].1.mean) >= 0.0)
    };
    let ((key, from), at_first) = first;
    let ((_, to), at_last) = last;
    let ends = format!(
        "from {} at {key}={from} to {} at {to}",
        short(task.score, *at_first),
        short(task.score, *at_last)
    );
    match (rises(1.0), rises(-1.0)) {
        (true, _) => format!("it rises throughout, {ends}"),
        (_, true) => format!("it falls throughout, {ends}"),
        _ => format!("it neither rises nor falls throughout, {ends}"),
    }
}
