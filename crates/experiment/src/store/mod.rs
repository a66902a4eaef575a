//! The files of experiments and runs, and when an ended run is used again.

mod checkpoint;
mod copy;
mod exchange;
mod experiment;
mod folder;
mod folder_name;
mod left_over;
mod lock;
mod manifest;
mod read_only;
mod writer;

use std::fs;
use std::io::{self, Write};
use std::path::Path;

use anyhow::{Context, Result};
use apical_learning::{
    EpochRecord, Provenance, Record, RunKey, RunRecord, SCHEMA_VERSION, Status, Summary,
    TimingRecord,
};
use serde::Serialize;
use serde::de::DeserializeOwned;

pub(crate) use self::checkpoint::{CheckpointFile, Found, others_beside};
pub(crate) use self::copy::copy_run;
pub(crate) use self::exchange::recover;
pub use self::experiment::lock_folder;
pub(crate) use self::experiment::{
    Experiment, ended_folders, experiment_folder, experiment_folders, is_run_of_protocol,
    read_runs, read_trials, write_runs, write_trials,
};
pub(crate) use self::folder::{
    Ended, RunName, State, find, lock_path, look, run_folder, set_aside,
};
pub use self::folder_name::slug;
pub(crate) use self::folder_name::{inner_folder, outer_folder, without_case};
pub(crate) use self::left_over::clear_left_overs;
pub use self::left_over::clear_temporary;
pub(crate) use self::lock::Asked;
pub use self::lock::{Holder, Lock};
pub use self::read_only::is_read_only;
pub(crate) use self::read_only::where_possible;
pub(crate) use self::writer::{Claim, Decided, RunWriter};
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
    /// What a run that was interrupted goes on from.
    pub const CHECKPOINT: &str = "checkpoint.safetensors";
    /// The specification of an experiment, after the command that does it again.
    pub const EXPERIMENT: &str = "experiment.toml";
    /// All trials of the tuning.
    pub const TRIALS: &str = "trials.jsonl";
    /// The run folders that belong to the experiment.
    pub const RUNS: &str = "runs.json";
    /// The folder of the searches and their finished trials.
    pub const TUNING: &str = "tuning";
    /// The folder of scripts and logs of a batch system.
    pub const SLURM: &str = "slurm";
    /// The folder of figures.
    pub const FIGURES: &str = "figures";
}

/// First line of a run's spec.toml, before the digest.
const DIGEST_MARK: &str = "# digest of settings, data and code: ";

/// Writes `bytes` so that a reader sees the old file or the new one, never a part. A file that holds them
/// already is left as it is.
pub fn write_atomically(path: &Path, bytes: &[u8]) -> Result<()> {
    match holds(path, bytes) {
        true => Ok(()),
        false => replace(path, bytes),
    }
}

/// As [`write_atomically`], of a file that is never the same twice.
pub(crate) fn replace(path: &Path, bytes: &[u8]) -> Result<()> {
    let write = || -> io::Result<()> {
        let folder = path.parent().unwrap_or(Path::new("."));
        fs::create_dir_all(folder)?;
        let prefix = format!(
            ".{}.",
            path.file_name().unwrap_or_default().to_string_lossy()
        );
        let mut builder = tempfile::Builder::new();
        builder.prefix(&prefix).suffix(".tmp");
        // As others may read as the user lets them read new files.
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
        let mut file = builder.tempfile_in(folder)?;
        // Errors name the file that is meant, not the temporary one.
        file.as_file_mut().write_all(bytes)?;
        file.as_file().sync_all()?;
        file.persist(path).map_err(|error| error.error)?;
        Ok(())
    };
    write().with_context(|| format!("failed to write {}", path.display()))
}

