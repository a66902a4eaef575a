//! The four parts.

use apical_learning::{Metric, PartName, Reading, Readings, RunRecord};

use super::{
    LARGEST_GROWTH, LEAST_CORRELATION, LEAST_OVER_FLOOR, Part, SOUND_CORRELATION, n_hidden,
    reference,
};
use crate::group::{Group, Task};
use crate::number::{Decimals, rounded, short, significant, spread};
use crate::statistics::Spread;
use crate::subject::Subject;

/// Potentials do not grow out of range over training, in any layer of any run.
pub(super) fn in_range(group: &Group<'_>) -> Part {
    let diverged = group.failed.len();
    if diverged > 0 {
        return Part::passes(false, format!("{diverged} runs failed"));
    }
    // The furthest beyond its limit: how far, the layer, the size, and the limit.
    let mut worst: Option<(f64, usize, f64, f64)> = None;
    for run in &group.finished {
        for k in 1..=n_hidden(group) + 1 {
            let subject = Subject::of_layer(Metric::POTENTIAL_SIZE, Some(k), None);
            let of = |readings: &Readings| subject.value(readings);
            let start = run.epochs.first().and_then(|epoch| of(&epoch.readings));
            let limit = LARGEST_GROWTH * start.unwrap_or(1.0).max(1.0);
            let later = run
                .epochs
                .iter()
                .skip(1)
                .filter_map(|epoch| of(&epoch.readings));
            for size in later.chain(of(&run.summary.last)) {
                if worst.is_none_or(|(so_far, ..)| size / limit > so_far) {
                    worst = Some((size / limit, k, size, limit));
                }
            }
        }
    }
    match worst {
        None => Part::not_measured("name `potential_size` in `measure.metrics`"),
        Some((share, k, size, limit)) => Part::passes(
            share <= 1.0,
            format!(
                "layer {k} has potentials of {} (root mean square), limit {}",
                significant(size, 2),
                significant(limit, 2)
            ),
        ),
    }
}

/// The reference gradient stands above its rounding in every layer of every run, after the last epoch.
pub(super) fn above_rounding(group: &Group<'_>) -> Part {
    let reference = reference(group);
    let is_it =
        |of: &Reading| of.metric == Metric::GRADIENT_OVER_FLOOR && of.reference == Some(reference);
    let runs = group.finished.iter();
    let readings: Vec<Reading> = runs
        .flat_map(|run| run.summary.last.iter().filter(is_it))
        .collect();
    let layer = |of: &Reading| {
        of.layer
            .map_or_else(String::new, |k| format!("layer {k}: "))
    };
    if let Some(none) = readings.iter().find(|of| of.value.is_none()) {
        let why = none.absent.clone().unwrap_or_default();
        return Part::passes(false, format!("{}{why}", layer(none)));
    }
    let values = readings.iter().filter_map(|of| Some((of, of.value?)));
    match values.min_by(|a, b| a.1.total_cmp(&b.1)) {
        None => Part::not_measured("name `gradient_over_floor` in `measure.metrics`"),
        Some((of, times)) => Part::passes(
            times >= LEAST_OVER_FLOOR,
            format!(
                "{}{} times its rounding, needed {LEAST_OVER_FLOOR}",
                layer(of),
                short(rounded(times, 2))
            ),
        ),
    }
}

