//! index.html: one file that opens offline, and is whole when it is sent alone.

mod attached;
mod notes;
mod protocol;
mod provenance;
mod results;
mod table;

use std::collections::BTreeMap;

use apical_learning::{KeyPath, Provenance};
use base64::prelude::{BASE64_STANDARD, Engine};
use maud::{DOCTYPE, Markup, PreEscaped, html};

use crate::ReportInput;
use crate::cell::Cell;
use crate::figure::{Figure, Omission};
use crate::group::Task;
use crate::markup::{Height, pieces, plain};
use crate::plot::PAGE_FONT;
use crate::table::Table;
use crate::text::printable_lines;

use attached::Attached;
pub(crate) use protocol::{ShownChart, protocol_html};
use table::{Td, headings, table};

/// A figure on the page.
#[derive(Debug)]
pub(crate) enum FigureOnPage {
    /// Drawn, with files `<stem>.svg`, `.png` and `.csv` beside the page.
    Drawn {
        svg: String,
        stem: String,
        csv: Vec<u8>,
    },
    /// Not there.
    Omitted(Omission),
}

/// All of a task that the page shows.
pub(crate) struct TaskSection<'a> {
    pub(crate) claim: String,
    pub(crate) task: &'a Task<'a>,
    /// Rows of the literature card.
    pub(crate) literature: Vec<Vec<Cell>>,
    pub(crate) table: &'a Table<'a>,
    pub(crate) figures: Vec<(&'static Figure, FigureOnPage)>,
}

/// A part of the page, with its entry in the contents.
struct Part {
    /// Its anchor.
    id: String,
    heading: String,
    class: Option<&'static str>,
    body: Markup,
    /// Anchors in it, and what is there.
    inner: Vec<(String, String)>,
}

impl Part {
    fn new(id: &str, heading: &str, body: Markup) -> Self {
        Self {
            id: id.to_owned(),
            heading: heading.to_owned(),
            class: None,
            body,
            inner: Vec::new(),
        }
    }
}

/// The page; `files` are table.csv, contrasts.csv, credit.csv and trials.csv.
pub(crate) fn html(
    input: &ReportInput,
    sections: &[TaskSection<'_>],
    files: &[(&str, &[u8])],
) -> String {
    let mut attached = Attached::default();
    let claims = sections.iter().map(|section| &*section.claim);
    let provenances: Vec<&Provenance> = input.runs.iter().map(|run| &run.provenance).collect();
    let mut parts = results::task_parts(sections, files, &mut attached);
    parts.push(notes::meanings(notes::MEANINGS));
    parts.extend(notes::tuning(input, files, &mut attached));
    parts.extend(notes::failed(sections));
    parts.extend(notes::absent(sections));
    parts.push(doing_it_again(&input.command, &input.spec));
    parts.push(provenance::part(&provenances, provenance::checksums(input)));
    let mut figures = sections.iter().flat_map(|section| &section.figures);
    let has_figures = figures.any(|(_, figure)| matches!(figure, FigureOnPage::Drawn { .. }));
    let footer = has_figures.then_some(FIGURE_FILES);
    document(
        &input.experiment,
        &input.title,
        claims,
        &input.gaps,
        &parts,
        footer,
    )
}

/// What the footer says where there are figures.
const FIGURE_FILES: &str =
    "Every figure also lies beside this page, in figures/, as SVG and PNG (300 dpi).";

/// `text` without line breaks between a number, its interval and its unit.
fn unbroken(text: &str) -> String {
    let text = text.replace(" ± ", "\u{a0}±\u{a0}");
    text.replace(" %", "\u{a0}%")
}

/// A whole page with `claims` in its head, what is missing, and the contents.
fn document<'a>(
    kicker: &str,
    title: &str,
    claims: impl Iterator<Item = &'a str>,
    gaps: &[String],
    parts: &[Part],
    footer: Option<&str>,
) -> String {
    let font = BASE64_STANDARD.encode(PAGE_FONT);
    let style = format!(
        "@font-face{{font-family:\"DejaVu Sans\";src:url(data:font/ttf;base64,{font}) \
         format(\"truetype\")}}\n{}",
        include_str!("page.css")
    );
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (plain(title)) }
                style { (PreEscaped(style)) }
            }
            body {
                main {
                    header {
                        p.kicker { (kicker) }
                        h1 { (rich(title)) }
                        @for claim in claims { p.claim { (prose(&unbroken(claim))) } }
                        @for gap in gaps { p.warning { (prose(gap)) } }
                    }
                    (contents(parts))
                    @for part in parts {
                        "\n" section id=(part.id) class=[part.class] {
                            h2 { (rich(&part.heading)) }
                            (part.body)
                        }
                    }
                    @if let Some(footer) = footer {
                        footer { p.note { (footer) } }
                    }
                }
                script { (PreEscaped(include_str!("page.js"))) }
            }
        }
    };
    printable_lines(&page.into_string())
}

