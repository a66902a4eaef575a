//! The signed-rank test.

use statrs::function::erf::erfc;

use super::rounding;

/// The largest number of differences whose distribution of rank sums is counted out.
const MOST_EXACT: usize = 50;

/// The result of the test.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Wilcoxon {
    /// Two-sided.
    pub p: f64,
    /// Whether all patterns of signs were counted out; else p is that of a normal distribution with the
    /// variance that ties leave.
    pub is_exact: bool,
}

impl Wilcoxon {
    /// How it was made, in a word for tables of numbers.
    pub fn method(&self) -> &'static str {
        match self.is_exact {
            true => "exact",
            false => "normal",
        }
    }
}

/// The test of `differences`, which are finite, that their distribution is symmetric about 0; absent where
/// all are 0.
///
/// Differences of 0 are left out, and equal sizes share the mean of their ranks. Without either, and up to
/// n = 50, p is exact; otherwise it is that of a normal distribution of the mean n(n + 1)/4 and the variance
/// n(n + 1)(2n + 1)/24 − Σ(t³ − t)/48 over groups of t equal sizes, without correction for continuity.
/// Source: Wilcoxon (1945); Pratt and Gibbons (1981), ch. 3; SciPy's `wilcoxon` does the same.
pub fn wilcoxon(differences: &[f64]) -> Option<Wilcoxon> {
    let nearly_equal = rounding(differences);
    let mut sorted: Vec<f64> = (differences.iter().copied())
        .filter(|value| value.abs() > nearly_equal)
        .collect();
    sorted.sort_by(|a, b| a.abs().total_cmp(&b.abs()));
    let n = sorted.len();
    if n == 0 {
        return None;
    }
    let is_tied = |a: &f64, b: &f64| b.abs() - a.abs() <= nearly_equal;
    let (mut below, mut positive, mut ties) = (0, 0.0, 0.0);
    for group in sorted.chunk_by(is_tied) {
        let t = group.len() as f64;
        let rank = below as f64 + 0.5 * (t + 1.0);
        positive += rank * group.iter().filter(|value| **value > 0.0).count() as f64;
        ties += t * (t * t - 1.0);
        below += group.len();
    }
    let is_exact = n == differences.len() && ties == 0.0 && n <= MOST_EXACT;
    let n_as_float = n as f64;
    let mean = 0.25 * n_as_float * (n_as_float + 1.0);
    let p = match is_exact {
        true => exact(n, positive.min(2.0 * mean - positive) as usize),
        false => {
            let variance = mean * (2.0 * n_as_float + 1.0) / 6.0 - ties / 48.0;
            erfc((positive - mean).abs() / (2.0 * variance).sqrt())
        }
    };
    Some(Wilcoxon { p, is_exact })
}

/// The probability, twice, of a sum of at most `smaller` of those ranks of 1…n that are positive.
fn exact(n: usize, smaller: usize) -> f64 {
    // How many subsets of the ranks so far have each sum.
    let mut counts = vec![0.0_f64; n * (n + 1) / 2 + 1];
    counts[0] = 1.0;
    for rank in 1..=n {
        for sum in (rank..counts.len()).rev() {
            counts[sum] += counts[sum - rank];
        }
    }
    let as_small: f64 = counts[..=smaller].iter().sum();
    (2.0 * as_small / 2.0_f64.powi(n as i32)).min(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_samples_by_hand() {
        let found = wilcoxon(&[1.0, 2.0, 3.0]).expect("three");
        assert_eq!((found.p, found.method()), (0.25, "exact"));
        // Ranks 1, 2, 3 with the smallest negative: sums of at most 1 are two of eight.
        assert_eq!(wilcoxon(&[-1.0, 2.0, 3.0]).map(|found| found.p), Some(0.5));
        // Ties that rounding hides, and a difference of 0.
        let tied = wilcoxon(&[98.2 - 97.8, 96.6 - 96.2, 0.1]).expect("three");
        assert_eq!(tied.method(), "normal");
        assert_eq!(
            wilcoxon(&[0.0, 1.0, 2.0]).map(|found| found.is_exact),
            Some(false)
        );
        assert_eq!(wilcoxon(&[0.0, 0.0]), None);
    }
}
