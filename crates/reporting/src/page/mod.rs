//! index.html: one file that opens offline.

mod notes;
mod protocol;
mod provenance;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use apical_learning::Provenance;
use base64::prelude::{BASE64_STANDARD, Engine};

use crate::ReportInput;
use crate::figure::{Figure, Omission};
use crate::group::Task;
use crate::plot::FONT;
use crate::table::{Heading, Layout, REFERENCES, Table};
use crate::text::escape;

pub(crate) use protocol::protocol_html;

/// A figure on the page.
#[derive(Debug)]
pub(crate) enum FigureOnPage {
    /// Drawn, with files `<stem>.svg`, `.png` and `.csv` beside the page.
    Drawn { svg: String, stem: String },
    /// Not there.
    Omitted(Omission),
}

/// All of a task that the page shows.
pub(crate) struct TaskSection<'a> {
    pub(crate) claim: String,
    pub(crate) task: &'a Task<'a>,
    pub(crate) table: &'a Table<'a>,
    pub(crate) figures: Vec<(&'static Figure, FigureOnPage)>,
}

/// The page.
pub(crate) fn html(input: &ReportInput, sections: &[TaskSection<'_>]) -> String {
    let mut out = String::new();
    head(&mut out, &input.title);
    out.push_str("<main>\n<header>\n");
    push(&mut out, "p", "kicker", &input.experiment);
    push(&mut out, "h1", "", &input.title);
    for section in sections {
        // No line break between a number, its interval and its unit.
        let claim = section.claim.replace(" ± ", "\u{a0}±\u{a0}");
        push(&mut out, "p", "claim", &claim.replace(" %", "\u{a0}%"));
    }
    out.push_str("</header>\n");
    let mut explained = BTreeSet::new();
    for section in sections {
        task_section(&mut out, section, &mut explained);
    }
    notes::reading(&mut out);
    notes::tuning(&mut out, input);
    notes::failed(&mut out, sections);
    notes::absent(&mut out, sections);
    doing_it_again(&mut out, &input.command, &input.spec);
    let provenances: Vec<&Provenance> = input.runs.iter().map(|run| &run.provenance).collect();
    provenance::section(&mut out, &provenances, provenance::checksums(input));
    out.push_str("</main>\n</body>\n</html>\n");
    out
}

/// Command and specification.
fn doing_it_again(out: &mut String, command: &str, spec: &str) {
    out.push_str("<section>\n<h2>Doing it again</h2>\n<pre class=\"command\"><code>");
    out.push_str(&escape(command));
    out.push_str("</code></pre>\n<details>\n<summary>Specification</summary>\n<pre><code>");
    out.push_str(&escape(spec));
    out.push_str("</code></pre>\n</details>\n</section>\n");
}

/// Settings as `key=value; …`.
pub(crate) fn settings(settings: &BTreeMap<String, f64>) -> String {
    let pairs: Vec<String> = settings
        .iter()
        .map(|(key, value)| format!("{key}={value}"))
        .collect();
    pairs.join("; ")
}

/// An element with escaped text.
fn push(out: &mut String, element: &str, class: &str, text: &str) {
    let class = if class.is_empty() {
        String::new()
    } else {
        format!(" class=\"{class}\"")
    };
    let _ = writeln!(out, "<{element}{class}>{}</{element}>", escape(text));
}

fn head(out: &mut String, title: &str) {
    let _ = write!(
        out,
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n<title>{}</title>\n<style>\n\
         @font-face{{font-family:\"DejaVu Sans\";src:url(data:font/ttf;base64,{}) format(\"truetype\")}}\n\
         {}</style>\n</head>\n<body>\n",
        escape(title),
        BASE64_STANDARD.encode(FONT),
        include_str!("page.css"),
    );
}

/// A task with its table and figures; how to read a figure is told where it is met first.
fn task_section(
    out: &mut String,
    section: &TaskSection<'_>,
    explained: &mut BTreeSet<&'static str>,
) {
    out.push_str("<section>\n");
    push(out, "h2", "", section.task.name);
    result_table(out, section.table);
    out.push_str("<div class=\"figures\">\n");
    let mut omitted = Vec::new();
    for (info, shown) in &section.figures {
        match shown {
            FigureOnPage::Drawn { svg, stem } => {
                let mut reading = if explained.insert(info.name) {
                    info.how_to_read.to_owned()
                } else {
                    format!("As above: {}.", info.one_line)
                };
                if let Some(times) = section.table.times.as_ref().filter(|_| info.shows_times) {
                    reading.push_str(&format!(" Times {times}."));
                }
                figure(out, info.title, &reading, svg, stem);
            }
            FigureOnPage::Omitted(reason) => omitted.push((info, reason)),
        }
    }
    out.push_str("</div>\n");
    if !omitted.is_empty() {
        out.push_str("<p class=\"note\">Not shown: ");
        for (index, (info, reason)) in omitted.into_iter().enumerate() {
            let between = if index == 0 { "" } else { "; " };
            let name = info.name.replace('_', " ");
            let _ = write!(out, "{between}{} ({})", escape(&name), escape(reason));
        }
        out.push_str(".</p>\n");
    }
    out.push_str("</section>\n");
}

fn figure(out: &mut String, title: &str, reading: &str, svg: &str, stem: &str) {
    let _ = writeln!(
        out,
        "<figure>\n<div class=\"plot\">{svg}</div>\n<figcaption><b>{}.</b> {} <span class=\"files\">\
         <a href=\"{stem}.svg\">SVG</a> <a href=\"{stem}.png\">PNG</a> <a href=\"{stem}.csv\">CSV</a>\
         </span></figcaption>\n</figure>",
        escape(title),
        escape(reading),
    );
}

fn result_table(out: &mut String, table: &Table<'_>) {
    let layout = Layout::EachLayer;
    let headings = table.headings(layout);
    out.push_str("<div class=\"scroll\">\n<table>\n<thead>\n<tr>");
    for run in headings.chunk_by(|a, b| a.shared == b.shared) {
        // Broken after commas alone.
        let shared = escape(&run[0].shared).replace(' ', "\u{a0}");
        let shared = shared.replace(",\u{a0}", ", ");
        let _ = write!(
            out,
            "<th colspan=\"{}\" scope=\"colgroup\"{}>{}</th>",
            run.len(),
            if run[0].shared.is_empty() {
                ""
            } else {
                " class=\"shared\""
            },
            shared
        );
    }
    out.push_str("</tr>\n<tr>");
    for Heading { own, .. } in &headings {
        let _ = write!(out, "<th scope=\"col\">{}</th>", escape(own));
    }
    out.push_str("</tr>\n</thead>\n<tbody>\n");
    for row in &table.rows {
        out.push_str("<tr>");
        for (index, cell) in table.cells(row, layout).iter().enumerate() {
            let cell = escape(cell);
            if index == 0 {
                let _ = write!(out, "<th scope=\"row\">{cell}</th>");
            } else {
                let _ = write!(out, "<td>{cell}</td>");
            }
        }
        out.push_str("</tr>\n");
    }
    out.push_str("</tbody>\n</table>\n</div>\n<p class=\"note\">Mean ± half width of the 95 % t interval over seeds");
    if table.rows.iter().any(|row| row.n_finished == 1) {
        out.push_str("; one seed has no interval");
    }
    if table.rows.iter().any(|row| row.n_failed > 0) {
        out.push_str("; failed runs are left out of all means");
    }
    out.push('.');
    if table.has_angles() {
        let _ = write!(
            out,
            " Update angles are those after the last epoch; {}.",
            escape(REFERENCES)
        );
    }
    if let Some(baseline) = &table.baseline {
        let _ = write!(out, " Time ratio: to {}.", escape(baseline));
    }
    if let Some(times) = &table.times {
        let _ = write!(out, " Times {}.", escape(times));
    }
    out.push_str(" <a href=\"table.csv\">CSV</a></p>\n");
}
