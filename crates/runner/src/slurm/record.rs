//! What was submitted: which task has which runs, and its number in the queue.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use apical_experiment::store;
use serde::{Deserialize, Serialize};

/// The file of it, in the folder of scripts.
const FILE: &str = "submitted.json";

/// A job array, or the job of trials before it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Submission {
    /// Its number; absent where the script was written and not submitted.
    pub(crate) job: Option<String>,
    /// The number of the job that makes the report.
    pub(crate) report: Option<String>,
    /// How many parts all runs are in; absent of a job of trials.
    pub(crate) n_shards: Option<u32>,
    /// Seconds that a task was to take, which decided that.
    pub(crate) chunk: Option<f64>,
    /// Folders of runs that were missing, by the number of their task.
    pub(crate) tasks: BTreeMap<u32, Vec<String>>,
}

/// The folder of scripts and logs of the experiment in `folder`.
pub(crate) fn folder_in(folder: &Path) -> PathBuf {
    folder.join(store::name::SLURM)
}

/// The folder of logs.
pub(crate) fn logs_in(folder: &Path) -> PathBuf {
    folder_in(folder).join("logs")
}

/// The log of a task, or of a job without tasks.
pub(crate) fn log_in(folder: &Path, job: &str, task: Option<u32>) -> PathBuf {
    let name = match task {
        Some(task) => format!("{job}_{task}.log"),
        None => format!("{job}.log"),
    };
    logs_in(folder).join(name)
}

/// The log of the job that makes the report.
pub(crate) fn log_of_report_in(folder: &Path, job: &str) -> PathBuf {
    logs_in(folder).join(format!("report-{job}.log"))
}

/// What was submitted of the experiment in `folder`, the oldest first. What was submitted by hand is known by its
/// logs.
pub(crate) fn read(folder: &Path) -> Result<Vec<Submission>> {
    let path = folder_in(folder).join(FILE);
    if !path.is_file() {
        return Ok(Vec::new());
    }
    let mut submissions: Vec<Submission> = store::json(&path)?;
    let known: Vec<String> = submissions.iter().filter_map(|of| of.job.clone()).collect();
    let by_hand = logged(folder)
        .into_iter()
        .filter(|job| !known.contains(job));
    if let Some(last) = submissions.last_mut().filter(|of| of.job.is_none()) {
        last.job = by_hand.max_by_key(|job| job.parse::<u64>().unwrap_or(0));
    }
    Ok(submissions)
}

/// Adds `submission`; one that nobody has submitted gives way to it.
pub(crate) fn add(folder: &Path, submission: Submission) -> Result<()> {
    let mut all = read(folder)?;
    all.retain(|of| of.job.is_some());
    all.push(submission);
    let path = folder_in(folder).join(FILE);
    store::write_atomically(&path, &store::pretty(&all)?)
}

/// Jobs that have left a log of a task.
fn logged(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(logs_in(folder))
        .into_iter()
        .flatten()
        .flatten();
    let jobs = entries.filter_map(|entry| {
        let name = entry.file_name().to_string_lossy().into_owned();
        let (job, _) = name.strip_suffix(".log")?.split_once('_')?;
        let is_number = !job.is_empty() && job.bytes().all(|c| c.is_ascii_digit());
        is_number.then(|| job.to_owned())
    });
    jobs.collect()
}

/// Writes a script, and returns where it is.
pub(crate) fn write_script(folder: &Path, name: &str, text: &str) -> Result<PathBuf> {
    let logs = logs_in(folder);
    fs::create_dir_all(&logs)
        .with_context(|| format!("failed to make the folder {}", logs.display()))?;
    let path = folder_in(folder).join(name);
    store::write_atomically(&path, text.as_bytes())?;
    Ok(path)
}
