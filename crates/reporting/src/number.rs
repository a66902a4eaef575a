//! How numbers are written.

use crate::statistics::Spread;

/// What stands where there is no value.
pub(crate) const ABSENT: &str = "–";

/// How many decimals a column has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decimals {
    /// This many.
    Fixed(usize),
    /// As many as give the mean this many significant digits.
    Significant(usize),
}

/// `mean ± half width`, the mean alone for one value, or a dash.
pub(crate) fn spread(spread: Option<Spread>, decimals: Decimals) -> String {
    let Some(spread) = spread else {
        return ABSENT.to_owned();
    };
    let n = match decimals {
        Decimals::Fixed(n) => n,
        Decimals::Significant(digits) => match n_decimals(spread.mean, digits) {
            Some(n) => n,
            None => return scientific(spread),
        },
    };
    match spread.half_width {
        Some(half_width) => format!("{:.n$} ± {half_width:.n$}", spread.mean),
        None => format!("{:.n$}", spread.mean),
    }
}

/// `mean ± standard deviation`, the mean alone for one value, or a dash.
pub(crate) fn deviation(spread: Option<Spread>) -> String {
    let Some(spread) = spread else {
        return ABSENT.to_owned();
    };
    let mean = short(rounded(spread.mean, 3));
    match spread.standard_deviation {
        Some(deviation) => format!("{mean} ± {}", short(rounded(deviation, 2))),
        None => mean,
    }
}

/// A number with at most four significant digits, with an exponent where it is very small or large.
pub fn short(value: f64) -> String {
    let value = rounded(value, 4);
    let size = value.abs();
    if size == 0.0 || (1e-4..1e6).contains(&size) {
        format!("{value}")
    } else {
        format!("{value:e}")
    }
}

/// The nearest number with `digits` significant digits.
pub fn rounded(value: f64, digits: usize) -> f64 {
    format!("{value:.*e}", digits - 1).parse().unwrap_or(value)
}

/// A positive number with `digits` significant digits.
pub(crate) fn significant(value: f64, digits: usize) -> String {
    match n_decimals(value, digits) {
        Some(n) => format!("{value:.n$}"),
        None => format!("{value:.*e}", digits - 1),
    }
}

/// Decimals that leave `digits` significant ones; none for numbers too small to be written out.
fn n_decimals(value: f64, digits: usize) -> Option<usize> {
    if value == 0.0 {
        return Some(0);
    }
    let decade = value.abs().log10().floor() as i32;
    (decade >= -4).then(|| usize::try_from(digits as i32 - 1 - decade).unwrap_or(0))
}

fn scientific(spread: Spread) -> String {
    match spread.half_width {
        Some(half_width) => format!("{:.2e} ± {half_width:.0e}", spread.mean),
        None => format!("{:.2e}", spread.mean),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_with_their_interval() {
        let of = |values: &[f64], decimals| spread(Spread::of(values), decimals);
        assert_eq!(of(&[97.0, 98.0], Decimals::Fixed(2)), "97.50 ± 6.35");
        assert_eq!(of(&[97.0], Decimals::Fixed(2)), "97.00");
        assert_eq!(of(&[], Decimals::Fixed(2)), ABSENT);
        assert_eq!(of(&[123.4], Decimals::Significant(3)), "123");
        assert_eq!(of(&[0.012_34], Decimals::Significant(3)), "0.0123");
        assert_eq!(of(&[1.234e-9], Decimals::Significant(3)), "1.23e-9");
        assert_eq!(of(&[0.0], Decimals::Significant(3)), "0");
        assert_eq!(significant(2.345, 2), "2.3");
        assert_eq!(significant(12_345.6, 3), "12346");
    }

    #[test]
    fn numbers_are_short_and_keep_their_size() {
        let written = [
            0.0,
            0.031,
            97.236_4,
            1e37,
            1e-5,
            -2.5e-7,
            0.1 + 0.2,
            54_321.9,
            1.0,
            0.999_96,
        ]
        .map(short);
        assert_eq!(
            written,
            [
                "0", "0.031", "97.24", "1e37", "1e-5", "-2.5e-7", "0.3", "54320", "1", "1"
            ]
        );
    }
}
