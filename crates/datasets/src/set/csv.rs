//! The user's own table: numbers, and one column of labels or several of targets.

use std::path::{Path, PathBuf};

use apical_keys::Described;
use serde::{Deserialize, Serialize};

use crate::bytes::{find_user_file, read_own};
use crate::cell::{Precision, text};
use crate::columns::{Columns, FirstLine, Named, undecided};
use crate::comma_separated::Records;
use crate::recipe::Recipe;
use crate::table::name_or_stem;
use crate::table_rows::Rows;
use crate::{
    CatalogueEntry, Column, ColumnList, DataKind, DataOptions, Dataset, DatasetError, Fractions,
    LoadFrom, Scaling, SplitSeed,
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
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Described)]
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
    #[key(min = 3)]
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
        let mut rows = Rows::new(
            columns,
            [self.scaling, self.target_scaling].map(Precision::before),
        );
        let mut records = Records::new(path, content, self.delimiter as u8)?;
        if self.header && !is_told {
            records.next()?;
        }
        while let Some((line, record)) = records.next()? {
            if is_told && rows.is_empty() {
                rows.note(format!(
                    "line {line} is read as a sample, not as names of columns, as all cells but one are numbers and that one stands on other lines too; `header = false` says so"
                ));
            }
            rows.push(path, line, record)?;
        }
        match rows.is_empty() {
            true => Err(empty()),
            false => Ok(rows),
        }
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

/// Tables name their columns unless a spec says otherwise.
fn has_header() -> bool {
    true
}

/// What separates cells in RFC 4180, "Common format for CSV files".
fn rfc_4180_delimiter() -> char {
    ','
}
