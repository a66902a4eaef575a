//! The files of experiments and runs, and when an ended run is used again.

mod experiment;
mod folder;

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

use anyhow::{Context, Result};
use apical_learning::{
    EpochRecord, Provenance, Record, RunRecord, SCHEMA_VERSION, Status, Summary, TimingRecord,
};
use serde::Serialize;

pub use self::experiment::{
    ended_folders, experiment_folder, experiment_text, read_experiment, read_trials, write_runs,
    write_trials,
};
pub(crate) use self::folder::{RunWriter, run_folder};
use crate::progress::RunSummary;

/// Names of the files of a run and of an experiment.
pub mod name {
    /// The specification of a run.
    pub const SPEC: &str = "spec.toml";
    /// Where a run comes from.
    pub const PROVENANCE: &str = "provenance.json";
    /// Readings of a run, one record a line.
    pub const METRICS: &str = "metrics.jsonl";
    /// Series of a run of a protocol, long form: x, quantity, value.
    pub const SERIES: &str = "series.csv";
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

/// What is kept of a run, and read back from its folder.
pub(crate) trait Kept: Sized {
    /// The run in short, as it is written at its end.
    type Summary: Serialize;

    /// The file that is written while the run goes on.
    const RECORDS: &'static str;

    /// Reads the run in `folder`.
    fn read(folder: &Path) -> Result<Self>;

    /// Its specification, the digest of what decides it in the first line.
    fn spec(&self) -> &str;

    /// Why it failed, if it did.
    fn error(&self) -> Option<&str>;

    /// The run in short.
    fn summary(&self) -> RunSummary<'_>;
}

impl Kept for RunRecord {
    type Summary = Summary;

    const RECORDS: &'static str = name::METRICS;

    fn read(folder: &Path) -> Result<Self> {
        read_run(folder)
    }

    fn spec(&self) -> &str {
        &self.spec
    }

    fn error(&self) -> Option<&str> {
        match &self.summary.status {
            Status::Finished => None,
            Status::Failed { error } => Some(error),
        }
    }

    fn summary(&self) -> RunSummary<'_> {
        RunSummary::Task(&self.summary)
    }
}

/// The run in `folder`, if it ended there under this digest and in today's format.
pub(crate) fn ended_run<R: Kept>(folder: &Path, digest: &str) -> Option<R> {
    // A run of which only a part was kept can be reported, but is not used again.
    if !folder.join(R::RECORDS).is_file() {
        return None;
    }
    let run = R::read(folder).ok()?;
    let is_same = run.spec().lines().next()?.strip_prefix(DIGEST_MARK) == Some(digest);
    is_same.then_some(run)
}

/// Fails on records of another version.
pub(crate) fn check_schema(schema: u32) -> Result<()> {
    anyhow::ensure!(
        schema == SCHEMA_VERSION,
        "the record has schema {schema}, expected {SCHEMA_VERSION}; run the experiment again"
    );
    Ok(())
}

fn read_run(folder: &Path) -> Result<RunRecord> {
    let read = || -> Result<RunRecord> {
        let summary: Summary = json(&folder.join(name::SUMMARY))?;
        check_schema(summary.schema)?;
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

/// One line of JSON.
pub(crate) fn json_line(value: &impl Serialize) -> Result<Vec<u8>> {
    let mut line = serde_json::to_vec(value)?;
    line.push(b'\n');
    Ok(line)
}

/// JSON for people to read, with a line break at its end.
pub fn pretty(value: &impl Serialize) -> Result<Vec<u8>> {
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
