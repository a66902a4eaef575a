//! Where the runs come from.

use std::collections::BTreeSet;

use apical_learning::{Provenance, Surroundings};
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
        ("operating system", surroundings(runs, system)),
        (
            "memory",
            surroundings(runs, |of| Some(gigabytes(of.memory_bytes?))),
        ),
        ("governor", surroundings(runs, |of| of.governor.clone())),
        ("allocator", surroundings(runs, |of| of.allocator.clone())),
        (
            "flags of the build",
            surroundings(runs, |of| of.rustflags.clone()),
        ),
        ("peak memory", peak(runs)),
        ("data, checksum", checksums),
        ("started", started(runs)),
        ("ended", last_end(runs)),
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

/// What `field` is, once for every value there is.
fn surroundings(
    runs: &[&Provenance],
    field: impl Fn(&Surroundings) -> Option<String>,
) -> Vec<String> {
    let of_runs = runs.iter().filter_map(|run| run.surroundings.as_ref());
    let values: BTreeSet<String> = of_runs.filter_map(field).collect();
    values.into_iter().collect()
}

fn system(of: &Surroundings) -> Option<String> {
    Some(match &of.kernel {
        Some(kernel) => format!("{}, kernel {kernel}", of.os),
        None => of.os.clone(),
    })
}

fn gigabytes(bytes: u64) -> String {
    format!("{:.2} GB", bytes as f64 / 1e9)
}

/// The most that a process took, beside what one run was estimated to need at least.
fn peak(runs: &[&Provenance]) -> Vec<String> {
    let of_runs = || runs.iter().filter_map(|run| run.surroundings.as_ref());
    let peak = of_runs().filter_map(|of| of.process_peak_bytes).max();
    let estimate = of_runs().filter_map(|of| of.estimated_bytes).max();
    let estimate = estimate.map_or_else(String::new, |bytes| {
        format!(
            "; the largest run was estimated to need at least {}",
            gigabytes(bytes)
        )
    });
    let peak = peak.map(|bytes| {
        format!(
            "{} in the process, with all runs of the time{estimate}",
            gigabytes(bytes)
        )
    });
    peak.into_iter().collect()
}

/// The last end.
fn last_end(runs: &[&Provenance]) -> Vec<String> {
    surroundings(runs, |of| of.ended.clone())
        .pop()
        .into_iter()
        .collect()
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
