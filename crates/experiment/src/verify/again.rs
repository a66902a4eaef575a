//! Whole runs, made again beside the kept ones.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use super::{Findings, Repeatable};
use crate::experiment::{Done, Experiment};
use crate::provenance::source_digest;
use crate::runs::Execution;
use crate::spec::Overrides;
use crate::store::{self, name};
use crate::task_data::{DataCache, is_of_files};

/// Makes the first `n_wanted` of `runs` again whose specification was kept, and compares bit by bit.
pub(super) fn of_runs(
    runs: &[&dyn Repeatable],
    n_wanted: usize,
    data: &mut DataCache,
    execution: &Execution<'_>,
    findings: &mut Findings,
) -> Result<()> {
    let can_be_made = |run: &&&dyn Repeatable| !run.source().text.is_empty() && run.records().1;
    let mut n_same = 0;
    for run in runs.iter().filter(can_be_made).take(n_wanted) {
        if (execution.stop)() {
            findings.not_checked(run.folder(), "stopped before it was made again");
            continue;
        }
        match difference(*run, data, execution) {
            Ok(None) => n_same += 1,
            Ok(Some(_)) if (execution.stop)() => {
                findings.not_checked(run.folder(), "stopped while it was made again");
            }
            Ok(Some(how)) => findings.differ(run.folder(), &how),
            Err(error) if is_of_files(&error) => {
                findings.not_checked(run.folder(), &format!("{error:#}"));
            }
            Err(error) => findings.differ(run.folder(), &format!("made again: {error:#}")),
        }
    }
    findings.agree(n_same, "runs made again, to the bit");
    Ok(())
}

/// How `run`, made again, is another.
fn difference(
    run: &dyn Repeatable,
    data: &mut DataCache,
    execution: &Execution<'_>,
) -> Result<Option<String>> {
    let root = tempfile::tempdir().context("failed to make a temporary folder")?;
    let experiment = Experiment::read(run.source(), Overrides::default())?;
    let done = experiment.run(data, root.path(), &|_| Ok(String::new()), execution)?;
    if let Done::Ran { errors, .. } = done
        && let Some(error) = errors.into_iter().next()
    {
        return Err(error);
    }
    let folders = store::ended_folders(root.path())?;
    let [made] = &folders[..] else {
        return Ok(Some("made again, it did not end".to_owned()));
    };
    let (records, _) = run.records();
    let is_same = |file: &str| -> Result<bool> {
        let text = |folder: &Path| fs::read(folder.join(file)).context("failed to read a run");
        let (then, now) = (text(run.folder())?, text(made)?);
        Ok(without_times(&then) == without_times(&now))
    };
    if !is_same(records)? {
        let (sources, instruction_set) = run.made_by();
        let why = match sources == source_digest() {
            true => format!("; it was made with {instruction_set}"),
            false => format!("; it was made by other sources, with {instruction_set}"),
        };
        return Ok(Some(format!("made again, {records} differs{why}")));
    }
    let has_weights = run.folder().join(name::WEIGHTS).is_file();
    if has_weights && !is_same(name::WEIGHTS)? {
        return Ok(Some(format!("made again, {} differs", name::WEIGHTS)));
    }
    Ok(None)
}

/// The lines that are the same whenever a run is repeated.
fn without_times(bytes: &[u8]) -> Vec<&[u8]> {
    let is_time = |line: &&[u8]| line.starts_with(br#"{"record":"timing""#);
    bytes
        .split(|byte| *byte == b'\n')
        .filter(|line| !is_time(line))
        .collect()
}
