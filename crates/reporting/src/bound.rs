//! Numbers of a text that are bound to cells of tables, so that none is stale.
//!
//! A line binds the numbers before a comment of the form `cells: FILE; KEY=VALUE; …; COLUMN COLUMN …`, which
//! Markdown and HTML have in `<!-- … -->` and TeX after `%`; after a comment, others follow, with one of their
//! own. FILE is a CSV with headings, or a JSON file, in which columns are keys with slashes between, below
//! `at=KEY/KEY/…` where that is given. Each column is for one number, in order: `_` is for a number that is bound to nothing, `100-COLUMN`, `COLUMN+COLUMN` and
//! `1e5*COLUMN` are computed. A number agrees where the cell, rounded to as many decimals, is that number.

use serde_json::Value;

/// What is wrong with a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unbound {
    /// Its number, from 1.
    pub line: usize,
    /// What is wrong.
    pub how: String,
}

/// What a text's bindings came to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Bindings {
    /// Numbers that are what their cells are.
    pub n_agreeing: usize,
    /// Lines with a number that is not, or that cannot be compared.
    pub differing: Vec<Unbound>,
}

/// What opens a binding.
const MARK: &str = "cells:";
/// A number that is bound to nothing.
const NOTHING: &str = "_";

/// Compares every bound number of `text` with its cell; `read` gives the bytes of a file that is named there,
/// or why it cannot be read.
pub fn bindings(text: &str, read: &dyn Fn(&str) -> Result<Vec<u8>, String>) -> Bindings {
    let mut found = Bindings::default();
    for (index, line) in text.lines().enumerate() {
        for (before, binding) in parts(line) {
            match compare(before, binding, read) {
                Ok(n) => found.n_agreeing += n,
                Err(how) => found.differing.push(Unbound {
                    line: index + 1,
                    how,
                }),
            }
        }
    }
    found
}

/// The comments of a line that bind, each with what stands between it and the one before.
fn parts(line: &str) -> Vec<(&str, &str)> {
    let mut parts = Vec::new();
    let mut rest = line;
    while let Some((before, after)) = rest.split_once(MARK) {
        let before = before.trim_end();
        let opened = before
            .strip_suffix("<!--")
            .or_else(|| before.strip_suffix('%'));
        let (binding, next) = after.split_once("-->").unwrap_or((after, ""));
        if let Some(before) = opened {
            parts.push((before, binding.trim()));
        }
        rest = next;
    }
    parts
}

fn compare(
    before: &str,
    binding: &str,
    read: &dyn Fn(&str) -> Result<Vec<u8>, String>,
) -> Result<usize, String> {
    let mut parts = binding.split(';').map(str::trim);
    let file = parts.next().unwrap_or_default();
    let rest: Vec<&str> = parts.collect();
    let Some((columns, keys)) = rest.split_last() else {
        return Err(format!("`{binding}` names no columns"));
    };
    let columns: Vec<&str> = columns.split_whitespace().collect();
    let numbers = numbers(before);
    if numbers.len() != columns.len() {
        return Err(format!(
            "it has {} numbers ({}) and {} columns",
            numbers.len(),
            numbers.join(", "),
            columns.len()
        ));
    }
    let bytes = read(file).map_err(|why| format!("{file} cannot be read: {why}"))?;
    let table = Table::of(file, &bytes, keys)?;
    let mut n = 0;
    for (number, column) in numbers.iter().zip(&columns) {
        if *column == NOTHING {
            continue;
        }
        let cell = expression(column, &table)?;
        let shown: f64 = number
            .parse()
            .map_err(|_| format!("`{number}` is no number"))?;
        let n_decimals = number
            .split_once('.')
            .map_or(0, |(_, decimals)| decimals.len());
        let half = 0.5 * 10_f64.powi(-(n_decimals as i32));
        // What lies between two numbers may be rounded to either.
        if (shown - cell).abs() > half * (1.0 + 1e-9) + 1e-12 {
            return Err(format!("`{number}` is {cell} in {file} ({column})"));
        }
        n += 1;
    }
    Ok(n)
}

