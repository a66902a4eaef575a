//! Two folders of results against each other: arms by name, runs paired by seed.

mod arm;
mod gate;
mod matching;
mod shown;

use std::collections::{BTreeMap, BTreeSet};

use crate::statistics::{Comparison, Evidence, Spread, Verdict, equivalence, holm, mean};

pub use arm::{Arm, ArmRun, Quantity, arms_of_runs, arms_of_tasks};
pub use gate::{Gate, GateError};
use matching::{margins, matched};

/// What is compared with what, and which differences do not matter.
#[derive(Debug, Clone, Default)]
pub struct CompareOptions {
    /// `LEFT=RIGHT`; arms of one name where there is none.
    pub pairs: Vec<String>,
    /// `QUANTITY=MARGIN`, or the margin of accuracy, or of loss where there is none.
    pub margins: Vec<String>,
}

/// Why nothing is compared.
#[derive(Debug, thiserror::Error)]
pub enum CompareError {
    /// No arm of one has one in the other.
    #[error(
        "no arm is in both: the first has {left}, the second {right}; name what belongs together with --pair LEFT=RIGHT"
    )]
    Apart {
        /// Those of the first.
        left: String,
        /// Those of the second.
        right: String,
    },
    /// No pair has a seed in common.
    #[error(
        "no pair of arms has a seed that finished in both; run one of them with the seeds of the other (--seeds)"
    )]
    NoSeeds,
    /// A pair of which one half is not there.
    #[error("--pair {pair}: expected LEFT=RIGHT, {what}; the first has {left}, the second {right}")]
    Pair {
        /// As it was given.
        pair: String,
        /// What is wrong.
        what: &'static str,
        /// Arms of the first.
        left: String,
        /// Arms of the second.
        right: String,
    },
    /// A margin that is none.
    #[error("--margin {given}: expected {expected}")]
    Margin {
        /// As it was given.
        given: String,
        /// What it has to be.
        expected: String,
    },
}

/// Two folders side by side.
#[derive(Debug, Clone, PartialEq)]
pub struct Compared {
    /// Arms that are in both.
    pub pairs: Vec<ArmPair>,
    /// Arms that the first alone has.
    pub only_left: Vec<String>,
    /// Arms that the second alone has.
    pub only_right: Vec<String>,
    /// What to know before numbers are compared, a sentence each.
    pub notes: Vec<String>,
}

/// One arm in both folders.
#[derive(Debug, Clone, PartialEq)]
pub struct ArmPair {
    /// Its name in the first.
    pub left: String,
    /// Its name in the second.
    pub right: String,
    /// Seeds that finished in both.
    pub n_pairs: usize,
    /// Pairs whose records are the same bits.
    pub n_identical: usize,
    /// Seeds of which a run failed in either.
    pub n_failed: usize,
    /// Seeds that one of them lacks.
    pub n_unpaired: usize,
    /// What is measured in both.
    pub differences: Vec<Difference>,
}

/// One quantity in both folders: the second less the first.
#[derive(Debug, Clone, PartialEq)]
pub struct Difference {
    /// What.
    pub quantity: Quantity,
    /// Means over the pairs, of the first and of the second.
    pub means: [f64; 2],
    /// What the differences say.
    pub comparison: Comparison,
    /// The sign-flip p after Holm over all arms.
    pub holm_p: f64,
    /// The largest difference that does not matter.
    pub margin: Option<f64>,
    /// The p of equivalence within it.
    pub tost_p: Option<f64>,
    /// What may be said.
    pub verdict: Verdict,
}

impl Difference {
    pub(crate) fn spread(&self) -> Spread {
        self.comparison.spread
    }

    /// The second over the first.
    pub(crate) fn ratio(&self) -> Option<f64> {
        let [left, right] = self.means;
        (left != 0.0).then(|| right / left)
    }
}

/// Compares the arms of two folders.
///
/// # Errors
///
/// Where nothing pairs, and on pairs and margins that are none.
pub fn compare(
    left: &[Arm],
    right: &[Arm],
    options: &CompareOptions,
) -> Result<Compared, CompareError> {
    let matched = matched(left, right, &options.pairs)?;
    let margins = margins(&options.margins, &matched)?;
    let mut pairs: Vec<ArmPair> = matched
        .iter()
        .map(|(left, right)| paired(left, right, &margins))
        .collect();
    if pairs.iter().all(|pair| pair.n_pairs == 0) {
        return Err(CompareError::NoSeeds);
    }
    adjust(&mut pairs, &matched);
    let is_alone = |arm: &&Arm| {
        let either = |(a, b): &(&Arm, &Arm)| std::ptr::eq(*a, *arm) || std::ptr::eq(*b, *arm);
        !matched.iter().any(either)
    };
    // Where pairs are named, nobody asked for the others.
    let all = options.pairs.is_empty();
    let names = |arms: &[Arm]| {
        let alone = arms.iter().filter(|arm| all && is_alone(arm));
        alone.map(Arm::label).collect()
    };
    Ok(Compared {
        only_left: names(left),
        only_right: names(right),
        notes: notes(&matched),
        pairs,
    })
}

