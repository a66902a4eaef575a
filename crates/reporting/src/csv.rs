//! Comma-separated values.

/// A table as text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Csv {
    text: String,
}

impl Csv {
    /// A table with these columns.
    pub(crate) fn new<S: AsRef<str>>(header: &[S]) -> Self {
        let mut csv = Self::default();
        csv.row(header);
        csv
    }

    /// Adds a row.
    pub(crate) fn row<S: AsRef<str>>(&mut self, cells: &[S]) {
        for (index, cell) in cells.iter().enumerate() {
            if index > 0 {
                self.text.push(',');
            }
            self.text.push_str(&quoted(cell.as_ref()));
        }
        self.text.push('\n');
    }

    /// The text, UTF-8, one row a line.
    pub(crate) fn into_text(self) -> String {
        self.text
    }
}

/// A number in full, or an empty cell.
pub(crate) fn number(value: Option<f64>) -> String {
    value.map_or_else(String::new, |v| v.to_string())
}

fn quoted(cell: &str) -> String {
    if cell.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", cell.replace('"', "\"\""))
    } else {
        cell.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_with_commas_and_quotes_are_quoted() {
        let mut csv = Csv::new(&["name", "value"]);
        csv.row(&["a, \"b\"".to_owned(), number(Some(0.1))]);
        csv.row(&["c".to_owned(), number(None)]);
        assert_eq!(csv.into_text(), "name,value\n\"a, \"\"b\"\"\",0.1\nc,\n");
    }
}
