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

    /// The spread of angles in degrees, which are averaged as cosines: the mean is the angle whose cosine is the mean
    /// of theirs, and the interval is Student's of the cosines, its ends taken back to angles. Those do not lie
    /// equally far from the mean; half the distance between them is given, since means are written with it.
    /// None without values.
    pub fn of_angles(degrees: &[f64]) -> Option<Self> {
        let plain = Self::of(degrees)?;
        let is_one = degrees.iter().all(|angle| *angle == degrees[0]);
        if is_one {
            // To the bit, which a cosine would not keep.
            return Some(plain);
        }
        let cosines: Vec<f64> = degrees.iter().map(|of| of.to_radians().cos()).collect();
        let of_cosines = Self::of(&cosines)?;
        let angle = |cosine: f64| cosine.clamp(-1.0, 1.0).acos().to_degrees();
        let half =
            |width: f64| (angle(of_cosines.mean - width) - angle(of_cosines.mean + width)) / 2.0;
        Some(Self {
            n: plain.n,
            mean: angle(of_cosines.mean),
            standard_deviation: of_cosines.standard_deviation.map(half),
            half_width: of_cosines.half_width.map(half),
        })
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
    fn angles_are_averaged_as_cosines() {
        // Cosines 1/2 and 0: mean 1/4, sd 1/√8, interval 12.7062 / 4, beyond ±1.
        let spread = Spread::of_angles(&[60.0, 90.0]).expect("two angles");
        assert!((spread.mean - 0.25_f64.acos().to_degrees()).abs() < 1e-12);
        assert_eq!(spread.half_width, Some(90.0), "from 0° to 180°");
        let (low, high) = (0.25 + 0.125_f64.sqrt(), 0.25 - 0.125_f64.sqrt());
        let half = (high.acos() - low.acos()).to_degrees() / 2.0;
        let deviation = spread.standard_deviation.expect("two angles");
        assert!((deviation - half).abs() < 1e-12);
        // Close together, it is the interval of the angles.
        let close = [40.0, 40.1, 40.25, 40.3];
        let (plain, angles) = (Spread::of(&close), Spread::of_angles(&close));
        let (plain, angles) = (plain.expect("four"), angles.expect("four"));
        assert!((plain.mean - angles.mean).abs() < 1e-3);
        let widths = plain.half_width.zip(angles.half_width).expect("four");
        assert!((widths.0 / widths.1 - 1.0).abs() < 1e-3);
        let same = Spread::of_angles(&[0.3, 0.3]).expect("two angles");
        assert_eq!((same.mean, same.half_width), (0.3, Some(0.0)));
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
