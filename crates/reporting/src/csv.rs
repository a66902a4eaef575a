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

    /// Adds a row.
    pub(crate) fn row<S: AsRef<str>>(&mut self, cells: &[S]) {
        let cells = cells.iter().map(|cell| inert(cell.as_ref()));
        let row = self
            .writer
            .write_record(cells.map(Cow::into_owned).collect::<Vec<_>>());
        row.expect("memory takes rows of any length");
    }

    /// The table in UTF-8, one row a line.
    pub(crate) fn into_bytes(self) -> Vec<u8> {
        self.writer.into_inner().expect("memory takes every row")
    }
}

/// Text that no spreadsheet takes for a formula.
fn inert(cell: &str) -> Cow<'_, str> {
    let begins = cell.starts_with(['=', '+', '-', '@', '\t', '\r']);
    match begins && cell.parse::<f64>().is_err() {
        true => Cow::Owned(format!("'{cell}")),
        false => Cow::Borrowed(cell),
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
    fn names_are_no_formulas_and_numbers_stay() {
        let mut csv = Csv::new(&["learner", "mean"]);
        csv.row(&["=HYPERLINK(\"x\")", "-1.5e-7"]);
        csv.row(&["@a", "+a"]);
        let text = String::from_utf8(csv.into_bytes()).expect("UTF-8");
        assert_eq!(
            text,
            "learner,mean\n\"'=HYPERLINK(\"\"x\"\")\",-1.5e-7\n'@a,'+a\n"
        );
    }
}
