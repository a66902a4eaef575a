//! How numbers are written.

use crate::statistics::{Spread, mean};

/// What stands where there is no value.
pub(crate) const ABSENT: &str = "–";

/// Significant digits of a mean at most, however small its deviation is.
const MOST_DIGITS: i32 = 6;

/// How many decimals a column has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decimals {
    /// This many.
    Fixed(usize),
    /// As many as give the mean this many significant digits.
    Significant(usize),
}

/// `mean ± half width`, both to the same digit, the mean alone for one value, or a dash.
pub(crate) fn spread(spread: Option<Spread>, decimals: Decimals) -> String {
    let Some(Spread {
        mean, half_width, ..
    }) = spread
    else {
        return ABSENT.to_owned();
    };
    let last_digit = match decimals {
        Decimals::Fixed(n) => -(n as i32),
        Decimals::Significant(n) => {
            let of_mean = decade(mean.abs().max(half_width.unwrap_or(0.0))) - (n as i32 - 1);
            // An interval keeps a digit of its own, where that is near.
            let of_interval = half_width.filter(|width| *width > 0.0).map(decade);
            of_interval.map_or(of_mean, |own| of_mean.min(own.max(of_mean - 2)))
        }
    };
    match decimals {
        Decimals::Fixed(n) => in_decimals(mean, half_width, n),
        Decimals::Significant(_) => to_digit(mean, half_width, last_digit),
    }
}

/// `mean ± standard deviation`, both to the second digit of the deviation, the mean alone for one
/// value, or a dash.
pub(crate) fn deviation(spread: Option<Spread>) -> String {
    let Some(spread) = spread else {
        return ABSENT.to_owned();
    };
    let deviation = spread.standard_deviation;
    let last_digit = match deviation.filter(|deviation| *deviation > 0.0) {
        Some(deviation) => (decade(deviation) - 1).max(decade(spread.mean) - (MOST_DIGITS - 1)),
        None => decade(spread.mean) - 2,
    };
    to_digit(spread.mean, deviation, last_digit)
}

/// The mean of `values`, the smallest and the largest, to so many significant digits of the mean.
pub(crate) fn range(values: &[f64], n_digits: usize) -> String {
    let least = values.iter().copied().reduce(f64::min);
    let most = values.iter().copied().reduce(f64::max);
    let (Some(mean), Some(least), Some(most)) = (mean(values), least, most) else {
        return ABSENT.to_owned();
    };
    let written = |value: f64| match n_decimals(mean, n_digits) {
        Some(n) => fixed(value, n),
        None => short(rounded(value, n_digits)),
    };
    format!(
        "{} ({} to {})",
        written(mean),
        written(least),
        written(most)
    )
}

/// A number with at most four significant digits, with a power of ten where it is very small or large.
pub fn short(value: f64) -> String {
    let value = rounded(value, 4);
    let size = value.abs();
    if size == 0.0 || (1e-4..1e6).contains(&size) || !size.is_finite() {
        return with_minus(format!("{value}"));
    }
    times_power(&format!("{value:e}"))
}

/// The nearest number with `digits` significant digits.
pub fn rounded(value: f64, digits: usize) -> f64 {
    format!("{value:.*e}", digits - 1).parse().unwrap_or(value)
}

/// A number with `digits` significant digits.
pub(crate) fn significant(value: f64, digits: usize) -> String {
    match n_decimals(value, digits) {
        Some(n) => fixed(value, n),
        None => times_power(&format!("{value:.*e}", digits - 1)),
    }
}

/// The p value of a test: three decimals, or that it is smaller than they show.
pub(crate) fn probability(p: f64) -> String {
    match p < 0.001 {
        true => "< 0.001".to_owned(),
        false => fixed(p, 3),
    }
}

/// A number with `n` decimals and a true minus sign.
pub(crate) fn fixed(value: f64, n: usize) -> String {
    with_minus(format!("{value:.n$}"))
}

/// The digits of an exponent, raised.
pub(crate) fn raised(exponent: i32) -> String {
    let digit = |digit: char| match digit {
        '-' => '⁻',
        '1' => '¹',
        '2' => '²',
        '3' => '³',
        _ => char::from_u32(u32::from(digit) - u32::from('0') + 0x2070).unwrap_or(digit),
    };
    exponent.to_string().chars().map(digit).collect()
}

/// `mean ± error` to the digit of 10^`last_digit`, with a power of ten where both are very small or
/// large.
fn to_digit(mean: f64, error: Option<f64>, last_digit: i32) -> String {
    let size = mean.abs().max(error.unwrap_or(0.0));
    let is_plain = size == 0.0 || (1e-4..1e6).contains(&size) || !size.is_finite();
    if is_plain {
        return in_decimals(mean, error, usize::try_from(-last_digit).unwrap_or(0));
    }
    let power = decade(size);
    let scale = 10_f64.powi(-power);
    let n = usize::try_from(power - last_digit).unwrap_or(0);
    let written = in_decimals(mean * scale, error.map(|error| error * scale), n);
    match error {
        Some(_) => format!("({written})·10{}", raised(power)),
        None => format!("{written}·10{}", raised(power)),
    }
}

