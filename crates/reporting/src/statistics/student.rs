//! Student's t distribution.

use statrs::distribution::{ContinuousCDF, StudentsT};

/// The `p`-quantile for `n_degrees` degrees of freedom; none for 0.
pub(super) fn quantile(p: f64, n_degrees: usize) -> Option<f64> {
    Some(of(n_degrees)?.inverse_cdf(p))
}

/// The probability of more than `t` for `n_degrees` degrees of freedom; none for 0.
pub(super) fn above(t: f64, n_degrees: usize) -> Option<f64> {
    Some(of(n_degrees)?.sf(t))
}

fn of(n_degrees: usize) -> Option<StudentsT> {
    StudentsT::new(0.0, 1.0, n_degrees as f64).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_those_of_printed_tables() {
        for (n_degrees, expected) in [
            (1, 12.7062),
            (2, 4.3027),
            (4, 2.7764),
            (9, 2.2622),
            (29, 2.0452),
        ] {
            let found = quantile(0.975, n_degrees).expect("at least one degree of freedom");
            assert!((found - expected).abs() < 1e-4, "{n_degrees}: {found}");
        }
        assert_eq!(quantile(0.975, 0), None);
    }
}