/// The test score is better than that of a network of the same shape whose hidden layers stay as they began.
pub(super) fn uses_depth(task: &Task<'_>, group: &Group<'_>) -> Part {
    if n_hidden(group) == 0 {
        return Part::not_measured("it has no hidden layer");
    }
    if is_frozen(group) {
        return Part::passes(false, "its hidden layers stay as they began");
    }
    let sizes = |group: &Group<'_>| group.finished.first().map(|run| run.summary.sizes.clone());
    let is_control = |other: &&Group<'_>| is_frozen(other) && sizes(other) == sizes(group);
    let Some(control) = task.groups.iter().find(is_control) else {
        return Part::not_measured(
            "add a control of the same shape, such as backprop with `frozen = \"hidden\"`, and measure `update_angle`",
        );
    };
    let subject = Subject::on(task.score, PartName::Test);
    let sign = match task.score == Metric::ACCURACY {
        true => 1.0,
        false => -1.0,
    };
    let others = control.by_seed();
    let gain = |run: &&RunRecord| {
        let other = others.get(&run.summary.run.seed)?;
        let gain = subject.value(&run.summary.last)? - subject.value(&other.summary.last)?;
        Some(sign * gain)
    };
    let gains: Vec<f64> = group.finished.iter().filter_map(gain).collect();
    let Some(gain) = Spread::of(&gains).filter(|gain| gain.half_width.is_some()) else {
        return Part::not_measured(format!("needs two seeds shared with {}", control.label()));
    };
    Part::passes(
        gain.mean - gain.half_width.unwrap_or(0.0) > 0.0,
        format!(
            "{} better than {} (n = {})",
            spread(Some(gain), Decimals::Significant(2)),
            control.label(),
            gain.n
        ),
    )
}

/// Whether no hidden layer of its networks is plastic while the output layer is.
fn is_frozen(group: &Group<'_>) -> bool {
    let n_hidden = n_hidden(group);
    let is_plastic = |run: &RunRecord, k: usize| {
        let is_it = |of: &Reading| of.metric == Metric::UPDATE_ANGLE && of.layer == Some(k);
        let found = run.summary.last.iter().find(is_it);
        found.map(|of| of.absent.as_deref() != Some("this layer is not plastic"))
    };
    n_hidden > 0
        && !group.finished.is_empty()
        && group.finished.iter().all(|run| {
            (1..=n_hidden).all(|k| is_plastic(run, k) == Some(false))
                && is_plastic(run, n_hidden + 1) == Some(true)
        })
}

/// The hidden errors predict what small changes of rates do to the loss, in every hidden layer, where the measure is sound.
pub(super) fn predicts(group: &Group<'_>) -> Part {
    let reference = reference(group);
    let of = |metric, k| group.last(Subject::of_layer(metric, Some(k), Some(reference)));
    let mut least: Option<(usize, Spread, f64)> = None;
    for k in 1..=n_hidden(group) {
        let Some(found) = of(Metric::PERTURBATION_CORRELATION, k) else {
            return Part::not_measured(match why_absent(group, k) {
                Some(why) => format!("layer {k}: {why}"),
                None => "name `perturbation_correlation` in `measure.metrics`".to_owned(),
            });
        };
        let calibrated = [
            (Metric::PERTURBATION_CORRELATION_BACKPROP, "backprop"),
            (Metric::PERTURBATION_CORRELATION_RANDOM, "random errors"),
        ];
        for (metric, whose) in calibrated {
            let Some(row) = of(metric, k) else {
                let name = metric.info().name;
                return Part::not_measured(format!("name `{name}` in `measure.metrics`"));
            };
            let is_sound = match metric == Metric::PERTURBATION_CORRELATION_BACKPROP {
                true => row.mean >= SOUND_CORRELATION,
                false => row.mean.abs() < LEAST_CORRELATION,
            };
            if !is_sound {
                let mean = significant(row.mean, 2);
                return Part::not_measured(format!(
                    "not calibrated: in layer {k} that of {whose} is {mean}"
                ));
            }
        }
        let low = found.mean - found.half_width.unwrap_or(0.0);
        if least.is_none_or(|(_, _, so_far)| low < so_far) {
            least = Some((k, found, low));
        }
    }
    match least {
        None => Part::not_measured("it has no hidden layer"),
        Some((k, found, low)) => Part::passes(
            low > LEAST_CORRELATION,
            format!(
                "least in layer {k}: {}, needed above {}",
                spread(Some(found), Decimals::Significant(2)),
                short(LEAST_CORRELATION)
            ),
        ),
    }
}

/// Why layer `k` has no perturbation correlation, where it was asked for.
fn why_absent(group: &Group<'_>, k: usize) -> Option<String> {
    let metric = Metric::PERTURBATION_CORRELATION;
    let runs = group.finished.iter();
    let mut readings = runs.flat_map(|run| run.summary.last.iter());
    let found = readings.find(|of| of.metric == metric && of.layer == Some(k))?;
    found.absent
}
