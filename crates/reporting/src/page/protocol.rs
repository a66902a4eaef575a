//! The page on a protocol.

use apical_learning::Provenance;
use maud::{Markup, html};

use super::{
    Attached, FIGURE_FILES, Part, Td, document, doing_it_again, figure, headings, notes, prose,
    provenance, rich, table,
};
use crate::plain_table::NO_VALUES;
use crate::{Cell, Chart, PlainTable, ProtocolReport};

/// A chart as the page shows it.
pub(crate) struct ShownChart<'a> {
    pub(crate) chart: &'a Chart,
    pub(crate) svg: String,
    /// The path of its files without extension.
    pub(crate) stem: String,
    pub(crate) csv: Vec<u8>,
}

/// The page.
pub(crate) fn protocol_html(report: &ProtocolReport, shown: &[ShownChart<'_>]) -> String {
    let provenances: Vec<&Provenance> = report.provenances.iter().collect();
    let mut attached = Attached::default();
    let mut parts = Vec::new();
    for (index, table) in report.tables.iter().enumerate() {
        let id = format!("table-{}", index + 1);
        parts.push(Part::new(
            &id,
            &table.title,
            plain_table(table, &mut attached),
        ));
    }
    if !shown.is_empty() {
        let mut inner = Vec::new();
        let mut drawn = Vec::new();
        for of in shown {
            let id = format!("figure-{}", inner.len() + 1);
            let csv = attached.csv(&format!("{}.csv", of.stem), &of.csv);
            let (title, reading) = (&of.chart.title, &of.chart.how_to_read);
            drawn.push(figure(&id, title, reading, &of.svg, &of.stem, csv));
            inner.push((id, title.clone()));
        }
        let body = html! { div.figures { @for figure in drawn { (figure) } } };
        parts.push(Part {
            inner,
            ..Part::new("figures", "Figures", body)
        });
    }
    parts.push(notes::meanings(&report.notes));
    if !report.failed.is_empty() {
        let body = html! { ul { @for line in &report.failed { li { (prose(line)) } } } };
        parts.push(Part {
            class: Some("failed"),
            ..Part::new("failed", "Failed runs", body)
        });
    }
    parts.push(doing_it_again(&report.command, &report.spec));
    parts.push(provenance::part(&provenances, Vec::new()));
    let findings = report.findings.iter().map(String::as_str);
    let footer = (!shown.is_empty()).then_some(FIGURE_FILES);
    document(
        &report.name,
        &report.title,
        findings,
        &report.gaps,
        &parts,
        footer,
    )
}

fn plain_table(of: &PlainTable, attached: &mut Attached) -> Markup {
    let shown = of.shown();
    let cells = || shown.rows.iter().flatten();
    let n_words = cells().filter(|cell| matches!(cell, Cell::Text(_))).count();
    // The first cell of a row is a heading.
    let is_of_words =
        2 * (n_words.saturating_sub(shown.rows.len())) > cells().count() - shown.rows.len();
    let class = if is_of_words {
        "text sortable"
    } else {
        "sortable"
    };
    let rows = shown.rows.iter();
    let rows = rows.map(|row| row.iter().map(Td::from).collect());
    let header = shown.header.iter().map(|heading| rich(heading));
    html! {
        @if shown.header.is_empty() { p { (NO_VALUES) "." } }
        @else { (table(class, Some(headings(header)), rows)) }
        p.note.under { (prose(&of.note)) " " (attached.csv(&format!("{}.csv", of.name), &of.csv())) }
    }
}
