//! The credit verdict: whether a learner's hidden layers get credit that is worth the name.
//!
//! Accuracy and a mean cosine catch no failure of it. Four parts do, each PASS or FAIL with its reason; docs/credit.md
//! has the thresholds. In the spirit of arXiv 2606.21126.

mod csv;
mod parts;

use apical_learning::{Metric, OutputError};

use crate::group::{Group, Task};
use crate::subject::Subject;

pub(crate) use csv::csv;

/// The root mean square of a layer's potentials may grow to so many times that of the start, or 1 if that is more.
pub(crate) const LARGEST_GROWTH: f64 = 10.0;

/// The reference gradient's norm over its rounding must be at least this in every layer.
pub const LEAST_OVER_FLOOR: f64 = 10.0;

/// The interval of a learner's perturbation correlation must lie above this in every hidden layer, that of random
/// errors must be nearer to 0.
pub const LEAST_CORRELATION: f64 = 0.2;

/// The perturbation correlation of backprop must be at least this, or the measure is not sound.
pub const SOUND_CORRELATION: f64 = 0.95;

/// What came of a part, or of all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    Pass,
    Fail,
    NotMeasured,
}

impl Outcome {
    pub(crate) fn words(self) -> &'static str {
        match self {
            Self::Pass => "PASS",
            Self::Fail => "FAIL",
            Self::NotMeasured => "not measured",
        }
    }
}

/// One part, with its reason or what to add.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Part {
    pub(crate) outcome: Outcome,
    pub(crate) reason: String,
}

impl Part {
    fn new(outcome: Outcome, reason: impl Into<String>) -> Self {
        Self {
            outcome,
            reason: reason.into(),
        }
    }

    fn passes(is_passed: bool, reason: impl Into<String>) -> Self {
        match is_passed {
            true => Self::new(Outcome::Pass, reason),
            false => Self::new(Outcome::Fail, reason),
        }
    }

    fn not_measured(what_to_add: impl Into<String>) -> Self {
        Self::new(Outcome::NotMeasured, what_to_add)
    }
}

/// The verdict on one learner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Credit {
    pub(crate) learner: String,
    /// In the order of [`PARTS`].
    pub(crate) parts: [Part; 4],
}

/// What the parts are called.
pub(crate) const PARTS: [&str; 4] = [
    "potentials in range",
    "gradient above rounding",
    "depth is used",
    "perturbations predicted",
];

impl Credit {
    /// FAIL where a part fails, PASS where all pass.
    pub(crate) fn outcome(&self) -> Outcome {
        let has = |outcome| self.parts.iter().any(|part| part.outcome == outcome);
        match (has(Outcome::Fail), has(Outcome::NotMeasured)) {
            (true, _) => Outcome::Fail,
            (false, true) => Outcome::NotMeasured,
            (false, false) => Outcome::Pass,
        }
    }
}

/// What is measured for this verdict alone.
const MEASURED: [Metric; 3] = [
    Metric::POTENTIAL_SIZE,
    Metric::GRADIENT_OVER_FLOOR,
    Metric::PERTURBATION_CORRELATION,
];

/// The verdicts on the learners of `task`; none where nothing of it was measured.
pub(crate) fn credits(task: &Task<'_>) -> Vec<Credit> {
    let is_measured = |group: &Group<'_>| {
        let mut subjects = group.subjects.iter();
        subjects.any(|of| MEASURED.contains(&of.metric))
    };
    if !task.groups.iter().any(is_measured) {
        return Vec::new();
    }
    let finished = task
        .groups
        .iter()
        .filter(|group| !group.finished.is_empty());
    let credit = |group: &Group<'_>| Credit {
        learner: group.label(),
        parts: [
            parts::in_range(group),
            parts::above_rounding(group),
            parts::uses_depth(task, group),
            parts::predicts(group),
        ],
    };
    finished.map(credit).collect()
}

/// Hidden layers of the networks of `group`.
fn n_hidden(group: &Group<'_>) -> usize {
    let sizes = group.finished.first().map(|run| run.summary.sizes.len());
    sizes.unwrap_or(0).saturating_sub(2)
}

/// The reference whose loss the errors of `group` predict best; the one that it stands nearer to at its output where
/// that is not known.
fn reference(group: &Group<'_>) -> OutputError {
    let correlation = |reference| {
        let of = |k| {
            let metric = Metric::PERTURBATION_CORRELATION;
            group.last(Subject::of_layer(metric, Some(k), Some(reference)))
        };
        let found: Vec<f64> = (1..=n_hidden(group))
            .filter_map(of)
            .map(|of| of.mean)
            .collect();
        crate::statistics::mean(&found)
    };
    let angle = |reference| {
        let output = Some(n_hidden(group) + 1);
        let subject = Subject::of_layer(Metric::UPDATE_ANGLE, output, Some(reference));
        group.last(subject).map_or(180.0, |of| of.mean)
    };
    let rank = |reference: &OutputError| correlation(*reference).unwrap_or(-angle(*reference));
    let [potential, squared_error] = OutputError::ALL;
    match rank(&squared_error) > rank(&potential) {
        true => squared_error,
        false => potential,
    }
}
