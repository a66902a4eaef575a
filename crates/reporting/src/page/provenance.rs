//! Where the runs come from.

use apical_learning::Provenance;
use maud::html;

use super::{Part, Td, table};
use crate::ReportInput;

/// Provenance of `runs`: one value where they agree, all values where they do not.
pub(super) fn part(runs: &[&Provenance], checksums: Vec<String>) -> Part {
    let of = |field: &dyn Fn(&Provenance) -> String| -> Vec<String> {
        let mut values = Vec::new();
        for run in runs {
            let value = field(run);
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
    // The program's own crates have its version.
    let libraries = |p: &Provenance| {
        let others = p
            .versions
            .iter()
            .filter(|(name, _)| !name.starts_with("apical-"));
        let named: Vec<String> = others
            .map(|(name, version)| format!("{name} {version}"))
            .collect();
        named.join("; ")
    };
    let instruction_set = |p: &Provenance| match &p.kernels {
        Some(asked) => format!("{}, asked for by APICAL_KERNELS={asked}", p.instruction_set),
        None => p.instruction_set.clone(),
    };
    let fields = [
        ("apical", of(&|p| p.version.clone())),
        ("commit", of(&commit)),
        ("sources, SHA-256", of(&|p| p.source_digest.clone())),
        ("compiler", of(&|p| p.rustc.clone())),
        ("libraries", of(&libraries)),
        ("target", of(&|p| p.target.clone())),
        ("processor", of(&|p| p.cpu.clone())),
        ("instruction set", of(&instruction_set)),
        ("threads", of(&|p| p.n_threads.to_string())),
        ("data, checksum", checksums),
        ("started", started(runs)),
        ("run by", of(&|p| p.command.join(" "))),
    ];
    let differs = |name: &str| {
        fields
            .iter()
            .any(|(n, values)| *n == name && values.len() > 1)
    };
    let rows = fields.iter().filter(|(_, values)| !values.is_empty());
    let rows = rows.map(|(name, values)| {
        let lines = html! {
            @for (index, value) in values.iter().enumerate() { @if index > 0 { br; } (value) }
        };
        vec![Td::of(html! { (name) }), Td::of(lines)]
    });
    let body = html! {
        @if differs("sources, SHA-256") {
            p.warning { "The runs were made by different sources." }
        }
        @if differs("processor") || differs("threads") || differs("instruction set") {
            p.warning {
                "The runs were made on different machines or with different numbers of threads: their \
                 times are not comparable."
            }
        }
        (table("text", None, rows))
    };
    Part::new("provenance", "Provenance", body)
}

/// The data of every task.
pub(super) fn checksums(input: &ReportInput) -> Vec<String> {
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
fn started(runs: &[&Provenance]) -> Vec<String> {
    let times = || runs.iter().map(|run| &run.started);
    match (times().min(), times().max()) {
        (Some(first), Some(last)) if first != last => vec![format!("{first} to {last}")],
        (Some(first), _) => vec![first.clone()],
        _ => Vec::new(),
    }
}
