//! Tables that a protocol makes.

use crate::cell::Cell;
use crate::csv::Csv;
use crate::text::{aligned, widths};

/// A table with columns of its own.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PlainTable {
    /// Its name, also that of its file.
    pub name: String,
    /// Over it.
    pub title: String,
    /// Headings of the columns.
    pub header: Vec<String>,
    /// Rows, each as long as the header; the first cell is a heading.
    pub rows: Vec<Vec<Cell>>,
    /// Under it; empty for none.
    pub note: String,
}

impl PlainTable {
    /// The table in columns of even width, for a terminal.
    pub fn text(&self) -> String {
        let grid: Vec<Vec<String>> = [self.header.clone()]
            .into_iter()
            .chain(self.written_rows())
            .collect();
        let widths = widths(&grid);
        let title = [self.title.clone()].into_iter();
        let lines = title.chain(aligned(&grid, &widths));
        lines.map(|line| line + "\n").collect()
    }

    fn written_rows(&self) -> impl Iterator<Item = Vec<String>> {
        let rows = self.rows.iter();
        rows.map(|row| row.iter().map(Cell::to_string).collect())
    }

    /// The table as comma-separated values.
    pub(crate) fn csv(&self) -> Vec<u8> {
        let mut csv = Csv::new(&self.header);
        for row in self.written_rows() {
            csv.row(&row);
        }
        csv.into_bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_even() {
        let table = PlainTable {
            title: "Seeds".into(),
            header: ["condition", "n"].map(str::to_owned).to_vec(),
            rows: vec![
                vec![Cell::text("a"), Cell::Count(Some(10))],
                vec![Cell::text("longer one"), Cell::Count(Some(2))],
            ],
            ..PlainTable::default()
        };
        assert_eq!(
            table.text(),
            "Seeds\ncondition    n\na           10\nlonger one   2\n"
        );
    }
}
