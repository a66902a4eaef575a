//! The files of an experiment, and which runs lie in its folder.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use apical_learning::TrialRecord;

use super::read_only::is_refused;
use super::{Lock, RunName, json, json_line, name, pretty, text, write_atomically};
use crate::runs::Stop;

/// First line of experiment.toml, before the command.
const COMMAND_MARK: &str = "# command: ";
/// Second line, before the digest.
const DIGEST_MARK: &str = "# digest of settings, data and code, without seeds: ";
/// Locks what belongs to the whole of an experiment.
const LOCK: &str = ".apical.lock";

/// experiment.toml.
#[derive(Debug, Clone, Default)]
pub(crate) struct Experiment {
    /// What does it again.
    pub(crate) command: String,
    /// Of everything that decides its runs but their seeds; empty in old files.
    pub(crate) digest: String,
    /// Its specification.
    pub(crate) spec: String,
}

impl Experiment {
    /// Reads the file in `folder`.
    pub(crate) fn read(folder: &Path) -> Result<Self> {
        let whole = text(&folder.join(name::EXPERIMENT))?;
        let mut rest = &*whole;
        let mut comment = |mark: &str| {
            let (first, after) = rest.split_once('\n')?;
            let content = first.strip_prefix(mark)?;
            rest = after;
            Some(content.to_owned())
        };
        Ok(Self {
            command: comment(COMMAND_MARK).unwrap_or_default(),
            digest: comment(DIGEST_MARK).unwrap_or_default(),
            spec: rest.to_owned(),
        })
    }

    /// Writes the file into `folder`.
    pub(crate) fn write(&self, folder: &Path) -> Result<()> {
        let Self {
            command,
            digest,
            spec,
        } = self;
        let text = format!("{COMMAND_MARK}{command}\n{DIGEST_MARK}{digest}\n{spec}");
        write_atomically(&folder.join(name::EXPERIMENT), text.as_bytes())
    }

    /// What is wrong with its specification, where it is none at all.
    pub(crate) fn fault(&self) -> Option<String> {
        match self.spec.parse::<toml::Table>() {
            Ok(table) if table.is_empty() => Some("it is empty".to_owned()),
            Ok(_) => None,
            Err(error) => Some(error.message().to_owned()),
        }
    }

    /// Its seeds, as far as it can be read.
    pub(crate) fn seeds(&self) -> Vec<u64> {
        let table: toml::Table = self.spec.parse().unwrap_or_default();
        let seeds = table.get("seeds").and_then(|seeds| seeds.as_array());
        let seeds = seeds.into_iter().flatten();
        seeds
            .filter_map(|seed| u64::try_from(seed.as_integer()?).ok())
            .collect()
    }
}

/// The lock of what belongs to the whole of the experiment in `folder`, or of a report's folder; nothing
/// where it was stopped while another held it.
pub fn lock_folder(folder: &Path, stop: Stop<'_>) -> Result<Option<Lock>> {
    match fs::create_dir_all(folder) {
        Err(error) if !is_refused(&error) => {
            let what = format!("failed to make the folder {}", folder.display());
            return Err(error).context(what);
        }
        _ => {}
    }
    Lock::wait(&folder.join(LOCK), stop, |_| ())
}

/// The folders of all ended runs below `folder`, in order of their names. Links to folders are followed.
pub(crate) fn ended_folders(folder: &Path) -> Result<Vec<PathBuf>> {
    below(folder, &is_run)
}

/// The folders of all experiments below `folder`, itself among them, in order of their names.
pub(crate) fn experiment_folders(folder: &Path) -> Result<Vec<PathBuf>> {
    below(folder, &|folder| folder.join(name::EXPERIMENT).is_file())
}

/// The folders below `folder`, itself among them, that are `wanted`; what lies below these is not looked at.
fn below(folder: &Path, wanted: &dyn Fn(&Path) -> bool) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut seen = HashSet::new();
    let mut open = vec![folder.to_owned()];
    while let Some(folder) = open.pop() {
        let list = || format!("failed to list the folder {}", folder.display());
        // Links may lead in circles.
        if !seen.insert(fs::canonicalize(&folder).with_context(list)?) {
            continue;
        }
        if wanted(&folder) {
            found.push(folder);
            continue;
        }
        for entry in fs::read_dir(&folder).with_context(list)? {
            let entry = entry.with_context(list)?;
            let file = entry.file_name().to_string_lossy().into_owned();
            // A hidden folder holds a run that is to take the place of another.
            let is_hidden = file.starts_with('.');
            let is_set_aside = RunName::of(&file).is_some_and(|name| name.is_set_aside());
            if !is_hidden && !is_set_aside && entry.path().is_dir() {
                open.push(entry.path());
            }
        }
    }
    found.sort();
    Ok(found)
}

/// Whether `folder` is that of a run that ended; the experiment of a protocol has a summary too.
fn is_run(folder: &Path) -> bool {
    folder.join(name::SUMMARY).is_file() && !folder.join(name::EXPERIMENT).is_file()
}

/// Writes which run folders, relative to `folder`, belong to the experiment there.
pub(crate) fn write_runs(folder: &Path, runs: &[String]) -> Result<()> {
    write_atomically(&folder.join(name::RUNS), &pretty(&runs)?)
}

/// The run folders, relative to `folder`, that belong to the experiment there; nothing where they are not
/// listed.
pub(crate) fn read_runs(folder: &Path) -> Result<Option<Vec<String>>> {
    let path = folder.join(name::RUNS);
    match path.is_file() {
        true => json(&path).map(Some),
        false => Ok(None),
    }
}

/// Whether the run in `folder` is one of a protocol, by its own summary.
pub(crate) fn is_run_of_protocol(folder: &Path) -> bool {
    let summary = super::read_summary::<serde_json::Value>(folder);
    summary.is_ok_and(|summary| summary.get("protocol").is_some())
}

/// The folder of the experiment that the run in `folder` belongs to.
pub(crate) fn experiment_folder(folder: &Path) -> Option<&Path> {
    // A run lies at most this far below: task, learner, point of a sweep, seed.
    const DEPTH: usize = 4;
    let mut above = folder.ancestors().skip(1).take(DEPTH);
    above.find(|above| above.join(name::EXPERIMENT).is_file())
}

/// The trials of the experiment in `folder`; none without a file of them.
pub(crate) fn read_trials(folder: &Path) -> Result<Vec<TrialRecord>> {
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

/// Writes the log of all trials, one a line; an earlier one goes where there are none.
pub(crate) fn write_trials(folder: &Path, trials: &[TrialRecord]) -> Result<()> {
    let path = folder.join(name::TRIALS);
    if trials.is_empty() {
        return match fs::remove_file(&path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                Err(error).with_context(|| format!("failed to remove {}", path.display()))
            }
            _ => Ok(()),
        };
    }
    let lines: Result<Vec<_>> = trials.iter().map(json_line).collect();
    write_atomically(&path, &lines?.concat())
}
