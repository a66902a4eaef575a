//! What a reader should know of a learner's numbers before comparing them: shown, never dropped.

use apical_learning::{Metric, Of, PartName, Readings, RunRecord};

use crate::group::{Group, Task};
use crate::number::{rounded, short};
use crate::statistics::mean;
use crate::subject::Subject;

/// A warning on the numbers of one learner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Flag {
    /// Its score is not told apart from that of guessing.
    AtChance {
        /// In words: what guessing scores.
        chance: String,
    },
    /// In so many of its finished runs no epoch had a lower loss than the start.
    LossNeverFell { n: usize, of: usize },
    /// In so many of its finished runs the error changes by more than [`ERROR_CHANGE`] between the first and
    /// the last hidden layer.
    ErrorSizeChanges {
        n: usize,
        of: usize,
        /// In words: how, in the mean of those runs.
        how: String,
    },
    /// Its scores are those of these others, one at least, to the last digit.
    IdenticalTo(Vec<String>),
    /// All its readings are those of these others, one at least, angles and sizes too: they are one algorithm here.
    OneAlgorithmWith(Vec<String>),
    /// So many of its runs ended in numbers that are not finite.
    Diverged { n: usize, of: usize },
    /// So many of its runs failed in another way.
    Failed { n: usize, of: usize },
}

impl Flag {
    /// Its name in tables of numbers.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::AtChance { .. } => "at_chance",
            Self::LossNeverFell { .. } => "loss_never_fell",
            Self::ErrorSizeChanges { .. } => "error_size_changes",
            Self::IdenticalTo(_) => "identical",
            Self::OneAlgorithmWith(_) => "one_algorithm",
            Self::Diverged { .. } => "diverged",
            Self::Failed { .. } => "failed",
        }
    }

    /// In a few words.
    pub(crate) fn short(&self) -> String {
        match self {
            Self::AtChance { .. } => "at chance".to_owned(),
            Self::LossNeverFell { n, of } => format!("loss never fell in {n} of {of}"),
            Self::ErrorSizeChanges { how, .. } => format!("error {how}"),
            Self::IdenticalTo(_) => "identical".to_owned(),
            Self::OneAlgorithmWith(_) => "one algorithm".to_owned(),
            Self::Diverged { n, of } => format!("{n} of {of} diverged"),
            Self::Failed { n, of } => format!("{n} of {of} failed"),
        }
    }

    /// What it says of `learner`, in a sentence without a stop.
    pub(crate) fn sentence(&self, learner: &str) -> String {
        let runs = |n: usize, of: usize| match of {
            1 => "its run".to_owned(),
            _ => format!("{n} of its {of} runs"),
        };
        match self {
            Self::AtChance { chance } => format!("{learner} is at chance ({chance})"),
            Self::LossNeverFell { n, of } => format!(
                "the loss of {learner} never fell below that of the start in {}",
                runs(*n, *of)
            ),
            Self::ErrorSizeChanges { n, of, how } => format!(
                "the error of {learner} {how} on its way from the last to the first hidden layer in {}",
                runs(*n, *of)
            ),
            Self::IdenticalTo(others) => {
                let all = listed(learner, others);
                format!("{all} have the same scores to the last digit")
            }
            Self::OneAlgorithmWith(others) => {
                let all = listed(learner, others);
                format!(
                    "{all} are one algorithm here: all their readings are the same to the last digit"
                )
            }
            Self::Diverged { n, of } => {
                format!(
                    "{learner} diverged in {} and has no numbers of them",
                    runs(*n, *of)
                )
            }
            Self::Failed { n, of } => {
                format!(
                    "{learner} failed in {} and has no numbers of them",
                    runs(*n, *of)
                )
            }
        }
    }

    /// The learners with the same numbers as one that has this flag.
    pub(crate) fn twins(&self) -> Option<&[String]> {
        match self {
            Self::IdenticalTo(others) | Self::OneAlgorithmWith(others) => Some(others),
            _ => None,
        }
    }
}

