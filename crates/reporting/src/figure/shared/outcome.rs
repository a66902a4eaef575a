//! What a run came to after its last epoch.

use apical_learning::{Metric, OutputError, PartName, Readings};

use crate::group::Group;
use crate::statistics::Spread;
use crate::subject::Subject;

/// A number of a run, from its readings after the last epoch.
pub(in crate::figure) type Value<'v> = &'v dyn Fn(&Readings) -> Option<f64>;

/// Seeds and their values.
pub(in crate::figure) fn values(group: &Group<'_>, value: Value<'_>) -> Vec<(u64, f64)> {
    let runs = group.finished.iter();
    runs.filter_map(|run| Some((run.summary.run.seed, value(&run.summary.last)?)))
        .collect()
}

/// How values over seeds are averaged: [`Spread::of`], or [`Spread::of_angles`].
pub(in crate::figure) type Averaged = fn(&[f64]) -> Option<Spread>;

/// Their mean and spread.
pub(in crate::figure) fn spread(
    group: &Group<'_>,
    averaged: Averaged,
    value: Value<'_>,
) -> Option<Spread> {
    let values = values(group, value);
    averaged(&values.iter().map(|(_, value)| *value).collect::<Vec<f64>>())
}

/// 100 % less accuracy, or the loss.
pub(in crate::figure) fn test_error(score: Metric, readings: &Readings) -> Option<f64> {
    let value = Subject::on(score, PartName::Test).value(readings)?;
    Some(match score == Metric::ACCURACY {
        true => 100.0 - value,
        false => value,
    })
}

/// The angle of the update of layer k to a reference.
pub(in crate::figure) fn angle(reference: OutputError, k: usize) -> Subject {
    Subject::of_layer(Metric::UPDATE_ANGLE, Some(k), Some(reference))
}

/// The mean angle of the output's updates to `reference`, above `n_hidden` layers; infinite where there is none.
pub(in crate::figure) fn at_output(
    group: &Group<'_>,
    reference: OutputError,
    n_hidden: usize,
) -> f64 {
    let subject = angle(reference, n_hidden + 1);
    let spread = spread(group, Spread::of_angles, &|readings| {
        subject.value(readings)
    });
    spread.map_or(f64::INFINITY, |of| of.mean)
}

/// The reference that a learner stands nearer to at its output, which is above `n_hidden` layers.
pub(in crate::figure) fn reference(group: &Group<'_>, n_hidden: usize) -> Option<OutputError> {
    let at_output = |reference: &OutputError| at_output(group, *reference, n_hidden);
    let mut references = OutputError::ALL;
    references.sort_by(|a, b| at_output(a).total_cmp(&at_output(b)));
    references.into_iter().find(|of| at_output(of).is_finite())
}

/// The angle of updates to `reference`, mean over hidden layers as cosines.
pub(in crate::figure) fn hidden_angle(
    reference: OutputError,
    n_hidden: usize,
    readings: &Readings,
) -> Option<f64> {
    let of = |k| angle(reference, k).value(readings);
    Metric::UPDATE_ANGLE.mean(&(1..=n_hidden).filter_map(of).collect::<Vec<f64>>())
}