fn contents(parts: &[Part]) -> Markup {
    html! {
        nav aria-label="Contents" {
            ul {
                @for part in parts {
                    li {
                        a href={ "#" (part.id) } { (rich(&part.heading)) }
                        @if !part.inner.is_empty() {
                            ul {
                                @for (id, text) in &part.inner {
                                    li { a href={ "#" (id) } { (rich(text)) } }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// Text with its raised and lowered letters.
fn rich(text: &str) -> Markup {
    html! {
        @for (height, piece) in pieces(text) {
            @match height {
                Height::Line => (piece),
                Height::Lowered => sub { (piece) },
                Height::Raised => sup { (piece) },
            }
        }
    }
}

/// The same with what stands in backticks as code.
fn prose(text: &str) -> Markup {
    let parts: Vec<&str> = text.split('`').collect();
    if parts.len().is_multiple_of(2) {
        return rich(text);
    }
    html! {
        @for (index, part) in parts.iter().enumerate() {
            @if index % 2 == 0 { (rich(part)) } @else { code { (part) } }
        }
    }
}

/// Terms and what they mean.
fn definitions<S: AsRef<str>>(terms: &[(S, S)]) -> Markup {
    html! {
        dl {
            @for (term, meaning) in terms {
                div { dt { (rich(term.as_ref())) } dd { (prose(meaning.as_ref())) } }
            }
        }
    }
}

/// Command and specification.
fn doing_it_again(command: &str, spec: &str) -> Part {
    let body = html! {
        pre.command { code { (command) } }
        details { summary { "Specification" } pre { code { (spec) } } }
    };
    Part::new("again", "Doing it again", body)
}

/// Settings as `key=value; …`.
pub(crate) fn settings(settings: &BTreeMap<KeyPath, f64>) -> String {
    let pairs: Vec<String> = settings
        .iter()
        .map(|(key, value)| format!("{key}={value}"))
        .collect();
    pairs.join("; ")
}

/// A drawn figure; `svg` is markup already, `csv` the link to its numbers.
fn figure(id: &str, title: &str, reading: &str, svg: &str, stem: &str, csv: Markup) -> Markup {
    html! {
        "\n" figure id=(id) {
            div.plot { (PreEscaped(svg)) }
            figcaption {
                b { (rich(title)) "." } " " (rich(reading)) " "
                span.files {
                    // The script saves the drawing of this page, wherever the file lies.
                    a.drawing href={ (stem) ".svg" } { "SVG" } " " (csv)
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_in_backticks_are_code_and_a_page_without_figures_names_none() {
        let page = |footer| {
            let claims = ["`apical run x` makes W_{1}"].into_iter();
            document("a", "A", claims, &["`b` is damaged".into()], &[], footer)
        };
        let without = page(None);
        assert!(without.contains("<code>apical run x</code> makes W<sub>1</sub>"));
        assert!(without.contains("<code>b</code> is damaged"));
        assert!(!without.contains("<footer>"));
        assert!(page(Some(FIGURE_FILES)).contains("in figures/"));
        assert_eq!(prose("a ` b").into_string(), "a ` b");
    }
}
