//! The lines of a table, cell by cell, by what their columns are.

use std::path::{Path, PathBuf};

use csv::ByteRecord;
use ndarray::Array2;

use crate::cell::{Precision, is_missing, number, text};
use crate::columns::{Columns, part_of};
use crate::label::TextLabels;
use crate::numbers::Numbers;
use crate::recipe::GivenPart;
use crate::table::{Table, TableTargets};
use crate::{DatasetError, FileDigest, FilePlace};

/// What the lines of a table hold.
pub(crate) struct Rows {
    columns: Columns,
    /// `[n_rows, n_inputs]`.
    inputs: Vec<f64>,
    /// `[n_rows, n_targets]`.
    targets: Vec<f64>,
    labels: TextLabels,
    /// Empty without a split column.
    parts: Vec<GivenPart>,
    n_rows: usize,
    /// Of inputs and targets.
    precisions: [Precision; 2],
    notes: Vec<String>,
}

impl Rows {
    /// No lines yet; inputs and targets are finite in the given precisions.
    pub(crate) fn new(columns: Columns, precisions: [Precision; 2]) -> Self {
        Self {
            columns,
            inputs: Vec::new(),
            targets: Vec::new(),
            labels: TextLabels::default(),
            parts: Vec::new(),
            n_rows: 0,
            precisions,
            notes: Vec::new(),
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.n_rows == 0
    }

    /// Adds what is to be said of the table.
    pub(crate) fn note(&mut self, note: String) {
        self.notes.push(note);
    }

    /// Reads a line.
    ///
    /// # Errors
    /// Missing cells and values, and cells that are not what their column holds.
    pub(crate) fn push(
        &mut self,
        path: &Path,
        line: u64,
        record: &ByteRecord,
    ) -> Result<(), DatasetError> {
        let Columns {
            names,
            inputs,
            label,
            targets,
            part,
        } = &self.columns;
        if record.len() != names.len() {
            return Err(DatasetError::ragged_row(
                path,
                line,
                names.len(),
                record.len(),
            ));
        }
        let read = |column: usize, precision| {
            number(path, line, &names[column], &record[column], precision)
        };
        for &column in inputs {
            self.inputs.push(read(column, self.precisions[0])?);
        }
        for &column in targets {
            self.targets.push(read(column, self.precisions[1])?);
        }
        if let Some(column) = *label {
            let label = text(path, line, &record[column])?;
            let fault = |reason: String| {
                Err(FilePlace::Cell(line, names[column].clone()).fault(path, reason))
            };
            if is_missing(label) {
                return fault(format!(
                    ": {:?} stands for a missing label: drop the row or fill the label; if it is a class, give it another name",
                    label.trim()
                ));
            }
            if label.trim().chars().any(char::is_control) {
                return fault(format!(
                    ": the label {label:?} has a line break or another control character in it: is a quote missing?"
                ));
            }
            self.labels.push(label);
        }
        if let Some(column) = *part {
            let cell = text(path, line, &record[column])?;
            self.parts.push(part_of(path, line, &names[column], cell)?);
        }
        self.n_rows += 1;
        Ok(())
    }

    /// The table of all lines, read from `files`, the first of which is at `path`.
    pub(crate) fn into_table(
        mut self,
        path: PathBuf,
        name: String,
        files: Vec<FileDigest>,
    ) -> Table {
        let names_of = |columns: &[usize]| -> Vec<String> {
            columns
                .iter()
                .map(|&column| self.columns.names[column].clone())
                .collect()
        };
        let numbers = |values: Vec<f64>, n_columns: usize| {
            let values = Array2::from_shape_vec((self.n_rows, n_columns), values);
            Numbers::Double(values.expect("every row was found to have as many cells as the first"))
        };
        let targets = match self.columns.label {
            Some(_) => {
                let (classes, notes) = self.labels.number();
                self.notes.extend(notes);
                TableTargets::Classes(classes)
            }
            None => TableTargets::Values(
                numbers(self.targets, self.columns.targets.len()),
                names_of(&self.columns.targets),
            ),
        };
        Table {
            input_shape: vec![self.columns.inputs.len()],
            inputs: numbers(self.inputs, self.columns.inputs.len()),
            input_names: names_of(&self.columns.inputs),
            targets,
            given: self.columns.part.map(|_| self.parts),
            path,
            name,
            files,
            notes: self.notes,
        }
    }
}
