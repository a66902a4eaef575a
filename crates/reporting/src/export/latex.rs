//! Tables for a paper: booktabs, and a macro for every number, so that no digit is typed.

use std::collections::BTreeMap;

use crate::artefact::Artefact;
use crate::cell::Cell;
use crate::group::{self, tasks};
use crate::markup::{Height, pieces, symbols};
use crate::number::ABSENT;
use crate::table::{ContrastTable, Heading, Layout, Table};
use crate::{PlainTable, ReportError, ReportInput};

/// The macros of all numbers.
const NUMBERS: &str = "numbers.tex";

/// `tables.tex` with a table of every task, and one of its contrasts where these are declared; `numbers.tex` with
/// a macro for every number in them.
///
/// A document needs the packages booktabs and graphicx. Tables are as wide as the line at most.
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
        "% {}\n% Needs: booktabs, graphicx.\n",
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
    let is_words =
        |column: usize| column == 0 || rows.iter().any(|row| matches!(row[column], Cell::Text(_)));
    let columns: String = (0..headings.len())
        .map(|column| if is_words(column) { 'l' } else { 'r' })
        .collect();
    let shared: Vec<&str> = headings.iter().map(|heading| &*heading.shared).collect();
    let mut above = Vec::new();
    let mut rules = String::new();
    let mut at = 1;
    for part in shared.chunk_by(|a, b| a == b) {
        let end = at + part.len() - 1;
        above.push(format!(
            "\\multicolumn{{{}}}{{c}}{{{}}}",
            part.len(),
            words(part[0])
        ));
        if !part[0].is_empty() {
            rules.push_str(&format!("\\cmidrule(lr){{{at}-{end}}}"));
        }
        at = end + 1;
    }
    let above = match shared.iter().all(|shared| shared.is_empty()) {
        true => String::new(),
        false => format!("{} \\\\\n{rules}\n", above.join(" & ")),
    };
    let own: Vec<String> = headings.iter().map(|heading| words(&heading.own)).collect();
    let rows: String = rows
        .iter()
        .map(|row| {
            let cells: Vec<String> = row.iter().map(cell).collect();
            format!("{} \\\\\n", cells.join(" & "))
        })
        .collect();
    format!(
        "\n\\begin{{table}}\n\\centering\n\\caption{{{caption}}}\n\\label{{tab:{}}}\n\
         \\resizebox{{\\ifdim\\width>\\linewidth\\linewidth\\else\\width\\fi}}{{!}}{{%\n\
         \\begin{{tabular}}{{{columns}}}\n\\toprule\n{above}{} \\\\\n\\midrule\n{rows}\\bottomrule\n\
         \\end{{tabular}}}}\n\\end{{table}}\n",
        camel(label),
        own.join(" & ")
    )
}

fn cell(cell: &Cell) -> String {
    match cell {
        Cell::Text(text) | Cell::Instead(text) => words(text),
        Cell::Share { n, of } => format!("${n}$ of ${of}$"),
        other => number(&other.to_string()),
    }
}

/// A number as a table writes it, in mathematics.
fn number(text: &str) -> String {
    if text == ABSENT {
        return "--".to_owned();
    }
    format!("${}$", math(text))
}

/// Signs and powers of a number.
fn math(text: &str) -> String {
    let written = with_powers(text, "^{", "}", |c, out| match c {
        '±' => out.push_str("\\pm"),
        '−' => out.push('-'),
        '·' => out.push_str("\\cdot "),
        '–' => out.push_str("\\mbox{--}"),
        '\u{a0}' => out.push('~'),
        c if c.is_ascii_alphabetic() => out.push_str(&format!("\\mathrm{{{c}}}")),
        c => out.push(c),
    });
    // Spaces around words are none in mathematics.
    written.replace("\\mathrm{t}\\mathrm{o}", "\\mbox{ to }")
}

/// `text` with raised digits between `opened` and `closed`, and all else as `write` has it.
fn with_powers(
    text: &str,
    opened: &str,
    closed: &str,
    write: impl Fn(char, &mut String),
) -> String {
    let mut out = String::new();
    let mut is_raised = false;
    for c in text.chars() {
        let raised = raised_of(c);
        if raised.is_some() != is_raised {
            out.push_str(if is_raised { closed } else { opened });
            is_raised = !is_raised;
        }
        match raised {
            Some(digit) => out.push(digit),
            None => write(c, &mut out),
        }
    }
    if is_raised {
        out.push_str(closed);
    }
    out
}

/// The sign or digit that `c` raises.
fn raised_of(c: char) -> Option<char> {
    const RAISED: &str = "⁰¹²³⁴⁵⁶⁷⁸⁹⁻";
    let index = RAISED.chars().position(|raised| raised == c)?;
    "0123456789-".chars().nth(index)
}

/// Words, with what TeX would take for its own written out, and letters of symbols raised and lowered.
fn words(text: &str) -> String {
    let symbols = symbols(text);
    let pieces = pieces(&symbols).into_iter();
    let pieces = pieces.map(|(height, piece)| match height {
        Height::Line => on_the_line(piece),
        Height::Raised => format!("$^{{\\mathrm{{{}}}}}$", on_the_line(piece)),
        Height::Lowered => format!("$_{{\\mathrm{{{}}}}}$", on_the_line(piece)),
    });
    pieces.collect()
}

