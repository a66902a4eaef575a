//! Every reading of every run as columns, for programs that build tables of their own.

use super::RunSeries;
use super::long::{Kind, Long, Value, of_runs, of_tasks};
use crate::{ReportError, ReportInput, group};

/// A column of the table that [`super::csv`] writes.
#[derive(Debug, Clone, PartialEq)]
pub struct Column {
    /// Its heading.
    pub name: String,
    /// A cell per row.
    pub cells: Cells,
}

/// The cells of a column; what is absent is none.
#[derive(Debug, Clone, PartialEq)]
pub enum Cells {
    /// Texts.
    Text(Vec<Option<String>>),
    /// Whole numbers.
    Whole(Vec<Option<u64>>),
    /// Numbers.
    Number(Vec<Option<f64>>),
}

/// The columns of the runs of tasks.
///
/// # Errors
///
/// As [`crate::report`].
pub fn columns(input: &ReportInput) -> Result<Vec<Column>, ReportError> {
    group::check(input)?;
    Ok(of(of_tasks(input)))
}

/// The same of a protocol's runs.
pub fn columns_of_runs(runs: &[RunSeries]) -> Vec<Column> {
    of(of_runs(runs))
}

fn of(table: Long<'_>) -> Vec<Column> {
    let mut columns: Vec<Column> = (table.columns.into_iter())
        .map(|(name, kind)| Column {
            name,
            cells: match kind {
                Kind::Text => Cells::Text(Vec::new()),
                Kind::Whole => Cells::Whole(Vec::new()),
                Kind::Number => Cells::Number(Vec::new()),
            },
        })
        .collect();
    for row in table.rows {
        for (column, cell) in columns.iter_mut().zip(row) {
            match (&mut column.cells, cell) {
                (Cells::Text(cells), Value::Text(text)) => cells.push(Some(text.into_owned())),
                (Cells::Whole(cells), Value::Whole(number)) => cells.push(Some(number)),
                (Cells::Number(cells), Value::Number(number)) => cells.push(Some(number)),
                (Cells::Text(cells), _) => cells.push(None),
                (Cells::Whole(cells), _) => cells.push(None),
                (Cells::Number(cells), _) => cells.push(None),
            }
        }
    }
    columns
}
