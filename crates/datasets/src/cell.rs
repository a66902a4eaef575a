//! Cells of a table: text and numbers, with the line that errors name.

use std::path::Path;

use csv::Position;

use crate::DatasetError;

/// Line of a record, from 1. The reader's position is where the blank lines before it begin.
pub(crate) fn line_of(content: &[u8], start: &Position) -> u64 {
    let before = content.get(start.byte() as usize..).unwrap_or_default();
    let n_blank = before
        .iter()
        .take_while(|byte| matches!(byte, b'\n' | b'\r'))
        .filter(|&&byte| byte == b'\n')
        .count();
    start.line() + n_blank as u64
}

pub(crate) fn text<'a>(path: &Path, line: u64, cell: &'a [u8]) -> Result<&'a str, DatasetError> {
    str::from_utf8(cell).map_err(|_| DatasetError::NotUtf8 {
        path: path.to_owned(),
        line,
    })
}

pub(crate) fn number(
    path: &Path,
    line: u64,
    column: &str,
    cell: &[u8],
) -> Result<f32, DatasetError> {
    let (path, column) = (path.to_owned(), column.to_owned());
    let found = String::from_utf8_lossy(cell).into_owned();
    match found.parse::<f32>() {
        Ok(value) if value.is_finite() => Ok(value),
        Ok(_) => Err(DatasetError::NonFiniteCell {
            path,
            line,
            column,
            found,
        }),
        Err(_) => Err(DatasetError::NonNumericCell {
            path,
            line,
            column,
            found,
        }),
    }
}

pub(crate) fn unreadable(path: &Path, error: csv::Error) -> DatasetError {
    DatasetError::Unreadable {
        path: path.to_owned(),
        source: std::io::Error::other(error),
    }
}
