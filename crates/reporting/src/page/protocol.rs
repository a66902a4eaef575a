//! The page on a protocol.

use apical_learning::Provenance;
use maud::{Markup, html};

use super::{definitions, document, doing_it_again, figure, headings, provenance, section, table};
use crate::{Chart, PlainTable, ProtocolReport};

/// The page; `shown` are charts with their SVG and the path of their files without extension.
pub(crate) fn protocol_html(report: &ProtocolReport, shown: &[(&Chart, String, String)]) -> String {
    let provenances: Vec<&Provenance> = report.provenances.iter().collect();
    let body = html! {
        section {
            @for table in &report.tables { (plain_table(table)) }
            div.figures {
                @for (chart, svg, stem) in shown {
                    (figure(&chart.title, &chart.how_to_read, svg, stem))
                }
            }
        }
        @if !report.notes.is_empty() {
            (section("What the numbers mean", definitions(&report.notes)))
        }
        @if !report.failed.is_empty() {
            section.failed {
                h2 { "Failed runs" }
                ul { @for line in &report.failed { li { (line) } } }
            }
        }
        (doing_it_again(&report.command, &report.spec))
        (provenance::table(&provenances, Vec::new()))
    };
    let findings = report.findings.iter().map(String::as_str);
    document(&report.name, &report.title, findings, &report.gaps, body)
}

fn plain_table(of: &PlainTable) -> Markup {
    let rows = of.rows.iter();
    let rows = rows.map(|row| {
        row.iter()
            .map(|cell| html! { (cell.to_string()) })
            .collect()
    });
    html! {
        h2 { (of.title) }
        (table(None, Some(headings(&of.header)), rows))
        p.note { (of.note) " " a href={ (of.name) ".csv" } { "CSV" } }
    }
}
