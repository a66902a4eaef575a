//! What the columns of a table are: inputs, the label or the targets, and the part.

use std::path::Path;

use csv::ByteRecord;

use crate::cell::{is_missing, is_number, text};
use crate::recipe::GivenPart;
use crate::{Column, DatasetError, FilePlace};

/// The columns that a spec names.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Named<'a> {
    pub(crate) label: Option<&'a Column>,
    /// Empty in classification.
    pub(crate) targets: &'a [Column],
    pub(crate) part: Option<&'a Column>,
}

/// Names (or indices) of the columns and what each is.
#[derive(Debug)]
pub(crate) struct Columns {
    pub(crate) names: Vec<String>,
    /// In the order of the table.
    pub(crate) inputs: Vec<usize>,
    /// The label's, in classification.
    pub(crate) label: Option<usize>,
    /// In the order of the spec.
    pub(crate) targets: Vec<usize>,
    pub(crate) part: Option<usize>,
}

/// What the first line of a table is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum FirstLine {
    Header,
    /// A sample, unless the column of this index has its text in no other line.
    SampleIfRepeated(usize),
}

impl Columns {
    /// The columns of a table whose first line is `first`, which names them where it is a header.
    pub(crate) fn new(
        named: Named<'_>,
        has_header: bool,
        path: &Path,
        line: u64,
        first: &ByteRecord,
    ) -> Result<Self, DatasetError> {
        let cells = texts(path, line, first)?;
        let names: Vec<String> = if has_header {
            cells.iter().map(|cell| printable(cell.trim())).collect()
        } else {
            (0..first.len()).map(|index| index.to_string()).collect()
        };
        if names.len() < 2 {
            let reason = "no input column beside the label: check `delimiter`";
            return Err(FilePlace::Whole.fault(path, reason));
        }
        let find = |column: &Column, what: &str| match column {
            Column::Index(index) if *index < names.len() => Ok(*index),
            Column::Name(name) if has_header => find_named(path, name, what, &names, &cells),
            _ => {
                let last = names.len() - 1;
                let reason = format!(
                    "{what} column {column} does not exist: expected an index from 0 to {last}"
                );
                Err(FilePlace::Whole.fault(path, reason))
            }
        };
        let part = named.part.map(|column| find(column, "split"));
        let part = part.transpose()?;
        let targets = named.targets.iter().map(|column| find(column, "target"));
        let targets = targets.collect::<Result<Vec<_>, _>>()?;
        let label = match (named.label, &targets[..]) {
            (Some(column), _) => Some(find(column, "label")?),
            (None, []) => (0..names.len()).rev().find(|column| Some(*column) != part),
            (None, _) => None,
        };
        let roles: Vec<usize> = label
            .into_iter()
            .chain(part)
            .chain(targets.clone())
            .collect();
        if let Some(twice) = (1..roles.len()).find(|&at| roles[..at].contains(&roles[at])) {
            let reason = format!(
                "column {} is named twice: expected a column of its own for the label, for each target and for the split",
                names[roles[twice]]
            );
            return Err(FilePlace::Whole.fault(path, reason));
        }
        let inputs: Vec<usize> = (0..names.len()).filter(|at| !roles.contains(at)).collect();
        if inputs.is_empty() {
            let reason =
                "no input column beside those of label, targets and split: check `delimiter`";
            return Err(FilePlace::Whole.fault(path, reason));
        }
        Ok(Self {
            names,
            inputs,
            label,
            targets,
            part,
        })
    }

    /// What `first`, the first line of a table that should have a header, is by its own cells.
    ///
    /// # Errors
    /// Where every cell is a number.
    pub(crate) fn first_line(
        &self,
        named: Named<'_>,
        path: &Path,
        line: u64,
        first: &ByteRecord,
    ) -> Result<FirstLine, DatasetError> {
        let is_named = |column: &Column| matches!(column, Column::Name(_));
        if named.label.is_some_and(is_named)
            || named.part.is_some_and(is_named)
            || named.targets.iter().any(is_named)
        {
            return Ok(FirstLine::Header);
        }
        let cells = texts(path, line, first)?;
        if cells.iter().all(|cell| is_number(cell)) {
            let reason = "every cell of the header on line 1 is a number: set `header = false` if the file has none";
            return Err(FilePlace::Whole.fault(path, reason));
        }
        let mut numeric = self.inputs.iter().chain(&self.targets).map(|&at| cells[at]);
        let telling = self.label.or(self.part).filter(|_| {
            numeric.clone().any(is_number)
                && numeric.all(|cell| is_number(cell) || is_missing(cell))
        });
        let counted = |from: usize| {
            let mut inputs = self.inputs.iter().enumerate();
            inputs.all(|(at, &column)| cells[column].trim() == (at + from).to_string())
        };
        Ok(match telling {
            Some(column) if !counted(0) && !counted(1) => FirstLine::SampleIfRepeated(column),
            _ => FirstLine::Header,
        })
    }
}

/// The error of a first line that may be a header or a sample.
pub(crate) fn undecided(path: &Path, line: u64, cell: &str) -> DatasetError {
    let reason = format!(
        ": all cells but {cell:?} are numbers, so that this may be a sample or the names of the columns: set `header = false` if it is a sample; if it names the columns, name one of them (`label = {cell:?}`)"
    );
    FilePlace::Line(line).fault(path, reason)
}

/// The part that a cell of a split column names.
pub(crate) fn part_of(
    path: &Path,
    line: u64,
    column: &str,
    cell: &str,
) -> Result<GivenPart, DatasetError> {
    GivenPart::named(cell).ok_or_else(|| {
        let reason = format!(": {cell:?} is no part: expected train, validation or test");
        FilePlace::Cell(line, column.to_owned()).fault(path, reason)
    })
}

fn texts<'a>(path: &Path, line: u64, record: &'a ByteRecord) -> Result<Vec<&'a str>, DatasetError> {
    record.iter().map(|cell| text(path, line, cell)).collect()
}

/// A name in one line, without what a terminal would obey.
fn printable(name: &str) -> String {
    name.chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect()
}

fn find_named(
    path: &Path,
    wanted: &str,
    what: &str,
    names: &[String],
    cells: &[&str],
) -> Result<usize, DatasetError> {
    let matching: Vec<_> = (0..names.len())
        .filter(|&column| names[column] == wanted)
        .collect();
    let reason = match matching.as_slice() {
        [column] => return Ok(*column),
        [] => {
            let hint = nearest(wanted, names)
                .map(|name| format!(", did you mean `{name}`?"))
                .unwrap_or_default();
            let columns = names.join(", ");
            let headless = match cells.iter().filter(|cell| is_number(cell)).count() {
                0 => "",
                _ => {
                    "; if line 1 is a sample, set `header = false` and give columns as indices from 0"
                }
            };
            format!("no column `{wanted}`{hint}: the columns are {columns}{headless}")
        }
        several => {
            let n_columns = several.len();
            format!("{n_columns} columns are called `{wanted}`: give the {what} as an index from 0")
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