fn paired(left: &Arm, right: &Arm, margins: &BTreeMap<String, f64>) -> ArmPair {
    let seeds: BTreeSet<u64> = left.runs.keys().chain(right.runs.keys()).copied().collect();
    let failed = |seed: &&u64| {
        let runs = [left.runs.get(seed), right.runs.get(seed)];
        runs.into_iter().flatten().any(|run| run.has_failed)
    };
    let n_failed = seeds.iter().filter(failed).count();
    let pairs: Vec<(&ArmRun, &ArmRun)> = seeds
        .iter()
        .filter(|seed| !failed(seed))
        .filter_map(|seed| Some((left.runs.get(seed)?, right.runs.get(seed)?)))
        .collect();
    let mut differences = Vec::new();
    let measured = pairs.first().map_or(&[][..], |(run, _)| &run.values);
    for (quantity, _) in measured {
        let values: Vec<(f64, f64)> = pairs
            .iter()
            .filter_map(|(a, b)| Some((a.value(quantity)?, b.value(quantity)?)))
            .collect();
        let changes: Vec<f64> = values.iter().map(|(a, b)| b - a).collect();
        let means = [
            mean(&values.iter().map(|(a, _)| *a).collect::<Vec<_>>()),
            mean(&values.iter().map(|(_, b)| *b).collect::<Vec<_>>()),
        ];
        let (Some(comparison), [Some(a), Some(b)]) = (Comparison::of(&changes), means) else {
            continue;
        };
        let own = margins.get(&*quantity.name);
        let margin = own.or_else(|| margins.get("").filter(|_| quantity.is_score));
        let margin = margin.copied().or_else(|| right.margin_of(quantity));
        differences.push(Difference {
            quantity: quantity.clone(),
            means: [a, b],
            comparison,
            holm_p: comparison.sign_flip.p,
            margin,
            tost_p: margin.and_then(|margin| equivalence(&comparison.spread, margin)),
            verdict: Verdict::TooFew,
        });
    }
    ArmPair {
        left: left.label(),
        right: right.label(),
        n_pairs: pairs.len(),
        n_identical: pairs.iter().filter(|(a, b)| a.records == b.records).count(),
        n_failed,
        n_unpaired: seeds.len() - n_failed - pairs.len(),
        differences,
    }
}

/// Holm over the arms for each quantity, and verdicts.
fn adjust(pairs: &mut [ArmPair], matched: &[(&Arm, &Arm)]) {
    let all = pairs.iter().flat_map(|pair| &pair.differences);
    let names: BTreeSet<String> = all.map(|of| of.quantity.name.clone()).collect();
    for name in names {
        let mut own: Vec<(usize, &mut Difference)> = pairs
            .iter_mut()
            .enumerate()
            .flat_map(|(index, pair)| pair.differences.iter_mut().map(move |of| (index, of)))
            .filter(|(_, of)| of.quantity.name == name)
            .collect();
        let p: Vec<f64> = own
            .iter()
            .map(|(_, of)| of.comparison.sign_flip.p)
            .collect();
        for ((index, difference), adjusted) in own.iter_mut().zip(holm(&p)) {
            difference.holm_p = adjusted;
            let (left, right) = matched[*index];
            difference.verdict = Verdict::of(&Evidence {
                comparison: &difference.comparison,
                holm_p: adjusted,
                margin: difference.margin,
                are_identical: are_identical(left, right, &difference.quantity),
            });
        }
    }
}

/// Whether a quantity has the same bits in all pairs.
fn are_identical(left: &Arm, right: &Arm, quantity: &Quantity) -> bool {
    let pairs = left.runs.iter().filter_map(|(seed, run)| {
        let other = right.runs.get(seed)?;
        Some((run.value(quantity)?, other.value(quantity)?))
    });
    pairs.into_iter().all(|(a, b)| a.to_bits() == b.to_bits())
}

fn notes(matched: &[(&Arm, &Arm)]) -> Vec<String> {
    let machines = |arm: &Arm| -> BTreeSet<String> {
        arm.runs.values().map(|run| run.machine.clone()).collect()
    };
    let mut notes = Vec::new();
    let differ = |(left, right): &(&Arm, &Arm)| machines(left) != machines(right);
    if matched.iter().any(differ) {
        notes.push(
            "times are of different processors, instruction sets or numbers of threads, and not comparable"
                .to_owned(),
        );
    }
    let other_data = |(left, right): &(&Arm, &Arm)| {
        left.runs.iter().any(|(seed, run)| {
            let other = right.runs.get(seed);
            other.is_some_and(|other| other.data != run.data)
        })
    };
    if matched.iter().any(other_data) {
        notes.push(
            "runs of one seed have other data in both: their difference is also one of the data"
                .to_owned(),
        );
    }
    notes
}
