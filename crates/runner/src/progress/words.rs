//! Progress in words.

use apical_learning::{EpochRecord, Metric, OutputError, PartName, RunKey, TrialRecord};
use apical_reporting::number::short;

/// `task · learner · point · seed n`.
pub(super) fn label(run: &RunKey) -> String {
    let (point, seed) = (run.point.to_string(), format!("seed {}", run.seed));
    let mut parts = vec![&*run.task, &run.learner, &point, &seed];
    parts.retain(|part| !part.is_empty());
    parts.join(" · ")
}

/// A trial of the tuning that has ended.
pub(super) fn trial(trial: &TrialRecord, n_trials: usize) -> String {
    let settings: Vec<String> = (trial.settings.iter())
        .map(|(key, value)| {
            // Below task and `learner`.
            let key = key.below(3).unwrap_or_else(|| key.clone());
            format!("{key} {}", short(*value))
        })
        .collect();
    let value = match (&trial.value, &trial.failed) {
        (Some(value), _) => short(*value),
        (None, Some(why)) => format!("no value: {why}"),
        (None, None) => "no value".into(),
    };
    format!(
        "tuning {} · {} · trial {}/{n_trials} · {} · {value}",
        trial.task,
        trial.learner,
        trial.trial + 1,
        settings.join(", "),
    )
}

/// Validation accuracy and loss, and the mean angle of updates over layers, where measured.
pub(super) fn readings(record: &EpochRecord) -> String {
    let value = |metric, part| {
        let mut of_part = record
            .readings
            .iter()
            .filter(|r| r.metric == metric && r.part == part);
        of_part.find_map(|reading| reading.value)
    };
    let validation = Some(PartName::Validation);
    let angles: Vec<f64> = record
        .readings
        .iter()
        .filter(|r| r.metric == Metric::UPDATE_ANGLE && r.layer.is_some())
        .filter(|r| r.reference == Some(OutputError::Potential))
        .filter_map(|reading| reading.value)
        .collect();
    let mean_angle = (!angles.is_empty()).then(|| angles.iter().sum::<f64>() / angles.len() as f64);
    [
        value(Metric::ACCURACY, validation).map(|v| format!("validation {v:.1} %")),
        value(Metric::LOSS, validation).map(|v| format!("loss {}", short(v))),
        mean_angle.map(|v| format!("angle {v:.1}°")),
    ]
    .into_iter()
    .flatten()
    .collect::<Vec<_>>()
    .join(" · ")
}

#[cfg(test)]
mod tests {
    use apical_learning::Reading;

    use super::*;

    #[test]
    fn an_epoch_reads_as_one_line() {
        let angle = |layer, value| {
            Reading::new(Metric::UPDATE_ANGLE, Ok(value))
                .of_layer(layer)
                .against(OutputError::Potential)
        };
        let record = EpochRecord {
            epoch: 3,
            n_samples: 30,
            readings: vec![
                Reading::new(Metric::ACCURACY, Ok(97.24)).on(PartName::Validation),
                Reading::new(Metric::ACCURACY, Ok(1.0)).on(PartName::Test),
                Reading::new(Metric::LOSS, Ok(0.031)).on(PartName::Validation),
                angle(None, 80.0),
                angle(Some(1), 20.0),
                angle(Some(2), 28.2),
            ],
        };
        insta::assert_snapshot!(readings(&record), @"validation 97.2 % · loss 0.031 · angle 24.1°");
    }
}