/// `learner` and `others`, not all of which are named where they are many.
fn listed(learner: &str, others: &[String]) -> String {
    let n_named = if others.len() <= MOST_NAMED {
        others.len() - 1
    } else {
        MOST_NAMED
    };
    let names: String = others[..n_named]
        .iter()
        .map(|other| format!(", {other}"))
        .collect();
    let last = match &others[n_named..] {
        [last] => last.clone(),
        more => format!("{} more", more.len()),
    };
    format!("{learner}{names} and {last}")
}

/// Most learners with the same scores that are named.
const MOST_NAMED: usize = 5;

/// The flags of `group` among the groups of `task`.
pub(crate) fn flags(task: &Task<'_>, group: &Group<'_>) -> Vec<Flag> {
    let mut flags: Vec<Flag> = at_chance(task, group).into_iter().collect();
    let n = group.finished.iter().filter(|run| never_fell(run)).count();
    if n > 0 {
        let of = group.finished.len();
        flags.push(Flag::LossNeverFell { n, of });
    }
    flags.extend(error_size(group));
    let at = task
        .groups
        .iter()
        .position(|other| std::ptr::eq(other, group));
    let (before, after) = task.groups.split_at(at.unwrap_or_default());
    // The first of them names all, the others name it.
    let twins = |is_it: &dyn Fn(&Group<'_>) -> bool| -> Vec<String> {
        match before.iter().find(|other| is_it(other)) {
            Some(first) => vec![first.label()],
            None => (after.iter().skip(1))
                .filter(|other| is_it(other))
                .map(Group::label)
                .collect(),
        }
    };
    let one = twins(&|other| are_one_algorithm(group, other));
    let same = twins(&|other| are_identical(group, other) && !are_one_algorithm(group, other));
    flags.extend((!one.is_empty()).then_some(Flag::OneAlgorithmWith(one)));
    flags.extend((!same.is_empty()).then_some(Flag::IdenticalTo(same)));
    let of = group.finished.len() + group.failed.len();
    let is_not_finite = |error: &str| error.contains("not finite") || error.contains("NaN");
    let n_diverged = (group.failed.iter())
        .filter(|(_, error)| is_not_finite(error))
        .count();
    let n_failed = group.failed.len() - n_diverged;
    if n_diverged > 0 {
        flags.push(Flag::Diverged { n: n_diverged, of });
    }
    if n_failed > 0 {
        flags.push(Flag::Failed { n: n_failed, of });
    }
    flags
}

/// Guessing among classes, or answering with the mean of the targets.
fn at_chance(task: &Task<'_>, group: &Group<'_>) -> Option<Flag> {
    if task.score == Metric::ACCURACY {
        let score = group.last(Subject::on(Metric::ACCURACY, PartName::Test))?;
        let n_outputs = *group.finished.first()?.summary.sizes.last()?;
        let n_classes = n_outputs.max(2);
        let chance = 100.0 / n_classes as f64;
        // What guessing scatters by on as many samples. There may be more of them than a few scores tell.
        let of_samples = task.test_sample().map_or(0.0, |sample| {
            let sample = sample.min(LARGEST_SAMPLE);
            1.64 * (chance * (100.0 - chance) * sample / 100.0).sqrt()
        });
        let is_it = score.mean <= chance + of_samples;
        return is_it.then(|| Flag::AtChance {
            chance: format!("{} % in {n_classes} classes", crate::number::short(chance)),
        });
    }
    let r_squared = group.last(Subject::on(Metric::R_SQUARED, PartName::Test))?;
    (r_squared.mean <= 0.0).then(|| Flag::AtChance {
        chance: "R² is 0 for the mean of the targets".to_owned(),
    })
}

/// What a sample counts at most for scores to be called those of guessing, %: a test part of 30 samples.
const LARGEST_SAMPLE: f64 = 100.0 / 30.0;

/// A factor beyond which an error that shrinks or grows over hidden layers teaches the first of them either
/// nothing or nothing else.
const ERROR_CHANGE: f64 = 100.0;

