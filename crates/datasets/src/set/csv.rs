//! The user's own table: numbers, and one column of labels or several of targets.

use std::path::{Path, PathBuf};

use ::csv::ByteRecord;
use ndarray::Array2;
use serde::{Deserialize, Serialize};

use crate::bytes::{find_user_file, read_own};
use crate::cell::{Precision, is_missing, number, text};
use crate::columns::{Columns, FirstLine, Named, part_of, undecided};
use crate::comma_separated::Records;
use crate::label::TextLabels;
use crate::numbers::Numbers;
use crate::recipe::{GivenPart, Recipe};
use crate::table::{Table, TableTargets, name_or_stem};
use crate::{
    CatalogueEntry, Column, ColumnList, DataKind, DataOptions, Dataset, DatasetError, FilePlace,
    Fractions, LoadFrom, Scaling, SplitSeed,
};

/// The user's own table.
pub static KIND: DataKind<CsvSpec> = DataKind::new(CatalogueEntry {
    name: "csv",
    title: "CSV file",
    one_line: "the user's own table: numbers, and a label column or target columns",
    input_shape: &[],
    class_names: &[],
    n_samples: None,
    source: "the user's file",
    licence: "as the user's file",
    files: &[],
    by_hand: "",
});

/// A CSV file, plain, or gzip that expands to at most 16 MiB or 100 times its length. Every column but
/// the label's and the split's holds finite numbers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CsvSpec {
    /// The file; a relative path is relative to the specification's file, or else to a data folder.
    pub path: PathBuf,
    /// The label column, by name or by index from 0; the last column where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<Column>,
    /// The columns of targets in place of a label, for regression; one output neuron each.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub targets: Option<ColumnList>,
    /// Whether the first line names the columns.
    #[serde(default = "has_header")]
    pub header: bool,
    /// What separates cells, one ASCII character.
    #[serde(default = "rfc_4180_delimiter")]
    pub delimiter: char,
    /// Scaling of the inputs, fitted on the training part alone.
    #[serde(default)]
    pub scaling: Scaling,
    /// Scaling of the targets, fitted on the training part alone.
    #[serde(default, skip_serializing_if = "Scaling::is_none")]
    pub target_scaling: Scaling,
    /// Shares of the three parts; every class has the same share of each.
    #[serde(default = "Fractions::of_own_data")]
    pub split: Fractions,
    /// Seed of the split; runs with different seeds share one split, unless it is per seed.
    #[serde(default)]
    pub split_seed: SplitSeed,
    /// The column that says `train`, `validation` or `test` of each row, in place of a random split.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub split_column: Option<Column>,
    /// As many folds of equal size in place of `split`: the run with seed s is tested on fold s mod
    /// folds, the next one chooses epochs, and the others are the training part.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub folds: Option<usize>,
    /// Name in tables and figures; the file's stem where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

impl CsvSpec {
    /// Options for the file at `path` with everything else as where a spec says nothing.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self {
            path: path.into(),
            label: None,
            targets: None,
            header: has_header(),
            delimiter: rfc_4180_delimiter(),
            scaling: Scaling::None,
            target_scaling: Scaling::None,
            split: Fractions::of_own_data(),
            split_seed: SplitSeed::default(),
            split_column: None,
            folds: None,
            name: None,
        }
    }

    fn recipe(&self) -> Recipe {
        Recipe {
            split: self.split,
            split_seed: self.split_seed,
            folds: self.folds,
            scaling: self.scaling,
            target_scaling: self.target_scaling,
        }
    }

    fn named(&self) -> Named<'_> {
        Named {
            label: self.label.as_ref(),
            targets: self.targets.as_ref().map_or(&[], |list| &list.0),
            part: self.split_column.as_ref(),
        }
    }

    /// The columns, and whether the first line, if it is a sample in spite of `header`, was told by it.
    fn columns(
        &self,
        path: &Path,
        content: &[u8],
    ) -> Result<Option<(Columns, bool)>, DatasetError> {
        let mut records = Records::new(path, content, self.delimiter as u8)?;
        let Some((line, first)) = records.next()? else {
            return Ok(None);
        };
        let first = first.clone();
        let columns = Columns::new(self.named(), self.header, path, line, &first)?;
        if !self.header {
            return Ok(Some((columns, false)));
        }
        let told_by = match columns.first_line(self.named(), path, line, &first)? {
            FirstLine::Header => return Ok(Some((columns, false))),
            FirstLine::SampleIfRepeated(column) => column,
        };
        while let Some((_, record)) = records.next()? {
            let cell = record.get(told_by).map(<[u8]>::trim_ascii);
            if cell == Some(first[told_by].trim_ascii()) {
                let columns = Columns::new(self.named(), false, path, line, &first)?;
                return Ok(Some((columns, true)));
            }
        }
        Err(undecided(
            path,
            line,
            text(path, line, &first[told_by])?.trim(),
        ))
    }

    fn read(&self, path: &Path, content: &[u8]) -> Result<Rows, DatasetError> {
        let empty = || DatasetError::empty_file(path, "one sample on each line");
        let (columns, is_told) = self.columns(path, content)?.ok_or_else(empty)?;
        let precision = |scaling: Scaling| match scaling {
            Scaling::None => Precision::Single,
            Scaling::Unit | Scaling::Standardise => Precision::Double,
        };
        let mut rows = Rows {
            inputs: Vec::new(),
            targets: Vec::new(),
            labels: TextLabels::default(),
            parts: Vec::new(),
            n_rows: 0,
            precisions: [precision(self.scaling), precision(self.target_scaling)],
            notes: Vec::new(),
            columns,
        };
        let mut records = Records::new(path, content, self.delimiter as u8)?;
        if self.header && !is_told {
            records.next()?;
        }
        while let Some((line, record)) = records.next()? {
            if is_told && rows.n_rows == 0 {
                rows.notes.push(format!(
                    "line {line} is read as a sample, not as names of columns, as all cells but one are numbers and that one stands on other lines too; `header = false` says so"
                ));
            }
            rows.push(path, line, record)?;
        }
        if rows.n_rows == 0 {
            return Err(empty());
        }
        Ok(rows)
    }
}