/// Takes away the file at `path`, where there is one.
pub(crate) fn remove_if_there(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

fn holds(path: &Path, bytes: &[u8]) -> bool {
    let may = |about: fs::Metadata| about.is_file() && about.len() == bytes.len() as u64;
    fs::symlink_metadata(path).is_ok_and(may) && fs::read(path).is_ok_and(|there| there == bytes)
}

/// What is kept of a run, and read back from its folder.
pub(crate) trait Kept: Sized + Send {
    /// The run in short, as it is written at its end.
    type Summary: Serialize;

    /// The file that is written while the run goes on.
    const RECORDS: &'static str;

    /// Reads the run in `folder`.
    fn read(folder: &Path) -> Result<Self>;

    /// Its specification, the digest of what decides it in the first line.
    fn spec(&self) -> &str;

    /// Which run.
    fn key(&self) -> &RunKey;

    /// Where it comes from.
    fn provenance(&self) -> &Provenance;

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

    fn key(&self) -> &RunKey {
        &self.summary.run
    }

    fn provenance(&self) -> &Provenance {
        &self.provenance
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
        let summary: Summary = read_summary(folder)?;
        check_schema(summary.schema)?;
        let provenance: Provenance = json(&folder.join(name::PROVENANCE))?;
        // Whether these may be missing is for the manifest to say.
        let spec = text_if_there(&folder.join(name::SPEC))?.unwrap_or_default();
        let metrics = text_if_there(&folder.join(name::METRICS))?;
        let mut epochs: Vec<EpochRecord> = Vec::new();
        let mut timings: Vec<TimingRecord> = Vec::new();
        for (index, line) in metrics.iter().flat_map(|text| text.lines()).enumerate() {
            let record = serde_json::from_str(line)
                .with_context(|| format!("line {} of {} is no record", index + 1, name::METRICS))?;
            match record {
                Record::Run { .. } => {}
                Record::Epoch(record) => epochs.push(record),
                Record::Timing(record) => timings.push(record),
            }
        }
        let n_epochs = epochs.last().map_or(0, |record| record.epoch);
        anyhow::ensure!(
            metrics.is_none() || n_epochs == summary.n_epochs,
            "{} ends with epoch {n_epochs}, {} with epoch {}",
            name::METRICS,
            name::SUMMARY,
            summary.n_epochs,
        );
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

/// The summary of the run in `folder`.
pub(crate) fn read_summary<T: DeserializeOwned>(folder: &Path) -> Result<T> {
    let path = folder.join(name::SUMMARY);
    let read = || -> Result<T> {
        let (alone, _) = manifest::split(&text(&path)?)?;
        Ok(serde_json::from_str(&alone)?)
    };
    read().with_context(|| format!("failed to read {}", path.display()))
}

/// The setting of the run in `folder`, as far as it can be read.
pub(crate) fn setting_of(folder: &Path) -> Option<String> {
    manifest_of(folder).map(|manifest| manifest.setting)
}

/// The digest of all that decides the run in `folder`, as far as it can be read.
pub(crate) fn digest_of(folder: &Path) -> Option<String> {
    manifest_of(folder).map(|manifest| manifest.digest)
}

fn manifest_of(folder: &Path) -> Option<manifest::Manifest> {
    let (_, manifest) = manifest::split(&text(&folder.join(name::SUMMARY)).ok()?).ok()?;
    manifest
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
pub fn json<T: DeserializeOwned>(path: &Path) -> Result<T> {
    serde_json::from_str(&text(path)?).with_context(|| format!("failed to read {}", path.display()))
}

fn text(path: &Path) -> Result<String> {
    read_text(path).with_context(|| format!("failed to open {}", path.display()))
}

/// What is in a file; a folder, a pipe or a device in its place, which might never end, is an error.
pub fn read_file(path: &Path) -> io::Result<Vec<u8>> {
    if !fs::metadata(path)?.is_file() {
        let fault = "this is no file";
        return Err(io::Error::new(io::ErrorKind::InvalidData, fault));
    }
    fs::read(path)
}

fn read_text(path: &Path) -> io::Result<String> {
    let text = String::from_utf8(read_file(path)?);
    text.map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error.utf8_error()))
}

fn text_if_there(path: &Path) -> Result<Option<String>> {
    match read_text(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        read => read
            .map(Some)
            .with_context(|| format!("failed to open {}", path.display())),
    }
}
