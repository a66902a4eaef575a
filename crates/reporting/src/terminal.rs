//! The table for the end of a run in a terminal.

use std::collections::HashSet;

use crate::ReportInput;
use crate::group::tasks;
use crate::table::{ContrastTable, Heading, Layout, REFERENCES, Table};
use crate::text::{aligned, printable, widths, wrapped};

/// The tables of all tasks as aligned text, one learner a line; with `colour`, headings are bold and
/// notes dim (ANSI escapes).
pub fn terminal_table(input: &ReportInput, colour: bool) -> String {
    terminal_table_in(input, colour, usize::MAX)
}

/// As [`terminal_table`], in at most `width` columns of a terminal: what matters least is left out, and
/// a note says what; long names are cut.
pub fn terminal_table_in(input: &ReportInput, colour: bool, width: usize) -> String {
    let paint = |code: &str, text: &str| {
        if colour {
            format!("\x1b[{code}m{text}\x1b[0m")
        } else {
            text.to_owned()
        }
    };
    let mut out = String::new();
    for task in tasks(input) {
        let table = Table::new(&task, input);
        if !out.is_empty() {
            out.push('\n');
        }
        let (lines, left_out) = fitted(&table, width);
        let mut lines = lines.into_iter();
        out.push_str(&paint("1", &cut(&printable(table.task), width)));
        out.push('\n');
        for heading in lines.by_ref().take(N_HEADING_LINES) {
            out.push_str(&paint("1", &heading));
            out.push('\n');
        }
        for line in lines {
            out.push_str(&line);
            out.push('\n');
        }
        let contrasts = ContrastTable::new(&task);
        for line in contrasts.iter().flat_map(ContrastTable::lines) {
            for line in wrapped(&printable(&line), width) {
                out.push_str(&line);
                out.push('\n');
            }
        }
        for note in notes(&table, &left_out) {
            for line in wrapped(&note, width) {
                out.push_str(&paint("2", &line));
                out.push('\n');
            }
        }
    }
    out
}

const N_HEADING_LINES: usize = 2;

/// Columns by their own heading and the one they share, those that matter least first: the order in
/// which they give way.
const LEAST_FIRST: [(&str, &str); 9] = [
    ("tuning", "trials"),
    ("time", "µs per sample"),
    ("R²", "last epoch"),
    ("accuracy", "chosen epoch"),
    ("loss", "chosen epoch"),
    ("time", "ratio"),
    ("angle", "squared error"),
    ("", "seeds"),
    ("angle", "potential"),
];

/// Names are cut to this many characters before a column gives way.
const SHORT_NAME: usize = 20;

/// The lines in at most `width` columns, and the headings of what is left out.
fn fitted(table: &Table<'_>, width: usize) -> (Vec<String>, Vec<String>) {
    let layout = Layout::JoinedLayers;
    let mut headings = table.headings(layout);
    let cells = |row| {
        table
            .cells(row, layout)
            .into_iter()
            .map(|cell| printable(&cell.to_string()))
    };
    let mut rows: Vec<Vec<String>> = table.rows.iter().map(|row| cells(row).collect()).collect();
    let name = rows
        .iter()
        .map(|row| row[0].chars().count())
        .max()
        .unwrap_or(0);
    let mut left_out = Vec::new();
    let mut least_first = LEAST_FIRST.iter();
    loop {
        let written = lines(&headings, &rows);
        let needed = written.iter().map(|line| line.chars().count()).max();
        let excess = needed.unwrap_or(0).saturating_sub(width);
        if excess == 0 {
            return (written, left_out);
        }
        let next = match name >= excess + SHORT_NAME {
            true => None,
            false => least_first.next(),
        };
        let Some((shared, own)) = next else {
            let name = name.saturating_sub(excess).max(4);
            let names = apart(rows.iter().map(|row| &*row[0]), name);
            let rows_with_names = rows.iter_mut().zip(names);
            rows_with_names.for_each(|(row, name)| row[0] = name);
            let written = lines(&headings, &rows);
            return (
                written.iter().map(|line| cut(line, width)).collect(),
                left_out,
            );
        };
        let is_it = |heading: &Heading| heading.own == *own && heading.shared.contains(shared);
        if let Some(column) = headings.iter().position(is_it) {
            let Heading { shared, own } = headings.remove(column);
            left_out.push(format!("{shared} {own}").trim().to_owned());
            rows.iter_mut().for_each(|row| drop(row.remove(column)));
        }
    }
}

