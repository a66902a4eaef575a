//! Tables that a protocol makes.

use crate::cell::Cell;
use crate::markup::plain;
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
        let header = self.header.iter().map(|heading| plain(heading)).collect();
        let grid: Vec<Vec<String>> = [header].into_iter().chain(self.written_rows()).collect();
        let widths = widths(&grid);
        let title = [plain(&self.title)].into_iter();
        let lines = title.chain(aligned(&grid, &widths));
        lines.map(|line| line + "\n").collect()
    }

    fn written_rows(&self) -> impl Iterator<Item = Vec<String>> {
        let rows = self.rows.iter();
        rows.map(|row| row.iter().map(Cell::to_string).collect())
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
