//! `checklist.md`: the items of the NeurIPS paper checklist, each with the record that answers it.

use std::collections::BTreeSet;

use super::{Bundle, BundledRun};

/// Where records cannot answer.
const AUTHOR: &str = "The author's to answer.";

pub(super) fn of(bundle: &Bundle, runs: &[BundledRun]) -> String {
    let count = |end: &str| {
        bundle
            .files
            .iter()
            .filter(|file| file.path.ends_with(end))
            .count()
    };
    // These are written with it.
    let beside = ["repro.yaml", "reproduce.sh", "codemeta.json"];
    let first = |end: &str| {
        let files = bundle.files.iter().map(|file| &*file.path);
        let mut paths = files.chain(beside);
        paths.find(|path| *path == end || path.ends_with(&format!("/{end}")))
    };
    let link = |end: &str| match first(end) {
        Some(path) => format!("[{path}]({})", super::address(path)),
        None => format!("{end}, which is not in this archive"),
    };
    let machines: BTreeSet<&str> = runs.iter().map(|run| run.text("cpu")).collect();
    let machines: Vec<&str> = machines.into_iter().filter(|cpu| !cpu.is_empty()).collect();
    let peak = runs
        .iter()
        .filter_map(|run| run.provenance["surroundings"]["process_peak_bytes"].as_u64());
    let peak = peak.max().map_or_else(String::new, |bytes| {
        format!(
            ", at most {:.2} GB of memory in a process",
            bytes as f64 / 1e9
        )
    });
    let n_failed = runs.iter().filter(|run| run.error.is_some()).count();
    let contrasts = match first("contrasts.csv") {
        Some(_) => format!(
            "{}: paired t intervals, exact sign-flip tests, Holm, TOST at the declared margin",
            link("contrasts.csv")
        ),
        None => "no contrasts were declared".to_owned(),
    };
    let items = [
        (
            "Claims",
            format!(
                "{}: a claim for every number of a table, with the cell that holds it; {contrasts}.",
                link("repro.yaml")
            ),
        ),
        ("Limitations", AUTHOR.to_owned()),
        (
            "Theory, assumptions and proofs",
            "No proof is in these records.".to_owned(),
        ),
        (
            "Reproducibility of experimental results",
            format!(
                "{} has all settings; {} makes a run again and compares bits. Program, sources, compiler and libraries of every run: provenance.json in its folder.",
                link("experiment.toml"),
                link("reproduce.sh")
            ),
        ),
        (
            "Open access to data and code",
            format!(
                "This archive; data that the program carries or makes: {}. Code: {}.",
                link("croissant.json"),
                link("codemeta.json")
            ),
        ),
        (
            "Experimental setting and details",
            format!(
                "{}: splits, minibatches, epochs, learning rates; how they were chosen: {}.",
                link("experiment.toml"),
                match first("trials.jsonl") {
                    Some(_) => link("trials.jsonl"),
                    None => "nothing was tuned in these runs".to_owned(),
                }
            ),
        ),
        (
            "Statistical significance",
            format!(
                "{}: 95 % t intervals over seeds, which vary in weights and order of samples, and in splits and tunings where experiment.toml gives each seed its own; {contrasts}.",
                first("table.csv")
                    .map_or_else(|| "the tables (CSV)".to_owned(), |_| link("table.csv"))
            ),
        ),
        (
            "Compute resources",
            format!(
                "{} runs, {:.2} hours of them together, on {}{peak}; each run's own: provenance.json and summary.json.",
                runs.len(),
                super::hours(runs),
                match machines.is_empty() {
                    true => "an unnamed processor".to_owned(),
                    false => machines.join("; "),
                }
            ),
        ),
        ("Code of ethics", AUTHOR.to_owned()),
        ("Broader impacts", AUTHOR.to_owned()),
        (
            "Safeguards",
            format!("{AUTHOR} Data that the program carries or makes need none."),
        ),
        (
            "Licences of existing assets",
            format!(
                "Data: {}. Program: {}.",
                link("croissant.json"),
                link("codemeta.json")
            ),
        ),
        (
            "New assets",
            format!(
                "{} describes every file; {} has their checksums. Licence: {}.",
                super::ro_crate::NAME,
                "SHA256SUMS",
                bundle.licence
            ),
        ),
        ("Crowdsourcing and human subjects", AUTHOR.to_owned()),
        (
            "Approval by an institutional review board",
            AUTHOR.to_owned(),
        ),
        (
            "Declaration of the use of language models",
            AUTHOR.to_owned(),
        ),
    ];
    let mut text = format!(
        "# Checklist: {}\n\n{} runs, {n_failed} of them failed and kept; {} tables and figures as CSV.\n\n\
         | item | where it is answered |\n|---|---|\n",
        bundle.title.replace('\n', " "),
        runs.len(),
        count(".csv")
    );
    for (index, (item, answer)) in items.iter().enumerate() {
        text.push_str(&format!("| {}. {item} | {answer} |\n", index + 1));
    }
    text
}
