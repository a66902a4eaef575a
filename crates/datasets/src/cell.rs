//! A cell of a table: a number, a text, or what stands for a missing value.

use std::path::Path;

use crate::{DatasetError, FilePlace, Scaling};

/// What is written where a value is missing, in lower case.
const MISSING: [&str; 9] = ["", "na", "n/a", "#n/a", "<na>", "nan", "null", "none", "?"];

/// What numbers are kept as, which says which of them are finite.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Precision {
    /// As they are handed to a learner.
    Single,
    /// Until they are scaled.
    Double,
}

impl Precision {
    /// That of numbers before `scaling`: what is not scaled is refused where single precision does not
    /// hold it, by its place.
    pub(crate) fn before(scaling: Scaling) -> Self {
        match scaling {
            Scaling::None => Self::Single,
            Scaling::Unit | Scaling::Standardise => Self::Double,
        }
    }

    /// Whether `value` is finite as it is kept.
    pub(crate) fn holds(self, value: f64) -> bool {
        match self {
            Self::Single => (value as f32).is_finite(),
            Self::Double => value.is_finite(),
        }
    }

    /// What messages call it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Single => "single-precision",
            Self::Double => "double-precision",
        }
    }
}

/// Whether `cell` stands for a missing value.
pub(crate) fn is_missing(cell: &str) -> bool {
    let lower = cell.trim().to_lowercase();
    MISSING.contains(&lower.trim_start_matches(['-', '+'])) && !matches!(&*lower, "-" | "+")
}

/// Whether a sample, and not the name of a column, may have `cell` among its inputs.
pub(crate) fn is_number(cell: &str) -> bool {
    cell.trim().parse::<f64>().is_ok()
}

/// The text of a cell as it stands.
pub(crate) fn text<'a>(path: &Path, line: u64, cell: &'a [u8]) -> Result<&'a str, DatasetError> {
    str::from_utf8(cell).map_err(|_| {
        FilePlace::Line(line).fault(path, ": text is not UTF-8: save the file in that encoding")
    })
}

/// The finite number in a cell.
pub(crate) fn number(
    path: &Path,
    line: u64,
    column: &str,
    cell: &[u8],
    precision: Precision,
) -> Result<f64, DatasetError> {
    let found = String::from_utf8_lossy(cell);
    let found = found.trim();
    let reason = match found.parse::<f64>() {
        _ if is_missing(found) => {
            format!(": {found:?} stands for a missing value: drop the row or fill the value")
        }
        Ok(value) if precision.holds(value) => return Ok(value),
        Ok(value) => {
            let remedy = match value.is_finite() {
                true => "drop the row, or set `scaling`",
                false => "drop the row or fill the value",
            };
            let kind = precision.name();
            format!(": {found:?} is not a finite {kind} number: {remedy}")
        }
        Err(_) if line == 1 => {
            format!(": {found:?} is not a number: set `header = true` if line 1 names the columns")
        }
        Err(_) => format!(": {found:?} is not a number"),
    };
    Err(FilePlace::Cell(line, column.to_owned()).fault(path, reason))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_for_a_missing_value() {
        for cell in [
            "", "  ", "NA", "na", "N/A", "NaN", "-nan", "NULL", "None", "?", "<NA>",
        ] {
            assert!(is_missing(cell), "{cell:?}");
        }
        for cell in ["-", "+", "0", "no", "nano", "n", "nil", "inf"] {
            assert!(!is_missing(cell), "{cell:?}");
        }
    }
}
