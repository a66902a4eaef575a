//! Two learners, run by run.

use super::{SignFlip, Spread, Wilcoxon, rounding, sign_flip, wilcoxon};

/// What the differences between two learners, one for each seed, say.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Comparison {
    /// Number of differences, their mean, and its 95 % t interval, which is that of the paired t test
    /// (Student 1908).
    pub spread: Spread,
    /// Half the width of the 90 % t interval, inside of which every margin shows equivalence
    /// ([`super::equivalence`]); absent where the 95 % one is.
    pub half_width_90: Option<f64>,
    /// Whether they are as often and as far above 0 as below.
    pub sign_flip: SignFlip,
    /// The same by ranks, as a check; absent where all differences are 0.
    pub wilcoxon: Option<Wilcoxon>,
}

impl Comparison {
    /// What `differences` say; nothing without any, and nothing where one is not finite.
    ///
    /// Differences that are all the same have no spread to judge by: their deviation is exactly 0, and
    /// both intervals are absent.
    pub fn of(differences: &[f64]) -> Option<Self> {
        if !differences.iter().all(|difference| difference.is_finite()) {
            return None;
        }
        let mut spread = Spread::of(differences)?;
        let ends = differences.iter().copied();
        let range = ends.clone().fold(f64::MIN, f64::max) - ends.fold(f64::MAX, f64::min);
        if spread.n > 1 && range <= rounding(differences) {
            spread.standard_deviation = Some(0.0);
            spread.half_width = None;
        }
        Some(Self {
            half_width_90: spread.half_width.and_then(|_| spread.half_width_at(0.9)),
            spread,
            sign_flip: sign_flip(differences),
            wilcoxon: wilcoxon(differences),
        })
    }

    /// The number of pairs.
    pub fn n(&self) -> usize {
        self.spread.n
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn differences_that_are_all_the_same_have_no_interval() {
        // Equal but for rounding.
        let comparison = Comparison::of(&[98.2 - 97.8, 96.6 - 96.2, 95.4 - 95.0]).expect("three");
        assert_eq!(comparison.spread.standard_deviation, Some(0.0));
        assert_eq!(comparison.spread.half_width, None);
        assert_eq!(comparison.half_width_90, None);
        assert_eq!(comparison.sign_flip.p, 0.25);
        let none = Comparison::of(&[0.0; 6]).expect("six");
        assert_eq!(none.spread.half_width, None);
        assert_eq!((none.sign_flip.p, none.wilcoxon), (1.0, None));
    }

    #[test]
    fn one_difference_and_none_and_what_is_no_number() {
        let one = Comparison::of(&[0.4]).expect("one");
        assert_eq!((one.n(), one.spread.half_width), (1, None));
        assert_eq!(one.sign_flip.p, 1.0);
        assert_eq!(Comparison::of(&[]), None);
        assert_eq!(Comparison::of(&[0.1, f64::NAN]), None);
        assert_eq!(Comparison::of(&[f64::INFINITY]), None);
    }
}
