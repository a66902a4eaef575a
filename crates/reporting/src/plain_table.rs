//! Tables of text.

use crate::csv::Csv;

/// A table whose cells are text already.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PlainTable {
    /// Its name, also that of its file.
    pub name: String,
    /// Over it.
    pub title: String,
    /// Headings of the columns.
    pub header: Vec<String>,
    /// Rows, each as long as the header; the first cell is a heading.
    pub rows: Vec<Vec<String>>,
    /// Under it; empty for none.
    pub note: String,
}

impl PlainTable {
    /// The table in columns of even width, for a terminal.
    pub fn text(&self) -> String {
        let lines = || std::iter::once(&self.header).chain(&self.rows);
        let width = |column: usize| {
            let cells = lines().filter_map(|line| line.get(column));
            cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
        };
        let widths: Vec<usize> = (0..self.header.len()).map(width).collect();
        let mut text = format!("{}\n", self.title);
        for line in lines() {
            let cells = line.iter().zip(&widths).enumerate();
            let cells: Vec<String> = cells
                .map(|(column, (cell, &width))| match column {
                    0 => format!("{cell:<width$}"),
                    _ => format!("{cell:>width$}"),
                })
                .collect();
            text.push_str(cells.join("  ").trim_end());
            text.push('\n');
        }
        text
    }

    /// The table as comma-separated values.
    pub(crate) fn csv(&self) -> Vec<u8> {
        let mut csv = Csv::new(&self.header);
        for row in &self.rows {
            csv.row(row);
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
            rows: vec![["a", "10"], ["longer one", "2"]]
                .into_iter()
                .map(|row| row.map(str::to_owned).to_vec())
                .collect(),
            ..PlainTable::default()
        };
        assert_eq!(
            table.text(),
            "Seeds\ncondition    n\na           10\nlonger one   2\n"
        );
    }
}