fn error_size(group: &Group<'_>) -> Option<Flag> {
    let changes: Vec<f64> = (group.finished.iter())
        .filter_map(|run| error_change(&run.summary.last))
        .filter(|change| change.abs() > ERROR_CHANGE.log10())
        .collect();
    let change = 10_f64.powf(mean(&changes)?);
    let (word, times) = match change < 1.0 {
        true => ("shrinks", 1.0 / change),
        false => ("grows", change),
    };
    let times = short(rounded(times, 2));
    Some(Flag::ErrorSizeChanges {
        n: changes.len(),
        of: group.finished.len(),
        how: format!("{word} {times}-fold"),
    })
}

/// The decadic logarithm of the size of the error in the first hidden layer over that in the last.
fn error_change(readings: &Readings) -> Option<f64> {
    let mut sizes: Vec<(usize, f64)> = (readings.pairs())
        .filter(|(of, _)| of.metric == Metric::ERROR_SIZE)
        .filter_map(|(of, size)| Some((of.layer?, size.filter(|size| *size > 0.0)?)))
        .collect();
    sizes.sort_by_key(|(layer, _)| *layer);
    let (first, last) = (sizes.first()?.1, sizes.last()?.1);
    Some((first / last).log10())
}

/// Whether no epoch has a lower loss than the start, on the first part that it was measured on.
fn never_fell(run: &RunRecord) -> bool {
    let parts = [PartName::Train, PartName::Validation, PartName::Test];
    let losses = parts.map(|part| -> Vec<f64> {
        let of = |readings: &Readings| Subject::on(Metric::LOSS, part).value(readings);
        run.epochs
            .iter()
            .filter_map(|epoch| of(&epoch.readings))
            .collect()
    });
    match losses.iter().find(|losses| losses.len() > 1) {
        Some(losses) => losses[1..].iter().all(|loss| *loss >= losses[0]),
        None => false,
    }
}

/// Whether all scores of all seeds are equal, where that is no accident: losses are, or accuracies of
/// three seeds.
fn are_identical(group: &Group<'_>, other: &Group<'_>) -> bool {
    let pairs = || {
        group
            .finished
            .iter()
            .copied()
            .zip(other.finished.iter().copied())
    };
    let is_one_seed = |(a, b): (&RunRecord, &RunRecord)| a.summary.run.seed == b.summary.run.seed;
    group.finished.len() == other.finished.len()
        && pairs().all(is_one_seed)
        && are_same_runs(&pairs().collect::<Vec<_>>())
}

/// Whether all their readings are equal as well, updates and all.
fn are_one_algorithm(group: &Group<'_>, other: &Group<'_>) -> bool {
    let is_of_updates =
        |(of, value): (&Of, Option<f64>)| !of.metric.is_of_predictions() && value.is_some();
    let mut pairs = group.finished.iter().zip(&other.finished);
    are_identical(group, other)
        && pairs.all(|(run, other)| {
            run.summary.last.pairs().any(is_of_updates)
                && run.summary.last == other.summary.last
                && run.epochs == other.epochs
        })
}

/// The same of pairs of runs.
pub(crate) fn are_same_runs(pairs: &[(&RunRecord, &RunRecord)]) -> bool {
    let scores = |run: &RunRecord| -> Vec<(Subject, u64)> {
        (run.summary.last.pairs())
            .filter(|(of, _)| of.metric.is_of_predictions())
            .filter_map(|(of, value)| Some((Subject::of(of), value?.to_bits())))
            .collect()
    };
    let own: Vec<_> = pairs.iter().flat_map(|(run, _)| scores(run)).collect();
    let has_losses = own.iter().any(|(of, _)| of.metric == Metric::LOSS);
    let is_telling = !own.is_empty() && (has_losses || pairs.len() >= 3);
    is_telling && (pairs.iter()).all(|(run, other)| scores(run) == scores(other))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn learners_with_the_same_scores_are_named_together() {
        let others = |n: usize| (0..n).map(|other| other.to_string()).collect();
        let said = |n: usize| Flag::IdenticalTo(others(n)).sentence("a");
        let one = Flag::OneAlgorithmWith(others(1)).sentence("a");
        assert!(one.starts_with("a and 0 are one algorithm"), "{one}");
        assert!(said(1).starts_with("a and 0 have"));
        assert!(said(3).starts_with("a, 0, 1 and 2 have"));
        assert!(said(8).starts_with("a, 0, 1, 2, 3, 4 and 3 more have"));
    }
}