/// The numbers of `text` in order, with a sign where one stands before and nothing before that.
fn numbers(text: &str) -> Vec<String> {
    let chars: Vec<char> = text.chars().collect();
    let mut found = Vec::new();
    let mut at = 0;
    while at < chars.len() {
        if !chars[at].is_ascii_digit() {
            at += 1;
            continue;
        }
        let from = at;
        while chars.get(at).is_some_and(char::is_ascii_digit) {
            at += 1;
        }
        let has_digit_after = chars.get(at + 1).is_some_and(char::is_ascii_digit);
        if chars.get(at) == Some(&'.') && has_digit_after {
            at += 1;
            while chars.get(at).is_some_and(char::is_ascii_digit) {
                at += 1;
            }
        }
        let before = |n: usize| from.checked_sub(n).map(|index| chars[index]);
        let is_sign = matches!(before(1), Some('-' | '−'));
        let is_apart = before(2).is_none_or(|c| !c.is_alphanumeric() && c != '_');
        let digits: String = chars[from..at].iter().collect();
        found.push(match is_sign && is_apart {
            true => format!("-{digits}"),
            false => digits,
        });
    }
    found
}

/// The value of a column, of a number, of `A*B`, or of `A+B` or `A-B` of such.
fn expression(text: &str, table: &Table) -> Result<f64, String> {
    if let Some((left, right)) = text.split_once('+') {
        return Ok(expression(left, table)? + expression(right, table)?);
    }
    // Not that of an exponent.
    let minus = text.match_indices('-').map(|(at, _)| at);
    let mut minus = minus.filter(|&at| at > 0 && !is_exponent(&text[..at]));
    if let Some(at) = minus.next() {
        return Ok(expression(&text[..at], table)? - expression(&text[at + 1..], table)?);
    }
    if let Some((left, right)) = text.split_once('*') {
        return Ok(expression(left, table)? * expression(right, table)?);
    }
    match text.parse() {
        Ok(number) => Ok(number),
        Err(_) => table.cell(text),
    }
}

/// Whether a sign after `text` belongs to an exponent: `1e-5`.
fn is_exponent(text: &str) -> bool {
    text.strip_suffix('e')
        .is_some_and(|before| before.ends_with(|c: char| c.is_ascii_digit()))
}

/// What cells are taken from.
enum Table {
    /// Headings and the row that is meant.
    Row(Vec<String>, Vec<String>),
    Json(Value),
}

impl Table {
    /// The row of the CSV `bytes` with all of `keys` (`KEY=VALUE`), or all of a JSON file.
    fn of(file: &str, bytes: &[u8], keys: &[&str]) -> Result<Self, String> {
        if file.ends_with(".json") {
            let whole = serde_json::from_slice(bytes).map_err(|e| format!("{file}: {e}"))?;
            return keys.iter().try_fold(Self::Json(whole), |at, key| {
                let path = key.strip_prefix("at=").and_then(|path| at.below(path));
                path.ok_or_else(|| format!("{file} has nothing at `{key}`"))
            });
        }
        let mut reader = ::csv::Reader::from_reader(bytes);
        let headings = reader
            .headers()
            .map_err(|e| format!("{file}: {e}"))?
            .clone();
        let headings: Vec<String> = headings.iter().map(str::to_owned).collect();
        let mut wanted = Vec::new();
        for key in keys {
            let (name, value) = key
                .split_once('=')
                .ok_or_else(|| format!("`{key}` is no KEY=VALUE"))?;
            let index = headings.iter().position(|heading| heading == name);
            let index = index.ok_or_else(|| format!("{file} has no column `{name}`"))?;
            wanted.push((index, value));
        }
        let rows = reader.records().filter_map(Result::ok);
        let is_meant = |row: &::csv::StringRecord| {
            let mut wanted = wanted.iter();
            wanted.all(|(index, value)| row.get(*index) == Some(*value))
        };
        let mut rows = rows.filter(is_meant);
        match (rows.next(), rows.next()) {
            (Some(row), None) => Ok(Self::Row(headings, row.iter().map(str::to_owned).collect())),
            (None, _) => Err(format!("{file} has no row with {}", keys.join(" and "))),
            _ => Err(format!(
                "{file} has several rows with {}",
                keys.join(" and ")
            )),
        }
    }

