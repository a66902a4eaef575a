//! Correlations of two numbers of runs, over learners and within them.

use statrs::distribution::{ContinuousCDF, Normal};

use super::{LEVEL, mean};

/// A correlation and its interval.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Correlation {
    /// Pairs that it is of.
    pub n: usize,
    /// From −1 to 1.
    pub value: f64,
    /// The ends of its 95 % interval; none of so few pairs that there is none.
    pub interval: Option<[f64; 2]>,
}

/// The correlation of the ranks of `pairs`, of finite numbers; equal numbers share the mean of their ranks. None
/// where either number is the same in all.
///
/// The interval is tanh(artanh ρ ± z √(1.06 / (n − 3))). Source: Spearman (1904); Fieller, Hartley and Pearson
/// (1957) for the variance.
pub fn rank_correlation(pairs: &[(f64, f64)]) -> Option<Correlation> {
    let (first, second): (Vec<f64>, Vec<f64>) = pairs.iter().copied().unzip();
    let value = product_moment(&ranks(&first), &ranks(&second))?;
    let n = pairs.len();
    Some(Correlation {
        n,
        value,
        interval: (n > 3)
            .then(|| 1.06 / (n - 3) as f64)
            .and_then(|variance| interval(value, variance)),
    })
}

/// The correlation within groups: of pairs of finite numbers less the means of their group. A group of one says
/// nothing. None where either number never differs within a group.
///
/// With ν the pairs less the groups, the interval is tanh(artanh r ± z / √(ν − 2)), as that of a correlation of
/// ν + 1 pairs. Source: Fisher (1921); Snedecor and Cochran (1989), sec. 10.9, for pooling.
pub fn correlation_within(groups: &[Vec<(f64, f64)>]) -> Option<Correlation> {
    let groups = groups.iter().filter(|group| group.len() > 1);
    let (mut pairs, mut n_degrees) = (Vec::new(), 0);
    for group in groups {
        let (first, second): (Vec<f64>, Vec<f64>) = group.iter().copied().unzip();
        let (of_first, of_second) = (mean(&first)?, mean(&second)?);
        n_degrees += group.len() - 1;
        pairs.extend((group.iter()).map(|(a, b)| (a - of_first, b - of_second)));
    }
    let (first, second): (Vec<f64>, Vec<f64>) = pairs.iter().copied().unzip();
    let value = product_moment(&first, &second)?;
    Some(Correlation {
        n: pairs.len(),
        value,
        interval: (n_degrees > 2)
            .then(|| 1.0 / (n_degrees - 2) as f64)
            .and_then(|variance| interval(value, variance)),
    })
}

fn interval(value: f64, variance: f64) -> Option<[f64; 2]> {
    let z = Normal::standard().inverse_cdf(1.0 - 0.5 * LEVEL);
    // A correlation of 1 has no other value near it.
    let middle = value.clamp(-1.0, 1.0).atanh();
    let end = |sign: f64| (middle + sign * z * variance.sqrt()).tanh();
    middle.is_finite().then(|| [end(-1.0), end(1.0)])
}

/// Σ ab / √(Σ a² Σ b²) of numbers less their means.
fn product_moment(first: &[f64], second: &[f64]) -> Option<f64> {
    let (of_first, of_second) = (mean(first)?, mean(second)?);
    let (mut both, mut squares) = (0.0, [0.0; 2]);
    for (a, b) in first.iter().zip(second) {
        let (a, b) = (a - of_first, b - of_second);
        both += a * b;
        squares[0] += a * a;
        squares[1] += b * b;
    }
    let differs = |values: &[f64], square: f64| square.sqrt() > super::rounding(values);
    (differs(first, squares[0]) && differs(second, squares[1]))
        .then(|| (both / (squares[0] * squares[1]).sqrt()).clamp(-1.0, 1.0))
}

/// Ranks from 1; equal values share the mean of theirs.
fn ranks(values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|a, b| values[*a].total_cmp(&values[*b]));
    let nearly_equal = super::rounding(values);
    let mut ranks = vec![0.0; values.len()];
    let mut below = 0;
    for tied in order.chunk_by(|a, b| values[*b] - values[*a] <= nearly_equal) {
        let rank = below as f64 + 0.5 * (tied.len() as f64 + 1.0);
        tied.iter().for_each(|index| ranks[*index] = rank);
        below += tied.len();
    }
    ranks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranks_of_equal_values_are_shared() {
        assert_eq!(ranks(&[3.0, 1.0, 2.0, 2.0, 5.0]), [4.0, 1.0, 2.5, 2.5, 5.0]);
    }

    #[test]
    fn a_rank_correlation_sees_order_alone() {
        let pairs: Vec<(f64, f64)> = (1..=8)
            .map(|i| (f64::from(i), f64::from(i).exp()))
            .collect();
        let found = rank_correlation(&pairs).expect("it differs");
        assert_eq!((found.n, found.value, found.interval), (8, 1.0, None));
        let turned: Vec<(f64, f64)> = pairs.iter().map(|(a, b)| (*a, -b)).collect();
        assert_eq!(rank_correlation(&turned).expect("it differs").value, -1.0);
        assert_eq!(rank_correlation(&[(1.0, 2.0), (2.0, 2.0)]), None);
        assert_eq!(rank_correlation(&[]), None);
    }

    /// Without equal ranks ρ = 1 − 6 Σd² / (n (n² − 1)).
    #[test]
    fn a_rank_correlation_is_that_of_the_sum_of_squares() {
        let second = [1.0, 2.0, 5.0, 6.0, 4.0, 3.0, 7.0, 10.0, 9.0, 8.0];
        let pairs: Vec<(f64, f64)> = (1..=10).map(f64::from).zip(second).collect();
        let squares: f64 = pairs.iter().map(|(a, b)| (a - b) * (a - b)).sum();
        let found = rank_correlation(&pairs).expect("it differs");
        assert!((found.value - (1.0 - 6.0 * squares / 990.0)).abs() < 1e-12);
        let [low, high] = found.interval.expect("ten pairs");
        let half = 1.959_963_984_540_054 * (1.06_f64 / 7.0).sqrt();
        assert!((low.atanh() - (found.value.atanh() - half)).abs() < 1e-9);
        assert!((high.atanh() - (found.value.atanh() + half)).abs() < 1e-9);
    }

    #[test]
    fn within_groups_their_means_do_not_count() {
        // Over groups both rise, within each the second falls.
        let group = |at: f64| vec![(at, at + 1.0), (at + 1.0, at), (at + 2.0, at - 1.0)];
        let found = correlation_within(&[group(0.0), group(10.0), vec![(5.0, 5.0)]]);
        assert_eq!(found.map(|of| (of.n, of.value)), Some((6, -1.0)));
        assert_eq!(
            correlation_within(&[vec![(1.0, 1.0)], vec![(2.0, 3.0)]]),
            None
        );
    }
}
