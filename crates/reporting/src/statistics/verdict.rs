//! What may be said of two learners.

use super::{Comparison, LEVEL, Needed, equivalence, n_needed};

/// What a verdict is made of.
#[derive(Debug, Clone, Copy)]
pub struct Evidence<'a> {
    /// The differences.
    pub comparison: &'a Comparison,
    /// The sign-flip p after Holm over all contrasts of the task.
    pub holm_p: f64,
    /// The largest difference that does not matter; without one, equivalence is never claimed.
    pub margin: Option<f64>,
    /// Whether all scores of all pairs are the same bits.
    pub are_identical: bool,
}

/// What may be said.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Verdict {
    /// Nothing: fewer than two pairs.
    TooFew,
    /// Both have the same scores to the last bit in every pair: they are one algorithm here.
    Identical,
    /// The difference lies inside the margin: p of TOST is at most 5 %.
    Equivalent {
        /// Whether there is a difference all the same: p after Holm is at most 5 %.
        but_different: bool,
    },
    /// There is a difference, and it is not shown to lie inside the margin.
    Different,
    /// Neither.
    Undecided {
        /// With how many seeds equivalence would be shown, by the deviation of these, with 80 % probability if
        /// there were no difference; absent without margin or deviation, and where there are as many.
        needed: Option<Needed>,
    },
}

impl Verdict {
    /// What `evidence` allows.
    pub fn of(evidence: &Evidence<'_>) -> Self {
        let Evidence {
            comparison, margin, ..
        } = *evidence;
        if comparison.n() < 2 {
            return Self::TooFew;
        }
        if evidence.are_identical {
            return Self::Identical;
        }
        let is_different = evidence.holm_p <= LEVEL;
        let p = margin.and_then(|margin| equivalence(&comparison.spread, margin));
        if p.is_some_and(|p| p <= LEVEL) {
            return Self::Equivalent {
                but_different: is_different,
            };
        }
        if is_different {
            return Self::Different;
        }
        let deviation = comparison.spread.standard_deviation.filter(|of| *of > 0.0);
        let needed = deviation
            .zip(margin)
            .map(|(deviation, margin)| n_needed(deviation, margin))
            .filter(|needed| !matches!(needed, Needed::Seeds(n) if *n <= comparison.n()));
        Self::Undecided { needed }
    }

    /// Its name in tables of numbers.
    pub fn name(&self) -> &'static str {
        match self {
            Self::TooFew => "too_few",
            Self::Identical => "identical",
            Self::Equivalent { .. } => "equivalent",
            Self::Different => "different",
            Self::Undecided { .. } => "undecided",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(differences: &[f64], holm_p: f64, margin: Option<f64>) -> Verdict {
        let comparison = Comparison::of(differences).expect("differences");
        Verdict::of(&Evidence {
            comparison: &comparison,
            holm_p,
            margin,
            are_identical: false,
        })
    }

    #[test]
    fn each_verdict_has_its_case() {
        let near = [0.1, -0.1, 0.2, 0.0, -0.1, 0.1];
        let inside = [0.2, 0.1, 0.2, 0.1, 0.2, 0.1];
        let far = [2.0, 1.8, 2.2, 2.1, 1.9, 2.0];
        let wide = [1.0, -1.4, 0.7, -0.5, 0.3, 0.2];
        let equivalent = |but_different| Verdict::Equivalent { but_different };
        assert_eq!(verdict(&near, 1.0, Some(0.5)), equivalent(false));
        assert_eq!(verdict(&inside, 0.03, Some(0.5)), equivalent(true));
        assert_eq!(verdict(&far, 0.03, Some(0.5)), Verdict::Different);
        let Verdict::Undecided {
            needed: Some(Needed::Seeds(n)),
        } = verdict(&wide, 1.0, Some(0.5))
        else {
            panic!("more seeds would tell");
        };
        assert!((20..60).contains(&n), "{n}");
        assert_eq!(verdict(&[0.1], 1.0, Some(0.5)), Verdict::TooFew);
    }

    #[test]
    fn without_a_margin_nothing_is_equivalent() {
        let undecided = Verdict::Undecided { needed: None };
        assert_eq!(verdict(&[0.001, -0.001, 0.0], 1.0, None), undecided);
        assert_eq!(verdict(&[0.2, 0.1, 0.3], 0.01, None), Verdict::Different);
    }

    #[test]
    fn differences_without_spread_are_judged_by_their_number() {
        let undecided = Verdict::Undecided { needed: None };
        let equivalent = |but_different| Verdict::Equivalent { but_different };
        assert_eq!(verdict(&[0.0; 4], 1.0, Some(0.5)), undecided);
        assert_eq!(verdict(&[0.0; 5], 1.0, Some(0.5)), equivalent(false));
        assert_eq!(verdict(&[0.4; 10], 0.002, Some(0.5)), equivalent(true));
        assert_eq!(verdict(&[0.6; 10], 0.002, Some(0.5)), Verdict::Different);
        assert_eq!(verdict(&[0.0; 10], 1.0, None), undecided);
    }

    #[test]
    fn the_same_bits_are_one_algorithm_whatever_the_margin() {
        let comparison = Comparison::of(&[0.0, 0.0]).expect("two");
        let evidence = Evidence {
            comparison: &comparison,
            holm_p: 1.0,
            margin: None,
            are_identical: true,
        };
        assert_eq!(Verdict::of(&evidence), Verdict::Identical);
    }
}
