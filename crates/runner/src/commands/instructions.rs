//! `apical profile --instructions`: what a minibatch of each learner has the processor do, counted by valgrind.
//!
//! A learner is taught few minibatches and then more, each in a process of its own: the difference is what
//! minibatches take, without start and data.

use std::env;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result};
use apical_experiment::Experiment;
use apical_experiment::profile::instructions::learners;
use apical_kernels::{INSTRUCTION_SET_VARIABLE, InstructionSet};
use apical_reporting::{Cell, PlainTable};
use serde::{Deserialize, Serialize};

use crate::cli::ProfileArgs;
use crate::exit::{self, DataProblem, UsageError};
use crate::{say, width};

/// Minibatches of the two calls.
const TAUGHT: [usize; 2] = [2, 10];
/// valgrind knows no wider registers.
const WIDEST: &str = "avx2";

/// Counts of all learners.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Counts {
    /// By its key.
    instruction_set: String,
    learners: Vec<Count>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Count {
    task: String,
    learner: String,
    per_minibatch: u64,
}

/// Counts the instructions of every learner of `experiment`, and returns the exit code.
pub(super) fn counted(
    experiment: &Experiment,
    arguments: &ProfileArgs,
    data_dir: Option<&Path>,
) -> Result<u8> {
    let before = arguments.compare.as_deref().map(read).transpose()?;
    let set = instruction_set();
    let mut found = Vec::new();
    for (index, (task, learner)) in learners(experiment)?.into_iter().enumerate() {
        let count = |n| count(arguments, data_dir, &set, index, n);
        let [few, more] = [count(TAUGHT[0])?, count(TAUGHT[1])?];
        found.push(Count {
            task,
            learner,
            per_minibatch: more.saturating_sub(few) / (TAUGHT[1] - TAUGHT[0]) as u64,
        });
    }
    let now = Counts {
        instruction_set: set,
        learners: found,
    };
    if arguments.json {
        say::out(serde_json::to_string_pretty(&now)?);
    } else {
        let columns = if arguments.wide {
            usize::MAX
        } else {
            width::of_output()
        };
        say::verbatim(table(&now, before.as_ref()).text_in(columns));
    }
    let risen = match (&before, arguments.fail_above) {
        (Some(before), Some(most)) => risen(before, &now, most),
        _ => Vec::new(),
    };
    risen.iter().for_each(say::err);
    Ok(if risen.is_empty() {
        exit::OK
    } else {
        exit::GATE
    })
}

/// That in use, or the widest that valgrind knows.
fn instruction_set() -> String {
    match InstructionSet::current().key() {
        "avx512" => WIDEST.to_owned(),
        key => key.to_owned(),
    }
}

/// Instructions of a process that teaches the learner so many minibatches.
fn count(
    arguments: &ProfileArgs,
    data_dir: Option<&Path>,
    set: &str,
    index: usize,
    n_minibatches: usize,
) -> Result<u64> {
    let program = env::current_exe().context("failed to find this program")?;
    let mut command = Command::new("valgrind");
    command.args(["--tool=callgrind", "--callgrind-out-file=/dev/null"]);
    command.arg(program).arg("profile").arg(&arguments.spec);
    command
        .arg("--teach")
        .arg(format!("{index}:{n_minibatches}"));
    for set in &arguments.what.sets {
        command.arg("--set").arg(set);
    }
    if let Some(seeds) = &arguments.what.seeds {
        command.arg("--seeds").arg(seeds);
    }
    if let Some(folder) = data_dir {
        command.arg("--data-dir").arg(folder);
    }
    command
        .env(INSTRUCTION_SET_VARIABLE, set)
        .env("RAYON_NUM_THREADS", "1");
    let ended = command.stdin(Stdio::null()).output();
    let ended = ended.map_err(|source| UsageError::NoValgrind { source })?;
    let said = String::from_utf8_lossy(&ended.stderr);
    let count = said
        .lines()
        .find_map(|line| line.split_once("Collected : "));
    let count = count.and_then(|(_, number)| number.trim().parse().ok());
    count.filter(|_| ended.status.success()).with_context(|| {
        let last = said.lines().rev().take(3).collect::<Vec<_>>().join("\n");
        format!("valgrind counted nothing:\n{last}")
    })
}

