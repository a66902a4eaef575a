//! The page on a protocol.

use std::fmt::Write as _;

use apical_learning::Provenance;

use super::{doing_it_again, figure, head, provenance, push};
use crate::text::escape;
use crate::{Chart, PlainTable, ProtocolReport};

/// The page; `shown` are charts with their SVG and the path of their files without extension.
pub(crate) fn protocol_html(report: &ProtocolReport, shown: &[(&Chart, String, String)]) -> String {
    let mut out = String::new();
    head(&mut out, &report.title);
    out.push_str("<main>\n<header>\n");
    push(&mut out, "p", "kicker", &report.name);
    push(&mut out, "h1", "", &report.title);
    for finding in &report.findings {
        let finding = finding.replace(" ± ", "\u{a0}±\u{a0}");
        push(&mut out, "p", "claim", &finding.replace(" %", "\u{a0}%"));
    }
    out.push_str("</header>\n<section>\n");
    for table in &report.tables {
        plain_table(&mut out, table);
    }
    out.push_str("<div class=\"figures\">\n");
    for (chart, svg, stem) in shown {
        figure(&mut out, &chart.title, &chart.how_to_read, svg, stem);
    }
    out.push_str("</div>\n</section>\n");
    notes(&mut out, report);
    if !report.failed.is_empty() {
        out.push_str("<section class=\"failed\">\n<h2>Failed runs</h2>\n<ul>\n");
        for line in &report.failed {
            push(&mut out, "li", "", line);
        }
        out.push_str("</ul>\n</section>\n");
    }
    doing_it_again(&mut out, &report.command, &report.spec);
    let provenances: Vec<&Provenance> = report.provenances.iter().collect();
    provenance::section(&mut out, &provenances, Vec::new());
    out.push_str("</main>\n</body>\n</html>\n");
    out
}

fn notes(out: &mut String, report: &ProtocolReport) {
    if report.notes.is_empty() {
        return;
    }
    out.push_str("<section>\n<h2>What the numbers mean</h2>\n<dl>\n");
    for (term, meaning) in &report.notes {
        let _ = writeln!(
            out,
            "<div><dt>{}</dt><dd>{}</dd></div>",
            escape(term),
            escape(meaning)
        );
    }
    out.push_str("</dl>\n</section>\n");
}

fn plain_table(out: &mut String, table: &PlainTable) {
    push(out, "h2", "", &table.title);
    out.push_str("<div class=\"scroll\">\n<table>\n<thead>\n<tr>");
    for heading in &table.header {
        let _ = write!(out, "<th scope=\"col\">{}</th>", escape(heading));
    }
    out.push_str("</tr>\n</thead>\n<tbody>\n");
    for row in &table.rows {
        out.push_str("<tr>");
        for (index, cell) in row.iter().enumerate() {
            let element = if index == 0 { "th scope=\"row\"" } else { "td" };
            let end = if index == 0 { "th" } else { "td" };
            let _ = write!(out, "<{element}>{}</{end}>", escape(cell));
        }
        out.push_str("</tr>\n");
    }
    let _ = writeln!(
        out,
        "</tbody>\n</table>\n</div>\n<p class=\"note\">{} <a href=\"{}.csv\">CSV</a></p>",
        escape(&table.note),
        escape(&table.name)
    );
}
