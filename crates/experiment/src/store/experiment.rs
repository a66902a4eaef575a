//! The files of an experiment, and which runs belong to it.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use apical_learning::TrialRecord;

use super::{json, json_line, name, pretty, text, write_atomically};

/// First line of experiment.toml, before the command.
const COMMAND_MARK: &str = "# command: ";

/// The folders of all ended runs below `folder`, in order of their names; of an experiment those
/// alone that belong to its last call.
pub fn ended_folders(folder: &Path) -> Result<Vec<PathBuf>> {
    if is_run(folder) {
        return Ok(vec![folder.to_owned()]);
    }
    let mut found = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(folder) = open.pop() {
        if is_run(&folder) {
            found.push(folder);
            continue;
        }
        let entries = fs::read_dir(&folder)
            .with_context(|| format!("failed to list the folder {}", folder.display()))?;
        for entry in entries {
            let entry = entry?;
            // A hidden folder holds a run that is to take the place of another.
            let is_hidden = entry.file_name().to_string_lossy().starts_with('.');
            if entry.file_type()?.is_dir() && !is_hidden {
                open.push(entry.path());
            }
        }
    }
    found.sort();
    let mut listed: HashMap<PathBuf, Option<Vec<PathBuf>>> = HashMap::new();
    let mut belonging = Vec::new();
    for run in found {
        let Some(experiment) = experiment_folder(&run) else {
            belonging.push(run);
            continue;
        };
        if !listed.contains_key(experiment) {
            listed.insert(experiment.to_owned(), read_runs(experiment)?);
        }
        let is_listed = match &listed[experiment] {
            Some(runs) => runs.contains(&run),
            None => true,
        };
        if is_listed {
            belonging.push(run);
        }
    }
    Ok(belonging)
}

/// Whether `folder` is that of a run that ended; the experiment of a protocol has a summary too.
fn is_run(folder: &Path) -> bool {
    folder.join(name::SUMMARY).is_file() && !folder.join(name::EXPERIMENT).is_file()
}

/// Writes which run folders belong to the experiment in `folder` as it was called last.
pub fn write_runs<'a>(folder: &Path, runs: impl Iterator<Item = &'a Path>) -> Result<()> {
    let relative: Vec<String> = runs
        .map(|run| run.strip_prefix(folder).unwrap_or(run))
        .map(|run| {
            let parts: Vec<_> = run.iter().map(|part| part.to_string_lossy()).collect();
            parts.join("/")
        })
        .collect();
    write_atomically(&folder.join(name::RUNS), &pretty(&relative)?)
}

/// The run folders that belong to the experiment in `folder`; nothing where they are not listed.
fn read_runs(folder: &Path) -> Result<Option<Vec<PathBuf>>> {
    let path = folder.join(name::RUNS);
    if !path.is_file() {
        return Ok(None);
    }
    let relative: Vec<String> = json(&path)?;
    Ok(Some(relative.iter().map(|run| folder.join(run)).collect()))
}

/// The folder of the experiment that the run in `folder` belongs to.
pub fn experiment_folder(folder: &Path) -> Option<&Path> {
    // A run lies at most this far below: task, learner, point of a sweep, seed.
    const DEPTH: usize = 4;
    let mut above = folder.ancestors().skip(1).take(DEPTH);
    above.find(|above| above.join(name::EXPERIMENT).is_file())
}

/// The text of experiment.toml.
pub fn experiment_text(command: &str, spec: &str) -> String {
    format!("{COMMAND_MARK}{command}\n{spec}")
}

/// Command and specification of the experiment in `folder`.
pub fn read_experiment(folder: &Path) -> Result<(String, String)> {
    let whole = text(&folder.join(name::EXPERIMENT))?;
    let (first, spec) = whole.split_once('\n').unwrap_or((&whole, ""));
    Ok(match first.strip_prefix(COMMAND_MARK) {
        Some(command) => (command.to_owned(), spec.to_owned()),
        None => (String::new(), whole),
    })
}

/// The trials of the experiment in `folder`; none without a file of them.
pub fn read_trials(folder: &Path) -> Result<Vec<TrialRecord>> {
    let path = folder.join(name::TRIALS);
    if !path.is_file() {
        return Ok(Vec::new());
    }
    text(&path)?
        .lines()
        .map(|line| {
            serde_json::from_str(line).with_context(|| format!("failed to read {}", path.display()))
        })
        .collect()
}

/// Writes the log of all trials, one a line.
pub fn write_trials(folder: &Path, trials: &[TrialRecord]) -> Result<()> {
    let lines: Result<Vec<_>> = trials.iter().map(json_line).collect();
    let bytes = lines?.concat();
    write_atomically(&folder.join(name::TRIALS), &bytes)
}
