//! Progress in words.

use apical_learning::{EpochRecord, Metric, OutputError, PartName, RunKey, TrialRecord};
use apical_reporting::number::short;

/// `task · learner · point · seed n`.
pub(crate) fn label(run: &RunKey) -> String {
    let (point, seed) = (run.point.to_string(), format!("seed {}", run.seed));
    let mut parts = vec![&*run.task, &run.learner, &point, &seed];
    parts.retain(|part| !part.is_empty());
    parts.join(" · ")
}

/// A trial of the tuning that has ended; its settings last, as the end may be cut.
pub(super) fn trial(trial: &TrialRecord, n_trials: usize) -> String {
    let settings: Vec<String> = (trial.settings.iter())
        .map(|(key, value)| {
            // Below the learner and its kind.
            let key = key.below(5).unwrap_or_else(|| key.clone());
            format!("{key} {}", short(*value))
        })
        .collect();
    let value = match (&trial.value, &trial.failed) {
        (Some(value), _) => short(*value),
        (None, Some(why)) => format!("no value: {why}"),
        (None, None) => "no value".into(),
    };
    let tuning = match trial.tuning {
        Some(index) => format!("tuning {}, ", index + 1),
        None => "tuning ".to_owned(),
    };
    format!(
        "{tuning}{} · {} · trial {}/{n_trials} · {value} · {}",
        trial.task,
        trial.learner,
        trial.trial + 1,
        settings.join(", "),
    )
}

/// What an epoch's readings say of where a run stands: the most telling first, as the end may be cut.
pub(super) fn readings(record: &EpochRecord) -> String {
    let value = |metric, part| {
        let mut of_part = record
            .readings
            .iter()
            .filter(|r| r.metric == metric && r.part == part);
        of_part.find_map(|reading| reading.value)
    };
    let validation = Some(PartName::Validation);
    [
        value(Metric::ACCURACY, validation).map(|v| format!("validation {v:.1} %")),
        angle(record),
        value(Metric::LOSS, validation).map(|v| format!("loss {}", short(v))),
    ]
    .into_iter()
    .flatten()
    .collect::<Vec<_>>()
    .join(" · ")
}

/// Beyond this angle of its output layer a learner descends neither reference.
const FARTHEST: f64 = 60.0;

/// The mean angle of updates over layers to the reference that the learner descends: the one that its
/// output layer, which no feedback reaches, stands nearer to.
fn angle(record: &EpochRecord) -> Option<String> {
    let angles_to = |reference| {
        let angles = record
            .readings
            .iter()
            .filter(move |r| r.metric == Metric::UPDATE_ANGLE && r.reference == Some(reference));
        angles.filter_map(|reading| Some((reading.layer?, reading.value?)))
    };
    let of_output = |reference| {
        let last = angles_to(reference).max_by_key(|(layer, _)| *layer);
        last.map(|(_, angle)| angle)
    };
    let references = [
        (OutputError::Potential, "potential"),
        (OutputError::SquaredError, "squared error"),
    ];
    let near = references
        .into_iter()
        .filter_map(|(reference, name)| Some((of_output(reference)?, reference, name)))
        .filter(|(angle, ..)| *angle <= FARTHEST);
    let (_, reference, name) = near.min_by(|a, b| a.0.total_cmp(&b.0))?;
    let angles: Vec<f64> = angles_to(reference).map(|(_, angle)| angle).collect();
    let mean = angles.iter().sum::<f64>() / angles.len() as f64;
    Some(format!("angle {mean:.1}° to {name}"))
}

/// A line on a run without the words that its units say as well.
pub(super) fn shortened(text: &str) -> String {
    let words = ["epoch ", "validation ", "angle "];
    words
        .iter()
        .fold(text.to_owned(), |text, word| text.replace(word, ""))
}

/// `text` in at most `width` columns, cut where it is longer.
pub(super) fn cut(text: &str, width: usize) -> String {
    if text.chars().count() <= width {
        return text.to_owned();
    }
    let kept = text.chars().take(width.saturating_sub(1));
    kept.chain(['…']).collect()
}

/// As [`label`], in at most `width` columns: first without the task, then with the learner's name cut;
/// the seed always stays.
pub(super) fn short_label(run: &RunKey, width: usize) -> String {
    let whole = label(run);
    if whole.chars().count() <= width {
        return whole;
    }
    let seed = format!(" · {}", run.seed);
    let point = run.point.to_string();
    let mut parts = vec![&*run.learner, &point];
    parts.retain(|part| !part.is_empty());
    cut(
        &parts.join(" · "),
        width.saturating_sub(seed.chars().count()),
    ) + &seed
}

#[cfg(test)]
mod tests {
    use apical_learning::Reading;

    use super::*;

    #[test]
    fn an_epoch_reads_as_one_line() {
        let angle = |layer, reference, value| {
            Reading::new(Metric::UPDATE_ANGLE, Ok(value))
                .of_layer(layer)
                .against(reference)
        };
        let (potential, squared) = (OutputError::Potential, OutputError::SquaredError);
        let record = |outputs: [f64; 2]| EpochRecord {
            epoch: 3,
            n_samples: 30,
            readings: vec![
                Reading::new(Metric::ACCURACY, Ok(97.24)).on(PartName::Validation),
                Reading::new(Metric::ACCURACY, Ok(1.0)).on(PartName::Test),
                Reading::new(Metric::LOSS, Ok(0.031)).on(PartName::Validation),
                angle(None, potential, 80.0),
                angle(Some(1), potential, 47.0),
                angle(Some(2), potential, outputs[0]),
                angle(Some(1), squared, 20.0),
                angle(Some(2), squared, outputs[1]),
            ]
            .into(),
        };
        insta::assert_snapshot!(readings(&record([1.2, 13.0])), @"validation 97.2 % · angle 24.1° to potential · loss 0.031");
        insta::assert_snapshot!(readings(&record([13.0, 0.0])), @"validation 97.2 % · angle 10.0° to squared error · loss 0.031");
        insta::assert_snapshot!(readings(&record([84.0, 85.0])), @"validation 97.2 % · loss 0.031");
    }

    #[test]
    fn labels_keep_their_seed_in_any_width() {
        let run = RunKey {
            experiment: "quick".into(),
            task: "digits".into(),
            learner: "microcircuit, tied feedback".into(),
            point: Default::default(),
            seed: 12,
        };
        for (width, expected) in [
            (80, "digits · microcircuit, tied feedback · seed 12"),
            (32, "microcircuit, tied feedback · 12"),
            (18, "microcircuit… · 12"),
        ] {
            assert_eq!(short_label(&run, width), expected);
        }
    }
}
