//! Calls of Slurm's own programs.

use std::collections::BTreeMap;
use std::io::{self, ErrorKind};
use std::path::Path;
use std::process::{Command, Output};

/// Slurm did not do what it was asked for.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SlurmError {
    /// It is not installed.
    #[error(
        "`{program}` does not start ({source}): Slurm is not on this machine; submit where it is, or write the \
         scripts alone with --dry-run"
    )]
    Absent {
        /// What was called.
        program: &'static str,
        /// Why.
        source: io::Error,
    },
    /// It refused.
    #[error("`{call}` failed: {said}")]
    Refused {
        /// The call.
        call: String,
        /// What it said.
        said: String,
    },
}

/// A task, or a job without tasks, by its job's number and its own.
pub(crate) type Place = (String, Option<u32>);

/// Submits a script, after `after` ended however they did, and returns the job's number.
pub(crate) fn submit(script: &Path, after: &[String]) -> Result<String, SlurmError> {
    let script = script.display().to_string();
    let dependency = format!("--dependency=afterany:{}", after.join(":"));
    let mut words = vec!["--parsable"];
    if !after.is_empty() {
        words.push(&dependency);
    }
    words.push(&script);
    let said = call("sbatch", &words)?;
    // NUMBER, or NUMBER;CLUSTER.
    let job = said.trim().split(';').next().unwrap_or_default().to_owned();
    match job.is_empty() || !job.bytes().all(|c| c.is_ascii_digit()) {
        true => Err(SlurmError::Refused {
            call: format!("sbatch {}", words.join(" ")),
            said: format!("it gave no number of a job, but `{}`", said.trim()),
        }),
        false => Ok(job),
    }
}

/// The largest number that a task may have, where Slurm says it.
pub(crate) fn largest_task() -> Option<u32> {
    let said = call("scontrol", &["show", "config"]).ok()?;
    let lines = said.lines().filter_map(|line| line.split_once('='));
    let size = lines
        .filter(|(key, _)| key.trim() == "MaxArraySize")
        .find_map(|(_, value)| value.trim().parse::<u32>().ok())?;
    // It is the first number that is too large.
    Some(size.saturating_sub(1).max(1))
}

/// The states of all tasks of `jobs` that the queue knows of, those that ended a while ago among them.
pub(crate) fn queue(jobs: &[String]) -> Result<BTreeMap<Place, String>, SlurmError> {
    let jobs = format!("--jobs={}", jobs.join(","));
    let words = [
        "--noheader",
        "--array",
        "--states=all",
        &jobs,
        "--format=%F|%K|%T",
    ];
    match call("squeue", &words) {
        Ok(said) => Ok(states(&said)),
        // So it says where it has forgotten all of them.
        Err(SlurmError::Refused { said, .. }) if said.contains("Invalid job id") => {
            Ok(BTreeMap::new())
        }
        Err(error) => Err(error),
    }
}

/// The states of all tasks of `jobs` in the accounting; nothing where there is none.
pub(crate) fn accounts(jobs: &[String]) -> BTreeMap<Place, String> {
    let jobs = format!("--jobs={}", jobs.join(","));
    let words = [
        "--noheader",
        "--parsable2",
        "--allocations",
        "--array",
        &jobs,
        "--format=JobID,State",
    ];
    let said = call("sacct", &words).unwrap_or_default();
    // NUMBER_TASK in place of two columns.
    let lines = said.lines().map(|line| match line.split_once('|') {
        Some((id, state)) if id.contains('_') => format!("{}|{state}", id.replacen('_', "|", 1)),
        Some((id, state)) => format!("{id}|N/A|{state}"),
        None => String::new(),
    });
    states(&lines.collect::<Vec<_>>().join("\n"))
}

/// Lines of NUMBER|TASK|STATE.
fn states(said: &str) -> BTreeMap<Place, String> {
    let line = |line: &str| {
        let mut parts = line.trim().split('|');
        let (job, task, state) = (parts.next()?, parts.next()?, parts.next()?);
        // `CANCELLED by 1000`.
        let state = state.split_whitespace().next()?;
        Some(((job.to_owned(), task.parse().ok()), state.to_owned()))
    };
    said.lines().filter_map(line).collect()
}

fn call(program: &'static str, words: &[&str]) -> Result<String, SlurmError> {
    let output = Command::new(program).args(words).output();
    let Output {
        status,
        stdout,
        stderr,
    } = match output {
        Err(source) if source.kind() == ErrorKind::NotFound => {
            return Err(SlurmError::Absent { program, source });
        }
        output => output.map_err(|source| SlurmError::Absent { program, source })?,
    };
    match status.success() {
        true => Ok(String::from_utf8_lossy(&stdout).into_owned()),
        false => Err(SlurmError::Refused {
            call: format!("{program} {}", words.join(" ")),
            said: String::from_utf8_lossy(&stderr).trim().to_owned(),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn states_are_read_by_job_and_task() {
        let read = states("7|2|RUNNING\n8|N/A|CANCELLED by 0\nodd\n");
        assert_eq!(read.len(), 2);
        assert_eq!(read[&("7".to_owned(), Some(2))], "RUNNING");
        assert_eq!(read[&("8".to_owned(), None)], "CANCELLED");
    }
}
