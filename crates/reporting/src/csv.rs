//! Comma-separated values.

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
        let row = self
            .writer
            .write_record(cells.iter().map(|cell| cell.as_ref()));
        row.expect("memory takes rows of any length");
    }

    /// The table in UTF-8, one row a line.
    pub(crate) fn into_bytes(self) -> Vec<u8> {
        self.writer.into_inner().expect("memory takes every row")
    }
}

/// A number in full, or an empty cell.
pub(crate) fn number(value: Option<f64>) -> String {
    value.map_or_else(String::new, |v| v.to_string())
}
