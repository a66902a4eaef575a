//! index.html: one file that opens offline.

mod notes;
mod protocol;
mod provenance;

use std::collections::{BTreeMap, BTreeSet};

use apical_learning::{KeyPath, Provenance};
use base64::prelude::{BASE64_STANDARD, Engine};
use maud::{DOCTYPE, Markup, PreEscaped, Render, html};

use crate::ReportInput;
use crate::figure::{Figure, Omission};
use crate::group::Task;
use crate::plot::FONT;
use crate::table::{Layout, REFERENCES, Table};
use crate::text::printable_lines;

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
    let mut explained = BTreeSet::new();
    let claims = sections.iter().map(|section| &*section.claim);
    let provenances: Vec<&Provenance> = input.runs.iter().map(|run| &run.provenance).collect();
    let body = html! {
        @for section in sections { (task_section(section, &mut explained)) }
        (section("What the numbers mean", definitions(notes::MEANINGS)))
        (notes::tuning(input))
        (notes::failed(sections))
        (notes::absent(sections))
        (doing_it_again(&input.command, &input.spec))
        (provenance::table(&provenances, provenance::checksums(input)))
    };
    document(&input.experiment, &input.title, claims, &input.gaps, body)
}

/// A whole page with `claims` in its head, and what is missing.
fn document<'a>(
    kicker: &str,
    title: &str,
    claims: impl Iterator<Item = &'a str>,
    gaps: &[String],
    body: Markup,
) -> String {
    let font = BASE64_STANDARD.encode(FONT);
    let style = format!(
        "@font-face{{font-family:\"DejaVu Sans\";src:url(data:font/ttf;base64,{font}) \
         format(\"truetype\")}}\n{}",
        include_str!("page.css")
    );
    // No line break between a number, its interval and its unit.
    let unbroken = |claim: &str| {
        let claim = claim.replace(" ± ", "\u{a0}±\u{a0}");
        claim.replace(" %", "\u{a0}%")
    };
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (title) }
                style { (PreEscaped(style)) }
            }
            body {
                main {
                    header {
                        p.kicker { (kicker) }
                        h1 { (title) }
                        @for claim in claims { p.claim { (unbroken(claim)) } }
                        @for gap in gaps { p.warning { (gap) } }
                    }
                    (body)
                }
            }
        }
    };
    printable_lines(&page.into_string())
}

fn section(heading: &str, body: Markup) -> Markup {
    html! { "\n" section { h2 { (heading) } (body) } }
}

/// Terms and what they mean.
fn definitions<S: AsRef<str>>(terms: &[(S, S)]) -> Markup {
    html! {
        dl {
            @for (term, meaning) in terms {
                div { dt { (term.as_ref()) } dd { (meaning.as_ref()) } }
            }
        }
    }
}

/// A table that scrolls where it is too wide; the first cell of a row is a heading.
fn table(
    class: Option<&str>,
    head: Option<Markup>,
    rows: impl Iterator<Item = Vec<Markup>>,
) -> Markup {
    html! {
        div.scroll {
            table class=[class] {
                @if let Some(head) = head { thead { (head) } }
                tbody {
                    @for row in rows {
                        "\n" tr {
                            @for (index, cell) in row.iter().enumerate() {
                                @if index == 0 { th scope="row" { (cell) } } @else { td { (cell) } }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// A row of headings.
fn headings<S: Render>(columns: impl IntoIterator<Item = S>) -> Markup {
    html! { tr { @for column in columns { th scope="col" { (column) } } } }
}

/// Command and specification.
fn doing_it_again(command: &str, spec: &str) -> Markup {
    let body = html! {
        pre.command { code { (command) } }
        details { summary { "Specification" } pre { code { (spec) } } }
    };
    section("Doing it again", body)
}

/// Settings as `key=value; …`.
pub(crate) fn settings(settings: &BTreeMap<KeyPath, f64>) -> String {
    let pairs: Vec<String> = settings
        .iter()
        .map(|(key, value)| format!("{key}={value}"))
        .collect();
    pairs.join("; ")
}

/// A task with its table and figures; how to read a figure is told where it is met first.
fn task_section(shown: &TaskSection<'_>, explained: &mut BTreeSet<&'static str>) -> Markup {
    let mut omitted = Vec::new();
    let mut drawn = Vec::new();
    for (info, on_page) in &shown.figures {
        match on_page {
            FigureOnPage::Drawn { svg, stem } => {
                let mut reading = if explained.insert(info.name) {
                    info.how_to_read.to_owned()
                } else {
                    format!("As above: {}.", info.one_line)
                };
                if let Some(times) = shown.table.times.as_ref().filter(|_| info.shows_times) {
                    reading.push_str(&format!(" Times {times}."));
                }
                drawn.push(figure(info.title, &reading, svg, stem));
            }
            FigureOnPage::Omitted(reason) => {
                omitted.push(format!("{} ({reason})", info.name.replace('_', " ")));
            }
        }
    }
    let body = html! {
        (result_table(shown.table))
        div.figures { @for figure in drawn { (figure) } }
        @if !omitted.is_empty() { p.note { "Not shown: " (omitted.join("; ")) "." } }
    };
    section(shown.task.name, body)
}

/// A drawn figure; `svg` is markup already.
fn figure(title: &str, reading: &str, svg: &str, stem: &str) -> Markup {
    html! {
        "\n" figure {
            div.plot { (PreEscaped(svg)) }
            figcaption {
                b { (title) "." } " " (reading) " "
                span.files {
                    @for (extension, name) in [("svg", "SVG"), ("png", "PNG"), ("csv", "CSV")] {
                        a href={ (stem) "." (extension) } { (name) } " "
                    }
                }
            }
        }
    }
}

fn result_table(of: &Table<'_>) -> Markup {
    let layout = Layout::EachLayer;
    let columns = of.headings(layout);
    // Broken after commas alone.
    let unbroken = |text: &str| {
        let text = text.replace(' ', "\u{a0}");
        text.replace(",\u{a0}", ", ")
    };
    let head = html! {
        tr {
            @for run in columns.chunk_by(|a, b| a.shared == b.shared) {
                @let class = (!run[0].shared.is_empty()).then_some("shared");
                th colspan=(run.len()) scope="colgroup" class=[class] { (unbroken(&run[0].shared)) }
            }
        }
        (headings(columns.iter().map(|heading| &*heading.own)))
    };
    let cells = |row| {
        let cells = of.cells(row, layout).into_iter();
        cells.map(|cell| html! { (cell.to_string()) }).collect()
    };
    html! {
        (table(None, Some(head), of.rows.iter().map(cells)))
        p.note {
            "Mean ± half width of the 95 % t interval over seeds"
            @if of.rows.iter().any(|row| row.n_finished == 1) { "; one seed has no interval" }
            @if of.rows.iter().any(|row| row.n_failed > 0) {
                "; failed runs are left out of all means"
            }
            "."
            @if of.has_angles() {
                " Update angles are those after the last epoch; " (REFERENCES) "."
            }
            @if let Some(baseline) = of.baseline { " Time ratio: to " (baseline) "." }
            @if let Some(times) = &of.times { " Times " (times) "." }
            " " a href="table.csv" { "CSV" }
        }
    }
}
