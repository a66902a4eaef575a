//! The table for the end of a run in a terminal.

use crate::ReportInput;
use crate::group::tasks;
use crate::table::{Layout, Table};
use crate::text::printable;

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
    let shared = headings.iter().enumerate().map(|(index, heading)| {
        let is_repeated = index > 0 && headings[index - 1].shared == heading.shared;
        if is_repeated {
            String::new()
        } else {
            heading.shared.clone()
        }
    });
    let mut grid: Vec<Vec<String>> = vec![
        shared.collect(),
        headings.iter().map(|heading| heading.own.clone()).collect(),
    ];
    for row in &table.rows {
        grid.push(
            table
                .cells(row, layout)
                .iter()
                .map(|cell| printable(cell))
                .collect(),
        );
    }
    let widths: Vec<usize> = (0..headings.len())
        .map(|column| {
            let width = |row: &Vec<String>| row[column].chars().count();
            grid.iter().map(width).max().unwrap_or(0)
        })
        .collect();
    grid.iter()
        .map(|row| {
            let mut line = String::from(" ");
            for (index, (cell, &width)) in row.iter().zip(&widths).enumerate() {
                let cell = if index == 0 {
                    format!(" {cell:<width$}")
                } else {
                    format!("  {cell:>width$}")
                };
                line.push_str(&cell);
            }
            line.trim_end().to_owned()
        })
        .collect()
}

fn notes(table: &Table<'_>) -> Vec<String> {
    let mut notes = vec!["  mean ± half width of the 95 % t interval over seeds".to_owned()];
    if table.rows.iter().any(|row| row.n_finished == 1) {
        notes.push("  one seed has no interval".to_owned());
    }
    if table.rows.iter().any(|row| row.n_failed > 0) {
        notes.push("  failed runs are left out of all means".to_owned());
    }
    if let Some(baseline) = &table.baseline {
        notes.push(format!("  time ratio to {}", printable(baseline)));
    }
    notes
}
