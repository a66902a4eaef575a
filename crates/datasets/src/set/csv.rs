//! The user's own table: numbers, and one column of labels.

use std::path::{Path, PathBuf};

use ::csv::ByteRecord;
use ndarray::Array2;
use serde::{Deserialize, Serialize};

use crate::bytes::{find_user_file, read_own};
use crate::comma_separated::{Records, number, text};
use crate::label::TextLabels;
use crate::table::{Recipe, Table, TableTargets, name_or_stem};
use crate::{
    CatalogueEntry, Column, DataKind, DataOptions, Dataset, DatasetError, FilePlace, Fractions,
    LoadFrom, Scaling,
};

/// The user's own table.
pub static KIND: DataKind<CsvSpec> = DataKind::new(CatalogueEntry {
    name: "csv",
    title: "CSV file",
    one_line: "the user's own table: numbers and a label column",
    input_shape: &[],
    class_names: &[],
    n_samples: None,
    source: "the user's file",
    licence: "as the user's file",
    files: &[],
    by_hand: "",
});

/// A CSV file, plain, or gzip that expands to at most 16 MiB or 100 times its length. Every column but the label's holds finite numbers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CsvSpec {
    /// The file; a relative path is looked for as it is, then below the data folders.
    pub path: PathBuf,
    /// The label column, by name or by index from 0; the last column where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<Column>,
    /// Whether the first line names the columns.
    #[serde(default = "has_header")]
    pub header: bool,
    /// What separates cells, one ASCII character.
    #[serde(default = "rfc_4180_delimiter")]
    pub delimiter: char,
    /// Scaling of the inputs, fitted on the training part alone.
    #[serde(default)]
    pub scaling: Scaling,
    /// Shares of the three parts; every class has the same share of each.
    #[serde(default = "Fractions::of_own_data")]
    pub split: Fractions,
    /// Seed of the split; runs with different seeds share one split.
    #[serde(default)]
    pub split_seed: u64,
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
            header: has_header(),
            delimiter: rfc_4180_delimiter(),
            scaling: Scaling::None,
            split: Fractions::of_own_data(),
            split_seed: 0,
            name: None,
        }
    }

    /// Inputs `[n_samples, n_inputs]` and the label of each sample.
    fn read_cells(
        &self,
        path: &Path,
        content: &[u8],
    ) -> Result<(Array2<f32>, TextLabels), DatasetError> {
        let mut records = Records::new(path, content, self.delimiter as u8);
        let mut columns: Option<Columns> = None;
        let mut values = Vec::new();
        let mut labels = TextLabels::default();
        while let Some((line, record)) = records.next()? {
            let Some(columns) = &columns else {
                let found = Columns::new(self, path, line, record)?;
                if !self.header {
                    found.read_row(path, line, record, &mut values, &mut labels)?;
                }
                columns = Some(found);
                continue;
            };
            columns.read_row(path, line, record, &mut values, &mut labels)?;
        }
        let n_inputs = match columns {
            Some(columns) if labels.len() > 0 => columns.names.len() - 1,
            _ => {
                return Err(DatasetError::empty_file(path, "one sample on each line"));
            }
        };
        let inputs = Array2::from_shape_vec((labels.len(), n_inputs), values)
            .expect("every row was found to have as many cells as the first");
        Ok((inputs, labels))
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
        if let (false, Some(Column::Name(name))) = (self.header, &self.label) {
            let expected = "an index from 0, as `csv.header` is false";
            return out_of_range("csv.label", format!("{name:?}"), expected);
        }
        self.split.check("csv.split")
    }

    fn load(&self, from: &LoadFrom<'_>) -> Result<Dataset, DatasetError> {
        let path = find_user_file(&self.path, "csv.path", from.folders)?;
        let file = read_own(&path, "the table")?;
        let (inputs, labels) = self.read_cells(&path, &file.content)?;
        let table = Table {
            name: name_or_stem(self.name.as_deref(), &path),
            path,
            input_shape: vec![inputs.ncols()],
            inputs,
            targets: TableTargets::Classes(labels.number()),
            files: vec![file.digest],
        };
        table.into_dataset(&Recipe {
            split: self.split,
            split_seed: self.split_seed,
            scaling: self.scaling,
        })
    }
}

