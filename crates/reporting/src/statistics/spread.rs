//! Mean, spread and interval over seeds.

use super::student;

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
        let mut spread = Self {
            n: values.len(),
            mean: mean(values)?,
            standard_deviation: standard_deviation(values),
            half_width: None,
        };
        spread.half_width = spread.half_width_at(0.95);
        Some(spread)
    }

    /// Half the width of the interval that holds the mean with the probability `confidence`, by Student's t:
    /// t((1 + confidence) / 2, n − 1) · sd / √n. Absent for one value.
    pub fn half_width_at(&self, confidence: f64) -> Option<f64> {
        let quantile = student::quantile(0.5 + 0.5 * confidence, self.n.saturating_sub(1))?;
        Some(quantile * self.standard_deviation? / (self.n as f64).sqrt())
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

#[cfg(test)]
mod tests {
    use super::*;

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
