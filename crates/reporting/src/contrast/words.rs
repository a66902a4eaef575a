//! A contrast in words. "Equivalent" and what means the same stand here alone, where a verdict says so.

use apical_learning::Metric;

use super::Contrast;
use crate::cell::Cell;
use crate::number::{Decimals, probability, short, spread};
use crate::statistics::{Needed, Spread, Verdict};

impl Contrast {
    /// The verdict, with the size of a difference inside the margin, and what is missing; without a stop.
    pub(crate) fn verdict_in_words(&self, score: Metric) -> String {
        let mut words = match self.verdict {
            Verdict::TooFew => match self.judged().differences.len() {
                0 => "no verdict without a pair".to_owned(),
                _ => "no verdict of one seed".to_owned(),
            },
            Verdict::Identical => "identical in every seed: one algorithm".to_owned(),
            Verdict::Equivalent {
                but_different: false,
            } => "equivalent".to_owned(),
            Verdict::Equivalent {
                but_different: true,
            } => {
                let alone = |of: Spread| Spread {
                    half_width: None,
                    ..of
                };
                let size = self.judged().spread().map(alone);
                let size = spread(size, decimals(score));
                format!("equivalent, though different by {size}")
            }
            Verdict::Different => "different".to_owned(),
            Verdict::Undecided { needed: None } => "undecided".to_owned(),
            Verdict::Undecided {
                needed: Some(Needed::Seeds(n)),
            } => format!("undecided (n needed: {n})"),
            Verdict::Undecided {
                needed: Some(Needed::Over(n)),
            } => format!("undecided (n needed: over {n})"),
        };
        let all = self.n_seeds;
        if self.n_failed > 0 {
            words.push_str(&format!("; {} of {all} seeds failed", self.n_failed));
        }
        if self.n_unpaired > 0 {
            words.push_str(&format!("; {} of {all} seeds unpaired", self.n_unpaired));
        }
        words
    }

    /// What the verdict lets be said of the two, in a sentence with a stop; the margin is named with it.
    pub(crate) fn sentence(&self, score: Metric) -> String {
        let Self { learner, other, .. } = self;
        let judged = self.judged();
        let margin = self.margin.map_or_else(String::new, |margin| {
            format!(" within {}{}", short(margin), unit(score))
        });
        let p = |p: Option<f64>| p.map_or_else(String::new, probability_with_sign);
        let epoch = self.epoch.words();
        let as_well = match score == Metric::ACCURACY {
            true => "is as accurate as",
            false => "has as low a loss as",
        };
        let of_some = match self.n_failed + self.n_unpaired {
            0 => String::new(),
            n_left_out => format!(
                ", on {} of {} seeds",
                self.n_seeds - n_left_out,
                self.n_seeds
            ),
        };
        match self.verdict {
            Verdict::Equivalent { but_different } => {
                let despite = match but_different {
                    true => " though not the same",
                    false => "",
                };
                format!(
                    "At the {epoch} {learner} {as_well} {other}{margin}{despite} (TOST p {}{of_some}).",
                    p(judged.tost_p)
                )
            }
            Verdict::Different => format!(
                "At the {epoch} they differ (sign-flip p after Holm {}{of_some}).",
                p(judged.holm_p)
            ),
            Verdict::Identical => {
                format!("{learner} and {other} are identical in every seed: one algorithm.")
            }
            Verdict::Undecided { .. } => {
                let by = margin.replacen(" within", " by more than", 1);
                let words = self.verdict_in_words(score);
                format!("Whether they differ{by} at the {epoch} is {words}.")
            }
            Verdict::TooFew => {
                let words = self.verdict_in_words(score);
                format!("On a difference at the {epoch} there is {words}.")
            }
        }
    }

    /// Whom it compares, in words.
    pub(crate) fn label(&self) -> String {
        format!("{} against {}", self.learner, self.other)
    }

    /// The number of pairs at the epoch of the verdict, and of how many seeds where that is not all.
    pub(crate) fn pairs(&self) -> Cell {
        let n = self.judged().differences.len();
        match n == self.n_seeds {
            true => Cell::Count(Some(n)),
            false => Cell::Share {
                n,
                of: self.n_seeds,
            },
        }
    }

    /// The mean difference at one epoch with its interval.
    pub(crate) fn difference(spread: Option<Spread>, score: Metric) -> Cell {
        Cell::Interval(spread, decimals(score))
    }
}

/// The unit of differences and margins of `score`, to follow a number.
pub(crate) fn unit(score: Metric) -> &'static str {
    match score == Metric::ACCURACY {
        true => " percentage points",
        false => "",
    }
}

/// The same for the label of an axis, in a line of its own.
pub(crate) fn unit_of_axis(score: Metric) -> &'static str {
    match score == Metric::ACCURACY {
        true => "\n(points)",
        false => "",
    }
}

fn decimals(score: Metric) -> Decimals {
    match score == Metric::ACCURACY {
        true => Decimals::Fixed(2),
        false => Decimals::Significant(3),
    }
}

/// `= 0.010` or `< 0.001`.
fn probability_with_sign(p: f64) -> String {
    let written = probability(p);
    match written.starts_with('<') {
        true => written,
        false => format!("= {written}"),
    }
}
