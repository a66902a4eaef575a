//! The sign-flip test: what the sum of differences could be, were each as likely of the other sign.

use apical_learning::Streams;
use rand::Rng;

use super::rounding;

/// The largest number of differences of which all patterns of signs are looked at.
const MOST_EXACT: usize = 20;
/// How many patterns are drawn of more.
const N_DRAWN: u64 = 100_000;

/// The result of the test.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SignFlip {
    /// Two-sided: the share of patterns whose sum is as far from 0 as that of the data, or farther. Never 0.
    pub p: f64,
    /// How many patterns were drawn (Monte Carlo); absent where all there are were looked at.
    pub n_drawn: Option<u64>,
}

impl SignFlip {
    /// How it was made, in a word or two for tables of numbers.
    pub fn method(&self) -> &'static str {
        match self.n_drawn {
            None => "exact",
            Some(_) => "monte_carlo",
        }
    }
}

/// The test of `differences`, which are finite, that their distribution is symmetric about 0.
///
/// All 2ⁿ patterns of signs are looked at up to n = 20. Above that, 100 000 are drawn from one named random
/// stream, the same at every call, and the data count as one more: p = (1 + those as far) / (1 + drawn)
/// (Phipson and Smyth 2010). Sums that differ by rounding alone count as equal. Source: Fisher (1935), §21.
pub fn sign_flip(differences: &[f64]) -> SignFlip {
    let sizes: Vec<f64> = differences.iter().map(|value| value.abs()).collect();
    let sum: f64 = differences.iter().sum();
    let threshold = sum.abs() - rounding(differences);
    if differences.len() <= MOST_EXACT {
        // Of both signs of the first, one stands for the other.
        let n_patterns = 1_u64 << differences.len().saturating_sub(1);
        let n_as_far = match sizes.split_first() {
            Some((first, rest)) => as_far(rest, *first, threshold),
            None => 1,
        };
        return SignFlip {
            p: n_as_far as f64 / n_patterns as f64,
            n_drawn: None,
        };
    }
    let mut stream = Streams::new(0).stream("sign_flip");
    let mut n_as_far = 0_u64;
    for _ in 0..N_DRAWN {
        let mut bits = 0;
        let mut sum = 0.0;
        for (index, size) in sizes.iter().enumerate() {
            if index % 64 == 0 {
                bits = stream.next_u64();
            }
            sum += if bits & 1 == 0 { *size } else { -size };
            bits >>= 1;
        }
        n_as_far += u64::from(sum.abs() >= threshold);
    }
    SignFlip {
        p: (1 + n_as_far) as f64 / (1 + N_DRAWN) as f64,
        n_drawn: Some(N_DRAWN),
    }
}

/// How many patterns of signs of `sizes` bring `sum` as far from 0 as `threshold`.
fn as_far(sizes: &[f64], sum: f64, threshold: f64) -> u64 {
    match sizes.split_first() {
        None => u64::from(sum.abs() >= threshold),
        Some((size, rest)) => {
            as_far(rest, sum + size, threshold) + as_far(rest, sum - size, threshold)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_samples_by_hand() {
        let p = |differences: &[f64]| sign_flip(differences).p;
        // Of 8 sums, 6 and −6 alone are as far.
        assert_eq!(p(&[1.0, 2.0, 3.0]), 0.25);
        // ±2 as well: |−1 + 2 + 3| = 4 is reached by four of eight.
        assert_eq!(p(&[-1.0, 2.0, 3.0]), 0.5);
        assert_eq!(p(&[1.0, -1.0]), 1.0);
        // A tie that rounding hides: 0.1 + 0.2 = 0.3.
        assert_eq!(p(&[0.1, 0.2, -0.3]), 1.0);
        assert_eq!(p(&[0.3, -0.1, -0.2, 0.0]), 1.0);
    }

    #[test]
    fn more_than_twenty_are_drawn_and_agree_with_all_patterns() {
        let differences: Vec<f64> = (0..21).map(|i| f64::from(i % 7) - 2.4).collect();
        let drawn = sign_flip(&differences);
        assert_eq!(
            (drawn.method(), drawn.n_drawn),
            ("monte_carlo", Some(N_DRAWN))
        );
        assert_eq!(drawn, sign_flip(&differences), "the same at every call");
        let sizes: Vec<f64> = differences.iter().map(|value| value.abs()).collect();
        let sum: f64 = differences.iter().sum();
        let threshold = sum.abs() - 1e-9;
        let exact = as_far(&sizes, 0.0, threshold) as f64 / f64::from(1 << 21);
        let error = (exact * (1.0 - exact) / N_DRAWN as f64).sqrt();
        assert!(
            (drawn.p - exact).abs() < 4.0 * error,
            "{} and {exact}",
            drawn.p
        );
    }
}
