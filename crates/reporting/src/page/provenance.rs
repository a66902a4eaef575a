//! Where the runs come from.

use std::fmt::Write as _;

use apical_learning::Provenance;

use crate::ReportInput;
use crate::text::escape;

/// Provenance of all runs: one value where they agree, all values where they do not.
pub(super) fn section(out: &mut String, input: &ReportInput) {
    let of = |field: &dyn Fn(&Provenance) -> String| -> Vec<String> {
        let mut values = Vec::new();
        for run in &input.runs {
            let value = field(&run.provenance);
            if !values.contains(&value) {
                values.push(value);
            }
        }
        values
    };
    let commit = |p: &Provenance| {
        let commit = p.commit.as_deref().unwrap_or("unknown");
        match p.dirty {
            Some(true) => format!("{commit}, with changes on top"),
            Some(false) => commit.to_owned(),
            None => format!("{commit}, unknown whether changed"),
        }
    };
    let fields = [
        ("apical", of(&|p| p.version.clone())),
        ("commit", of(&commit)),
        ("sources, SHA-256", of(&|p| p.source_digest.clone())),
        ("compiler", of(&|p| p.rustc.clone())),
        ("target", of(&|p| p.target.clone())),
        ("processor", of(&|p| p.cpu.clone())),
        ("instruction set", of(&|p| p.instruction_set.clone())),
        ("threads", of(&|p| p.n_threads.to_string())),
        ("data, checksum", checksums(input)),
        ("started", started(input)),
        ("run by", of(&|p| p.command.join(" "))),
    ];
    out.push_str("<section>\n<h2>Provenance</h2>\n");
    let differs = |name: &str| {
        fields
            .iter()
            .any(|(n, values)| *n == name && values.len() > 1)
    };
    if differs("sources, SHA-256") {
        out.push_str("<p class=\"warning\">The runs were made by different sources.</p>\n");
    }
    if differs("processor") || differs("threads") || differs("instruction set") {
        out.push_str(
            "<p class=\"warning\">The runs were made on different machines or with different numbers \
             of threads: their times are not comparable.</p>\n",
        );
    }
    out.push_str("<div class=\"scroll\">\n<table class=\"text\">\n<tbody>\n");
    for (name, values) in fields {
        let values: Vec<String> = values.iter().map(|value| escape(value)).collect();
        let _ = writeln!(
            out,
            "<tr><th scope=\"row\">{name}</th><td>{}</td></tr>",
            values.join("<br>")
        );
    }
    out.push_str("</tbody>\n</table>\n</div>\n</section>\n");
}

fn checksums(input: &ReportInput) -> Vec<String> {
    let mut values = Vec::new();
    for run in &input.runs {
        let value = format!("{}: {}", run.summary.run.task, run.provenance.data_checksum);
        if !values.contains(&value) {
            values.push(value);
        }
    }
    values
}

/// First and last start; RFC 3339 times in UTC sort as text.
fn started(input: &ReportInput) -> Vec<String> {
    let times = || input.runs.iter().map(|run| &run.provenance.started);
    match (times().min(), times().max()) {
        (Some(first), Some(last)) if first != last => vec![format!("{first} to {last}")],
        (Some(first), _) => vec![first.clone()],
        _ => Vec::new(),
    }
}