fn read(path: &Path) -> Result<Counts> {
    let shown = || path.display().to_string();
    let text = fs::read_to_string(path).map_err(|source| DataProblem::Unreadable {
        path: shown(),
        source,
    })?;
    let counts = serde_json::from_str(&text).map_err(|error| DataProblem::NoProfile {
        path: shown(),
        reason: error.to_string(),
    });
    Ok(counts?)
}

impl Counts {
    fn of(&self, count: &Count) -> Option<u64> {
        let same = |other: &&Count| (&other.task, &other.learner) == (&count.task, &count.learner);
        Some(self.learners.iter().find(same)?.per_minibatch)
    }
}

/// Learners with more than `most` percent more instructions than `before`, and those that are new, in
/// words.
fn risen(before: &Counts, now: &Counts, most: f64) -> Vec<String> {
    if before.instruction_set != now.instruction_set {
        let (old, new) = (&before.instruction_set, &now.instruction_set);
        return vec![format!(
            "counted with {old} before and with {new} now: counts do not compare"
        )];
    }
    let words = now.learners.iter().filter_map(|count| {
        let name = format!("{} · {}", count.task, count.learner);
        let Some(old) = before.of(count) else {
            return Some(format!("{name}: was not counted before"));
        };
        let rise = 100.0 * (count.per_minibatch as f64 / old as f64 - 1.0);
        // Not more than before is nothing to fail for, a count of nothing is.
        let is_fine = rise <= most && count.per_minibatch > 0;
        (!is_fine).then(|| {
            let new = count.per_minibatch;
            format!("{name}: {new} instructions a minibatch, {rise:+.1} % of the {old} before, at most {most} % are allowed")
        })
    });
    words.collect()
}

fn table(now: &Counts, before: Option<&Counts>) -> PlainTable {
    let mut header = vec!["task", "learner", "instructions a minibatch"];
    header.extend(before.map(|_| "of before"));
    let rows = now.learners.iter().map(|count| {
        let mut row = vec![
            Cell::text(&count.task),
            Cell::text(&count.learner),
            Cell::text(count.per_minibatch.to_string()),
        ];
        row.extend(before.map(|before| match before.of(count) {
            Some(old) => Cell::text(format!("{:.3}", count.per_minibatch as f64 / old as f64)),
            None => Cell::Missing,
        }));
        row
    });
    PlainTable {
        name: "instructions".to_owned(),
        title: format!(
            "Instructions, counted by valgrind with {}",
            now.instruction_set
        ),
        header: header.into_iter().map(str::to_owned).collect(),
        rows: rows.collect(),
        note: String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_risen_by_more_than_is_allowed_is_said() {
        let counts = |of: [u64; 2]| Counts {
            instruction_set: "avx2".to_owned(),
            learners: ["a", "b"]
                .iter()
                .zip(of)
                .map(|(learner, per_minibatch)| Count {
                    task: "t".to_owned(),
                    learner: (*learner).to_owned(),
                    per_minibatch,
                })
                .collect(),
        };
        let before = counts([1000, 1000]);
        assert!(risen(&before, &counts([1049, 10]), 5.0).is_empty());
        let found = risen(&before, &counts([1051, 0]), 5.0);
        assert_eq!(found.len(), 2);
        assert!(
            found[0].starts_with("t · a: 1051 instructions a minibatch, +5.1 %"),
            "{found:?}"
        );
        let mut other = counts([1, 1]);
        other.learners[0].learner = "c".to_owned();
        assert_eq!(
            risen(&before, &other, 5.0),
            ["t · c: was not counted before"]
        );
        other.instruction_set = "plain".to_owned();
        assert_eq!(risen(&before, &other, 5.0).len(), 1);
    }
}
