//! Contrasts that a specification declares: two learners of a task, compared run by run of one seed each.

mod csv;
mod words;

use std::collections::BTreeSet;

use apical_learning::{Metric, PartName, Point, Readings, RunRecord};

use crate::flag::are_same_runs;
use crate::group::Group;
use crate::statistics::{Comparison, Evidence, Spread, Verdict, equivalence, holm};
use crate::subject::Subject;

pub(crate) use csv::csv;
pub(crate) use words::{unit, unit_of_axis};

/// What is declared to be compared on a task.
#[derive(Debug, Clone, PartialEq)]
pub struct Contrasts {
    /// Each learner, and the one whose score is subtracted.
    pub pairs: Vec<(String, String)>,
    /// The largest difference that does not matter: percentage points of accuracy, or the unit of the loss.
    pub margin: Option<f64>,
    /// Which epoch's scores a verdict is drawn from.
    pub epoch: VerdictEpoch,
    /// Where they were declared, if not in the experiment's own specification.
    pub declared_in: Option<String>,
}

/// Which epoch's scores a verdict is drawn from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VerdictEpoch {
    /// The last one.
    Last,
    /// The one that is chosen on validation data.
    Chosen,
}

impl VerdictEpoch {
    pub(crate) const ALL: [Self; 2] = [Self::Last, Self::Chosen];

    /// In tables of numbers.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Last => "last",
            Self::Chosen => "chosen",
        }
    }

    /// In words.
    pub(crate) fn words(self) -> &'static str {
        match self {
            Self::Last => "last epoch",
            Self::Chosen => "chosen epoch",
        }
    }

    fn readings(self, run: &RunRecord) -> &Readings {
        match self {
            Self::Last => &run.summary.last,
            Self::Chosen => &run.summary.chosen,
        }
    }
}

/// A contrast and what the records say of it.
#[derive(Debug)]
pub(crate) struct Contrast {
    /// The learner, at a point of a sweep where there is one.
    pub(crate) learner: String,
    /// The one whose score is subtracted.
    pub(crate) other: String,
    /// Of both among the groups of the task; absent where either has no run.
    pub(crate) groups: Option<(usize, usize)>,
    /// By [`VerdictEpoch::ALL`].
    by_epoch: [AtEpoch; 2],
    /// Seeds that either was run with.
    pub(crate) n_seeds: usize,
    /// Seeds of which either run failed.
    pub(crate) n_failed: usize,
    /// The other seeds that are no pair at the epoch of the verdict: one of the two was not run, or has no
    /// finite score.
    pub(crate) n_unpaired: usize,
    pub(crate) margin: Option<f64>,
    pub(crate) epoch: VerdictEpoch,
    /// Drawn from that epoch.
    pub(crate) verdict: Verdict,
}

/// The scores after one epoch.
#[derive(Debug, Default)]
pub(crate) struct AtEpoch {
    /// By seed, what the learner's test score exceeds that of the other by.
    pub(crate) differences: Vec<(u64, f64)>,
    pub(crate) comparison: Option<Comparison>,
    /// The sign-flip p after Holm over all contrasts of the task.
    pub(crate) holm_p: Option<f64>,
    /// Of equivalence within the margin.
    pub(crate) tost_p: Option<f64>,
}

impl Contrast {
    /// What is said of one epoch.
    pub(crate) fn at(&self, epoch: VerdictEpoch) -> &AtEpoch {
        let index = VerdictEpoch::ALL.iter().position(|own| *own == epoch);
        &self.by_epoch[index.unwrap_or_default()]
    }

    /// What is said of the epoch that the verdict is drawn from.
    pub(crate) fn judged(&self) -> &AtEpoch {
        self.at(self.epoch)
    }
}

impl AtEpoch {
    pub(crate) fn spread(&self) -> Option<Spread> {
        Some(self.comparison?.spread)
    }
}

