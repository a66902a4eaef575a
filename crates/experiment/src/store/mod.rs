//! The files of experiments and runs, and when an ended run is used again.

mod folder;

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use apical_learning::{
    EpochRecord, Provenance, Record, RunRecord, SCHEMA_VERSION, Summary, TimingRecord, TrialRecord,
};

pub use self::folder::{RunWriter, run_folder};

/// Names of the files of a run and of an experiment.
pub mod name {
    /// The specification of a run.
    pub const SPEC: &str = "spec.toml";
    /// Where a run comes from.
    pub const PROVENANCE: &str = "provenance.json";
    /// Readings of a run, one record a line.
    pub const METRICS: &str = "metrics.jsonl";
    /// A run in short, written last.
    pub const SUMMARY: &str = "summary.json";
    /// Tensors after the last epoch.
    pub const WEIGHTS: &str = "weights.safetensors";
    /// The specification of an experiment, after the command that does it again.
    pub const EXPERIMENT: &str = "experiment.toml";
    /// All trials of the tuning.
    pub const TRIALS: &str = "trials.jsonl";
    /// The run folders of the last call.
    pub const RUNS: &str = "runs.json";
}

/// First line of a run's spec.toml, before the digest.
const DIGEST_MARK: &str = "# digest of settings, data and code: ";
/// First line of experiment.toml, before the command.
const COMMAND_MARK: &str = "# command: ";

/// A name as the name of a folder: lower-case letters and digits, with hyphens between.
pub fn slug(name: &str) -> String {
    let mut slug = String::new();
    for c in name.chars().flat_map(char::to_lowercase) {
        if c.is_alphanumeric() || c == '.' || c == '_' {
            slug.push(c);
        } else if !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
    }
    slug.trim_matches(['-', '.', '_']).to_owned()
}

/// Writes `bytes` so that a reader sees the old file or the new one, never a part.
pub fn write_atomically(path: &Path, bytes: &[u8]) -> Result<()> {
    let write = || -> io::Result<()> {
        let folder = path.parent().unwrap_or(Path::new("."));
        fs::create_dir_all(folder)?;
        let file_name = path.file_name().unwrap_or_default().to_string_lossy();
        let temporary = folder.join(format!(".{file_name}.{}.tmp", std::process::id()));
        let mut file = File::create(&temporary)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&temporary, path)
    };
    write().with_context(|| format!("failed to write {}", path.display()))
}

/// The run in `folder`, if it ended there under this digest and in today's format.
pub fn ended_run(folder: &Path, digest: &str) -> Option<RunRecord> {
    let run = read_run(folder).ok()?;
    let is_same = run.spec.lines().next()?.strip_prefix(DIGEST_MARK) == Some(digest);
    is_same.then_some(run)
}

/// Reads a run back from its folder.
pub fn read_run(folder: &Path) -> Result<RunRecord> {
    let read = || -> Result<RunRecord> {
        let summary: Summary = json(&folder.join(name::SUMMARY))?;
        anyhow::ensure!(
            summary.schema == SCHEMA_VERSION,
            "the record has schema {}, expected {SCHEMA_VERSION}; run the experiment again",
            summary.schema
        );
        let provenance: Provenance = json(&folder.join(name::PROVENANCE))?;
        let spec = text(&folder.join(name::SPEC))?;
        let mut epochs: Vec<EpochRecord> = Vec::new();
        let mut timings: Vec<TimingRecord> = Vec::new();
        for (index, line) in text(&folder.join(name::METRICS))?.lines().enumerate() {
            let record = serde_json::from_str(line)
                .with_context(|| format!("line {} of {} is no record", index + 1, name::METRICS))?;
            match record {
                Record::Run { .. } => {}
                Record::Epoch(record) => epochs.push(record),
                Record::Timing(record) => timings.push(record),
            }
        }
        Ok(RunRecord {
            spec,
            provenance,
            epochs,
            timings,
            summary,
        })
    };
    read().with_context(|| format!("failed to read the run in {}", folder.display()))
}

/// The folders of all ended runs below `folder`, in order of their names; of an experiment those
/// alone that belong to its last call.
pub fn ended_folders(folder: &Path) -> Result<Vec<PathBuf>> {
    if is_protocol(folder) {
        return Ok(Vec::new());
    }
    if folder.join(name::SUMMARY).is_file() {
        return Ok(vec![folder.to_owned()]);
    }
    let mut found = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(folder) = open.pop() {
        if is_protocol(&folder) {
            continue;
        }
        if folder.join(name::SUMMARY).is_file() {
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

/// Whether `folder` is that of a protocol, whose runs have records of their own.
fn is_protocol(folder: &Path) -> bool {
    folder.join(name::EXPERIMENT).is_file() && folder.join(name::SUMMARY).is_file()
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
    let mut bytes = Vec::new();
    for trial in trials {
        serde_json::to_writer(&mut bytes, trial)?;
        bytes.push(b'\n');
    }
    write_atomically(&folder.join(name::TRIALS), &bytes)
}

/// JSON for people to read, with a line break at its end.
pub fn pretty(value: &impl serde::Serialize) -> Result<Vec<u8>> {
    let mut bytes = serde_json::to_vec_pretty(value)?;
    bytes.push(b'\n');
    Ok(bytes)
}

/// Reads a JSON file.
pub fn json<T: serde::de::DeserializeOwned>(path: &Path) -> Result<T> {
    serde_json::from_str(&text(path)?).with_context(|| format!("failed to read {}", path.display()))
}

fn text(path: &Path) -> Result<String> {
    fs::read_to_string(path).with_context(|| format!("failed to open {}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_folders() {
        assert_eq!(
            slug("Microcircuit, tied feedback"),
            "microcircuit-tied-feedback"
        );
        assert_eq!(slug("nudging=0.05"), "nudging-0.05");
        assert_eq!(slug("../x"), "x");
        assert_eq!(slug("…"), "");
    }
}
