//! Mean, spread and interval over seeds.

use statrs::distribution::{ContinuousCDF, StudentsT};

/// Values below which an interval is wider than what it is made of.
pub(crate) const FEW_SEEDS: usize = 5;

/// A sample of values, in short.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spread {
    /// Number of values, at least 1.
    pub n: usize,
    /// Their mean.
    pub mean: f64,
    /// Their standard deviation, with `n − 1` in the denominator; absent for one value.
    pub standard_deviation: Option<f64>,
    /// Half the width of the 95 % t interval of the mean; absent for one value.
    pub half_width: Option<f64>,
}

impl Spread {
    /// The spread of `values`; none without values.
    pub fn of(values: &[f64]) -> Option<Self> {
        Some(Self {
            n: values.len(),
            mean: mean(values)?,
            standard_deviation: standard_deviation(values),
            half_width: t_interval95(values),
        })
    }
}

/// The arithmetic mean; none without values.
pub fn mean(values: &[f64]) -> Option<f64> {
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
}

/// The standard deviation with `n − 1` in the denominator; none for fewer than two values.
fn standard_deviation(values: &[f64]) -> Option<f64> {
    let centre = mean(values)?;
    let squares: f64 = values.iter().map(|v| (v - centre).powi(2)).sum();
    (values.len() > 1).then(|| (squares / (values.len() - 1) as f64).sqrt())
}

/// Half the width of the 95 % confidence interval of the mean by Student's t:
/// t(0.975, n − 1) · sd / √n. None for fewer than two values.
fn t_interval95(values: &[f64]) -> Option<f64> {
    let deviation = standard_deviation(values)?;
    Some(t_quantile(values.len() - 1)? * deviation / (values.len() as f64).sqrt())
}

/// The 0.975 quantile of Student's t with `n_degrees` degrees of freedom.
fn t_quantile(n_degrees: usize) -> Option<f64> {
    let student = StudentsT::new(0.0, 1.0, n_degrees as f64).ok()?;
    Some(student.inverse_cdf(0.975))
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
            let found = t_quantile(n_degrees).expect("at least one degree of freedom");
            assert!((found - expected).abs() < 1e-4, "{n_degrees}: {found}");
        }
    }

    #[test]
    fn a_small_sample_by_hand() {
        // Mean 3, squares 4 + 1 + 0 + 1 + 4 = 10, sd √2.5, interval 2.7764 · √0.5.
        let spread = Spread::of(&[1.0, 2.0, 3.0, 4.0, 5.0]).expect("five values");
        assert_eq!((spread.n, spread.mean), (5, 3.0));
        let deviation = spread.standard_deviation.expect("five values");
        assert!((deviation - 1.581_138_830_084).abs() < 1e-11);
        let half_width = spread.half_width.expect("five values");
        assert!((half_width - 2.776_445 * 0.5_f64.sqrt()).abs() < 1e-5);
    }

    #[test]
    fn one_value_has_a_mean_and_no_interval() {
        let spread = Spread::of(&[97.0]).expect("one value");
        assert_eq!(spread.mean, 97.0);
        assert_eq!(spread.standard_deviation, None);
        assert_eq!(spread.half_width, None);
        assert_eq!(Spread::of(&[]), None);
    }
}
