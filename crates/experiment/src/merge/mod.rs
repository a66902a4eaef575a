//! Results of one experiment that were made in several places, joined in one folder.
//!
//! Runs are copied, never moved, and nothing that ended in the folder is written over: what differs from
//! what lies there is a conflict, which is named and left where it is.

mod index;
mod run;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use apical_learning::{RunRecord, TrialRecord};

use self::run::{Took, take};
use crate::protocol::Run;
use crate::runs::Stop;
use crate::store::{self, Experiment, name};

/// What came of joining.
#[derive(Debug, Default)]
pub struct Merged {
    /// Runs that were copied.
    pub n_copied: usize,
    /// Runs that lay there already, the same.
    pub n_same: usize,
    /// What lies there and differs, or was not whole where it came from, each in a sentence.
    pub conflicts: Vec<String>,
    /// Whether it was stopped before the end.
    pub is_stopped: bool,
}

/// Why results cannot be joined at all.
#[derive(Debug, thiserror::Error)]
pub enum MergeError {
    /// A folder that holds no experiment.
    #[error("{} holds no experiment of `apical run`: it has no experiment.toml", .folder.display())]
    NoExperiment {
        /// The folder.
        folder: PathBuf,
    },
    /// Results that do not belong together.
    #[error(
        "{} and {} are of other settings, data or code, and are not joined; `apical report` shows both side by \
         side, `apical compare` pairs them by seed",
        .one.display(),
        .other.display()
    )]
    Different {
        /// One folder.
        one: PathBuf,
        /// The other.
        other: PathBuf,
    },
    /// A folder that results would be copied into from itself.
    #[error("{} is where results are joined, and is named among the folders that they come from", .folder.display())]
    Itself {
        /// The folder.
        folder: PathBuf,
    },
}

/// Joins the experiments in `from` in the folder `into`, which may hold runs of it, too.
///
/// # Errors
/// [`MergeError`] before anything is copied; and what the file system refuses.
pub fn merge(from: &[PathBuf], into: &Path, stop: Stop<'_>) -> Result<Merged> {
    let mut parts = Vec::new();
    for folder in from {
        if fs::canonicalize(folder).ok() == fs::canonicalize(into).ok() && folder.is_dir() {
            let folder = folder.clone();
            return Err(MergeError::Itself { folder }.into());
        }
        parts.push((folder.clone(), experiment(folder)?));
    }
    of_one_experiment(&parts)?;
    let mut merged = Merged::default();
    let Some(_lock) = store::lock_folder(into, stop)? else {
        merged.is_stopped = true;
        return Ok(merged);
    };
    // Not before it is locked: a call that is at it may add seeds.
    if into.join(name::EXPERIMENT).is_file() {
        parts.insert(0, (into.to_owned(), experiment(into)?));
        of_one_experiment(&parts)?;
    }
    for folder in from {
        trials(folder, into, &mut merged)?;
        for run in store::ended_folders(folder)? {
            if stop() {
                merged.is_stopped = true;
                break;
            }
            let below = run.strip_prefix(folder).unwrap_or(&run);
            let to = into.join(below);
            let took = match store::is_run_of_protocol(&run) {
                true => take::<Run>(&run, &to, stop)?,
                false => take::<RunRecord>(&run, &to, stop)?,
            };
            match took {
                Took::Copied => merged.n_copied += 1,
                Took::Same => merged.n_same += 1,
                Took::Not(why) => merged.conflicts.push(format!("{}: {why}", run.display())),
            }
        }
    }
    index::write(&parts, into)?;
    Ok(merged)
}

fn of_one_experiment(parts: &[(PathBuf, Experiment)]) -> Result<(), MergeError> {
    for pair in parts.windows(2) {
        let [(one, a), (other, b)] = pair else {
            continue;
        };
        if a.digest.is_empty() || a.digest != b.digest {
            let (one, other) = (one.clone(), other.clone());
            return Err(MergeError::Different { one, other });
        }
    }
    Ok(())
}

fn experiment(folder: &Path) -> Result<Experiment> {
    if !folder.join(name::EXPERIMENT).is_file() {
        let folder = folder.to_owned();
        return Err(MergeError::NoExperiment { folder }.into());
    }
    Experiment::read(folder)
}

/// Searches and the log of all trials, which every part that was tuned has whole.
fn trials(from: &Path, into: &Path, merged: &mut Merged) -> Result<()> {
    let mut files = Vec::new();
    let tasks = fs::read_dir(from.join(name::TUNING)).into_iter().flatten();
    for task in tasks.flatten() {
        let searches = fs::read_dir(task.path()).into_iter().flatten().flatten();
        let searches = searches.map(|search| search.path());
        files.extend(searches.filter(|path| path.extension().is_some_and(|end| end == "json")));
    }
    files.push(from.join(name::TRIALS));
    files.sort();
    for file in files.iter().filter(|file| file.is_file()) {
        let to = into.join(file.strip_prefix(from).unwrap_or(file));
        let bytes =
            store::read_file(file).with_context(|| format!("failed to read {}", file.display()))?;
        if !to.exists() {
            store::write_atomically(&to, &bytes)?;
        } else if !are_same_trials(file, &to) {
            let (file, to) = (file.display(), to.display());
            (merged.conflicts).push(format!("{file}: its trials are not those of {to}"));
        }
    }
    Ok(())
}

/// Whether two files have the same trials, whatever time these took.
fn are_same_trials(one: &Path, other: &Path) -> bool {
    let read = |path: &Path| -> Option<Vec<TrialRecord>> {
        match path.extension().is_some_and(|end| end == "jsonl") {
            true => store::read_trials(path.parent()?).ok(),
            false => store::json(path).ok(),
        }
        .map(|mut trials: Vec<TrialRecord>| {
            trials.iter_mut().for_each(|trial| trial.seconds = None);
            trials
        })
    };
    read(one).is_some_and(|one| Some(one) == read(other))
}
