//! Comma-separated values.

use std::borrow::Cow;

/// A table in the making.
#[derive(Debug)]
pub(crate) struct Csv {
    writer: csv::Writer<Vec<u8>>,
}

impl Csv {
    /// A table with these columns.
    pub(crate) fn new<S: AsRef<str>>(header: &[S]) -> Self {
        let mut csv = Self {
            writer: csv::WriterBuilder::new()
                .flexible(true)
                .from_writer(Vec::new()),
        };
        csv.row(header);
        csv
    }

    /// Adds a row. What a spreadsheet would execute, and is no number, begins with an apostrophe.
    pub(crate) fn row<S: AsRef<str>>(&mut self, cells: &[S]) {
        let row = self.writer.write_record(
            cells
                .iter()
                .map(|cell| harmless(cell.as_ref()).into_owned()),
        );
        row.expect("memory takes rows of any length");
    }

    /// The table in UTF-8, one row a line.
    pub(crate) fn into_bytes(self) -> Vec<u8> {
        self.writer.into_inner().expect("memory takes every row")
    }
}

/// `cell` as text that is no formula.
fn harmless(cell: &str) -> Cow<'_, str> {
    let is_formula = cell.starts_with(['=', '+', '-', '@', '\t', '\r']);
    match is_formula && cell.parse::<f64>().is_err() {
        true => format!("'{cell}").into(),
        false => cell.into(),
    }
}

/// A number in full, or an empty cell.
pub(crate) fn number(value: Option<f64>) -> String {
    value.map_or_else(String::new, |v| v.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_become_text_and_numbers_stay() {
        let mut csv = Csv::new(&["=1+1", "x"]);
        csv.row(&["-2.5e-3", "-2+3"]);
        csv.row(&["@SUM(A1)", "\tx"]);
        csv.row(&["a=b", "+cmd"]);
        let text = String::from_utf8(csv.into_bytes()).expect("UTF-8");
        assert_eq!(text, "'=1+1,x\n-2.5e-3,'-2+3\n'@SUM(A1),'\tx\na=b,'+cmd\n");
    }
}