/// `text` in at most `width` columns, cut where it is longer.
fn cut(text: &str, width: usize) -> String {
    if text.chars().count() <= width {
        return text.to_owned();
    }
    let kept = text.chars().take(width.saturating_sub(1));
    kept.chain(['…']).collect()
}

/// `names` in at most `width` columns each; what is cut loses its end, or else some of its middle, so that names
/// can still be told apart.
pub(crate) fn apart<'a>(names: impl Iterator<Item = &'a str> + Clone, width: usize) -> Vec<String> {
    let n_names = names.clone().collect::<HashSet<_>>().len();
    let with_ends = |n_last: usize| -> Vec<String> {
        let shortened = names.clone().map(|name| match name.chars().count() {
            n if n <= width => name.to_owned(),
            n => {
                let last: String = name.chars().skip(n - n_last).collect();
                cut(name, width - n_last) + &last
            }
        });
        shortened.collect()
    };
    let are_apart = |names: &Vec<String>| names.iter().collect::<HashSet<_>>().len() == n_names;
    // What tells points of a sweep apart, keys and values, stands at the end.
    let mut all = (0..1).chain(width / 2..width).map(with_ends);
    all.find(are_apart).unwrap_or_else(|| with_ends(0))
}

/// Two lines of heading, then the rows; columns two spaces apart.
fn lines(headings: &[Heading], rows: &[Vec<String>]) -> Vec<String> {
    let own = headings.iter().map(|heading| heading.own.clone()).collect();
    let grid: Vec<Vec<String>> = [own].into_iter().chain(rows.iter().cloned()).collect();
    let mut widths = widths(&grid);
    let mut shared = String::new();
    let mut start = 0;
    for run in headings.chunk_by(|a, b| a.shared == b.shared) {
        let end = start + run.len();
        let text = &run[0].shared;
        let span = widths[start..end].iter().sum::<usize>() + GAP.len() * (run.len() - 1);
        let missing = text.chars().count().saturating_sub(span);
        widths[end - 1] += missing;
        shared.push_str(GAP);
        shared.push_str(&format!("{text:^width$}", width = span + missing));
        start = end;
    }
    let rows = aligned(&grid, &widths).map(|row| format!("{GAP}{row}"));
    let shared = shared.trim_end().to_owned();
    [shared].into_iter().chain(rows).collect()
}

/// Before every column.
const GAP: &str = "  ";

fn notes(table: &Table<'_>, left_out: &[String]) -> Vec<String> {
    let mut notes = vec!["  mean ± half width of the 95 % t interval over seeds".to_owned()];
    if table.rows.iter().any(|row| row.n_finished == 1) {
        notes.push("  one seed has no interval".to_owned());
    }
    notes.extend(table.covered.iter().map(|covered| format!("  {covered}")));
    if table.rows.iter().any(|row| row.n_failed > 0) {
        notes.push("  failed runs are left out of all means".to_owned());
    }
    let warnings = table.warnings();
    notes.extend(
        warnings
            .iter()
            .map(|warning| format!("  {}", printable(warning))),
    );
    let is_shown = |column: &str| !left_out.iter().any(|heading| heading.ends_with(column));
    if table.has_angles() && is_shown("potential") {
        notes.push(format!("  {REFERENCES}"));
    }
    if !left_out.is_empty() {
        notes.push(format!("  more with --wide: {}", left_out.join(", ")));
    }
    if let Some(baseline) = &table.baseline
        && is_shown("ratio")
    {
        notes.push(format!("  time ratio to {}", printable(baseline)));
    }
    let has_times = is_shown("per sample") || (table.baseline.is_some() && is_shown("ratio"));
    if let Some(times) = &table.times
        && has_times
    {
        notes.push(format!("  times {}", printable(times)));
    }
    notes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_are_cut_can_be_told_apart() {
        let cut_to = |names: &[&str], width| apart(names.iter().copied(), width);
        let swept = ["circuit, nudging=0.01", "circuit, nudging=0.03", "backprop"];
        assert_eq!(
            cut_to(&swept, 12),
            ["circu…g=0.01", "circu…g=0.03", "backprop"]
        );
        assert_eq!(cut_to(&swept[1..], 12), ["circuit, nu…", "backprop"]);
        assert_eq!(
            cut_to(&["abcdef", "abcdef", "abcxef"], 4),
            ["…def", "…def", "…xef"]
        );
    }
}
