//! Comma-separated values: records and their cells, with the line that errors name.

use std::path::Path;

use csv::{ByteRecord, Position, Reader, ReaderBuilder, Trim};
use ndarray::Array2;

use crate::{DatasetError, FilePlace};

/// The records of a table, one after the other; they may differ in length.
pub(crate) struct Records<'a> {
    path: &'a Path,
    content: &'a [u8],
    reader: Reader<&'a [u8]>,
    record: ByteRecord,
}

impl<'a> Records<'a> {
    pub(crate) fn new(path: &'a Path, content: &'a [u8], delimiter: u8) -> Self {
        let reader = ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(delimiter)
            .trim(Trim::All)
            .from_reader(content);
        Self {
            path,
            content,
            reader,
            record: ByteRecord::new(),
        }
    }

    /// The next record and its line, from 1.
    pub(crate) fn next(&mut self) -> Result<Option<(u64, &ByteRecord)>, DatasetError> {
        let read = self.reader.read_byte_record(&mut self.record);
        let is_read = read.map_err(|error| DatasetError::Unreadable {
            path: self.path.to_owned(),
            source: std::io::Error::other(error),
        })?;
        let start = self.record.position();
        let line = start.map_or(0, |start| line_of(self.content, start));
        Ok(is_read.then_some((line, &self.record)))
    }
}

/// Rows of numbers, `[n_rows, n_columns]`; the first line is a header where none of its cells is a
/// number.
pub(crate) fn numbers(path: &Path, content: &[u8]) -> Result<Array2<f32>, DatasetError> {
    let mut records = Records::new(path, content, b',');
    let mut columns: Option<Vec<String>> = None;
    let mut values = Vec::new();
    let mut n_rows = 0;
    while let Some((line, record)) = records.next()? {
        let names = match &mut columns {
            Some(names) => names,
            None => {
                let cells = record.iter().map(|cell| text(path, line, cell));
                let cells = cells.collect::<Result<Vec<_>, _>>()?;
                let is_header = cells.iter().all(|cell| cell.parse::<f64>().is_err());
                let names = cells
                    .iter()
                    .enumerate()
                    .map(|(index, cell)| match is_header {
                        true => (*cell).to_owned(),
                        false => index.to_string(),
                    });
                let names = columns.insert(names.collect());
                if is_header {
                    continue;
                }
                names
            }
        };
        if record.len() != names.len() {
            return Err(DatasetError::ragged_row(
                path,
                line,
                names.len(),
                record.len(),
            ));
        }
        for (name, cell) in names.iter().zip(record) {
            values.push(number(path, line, name, cell)?);
        }
        n_rows += 1;
    }
    let n_columns = columns.map_or(0, |names| names.len());
    if n_rows == 0 {
        return Err(DatasetError::empty_file(
            path,
            "one row of numbers on each line",
        ));
    }
    Ok(Array2::from_shape_vec((n_rows, n_columns), values)
        .expect("every row was found to have as many cells as the first"))
}

/// Line of a record, from 1. The reader's position is where the blank lines before it begin.
fn line_of(content: &[u8], start: &Position) -> u64 {
    let before = content.get(start.byte() as usize..).unwrap_or_default();
    let n_blank = before
        .iter()
        .take_while(|byte| matches!(byte, b'\n' | b'\r'))
        .filter(|&&byte| byte == b'\n')
        .count();
    start.line() + n_blank as u64
}

pub(crate) fn text<'a>(path: &Path, line: u64, cell: &'a [u8]) -> Result<&'a str, DatasetError> {
    str::from_utf8(cell).map_err(|_| {
        FilePlace::Line(line).fault(path, ": text is not UTF-8: save the file in that encoding")
    })
}

pub(crate) fn number(
    path: &Path,
    line: u64,
    column: &str,
    cell: &[u8],
) -> Result<f32, DatasetError> {
    let found = String::from_utf8_lossy(cell);
    let reason = match found.parse::<f32>() {
        Ok(value) if value.is_finite() => return Ok(value),
        Ok(_) => format!(
            ": {found:?} is not a finite single-precision number: drop the row or fill the value"
        ),
        Err(_) if line == 1 => {
            format!(": {found:?} is not a number: set `header = true` if line 1 names the columns")
        }
        Err(_) => format!(": {found:?} is not a number"),
    };
    Err(FilePlace::Cell(line, column.to_owned()).fault(path, reason))
}
