//! How numbers are written for people.

use apical_reporting::statistics::Spread;

/// A number with at most four significant digits, with an exponent where it is very small or large.
pub fn short(value: f64) -> String {
    let rounded: f64 = format!("{value:.3e}").parse().unwrap_or(value);
    let size = rounded.abs();
    if size == 0.0 || (1e-4..1e6).contains(&size) {
        format!("{rounded}")
    } else {
        format!("{rounded:e}")
    }
}

/// `mean ± standard deviation` with three significant digits, or a dash.
pub(crate) fn written(spread: Option<Spread>) -> String {
    let Some(spread) = spread else {
        return "–".to_owned();
    };
    let mean = short(round3(spread.mean));
    match spread.standard_deviation {
        Some(deviation) => format!("{mean} ± {}", short(round2(deviation))),
        None => mean,
    }
}

fn round3(value: f64) -> f64 {
    format!("{value:.2e}").parse().unwrap_or(value)
}

fn round2(value: f64) -> f64 {
    format!("{value:.1e}").parse().unwrap_or(value)
}

#[cfg(test)]
mod tests {
    use super::*;

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