/// Names (or indices) of the columns and which one is the label.
struct Columns {
    names: Vec<String>,
    label: usize,
}

impl Columns {
    fn new(
        spec: &CsvSpec,
        path: &Path,
        line: u64,
        first: &ByteRecord,
    ) -> Result<Self, DatasetError> {
        let names = if spec.header {
            first
                .iter()
                .map(|cell| text(path, line, cell).map(str::to_owned))
                .collect::<Result<Vec<_>, _>>()?
        } else {
            (0..first.len()).map(|index| index.to_string()).collect()
        };
        if spec.header && names.iter().all(|name| name.parse::<f64>().is_ok()) {
            let reason = "every cell of the header on line 1 is a number: set `header = false` if the file has none";
            return Err(FilePlace::Whole.fault(path, reason));
        }
        if names.len() < 2 {
            let reason = "no input column beside the label: check `delimiter`";
            return Err(FilePlace::Whole.fault(path, reason));
        }
        let label = match &spec.label {
            None => names.len() - 1,
            Some(Column::Index(index)) if *index < names.len() => *index,
            Some(Column::Name(name)) if spec.header => find_label(path, name, &names)?,
            Some(column) => {
                let last = names.len() - 1;
                let reason = format!(
                    "label column {column} does not exist: expected an index from 0 to {last}"
                );
                return Err(FilePlace::Whole.fault(path, reason));
            }
        };
        Ok(Self { names, label })
    }

    fn read_row(
        &self,
        path: &Path,
        line: u64,
        record: &ByteRecord,
        values: &mut Vec<f32>,
        labels: &mut TextLabels,
    ) -> Result<(), DatasetError> {
        if record.len() != self.names.len() {
            return Err(DatasetError::ragged_row(
                path,
                line,
                self.names.len(),
                record.len(),
            ));
        }
        for (column, cell) in record.iter().enumerate() {
            if column != self.label {
                values.push(number(path, line, &self.names[column], cell)?);
                continue;
            }
            let label = text(path, line, cell)?;
            if label.is_empty() {
                let reason = ": the label cell is empty: drop the row or fill the label";
                return Err(FilePlace::Line(line).fault(path, reason));
            }
            labels.push(label);
        }
        Ok(())
    }
}

fn find_label(path: &Path, label: &str, names: &[String]) -> Result<usize, DatasetError> {
    let matching: Vec<_> = (0..names.len())
        .filter(|&column| names[column] == label)
        .collect();
    let reason = match matching.as_slice() {
        [column] => return Ok(*column),
        [] => {
            let hint = nearest(label, names)
                .map(|name| format!(", did you mean `{name}`?"))
                .unwrap_or_default();
            let columns = names.join(", ");
            format!("no column `{label}`{hint}: the columns are {columns}")
        }
        several => {
            let n_columns = several.len();
            format!("{n_columns} columns are called `{label}`: give the label as an index from 0")
        }
    };
    Err(FilePlace::Whole.fault(path, reason))
}

fn nearest<'a>(wanted: &str, names: &'a [String]) -> Option<&'a String> {
    let likeness =
        |name: &String| strsim::jaro_winkler(&wanted.to_lowercase(), &name.to_lowercase());
    names
        .iter()
        .map(|name| (likeness(name), name))
        .filter(|(likeness, _)| *likeness > 0.75)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, name)| name)
}

/// Tables name their columns unless a spec says otherwise.
fn has_header() -> bool {
    true
}

/// What separates cells in RFC 4180, "Common format for CSV files".
fn rfc_4180_delimiter() -> char {
    ','
}