/// All that is `declared` among `groups`, whose test scores are of `score`: each contrast at every point of a
/// sweep that both have, or one of them alone.
pub(crate) fn contrasts(
    groups: &[Group<'_>],
    score: Metric,
    declared: Option<&Contrasts>,
) -> Vec<Contrast> {
    let Some(declared) = declared else {
        return Vec::new();
    };
    let mut contrasts = Vec::new();
    for (learner, other) in &declared.pairs {
        let pairs = paired(groups, learner, other);
        let none = pairs.is_empty().then(|| absent(learner, other, declared));
        contrasts.extend(none);
        let of_pair = |(a, b)| one(groups, (a, b), Subject::on(score, PartName::Test), declared);
        contrasts.extend(pairs.into_iter().map(of_pair));
    }
    for index in 0..VerdictEpoch::ALL.len() {
        let p = |contrast: &Contrast| contrast.by_epoch[index].comparison.map(|of| of.sign_flip.p);
        // One without a pair is one of them all the same.
        let all: Vec<f64> = contrasts.iter().map(|of| p(of).unwrap_or(1.0)).collect();
        for (contrast, adjusted) in contrasts.iter_mut().zip(holm(&all)) {
            contrast.by_epoch[index].holm_p = p(contrast).map(|_| adjusted);
        }
    }
    for contrast in &mut contrasts {
        contrast.verdict = verdict(contrast, groups);
    }
    contrasts
}

/// The groups of both learners that are compared with each other.
fn paired(groups: &[Group<'_>], learner: &str, other: &str) -> Vec<(usize, usize)> {
    let of = |name: &str| -> Vec<usize> {
        let indices = 0..groups.len();
        indices.filter(|i| groups[*i].learner == name).collect()
    };
    let (own, others) = (of(learner), of(other));
    let point = |index: usize| -> &Point { groups[index].point };
    match (&own[..], &others[..]) {
        (_, &[other]) if point(other).is_empty() || own.len() == 1 => {
            own.into_iter().map(|own| (own, other)).collect()
        }
        (&[own], _) if point(own).is_empty() => {
            others.into_iter().map(|other| (own, other)).collect()
        }
        _ => {
            let same_point = |own: usize| {
                let mut others = others.iter().copied();
                others.find(|other| point(*other) == point(own))
            };
            let pairs = own.into_iter();
            pairs
                .filter_map(|own| Some((own, same_point(own)?)))
                .collect()
        }
    }
}

/// A contrast of which there are no runs to compare.
fn absent(learner: &str, other: &str, declared: &Contrasts) -> Contrast {
    Contrast {
        learner: learner.to_owned(),
        other: other.to_owned(),
        groups: None,
        by_epoch: Default::default(),
        n_seeds: 0,
        n_failed: 0,
        n_unpaired: 0,
        margin: declared.margin,
        epoch: declared.epoch,
        verdict: Verdict::TooFew,
    }
}

/// The contrast of the groups `pair`, without what all of the task decide together.
fn one(
    groups: &[Group<'_>],
    pair: (usize, usize),
    subject: Subject,
    declared: &Contrasts,
) -> Contrast {
    let (own, other) = (&groups[pair.0], &groups[pair.1]);
    let by_epoch = VerdictEpoch::ALL.map(|epoch| {
        let value = |run: &RunRecord| subject.value(epoch.readings(run));
        let differences: Vec<(u64, f64)> = runs_of_both(own, other)
            .filter_map(|(a, b)| Some((a.summary.run.seed, value(a)? - value(b)?)))
            .collect();
        let values: Vec<f64> = differences.iter().map(|(_, value)| *value).collect();
        let comparison = Comparison::of(&values);
        let tost = |margin| equivalence(&comparison?.spread, margin);
        AtEpoch {
            differences,
            comparison,
            holm_p: None,
            tost_p: declared.margin.and_then(tost),
        }
    });
    let seeds = |failed: bool| -> BTreeSet<u64> {
        let of_both = [own, other].into_iter();
        match failed {
            true => of_both
                .flat_map(|group| group.failed.iter().map(|(run, _)| run.summary.run.seed))
                .collect(),
            false => of_both
                .flat_map(|group| group.finished.iter().map(|run| run.summary.run.seed))
                .collect(),
        }
    };
    let failed = seeds(true);
    let n_seeds = failed.union(&seeds(false)).count();
    let mut contrast = Contrast {
        learner: own.label(),
        other: other.label(),
        groups: Some(pair),
        by_epoch,
        n_seeds,
        n_failed: failed.len(),
        ..absent("", "", declared)
    };
    let n_pairs = contrast.judged().differences.len();
    contrast.n_unpaired = n_seeds - failed.len() - n_pairs;
    contrast
}

fn verdict(contrast: &Contrast, groups: &[Group<'_>]) -> Verdict {
    let judged = contrast.judged();
    let (Some(comparison), Some(holm_p), Some((own, other))) =
        (&judged.comparison, judged.holm_p, contrast.groups)
    else {
        return Verdict::TooFew;
    };
    let pairs: Vec<_> = runs_of_both(&groups[own], &groups[other]).collect();
    Verdict::of(&Evidence {
        comparison,
        holm_p,
        margin: contrast.margin,
        are_identical: are_same_runs(&pairs),
    })
}

/// The finished runs of the seeds that both have, in order.
fn runs_of_both<'t, 'a>(
    own: &'t Group<'a>,
    other: &'t Group<'a>,
) -> impl Iterator<Item = (&'a RunRecord, &'a RunRecord)> + use<'t, 'a> {
    let others = other.by_seed();
    own.finished.iter().filter_map(move |run| {
        let same = others.get(&run.summary.run.seed)?;
        Some((*run, *same))
    })
}
