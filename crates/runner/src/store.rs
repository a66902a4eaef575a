//! Run folders: what is written when, and when a finished one is used again.
//!
//! summary.json is written last and marks a run as ended; a folder without it was interrupted.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use apical_learning::{
    EpochRecord, Provenance, Record, RunKey, RunRecord, SCHEMA_VERSION, Summary, TimingRecord,
    TrialRecord,
};

/// Names of the files of a run and of an experiment.
pub(crate) mod name {
    pub(crate) const SPEC: &str = "spec.toml";
    pub(crate) const PROVENANCE: &str = "provenance.json";
    pub(crate) const METRICS: &str = "metrics.jsonl";
    pub(crate) const SUMMARY: &str = "summary.json";
    pub(crate) const WEIGHTS: &str = "weights.safetensors";
    pub(crate) const EXPERIMENT: &str = "experiment.toml";
    pub(crate) const TRIALS: &str = "trials.jsonl";
}

/// First line of a run's spec.toml, before the digest.
const DIGEST_MARK: &str = "# digest of settings, data and code: ";
/// First line of experiment.toml, before the command.
const COMMAND_MARK: &str = "# command: ";

/// A name as the name of a folder: lower-case letters and digits, with hyphens between.
pub(crate) fn slug(name: &str) -> String {
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

/// The folder of a run below that of its experiment.
pub(crate) fn run_folder(experiment: &Path, run: &RunKey, digest: &str) -> PathBuf {
    let mut folder = experiment.join(slug(&run.task)).join(slug(&run.learner));
    if !run.variant.is_empty() {
        folder.push(slug(&run.variant));
    }
    folder.join(format!("seed-{}-{}", run.seed, &digest[..8]))
}

/// Writes `bytes` so that a reader sees the old file or the new one, never a part.
pub(crate) fn write_atomically(path: &Path, bytes: &[u8]) -> Result<()> {
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

/// A run's folder while it runs.
pub(crate) struct RunWriter {
    folder: PathBuf,
    metrics: File,
}

impl RunWriter {
    /// Makes the folder anew, with spec, provenance and the header of the metrics.
    pub(crate) fn start(
        folder: &Path,
        run: &RunKey,
        digest: &str,
        spec: &str,
        provenance: &Provenance,
    ) -> Result<Self> {
        let start = || -> Result<Self> {
            if folder.exists() {
                fs::remove_dir_all(folder)?;
            }
            fs::create_dir_all(folder)?;
            write_atomically(
                &folder.join(name::SPEC),
                format!("{DIGEST_MARK}{digest}\n{spec}").as_bytes(),
            )?;
            write_atomically(&folder.join(name::PROVENANCE), &pretty(provenance)?)?;
            let metrics = File::create(folder.join(name::METRICS))?;
            let mut writer = Self {
                folder: folder.to_owned(),
                metrics,
            };
            writer.line(&Record::Run {
                schema: SCHEMA_VERSION,
                run: run.clone(),
            })?;
            Ok(writer)
        };
        start().with_context(|| format!("failed to open the run folder {}", folder.display()))
    }

    /// Appends a line to the metrics.
    pub(crate) fn line(&mut self, record: &Record) -> io::Result<()> {
        let mut line = serde_json::to_vec(record)?;
        line.push(b'\n');
        self.metrics.write_all(&line)
    }

    /// Closes the run: weights, if any, and then the summary.
    pub(crate) fn finish(self, summary: &Summary, weights: Option<&[u8]>) -> Result<()> {
        self.metrics
            .sync_all()
            .context("failed to write the metrics")?;
        if let Some(weights) = weights {
            write_atomically(&self.folder.join(name::WEIGHTS), weights)?;
        }
        write_atomically(&self.folder.join(name::SUMMARY), &pretty(summary)?)
    }
}

/// The run in `folder`, if it ended there under this digest and in today's format.
pub(crate) fn ended_run(folder: &Path, digest: &str) -> Option<RunRecord> {
    let run = read_run(folder).ok()?;
    let is_same = run.spec.lines().next()?.strip_prefix(DIGEST_MARK) == Some(digest);
    is_same.then_some(run)
}

/// Reads a run back from its folder.
pub(crate) fn read_run(folder: &Path) -> Result<RunRecord> {
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

/// The folders of all ended runs below `folder`, in order of their names.
pub(crate) fn ended_folders(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(folder) = open.pop() {
        if folder.join(name::SUMMARY).is_file() {
            found.push(folder);
            continue;
        }
        let entries = fs::read_dir(&folder)
            .with_context(|| format!("failed to list the folder {}", folder.display()))?;
        for entry in entries {
            let entry = entry?;
            if entry.file_type()?.is_dir() {
                open.push(entry.path());
            }
        }
    }
    found.sort();
    Ok(found)
}

/// The folder of the experiment that the run in `folder` belongs to.
pub(crate) fn experiment_folder(folder: &Path) -> Option<&Path> {
    // A run lies at most this far below: task, learner, point of a sweep, seed.
    const DEPTH: usize = 4;
    let mut above = folder.ancestors().skip(1).take(DEPTH);
    above.find(|above| above.join(name::EXPERIMENT).is_file())
}

/// The text of experiment.toml.
pub(crate) fn experiment_text(command: &str, spec: &str) -> String {
    format!("{COMMAND_MARK}{command}\n{spec}")
}

/// Command and specification of the experiment in `folder`.
pub(crate) fn read_experiment(folder: &Path) -> Result<(String, String)> {
    let whole = text(&folder.join(name::EXPERIMENT))?;
    let (first, spec) = whole.split_once('\n').unwrap_or((&whole, ""));
    Ok(match first.strip_prefix(COMMAND_MARK) {
        Some(command) => (command.to_owned(), spec.to_owned()),
        None => (String::new(), whole),
    })
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

/// Writes the log of all trials, one a line.
pub(crate) fn write_trials(folder: &Path, trials: &[TrialRecord]) -> Result<()> {
    let mut bytes = Vec::new();
    for trial in trials {
        serde_json::to_writer(&mut bytes, trial)?;
        bytes.push(b'\n');
    }
    write_atomically(&folder.join(name::TRIALS), &bytes)
}

/// JSON for people to read, with a line break at its end.
pub(crate) fn pretty(value: &impl serde::Serialize) -> Result<Vec<u8>> {
    let mut bytes = serde_json::to_vec_pretty(value)?;
    bytes.push(b'\n');
    Ok(bytes)
}

/// Reads a JSON file.
pub(crate) fn json<T: serde::de::DeserializeOwned>(path: &Path) -> Result<T> {
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