    /// What is at `path` of a JSON file.
    fn below(&self, path: &str) -> Option<Self> {
        match self {
            Self::Row(..) => None,
            Self::Json(value) => value.pointer(&format!("/{path}")).cloned().map(Self::Json),
        }
    }

    fn cell(&self, column: &str) -> Result<f64, String> {
        match self {
            Self::Row(headings, row) => {
                let index = headings.iter().position(|heading| heading == column);
                let index = index.ok_or_else(|| format!("there is no column `{column}`"))?;
                row[index]
                    .parse()
                    .map_err(|_| format!("`{column}` is `{}`, which is no number", row[index]))
            }
            Self::Json(value) => {
                let found = value.pointer(&format!("/{column}")).and_then(Value::as_f64);
                found.ok_or_else(|| format!("there is no number `{column}`"))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &str = "learner,mean,half\nbackprop,98.164,0.386\n\"circuit, tied\",-0.145,0.5\n";

    fn check(line: &str) -> Bindings {
        bindings(line, &|file| match file {
            "t.csv" => Ok(TABLE.into()),
            "s.json" => Ok(br#"{"a c": {"b": 0.00012}}"#.to_vec()),
            _ => Err("it is not there".to_owned()),
        })
    }

    fn how(line: &str) -> String {
        check(line).differing.pop().expect("it differs").how
    }

    #[test]
    fn numbers_that_are_rounded_cells_agree() {
        for (line, n) in [
            (
                "| 98.16 ± 0.39 <!-- cells: t.csv; learner=backprop; mean half --> |",
                2,
            ),
            (
                "4-120-3: −0.14 <!-- cells: t.csv; learner=circuit, tied; _ _ _ mean -->",
                1,
            ),
            (
                "an error of 1.8 % % cells: t.csv; learner=backprop; 100-mean",
                1,
            ),
            (
                "[97.78, 98.55] <!-- cells: t.csv; learner=backprop; mean-half mean+half -->",
                2,
            ),
            (
                "98 <!-- cells: t.csv; learner=backprop; mean --> | −0.1 <!-- cells: t.csv; learner=circuit, tied; mean --> |",
                2,
            ),
            (
                "0.982 <!-- cells: t.csv; learner=backprop; 1e-2*mean -->",
                1,
            ),
            ("1.2·10⁻⁴ <!-- cells: s.json; at=a c; 1e4*b _ -->", 1),
            ("98.2 and nothing bound", 0),
        ] {
            let expected = Bindings {
                n_agreeing: n,
                differing: Vec::new(),
            };
            assert_eq!(check(line), expected, "{line}");
        }
    }

    #[test]
    fn what_differs_is_said_with_its_line() {
        let text = "# Results\n98.17 <!-- cells: t.csv; learner=backprop; mean -->\n";
        let expected = Unbound {
            line: 2,
            how: "`98.17` is 98.164 in t.csv (mean)".to_owned(),
        };
        assert_eq!(check(text).differing, [expected]);
        for (line, expected) in [
            (
                "1 2 <!-- cells: t.csv; learner=backprop; mean -->",
                "it has 2 numbers (1, 2) and 1 columns",
            ),
            (
                "1 <!-- cells: u.csv; learner=backprop; mean -->",
                "u.csv cannot be read: it is not there",
            ),
            (
                "1 <!-- cells: t.csv; learner=none; mean -->",
                "t.csv has no row with learner=none",
            ),
            (
                "1 <!-- cells: t.csv; mean -->",
                "t.csv has several rows with ",
            ),
            (
                "1 <!-- cells: t.csv; learner=backprop; median -->",
                "there is no column `median`",
            ),
            (
                "1 <!-- cells: t.csv; learner=backprop; learner -->",
                "`learner` is `backprop`, which is no number",
            ),
            ("1 <!-- cells: s.json; a/c -->", "there is no number `a/c`"),
            (
                "1 <!-- cells: s.json; at=a; c -->",
                "s.json has nothing at `at=a`",
            ),
        ] {
            assert_eq!(how(line), expected, "{line}");
        }
    }
}