fn in_decimals(mean: f64, error: Option<f64>, n: usize) -> String {
    match error {
        Some(error) => format!("{} ± {}", fixed(mean, n), fixed(error, n)),
        None => fixed(mean, n),
    }
}

/// `1.5e-7` as `1.5·10⁻⁷`.
fn times_power(scientific: &str) -> String {
    let Some((digits, exponent)) = scientific.split_once('e') else {
        return scientific.to_owned();
    };
    let power = raised(exponent.parse().unwrap_or(0));
    match digits {
        "1" => format!("10{power}"),
        "-1" => format!("\u{2212}10{power}"),
        _ => format!("{}·10{power}", with_minus(digits.to_owned())),
    }
}

fn with_minus(number: String) -> String {
    let is_zero = !number.contains(|c: char| c.is_ascii_digit() && c != '0');
    match number.strip_prefix('-') {
        Some(rest) if is_zero && !rest.contains('i') => rest.to_owned(),
        Some(rest) => format!("\u{2212}{rest}"),
        None => number,
    }
}

/// Of the first digit of `value`; 0 of 0.
fn decade(value: f64) -> i32 {
    match value == 0.0 || !value.is_finite() {
        true => 0,
        false => value.abs().log10().floor() as i32,
    }
}

/// Decimals that leave `digits` significant ones; none for numbers too small to be written out.
fn n_decimals(value: f64, digits: usize) -> Option<usize> {
    if value == 0.0 {
        return Some(0);
    }
    let decade = decade(value);
    (decade >= -4).then(|| usize::try_from(digits as i32 - 1 - decade).unwrap_or(0))
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
        assert_eq!(of(&[1.234e-9], Decimals::Significant(3)), "1.23·10⁻⁹");
        assert_eq!(
            of(&[1.0e-9, 1.1e-9], Decimals::Significant(3)),
            "(1.05 ± 0.64)·10⁻⁹"
        );
        // A digit of the interval, though three of the mean are before it.
        assert_eq!(
            of(&[123.0, 123.05], Decimals::Significant(3)),
            "123.0 ± 0.3"
        );
        assert_eq!(of(&[0.0], Decimals::Significant(3)), "0.00");
        assert_eq!(significant(2.345, 2), "2.3");
        assert_eq!(significant(-12_345.6, 3), "−12346");
        assert_eq!(significant(1.234e-7, 2), "1.2·10⁻⁷");
    }

    #[test]
    fn a_mean_and_its_deviation_end_at_the_same_digit() {
        let of = |mean: f64, deviation: Option<f64>| {
            super::deviation(Some(Spread {
                n: 3,
                mean,
                standard_deviation: deviation,
                half_width: None,
            }))
        };
        assert_eq!(of(10.6, Some(6.07)), "10.6 ± 6.1");
        assert_eq!(of(123.4, Some(45.6)), "123 ± 46");
        assert_eq!(of(0.031, Some(0.4)), "0.03 ± 0.40");
        assert_eq!(of(8.4e-5, Some(1.23e-5)), "(8.4 ± 1.2)·10⁻⁵");
        assert_eq!(of(-8.4e-5, None), "−8.40·10⁻⁵");
        assert_eq!(of(1.0, Some(1e-12)), "1.00000 ± 0.00000");
        assert_eq!(of(1.5, Some(0.0)), "1.50 ± 0.00");
        assert_eq!(of(2.5e7, Some(1e6)), "(2.50 ± 0.10)·10⁷");
    }

    #[test]
    fn a_p_value_is_never_written_as_nothing() {
        let written = [1.0, 0.0625, 0.00195, 0.0009, 0.0].map(probability);
        assert_eq!(written, ["1.000", "0.062", "0.002", "< 0.001", "< 0.001"]);
    }

    #[test]
    fn a_range_ends_at_the_digit_of_its_mean() {
        assert_eq!(range(&[0.99, 1.0, 1.01], 3), "1.00 (0.99 to 1.01)");
        assert_eq!(range(&[34.0, 0.02, 68.0], 2), "34 (0 to 68)");
        assert_eq!(range(&[], 2), ABSENT);
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
            -1.0,
            0.999_96,
        ]
        .map(short);
        assert_eq!(
            written,
            [
                "0",
                "0.031",
                "97.24",
                "10³⁷",
                "10⁻⁵",
                "−2.5·10⁻⁷",
                "0.3",
                "54320",
                "−1",
                "1"
            ]
        );
    }
}