impl DataOptions for CsvSpec {
    fn check(&self, _: &CatalogueEntry) -> Result<(), DatasetError> {
        let out_of_range = |option: &str, found: String, expected: &str| {
            Err(DatasetError::OptionOutOfRange {
                option: option.to_owned(),
                found,
                expected: expected.to_owned(),
            })
        };
        if !self.delimiter.is_ascii() || matches!(self.delimiter, '"' | '\n' | '\r') {
            let expected = "one ASCII character that is neither a quote nor a line break";
            return out_of_range("csv.delimiter", format!("{:?}", self.delimiter), expected);
        }
        let Named {
            label,
            targets,
            part,
        } = self.named();
        let of_options = [("label", label), ("split_column", part)];
        let of_options = of_options
            .into_iter()
            .filter_map(|(option, column)| Some((option, column?)));
        let targets = targets.iter().map(|column| ("targets", column));
        for (option, column) in of_options.chain(targets) {
            if let (false, Column::Name(name)) = (self.header, column) {
                let expected = "an index from 0, as `csv.header` is false";
                return out_of_range(&format!("csv.{option}"), format!("{name:?}"), expected);
            }
        }
        let n_targets = self.targets.as_ref().map(|list| list.0.len());
        match (n_targets, label) {
            (Some(0), _) => {
                let expected = "at least one column, or no `targets` in classification";
                return out_of_range("csv.targets", "[]".to_owned(), expected);
            }
            (Some(_), Some(_)) => {
                let expected = "either `label` (classification) or `targets` (regression)";
                return out_of_range("csv.targets", "given beside `label`".to_owned(), expected);
            }
            (None, _) if !self.target_scaling.is_none() => {
                let expected = "`csv.targets` beside it, as classes are not scaled";
                return out_of_range("csv.target_scaling", "given".to_owned(), expected);
            }
            _ => {}
        }
        if let (Some(_), Some(folds)) = (part, self.folds) {
            let expected = "no `split_column` beside it, which says what is tested";
            return out_of_range("csv.folds", folds.to_string(), expected);
        }
        self.recipe().check("csv")
    }

    fn load(&self, from: &LoadFrom<'_>) -> Result<Dataset, DatasetError> {
        let path = find_user_file(&self.path, "csv.path", from.beside, from.folders)?;
        let file = read_own(&path, "the table")?;
        let rows = self.read(&path, &file.content)?;
        let name = name_or_stem(self.name.as_deref(), &path);
        let table = rows.into_table(path, name, vec![file.digest]);
        table.into_dataset(&self.recipe(), from.streams)
    }

    fn depends_on_run(&self) -> bool {
        self.recipe().depends_on_run()
    }

    fn paths_mut(&mut self) -> Vec<&mut PathBuf> {
        vec![&mut self.path]
    }
}

/// What the lines hold.
struct Rows {
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
    fn push(&mut self, path: &Path, line: u64, record: &ByteRecord) -> Result<(), DatasetError> {
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

    fn into_table(mut self, path: PathBuf, name: String, files: Vec<crate::FileDigest>) -> Table {
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

/// Tables name their columns unless a spec says otherwise.
fn has_header() -> bool {
    true
}

/// What separates cells in RFC 4180, "Common format for CSV files".
fn rfc_4180_delimiter() -> char {
    ','
}
