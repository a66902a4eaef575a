//! Quotes of a table: each opens a cell and is closed before the next separator.
//!
//! Source: RFC 4180, "Common format for CSV files". The reader of records takes whatever quotes there
//! are, and an unclosed one swallows the rest of the file; here they are refused with their line.

use std::path::Path;

use crate::{DatasetError, FilePlace};

/// Fails on a quote that is not closed, on text after a closing quote, and on a quote inside a cell
/// that does not begin with one.
pub(crate) fn check_quotes(path: &Path, content: &[u8], delimiter: u8) -> Result<(), DatasetError> {
    let content = content.strip_prefix(b"\xef\xbb\xbf").unwrap_or(content);
    let mut state = State::Start;
    let mut line = 1;
    for &byte in content {
        state = match (state, byte) {
            (State::Quoted(_) | State::Closed(_), b'"') => match state {
                State::Quoted(opened) => State::Closed(opened),
                _ => State::Quoted(state.opened()),
            },
            (State::Quoted(opened), _) => State::Quoted(opened),
            (_, b'\n' | b'\r') => State::Start,
            (_, byte) if byte == delimiter => State::Start,
            (State::Closed(opened), b' ' | b'\t') => State::Closed(opened),
            (State::Closed(opened), _) => return Err(after_quote(path, opened, line)),
            (State::Start, b'"') => State::Quoted(line),
            (State::Bare, b'"') => return Err(inside(path, line)),
            (State::Start | State::Bare, _) => State::Bare,
        };
        line += u64::from(byte == b'\n');
    }
    match state {
        State::Quoted(opened) => {
            let reason = ": the quote that opens here is never closed, so that all lines after it would be one cell: close it, or remove it";
            Err(FilePlace::Line(opened).fault(path, reason))
        }
        _ => Ok(()),
    }
}

/// Where in a cell; a quoted one with the line where its quote opens, from 1.
#[derive(Clone, Copy)]
enum State {
    /// Before its first byte.
    Start,
    /// In one without quotes.
    Bare,
    /// Between quotes.
    Quoted(u64),
    /// After a quote that closes it, unless another follows.
    Closed(u64),
}

impl State {
    fn opened(self) -> u64 {
        match self {
            Self::Quoted(opened) | Self::Closed(opened) => opened,
            Self::Start | Self::Bare => 0,
        }
    }
}

fn after_quote(path: &Path, opened: u64, line: u64) -> DatasetError {
    let opened = match opened == line {
        true => "a quoted cell".to_owned(),
        false => format!("the cell whose quote opens on line {opened}"),
    };
    let reason = format!(
        ": there is text after the quote that closes {opened}: is a quote missing before? A quote inside a quoted cell is written twice"
    );
    FilePlace::Line(line).fault(path, reason)
}

fn inside(path: &Path, line: u64) -> DatasetError {
    let reason = ": there is a quote inside a cell that does not begin with one: quote the whole cell (no space before it) and write the quote inside twice, or remove it";
    FilePlace::Line(line).fault(path, reason)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(text: &str) -> String {
        let checked = check_quotes(Path::new("a.csv"), text.as_bytes(), b',');
        checked.map_or_else(|error| error.to_string(), |()| "none".to_owned())
    }

    #[test]
    fn quotes_name_their_line() {
        for (text, expected) in [
            ("a,\"b\"\n\"1,\"\"2\n\",x\n", "none"),
            ("\u{feff}\"a\",b\r\n1,\"x\" \r\n", "none"),
            (
                "a,b\n1,\"x\n2,y\n",
                "a.csv: line 2: the quote that opens here",
            ),
            (
                "a,b\n1,\"x\n2,\"y\"\n",
                "a.csv: line 3: there is text after the quote that closes the cell whose quote opens on line 2",
            ),
            (
                "a,b\n1,\"x\"y\n",
                "a.csv: line 2: there is text after the quote that closes a quoted cell",
            ),
            (
                "a,b\n1, \"x\"\n",
                "a.csv: line 2: there is a quote inside a cell",
            ),
            (
                "a,b\n1,5\"\n",
                "a.csv: line 2: there is a quote inside a cell",
            ),
        ] {
            let found = error(text);
            assert!(found.starts_with(expected), "{text:?}: {found}");
        }
    }
}
