//! `apical status`.

use std::path::PathBuf;

use anyhow::Result;
use apical_experiment::report::{self, Status};

use crate::progress::label;
use crate::{exit, say};

/// Prints how the runs of every experiment below `folders` stand.
pub(crate) fn status(folders: &[PathBuf]) -> Result<u8> {
    let experiments = report::status(folders)?;
    for experiment in &experiments {
        say::out(in_words(experiment));
    }
    let has_failed = |of: &Status| !of.failed.is_empty() || of.n_damaged > 0;
    let is_unfinished = |of: &Status| of.n_running > 0 || of.n_missing != Some(0);
    Ok(if experiments.iter().any(has_failed) {
        exit::RUNS_FAILED
    } else if experiments.iter().any(is_unfinished) {
        exit::UNFINISHED
    } else {
        exit::OK
    })
}

fn in_words(of: &Status) -> String {
    let missing = match of.n_missing {
        Some(0) => None,
        Some(n) => Some(format!("{n} missing")),
        None => Some("every run missing".to_owned()),
    };
    let counted = [
        (of.failed.len(), "failed"),
        (of.n_damaged, "damaged"),
        (of.n_running, "running"),
    ];
    let counted = counted.iter().filter(|(n, _)| *n > 0);
    let counts = std::iter::once(format!("{} finished", of.n_finished))
        .chain(counted.map(|(n, what)| format!("{n} {what}")))
        .chain(missing);
    let counts: Vec<String> = counts.collect();
    let failed = of.failed.iter();
    let failed = failed.map(|(run, error)| format!("\n  failed: {}: {error}", label(run)));
    let gaps = of.gaps.iter().map(|gap| format!("\n  {gap}"));
    format!(
        "{}: {}{}",
        of.folder.display(),
        counts.join(", "),
        failed.chain(gaps).collect::<String>()
    )
}
