//! Comma-separated values: records and their cells, with the line that errors name.

use std::path::Path;

use csv::{ByteRecord, Position, Reader, ReaderBuilder};
use ndarray::Array2;

use crate::cell::{Precision, is_number, number, text};
use crate::quoting::check_quotes;
use crate::{DatasetError, FilePlace};

/// The records of a table, one after the other; they may differ in length.
pub(crate) struct Records<'a> {
    path: &'a Path,
    content: &'a [u8],
    reader: Reader<&'a [u8]>,
    record: ByteRecord,
}

impl<'a> Records<'a> {
    /// # Errors
    /// Another encoding than UTF-8 by its first bytes, and quotes that are not closed.
    pub(crate) fn new(
        path: &'a Path,
        content: &'a [u8],
        delimiter: u8,
    ) -> Result<Self, DatasetError> {
        if content.starts_with(b"\xff\xfe") || content.starts_with(b"\xfe\xff") {
            let reason = "the text is in UTF-16: save the file in UTF-8";
            return Err(FilePlace::Whole.fault(path, reason));
        }
        check_quotes(path, content, delimiter)?;
        let reader = ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(delimiter)
            .from_reader(content);
        Ok(Self {
            path,
            content,
            reader,
            record: ByteRecord::new(),
        })
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
    let mut records = Records::new(path, content, b',')?;
    let mut columns: Option<Vec<String>> = None;
    let mut values = Vec::new();
    let mut n_rows = 0;
    while let Some((line, record)) = records.next()? {
        let names = match &mut columns {
            Some(names) => names,
            None => {
                let cells = record.iter().map(|cell| text(path, line, cell));
                let cells = cells.collect::<Result<Vec<_>, _>>()?;
                let is_header = !cells.iter().any(|cell| is_number(cell));
                let names = cells
                    .iter()
                    .enumerate()
                    .map(|(index, cell)| match is_header {
                        true => cell.trim().to_owned(),
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
            values.push(number(path, line, name, cell, Precision::Single)? as f32);
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
