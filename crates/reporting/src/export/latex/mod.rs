//! Tables for a paper: booktabs, columns of siunitx, and a macro for every number, so that no digit is typed.

mod column;
mod macros;
mod text;

use crate::artefact::Artefact;
use crate::cell::Cell;
use crate::group::{self, tasks};
use crate::table::{ContrastTable, Heading, Layout, Table};
use crate::{PlainTable, ReportError, ReportInput};

use column::Column;
use macros::{Macros, camel};
use text::words;

/// The macros of all numbers.
const NUMBERS: &str = "numbers.tex";

/// `tables.tex` with a table of every task, and one of its contrasts where these are declared; `numbers.tex` with
/// a macro for every number in them.
///
/// A document needs the packages booktabs, graphicx and siunitx, of version 2 or 3. Tables are as wide as the line at
/// most.
///
/// # Errors
///
/// As [`crate::report`].
pub fn latex(input: &ReportInput) -> Result<Vec<Artefact>, ReportError> {
    group::check(input)?;
    let mut text = head(&input.title);
    let mut macros = Macros::default();
    for task in tasks(input) {
        let table = Table::new(&task, input);
        let headings = table.headings(Layout::EachLayer);
        let rows: Vec<Vec<Cell>> = (table.rows.iter())
            .map(|row| table.cells(row, Layout::EachLayer))
            .collect();
        for row in &rows {
            macros.of_row(&[table.task, &row[0].to_string()], &headings, row);
        }
        let n_seeds = table.rows.iter().map(|row| row.n_finished).max();
        let caption = format!(
            "{}: mean $\\pm$ half width of the 95\\,\\% $t$ interval over {} seeds{}{}.",
            words(table.task),
            n_seeds.unwrap_or(0),
            table
                .covered
                .as_deref()
                .map_or_else(String::new, |covered| { format!("; {}", words(covered)) }),
            table
                .times
                .as_deref()
                .map_or_else(String::new, |times| { format!("; times {}", words(times)) })
        );
        text.push_str(&float(&headings, &rows, &caption, table.task));
        if let Some(contrasts) = ContrastTable::new(&task) {
            let headings = contrasts.headings();
            let rows: Vec<Vec<Cell>> = contrasts.rows().collect();
            let name = format!("{} contrasts", table.task);
            for row in &rows {
                macros.of_row(&[&name, &row[0].to_string()], &headings, row);
            }
            let caption = format!(
                "{}, contrasts. {}",
                words(table.task),
                words(&contrasts.note())
            );
            text.push_str(&float(&headings, &rows, &caption, &name));
        }
    }
    Ok(files(text, &macros))
}

/// The same of a protocol's tables.
pub fn latex_of_protocol(title: &str, tables: &[PlainTable]) -> Vec<Artefact> {
    let mut text = head(title);
    let mut macros = Macros::default();
    for table in tables {
        let shown = table.shown();
        // Where there are no values, there is no table.
        if shown.header.is_empty() {
            continue;
        }
        let headings: Vec<Heading> = shown
            .header
            .iter()
            .map(|own| Heading::new("", own))
            .collect();
        for row in &shown.rows {
            macros.of_row(&[&table.name, &row[0].to_string()], &headings, row);
        }
        let caption = format!("{}. {}", words(&table.title), words(&table.note));
        text.push_str(&float(&headings, &shown.rows, &caption, &table.name));
    }
    files(text, &macros)
}

fn head(title: &str) -> String {
    format!(
        "% {}\n% Needs: booktabs, graphicx, siunitx.\n",
        title.replace('\n', " ")
    )
}

fn files(tables: String, macros: &Macros) -> Vec<Artefact> {
    let file = |path: &str, text: String| Artefact {
        path: path.to_owned(),
        bytes: text.into_bytes(),
    };
    vec![file("tables.tex", tables), file(NUMBERS, macros.text())]
}

/// A floating table.
fn float(headings: &[Heading], rows: &[Vec<Cell>], caption: &str, label: &str) -> String {
    let columns: Vec<Column> = (0..headings.len())
        .map(|column| match column {
            0 => Column::Words,
            _ => Column::of(rows.iter().map(|row| &row[column])),
        })
        .collect();
    let specification: String = columns.iter().map(Column::specification).collect();
    let shared: Vec<&str> = headings.iter().map(|heading| &*heading.shared).collect();
    let mut above = Vec::new();
    let mut rules = String::new();
    let (mut at, mut rest) = (1, &columns[..]);
    for part in shared.chunk_by(|a, b| a == b) {
        let (own, after) = rest.split_at(part.len());
        let n_columns: usize = own.iter().map(Column::n_columns).sum();
        above.push(format!(
            "\\multicolumn{{{n_columns}}}{{c}}{{{}}}",
            words(part[0])
        ));
        if !part[0].is_empty() {
            let end = at + n_columns - 1;
            rules.push_str(&format!("\\cmidrule(lr){{{at}-{end}}}"));
        }
        (at, rest) = (at + n_columns, after);
    }
    let above = match shared.iter().all(|shared| shared.is_empty()) {
        true => String::new(),
        false => format!("{} \\\\\n{rules}\n", above.join(" & ")),
    };
    let own = headings.iter().zip(&columns);
    let own: Vec<String> = own
        .map(|(heading, column)| column.text(&words(&heading.own)))
        .collect();
    let rows: String = rows
        .iter()
        .map(|row| {
            let cells = row.iter().zip(&columns);
            let cells: Vec<String> = cells.map(|(cell, column)| column.cell(cell)).collect();
            format!("{} \\\\\n", cells.join(" & "))
        })
        .collect();
    format!(
        "\n\\begin{{table}}\n\\centering\n\\caption{{{caption}}}\n\\label{{tab:{}}}\n\
         \\resizebox{{\\ifdim\\width>\\linewidth\\linewidth\\else\\width\\fi}}{{!}}{{%\n\
         \\begin{{tabular}}{{{specification}}}\n\\toprule\n{above}{} \\\\\n\\midrule\n{rows}\\bottomrule\n\
         \\end{{tabular}}}}\n\\end{{table}}\n",
        camel(label),
        own.join(" & ")
    )
}
