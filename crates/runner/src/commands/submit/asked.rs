//! What is asked of Slurm, and the calls that its tasks make.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};

use super::{Job, own_file};
use crate::slurm::length;
use crate::slurm::script::Asked;

/// Times the estimate that is asked for.
const MARGIN: f64 = 1.5;
/// Seconds that a task has beside its runs: to start, to read data, to write.
const BESIDE: f64 = 120.0;
/// Bytes in the unit of memory, which Slurm counts in.
const UNIT: f64 = 1_048_576.0;
/// What a report may take.
const REPORT: (&str, &str) = ("00:30:00", "1024M");

impl Job<'_> {
    /// For tasks of which the longest takes `seconds`, with runs of at most `n_bytes` beside what they share.
    pub(super) fn asked(&self, seconds: f64, n_bytes: u64, what: &str) -> Asked {
        let arguments = self.arguments;
        let time = arguments.time.unwrap_or(MARGIN * seconds + BESIDE);
        let n_further = (self.n_cpus() - 1) as f64;
        let needed = self.estimate.peak().max(n_bytes) as f64 + n_further * n_bytes as f64;
        let memory = (MARGIN * needed / UNIT / 64.0).ceil() * 64.0 + 64.0;
        let minutes = length::in_words(seconds);
        let of_time = match (arguments.time, self.estimate.is_unknown()) {
            (Some(_), _) => String::new(),
            (None, _) => format!(
                "{what} takes about {minutes} where it was submitted: {MARGIN} times that, and {BESIDE:.0} s."
            ),
        };
        let mib = needed / UNIT;
        let of_memory = match (&arguments.mem, self.estimate.is_unknown()) {
            (Some(_), _) => String::new(),
            (None, true) => format!(
                "Its memory was not measured; `apical submit` itself took {mib:.0} MiB: {MARGIN} times that, and at least \
                 64 MiB more."
            ),
            (None, false) => format!(
                "It takes about {mib:.0} MiB there: {MARGIN} times that, and at least 64 MiB more."
            ),
        };
        Asked {
            name: self.name.to_owned(),
            time: (length::limit(time), time),
            memory: arguments.mem.clone().unwrap_or(format!("{memory:.0}M")),
            n_cpus: self.n_cpus(),
            goes_on: self.goes_on,
            others: self.others(),
            reasons: [of_time, of_memory],
        }
    }

    pub(super) fn asked_for_report(&self) -> Asked {
        let (time, memory) = REPORT;
        Asked {
            name: format!("{}-report", self.name),
            time: (time.to_owned(), 1800.0),
            memory: memory.to_owned(),
            n_cpus: 1,
            goes_on: false,
            others: self.others(),
            reasons: [String::new(), String::new()],
        }
    }

    fn others(&self) -> Vec<String> {
        let given = [
            ("--partition", &self.arguments.partition),
            ("--account", &self.arguments.account),
        ];
        let given = given
            .iter()
            .filter_map(|(option, value)| Some(format!("{option}={}", value.as_ref()?)));
        given
            .chain(self.arguments.options.iter().cloned())
            .collect()
    }

    /// The command that makes all runs, as a person would call it.
    pub(super) fn command(&self) -> Vec<String> {
        let mut words = vec!["apical".to_owned()];
        words.extend(self.words_of_run());
        words
    }

    /// The call of a task, but for `more`.
    pub(super) fn call(&self, more: &[&str]) -> Vec<String> {
        let mut words = vec![own_file().unwrap_or_else(|_| "apical".to_owned())];
        if let Some(folder) = self.data_dir {
            words.extend(["--data-dir".to_owned(), folder.display().to_string()]);
        }
        words.extend(self.words_of_run());
        let out = self.arguments.out.display().to_string();
        words.extend(["--out".to_owned(), out]);
        if let Some(seconds) = self.arguments.checkpoint_every {
            words.extend(["--checkpoint-every".to_owned(), seconds.to_string()]);
        }
        words.extend(["--threads".to_owned(), self.n_cpus().to_string()]);
        words.extend(more.iter().map(|word| (*word).to_owned()));
        words
    }

    fn words_of_run(&self) -> Vec<String> {
        let mut words = vec!["run".to_owned(), self.arguments.spec.display().to_string()];
        for set in &self.arguments.what.sets {
            words.extend(["--set".to_owned(), set.clone()]);
        }
        if let Some(seeds) = &self.arguments.what.seeds {
            words.extend(["--seeds".to_owned(), seeds.clone()]);
        }
        words
    }
}

/// SHA-256 of a file, and the file.
pub(super) fn sha256_of(path: &Path) -> Result<(String, String)> {
    let bytes = fs::read(path).with_context(|| format!("failed to read {}", path.display()))?;
    let digest = Sha256::digest(&bytes);
    let digest: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    Ok((digest, path.display().to_string()))
}
