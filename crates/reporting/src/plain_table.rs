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
        self.text_in(usize::MAX)
    }

    /// As [`Self::text`], in at most `width` columns of a terminal: where a row is longer, its last
    /// columns follow in a table below, under the first column again.
    pub fn text_in(&self, width: usize) -> String {
        let header = self.header.iter().map(|heading| plain(heading)).collect();
        let grid: Vec<Vec<String>> = [header].into_iter().chain(self.written_rows()).collect();
        let widths = widths(&grid);
        let mut lines = vec![plain(&self.title)];
        for columns in parts(&widths, width) {
            let of_part = |row: &Vec<String>| -> Vec<String> {
                columns.iter().map(|column| row[*column].clone()).collect()
            };
            let grid: Vec<Vec<String>> = grid.iter().map(of_part).collect();
            let widths: Vec<usize> = columns.iter().map(|column| widths[*column]).collect();
            lines.extend(aligned(&grid, &widths));
        }
        lines.iter().map(|line| format!("{line}\n")).collect()
    }

    fn written_rows(&self) -> impl Iterator<Item = Vec<String>> {
        let rows = self.rows.iter();
        rows.map(|row| row.iter().map(Cell::to_string).collect())
    }
}

/// Columns of `widths` in parts that fit `width`, each with the first column.
fn parts(widths: &[usize], width: usize) -> Vec<Vec<usize>> {
    let mut parts = Vec::new();
    let mut part = vec![0];
    let first = widths.first().copied().unwrap_or(0);
    let mut taken = first;
    for (column, own) in widths.iter().enumerate().skip(1) {
        if taken + 2 + own > width && part.len() > 1 {
            parts.push(std::mem::replace(&mut part, vec![0]));
            taken = first;
        }
        part.push(column);
        taken += 2 + own;
    }
    parts.push(part);
    parts
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
        let wide = PlainTable {
            header: ["condition", "n", "error"].map(str::to_owned).to_vec(),
            rows: vec![vec![
                Cell::text("a"),
                Cell::Count(Some(10)),
                Cell::Count(Some(7)),
            ]],
            ..table
        };
        assert_eq!(
            wide.text_in(18),
            "Seeds\ncondition   n\na          10\ncondition  error\na              7\n"
        );
    }
}
