//! Equivalence: whether a difference lies inside a margin that was declared.

use statrs::function::{erf::erfc, gamma::ln_gamma};

use super::{LEVEL, Spread, student};

/// The probability with which equivalence is to be shown.
const POWER: f64 = 0.8;
/// The largest number of seeds that is looked at.
const MOST_SEEDS: usize = 1000;

/// How many seeds would do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Needed {
    /// So many.
    Seeds(usize),
    /// More than so many.
    Over(usize),
}

/// The p value of two one-sided paired t tests (TOST): that a mean difference as far or farther from ±`margin`
/// comes by chance where the true one lies at or beyond it. At most 0.05 where the 90 % interval lies inside
/// the margin. Absent for one value.
///
/// p = max(P(T > (mean + margin) √n / sd), P(T > (margin − mean) √n / sd)) with n − 1 degrees of freedom.
/// Where all differences are the same, t has no scale, and p is that of two one-sided sign tests of the
/// median: 2⁻ⁿ inside the margin, else 1.
/// Source: Schuirmann (1987); Lakens (2017).
pub fn equivalence(differences: &Spread, margin: f64) -> Option<f64> {
    let deviation = differences.standard_deviation?;
    let nearer = margin - differences.mean.abs();
    if deviation == 0.0 {
        return Some(match nearer > 0.0 {
            true => 0.5_f64.powi(i32::try_from(differences.n).unwrap_or(i32::MAX)),
            false => 1.0,
        });
    }
    let error = deviation / (differences.n as f64).sqrt();
    student::above(nearer / error, differences.n.saturating_sub(1))
}

/// The smallest number of seeds with which [`equivalence`] within `margin` is shown with 80 % probability
/// ([`power`]) where the true difference is 0 and its deviation over seeds is `deviation`.
pub fn n_needed(deviation: f64, margin: f64) -> Needed {
    let is_enough = |n: usize| power(n, deviation, margin) >= POWER;
    if !is_enough(MOST_SEEDS) {
        return Needed::Over(MOST_SEEDS);
    }
    let (mut too_few, mut enough) = (1, MOST_SEEDS);
    while enough - too_few > 1 {
        let middle = usize::midpoint(too_few, enough);
        match is_enough(middle) {
            true => enough = middle,
            false => too_few = middle,
        }
    }
    Needed::Seeds(enough)
}

/// The probability that [`equivalence`] within `margin` is shown at 5 % by `n` differences from a normal
/// distribution about 0 whose standard deviation is `deviation`.
///
/// ∫ (2 Φ(δ − t u) − 1) f(u) du from 0 to δ/t, where δ = margin √n / deviation, t = t(0.95, n − 1), and f is the
/// density of the sample's deviation over the true one, u = √(χ²(n − 1) / (n − 1)), by Simpson's rule.
/// Source: Phillips (1990); Owen (1965).
pub fn power(n: usize, deviation: f64, margin: f64) -> f64 {
    const N_STEPS: usize = 1024;
    let Some(t) = n
        .checked_sub(1)
        .and_then(|n_degrees| student::quantile(1.0 - LEVEL, n_degrees))
    else {
        return 0.0;
    };
    let n_degrees = (n - 1) as f64;
    let shift = margin * (n as f64).sqrt() / deviation;
    // Beyond this many of its own deviations there is nothing of f.
    let width = 9.0 / (2.0 * n_degrees).sqrt();
    let (from, to) = ((1.0 - width).max(0.0), (1.0 + width).min(shift / t));
    if !(shift.is_finite() && from < to) {
        return f64::from(shift == f64::INFINITY);
    }
    let half = 0.5 * n_degrees;
    let log_scale = 2.0_f64.ln() + half * half.ln() - ln_gamma(half);
    let at = |u: f64| {
        let log_power = match n_degrees - 1.0 {
            0.0 => 0.0,
            exponent => exponent * u.ln(),
        };
        let density = (log_scale + log_power - half * u * u).exp();
        // 2 Φ(x) − 1 = 1 − erfc(x / √2)
        (1.0 - erfc((shift - t * u) * std::f64::consts::FRAC_1_SQRT_2)) * density
    };
    let step = (to - from) / N_STEPS as f64;
    let sum: f64 = (0..=N_STEPS)
        .map(|i| {
            let weight = match i {
                0 | N_STEPS => 1.0,
                i if i % 2 == 1 => 4.0,
                _ => 2.0,
            };
            weight * at(from + i as f64 * step)
        })
        .sum();
    sum * step / 3.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn power_grows_with_seeds_and_margin_and_ends_at_one() {
        let by_seeds: Vec<f64> = (1..60).map(|n| power(n, 1.0, 0.5)).collect();
        // Of three seeds and fewer, that they lie close together by chance counts for more.
        assert!(
            by_seeds[3..].is_sorted() && by_seeds[0] == 0.0,
            "{by_seeds:?}"
        );
        assert!((power(1000, 1.0, 0.5) - 1.0).abs() < 1e-9);
        assert!(power(10, 1.0, 0.5) < power(10, 1.0, 1.0));
        assert_eq!(power(10, 0.0, 0.5), 1.0);
        assert_eq!(power(10, f64::NAN, 0.5), 0.0);
    }

    #[test]
    fn seeds_needed_are_the_fewest_that_do() {
        for (deviation, margin) in [(0.5, 0.5), (0.3, 0.5), (1.0, 0.4), (0.01, 0.5)] {
            let Needed::Seeds(n) = n_needed(deviation, margin) else {
                panic!("{deviation} needs no thousand seeds");
            };
            assert!(power(n, deviation, margin) >= POWER);
            assert!(n == 2 || power(n - 1, deviation, margin) < POWER, "{n}");
        }
        assert_eq!(n_needed(10.0, 0.1), Needed::Over(1000));
    }

    #[test]
    fn a_difference_at_the_margin_is_never_inside() {
        let spread = Spread::of(&[0.4, 0.5, 0.6]).expect("three");
        let p = equivalence(&spread, 0.5).expect("a deviation");
        assert!((p - 0.5).abs() < 1e-12, "{p}");
        assert!(equivalence(&spread, 0.3).expect("a deviation") > 0.9);
        let all_same = Spread {
            standard_deviation: Some(0.0),
            ..spread
        };
        assert_eq!(equivalence(&all_same, 0.6), Some(0.125));
        assert_eq!(equivalence(&all_same, 0.5), Some(1.0));
    }
}
