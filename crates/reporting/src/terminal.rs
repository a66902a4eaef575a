//! The table for the end of a run in a terminal.

use crate::ReportInput;
use crate::group::tasks;
use crate::table::{Layout, REFERENCES, Table};
use crate::text::{aligned, printable, widths};

/// The tables of all tasks as aligned text, one learner a line; with `colour`, headings are bold and
/// notes dim (ANSI escapes).
pub fn terminal_table(input: &ReportInput, colour: bool) -> String {
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
        let mut lines = lines(&table).into_iter();
        out.push_str(&paint("1", &printable(table.task)));
        out.push('\n');
        for heading in lines.by_ref().take(N_HEADING_LINES) {
            out.push_str(&paint("1", &heading));
            out.push('\n');
        }
        for line in lines {
            out.push_str(&line);
            out.push('\n');
        }
        for note in notes(&table) {
            out.push_str(&paint("2", &note));
            out.push('\n');
        }
    }
    out
}

const N_HEADING_LINES: usize = 2;

/// Two lines of heading, then the rows; columns two spaces apart.
fn lines(table: &Table<'_>) -> Vec<String> {
    let layout = Layout::JoinedLayers;
    let headings = table.headings(layout);
    let mut grid: Vec<Vec<String>> =
        vec![headings.iter().map(|heading| heading.own.clone()).collect()];
    for row in &table.rows {
        let cells = table.cells(row, layout);
        grid.push(
            cells
                .iter()
                .map(|cell| printable(&cell.to_string()))
                .collect(),
        );
    }
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

fn notes(table: &Table<'_>) -> Vec<String> {
    let mut notes = vec!["  mean ± half width of the 95 % t interval over seeds".to_owned()];
    if table.rows.iter().any(|row| row.n_finished == 1) {
        notes.push("  one seed has no interval".to_owned());
    }
    if table.rows.iter().any(|row| row.n_failed > 0) {
        notes.push("  failed runs are left out of all means".to_owned());
    }
    notes.extend(
        table
            .warnings()
            .iter()
            .map(|warning| format!("  {}", printable(warning))),
    );
    if table.has_angles() {
        notes.push(format!("  {REFERENCES}"));
    }
    if let Some(baseline) = &table.baseline {
        notes.push(format!("  time ratio to {}", printable(baseline)));
    }
    if let Some(times) = &table.times {
        notes.push(format!("  times {}", printable(times)));
    }
    notes
}
