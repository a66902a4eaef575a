//! What the program prints. A reader that went away (`apical run | head`) is no reason to stop, so
//! nothing here fails.

use std::fmt::Display;
use std::io::Write;

/// Prints a line on standard output.
pub(crate) fn out(line: impl Display) {
    let _ = writeln!(std::io::stdout().lock(), "{line}");
}

/// Prints a line on standard error.
pub(crate) fn err(line: impl Display) {
    let _ = writeln!(std::io::stderr().lock(), "{line}");
}

/// A number with at most four significant digits, with an exponent where it is very small or large.
pub(crate) fn short(value: f64) -> String {
    let rounded: f64 = format!("{value:.3e}").parse().unwrap_or(value);
    let size = rounded.abs();
    if size == 0.0 || (1e-4..1e6).contains(&size) {
        format!("{rounded}")
    } else {
        format!("{rounded:e}")
    }
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