fn on_the_line(text: &str) -> String {
    with_powers(text, "$^{", "}$", |c, out| match c {
        '&' | '%' | '$' | '#' | '_' | '{' | '}' => {
            out.push('\\');
            out.push(c);
        }
        '\\' => out.push_str("\\textbackslash{}"),
        '~' => out.push_str("\\textasciitilde{}"),
        '^' => out.push_str("\\textasciicircum{}"),
        '<' => out.push_str("$<$"),
        '>' => out.push_str("$>$"),
        '°' => out.push_str("$^\\circ$"),
        'µ' | 'μ' => out.push_str("$\\mu$"),
        '±' => out.push_str("$\\pm$"),
        '−' => out.push_str("$-$"),
        '·' => out.push_str("$\\cdot$"),
        '′' => out.push_str("$'$"),
        'φ' => out.push_str("$\\varphi$"),
        'λ' => out.push_str("$\\lambda$"),
        'η' => out.push_str("$\\eta$"),
        '‖' => out.push_str("$\\Vert$"),
        '₀'..='₉' => {
            let digit = u32::from(c) - u32::from('₀');
            out.push_str(&format!("$_{digit}$"));
        }
        '–' => out.push_str("--"),
        '’' => out.push('\''),
        '…' => out.push_str("\\dots{}"),
        '\u{a0}' => out.push('~'),
        c => out.push(c),
    })
}

/// A macro's name and what it stands for.
#[derive(Default)]
struct Macros(BTreeMap<String, String>);

impl Macros {
    /// A macro for every number of `row`, named by `above`, the column and the part of the cell.
    fn of_row(&mut self, above: &[&str], headings: &[Heading], row: &[Cell]) {
        for (heading, cell) in headings.iter().zip(row).skip(1) {
            let written = cell.to_string();
            let is_number = !matches!(cell, Cell::Text(_) | Cell::Instead(_) | Cell::Share { .. });
            if !is_number || written == ABSENT {
                continue;
            }
            let name = [above, &[&heading.shared, &heading.own]].concat();
            self.add(&name, "", &written);
            if let (Cell::Interval(..), Some((mean, half_width))) =
                (cell, written.split_once(" ± "))
                && !written.starts_with('(')
            {
                self.add(&name, "mean", mean);
                self.add(&name, "half width", half_width);
            }
        }
    }

    /// Where two have one name, those after the first get a letter.
    fn add(&mut self, name: &[&str], part: &str, written: &str) {
        let base = format!("apical{}{}", camel(&name.join(" ")), camel(part));
        let mut name = base.clone();
        for letter in 'B'..='Z' {
            if !self.0.contains_key(&name) {
                break;
            }
            name = format!("{base}{letter}");
        }
        self.0
            .insert(name, format!("\\ensuremath{{{}}}", math(written)));
    }

    fn text(&self) -> String {
        let macros = self.0.iter();
        macros
            .map(|(name, value)| format!("\\newcommand{{\\{name}}}{{{value}}}\n"))
            .collect()
    }
}

/// Letters alone, as names of macros are: words with a capital each, digits as words.
fn camel(text: &str) -> String {
    const DIGITS: [&str; 10] = [
        "Zero", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine",
    ];
    let mut out = String::new();
    let mut begins = true;
    for c in text.chars() {
        match c {
            c if c.is_ascii_alphabetic() && begins => {
                out.push(c.to_ascii_uppercase());
                begins = false;
            }
            c if c.is_ascii_alphabetic() => out.push(c),
            c if c.is_ascii_digit() => {
                out.push_str(DIGITS[usize::from(c as u8 - b'0')]);
                begins = true;
            }
            '°' | '%' => {}
            _ => begins = true,
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_mathematics() {
        for (text, expected) in [
            ("98.12 ± 0.41", "$98.12 \\pm 0.41$"),
            ("−0.52", "$-0.52$"),
            ("(1.7 ± 1.3)·10⁻⁵", "$(1.7 \\pm 1.3)\\cdot 10^{-5}$"),
            ("26 / –", "$26 / \\mbox{--}$"),
            ("< 0.001", "$< 0.001$"),
            ("0.8 (0.5 to 1.3)", "$0.8 (0.5 \\mbox{ to } 1.3)$"),
            ("–", "--"),
        ] {
            assert_eq!(number(text), expected);
        }
    }

    #[test]
    fn words_are_no_commands_of_tex() {
        assert_eq!(
            words("my_b & 5 % \\x"),
            "my\\_b \\& 5 \\% \\textbackslash{}x"
        );
        assert_eq!(
            words("angle (°), φ′(u)"),
            "angle ($^\\circ$), $\\varphi$$'$(u)"
        );
    }

    #[test]
    fn names_of_macros_are_letters_and_each_is_one() {
        assert_eq!(camel("yin-yang, layer 1"), "YinYangLayerOne");
        let mut macros = Macros::default();
        macros.add(&["digits", "a b"], "mean", "1");
        macros.add(&["digits", "a-b"], "mean", "2");
        assert_eq!(
            macros.text(),
            "\\newcommand{\\apicalDigitsABMean}{\\ensuremath{1}}\n\
             \\newcommand{\\apicalDigitsABMeanB}{\\ensuremath{2}}\n"
        );
    }
}
