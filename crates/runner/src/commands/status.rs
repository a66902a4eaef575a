//! `apical status`.

use std::fs;
use std::path::PathBuf;

use anyhow::{Error, Result};
use apical_experiment::report::{self, ReadError, Status};

use crate::progress::label;
use crate::slurm::standing::{Fault, Standing, State};
use crate::{exit, say};

/// Prints how the runs of every experiment below `folders` stand.
pub(crate) fn status(folders: &[PathBuf]) -> Result<u8> {
    let experiments = match report::status(folders) {
        Err(error) if error.is::<ReadError>() => return before_any_run(folders, error),
        experiments => experiments?,
    };
    for experiment in &experiments {
        say::out(in_words(experiment));
        if let Some(standing) = Standing::of(&experiment.folder)? {
            say::out(of_tasks(&standing));
        }
    }
    let has_failed = |of: &Status| !of.failed.is_empty() || of.n_damaged > 0;
    let is_unfinished = |of: &Status| of.n_running > 0 || of.n_missing != Some(0);
    Ok(if experiments.iter().any(has_failed) {
        exit::RUNS_FAILED
    } else if experiments.iter().any(is_unfinished) {
        exit::UNFINISHED
    } else {
        exit::OK
    })
}

/// What was submitted of experiments that have no run yet, as their trials come first.
fn before_any_run(folders: &[PathBuf], error: Error) -> Result<u8> {
    let mut is_any = false;
    for folder in folders {
        let inner = fs::read_dir(folder).into_iter().flatten().flatten();
        let mut all: Vec<PathBuf> = inner.map(|entry| entry.path()).collect();
        all.sort();
        for folder in std::iter::once(folder).chain(&all) {
            if let Some(standing) = Standing::of(folder)? {
                say::out(format_args!("{}: no run yet", folder.display()));
                say::out(of_tasks(&standing));
                is_any = true;
            }
        }
    }
    match is_any {
        true => Ok(exit::UNFINISHED),
        false => Err(error),
    }
}

fn in_words(of: &Status) -> String {
    let missing = match of.n_missing {
        Some(0) => None,
        Some(n) => Some(format!("{n} missing")),
        None => Some("every run missing".to_owned()),
    };
    let counted = [
        (of.failed.len(), "failed"),
        (of.n_damaged, "damaged"),
        (of.n_running, "running"),
    ];
    let counted = counted.iter().filter(|(n, _)| *n > 0);
    let counts = std::iter::once(format!("{} finished", of.n_finished))
        .chain(counted.map(|(n, what)| format!("{n} {what}")))
        .chain(missing);
    let counts: Vec<String> = counts.collect();
    let failed = of.failed.iter();
    let failed = failed.map(|(run, error)| format!("\n  failed: {}: {error}", label(run)));
    let gaps = of.gaps.iter().map(|gap| format!("\n  {gap}"));
    format!(
        "{}: {}{}",
        of.folder.display(),
        counts.join(", "),
        failed.chain(gaps).collect::<String>()
    )
}

/// What was submitted, in words.
fn of_tasks(standing: &Standing) -> String {
    let words = [
        (State::Done, "done"),
        (State::Running, "running"),
        (State::Waiting, "waiting"),
        (State::Failed, "failed"),
        (State::Lost, "lost"),
        (State::Unknown, "not known"),
    ];
    let counts = words.iter().filter_map(|(state, word)| {
        let n = standing.counts.get(state)?;
        Some(format!("{n} {word}"))
    });
    let counts: Vec<String> = counts.collect();
    let n: usize = standing.counts.values().sum();
    let tasks = if n == 1 { "task" } else { "tasks" };
    let mut text = format!("  Slurm: {n} {tasks}: {}", counts.join(", "));
    if let Some(why) = &standing.unheard {
        text += &format!("\n  the queue is not known: {why}");
    }
    for fault in &standing.faults {
        text += &of_fault(fault);
    }
    text += &standing.report.as_ref().map_or_else(String::new, of_fault);
    if standing.is_broken() {
        text += "\n  `apical submit` with the same words submits these again, and nothing else";
    }
    text
}

fn of_fault(fault: &Fault) -> String {
    let state = match fault.state {
        State::Failed => "failed",
        State::Waiting => return format!("\n  waiting: {}", fault.task),
        State::Running => return format!("\n  running: {}", fault.task),
        _ => "lost",
    };
    let said = fault
        .said
        .as_ref()
        .map_or_else(String::new, |said| format!(", {said}"));
    let missing = match fault.n_missing {
        0 => String::new(),
        1 => ", 1 run missing".to_owned(),
        n => format!(", {n} runs missing"),
    };
    let mut text = format!("\n  {state}: {}{said}{missing}", fault.task);
    match &fault.log {
        Some((path, lines)) => {
            text += &format!("; {} ends:", path.display());
            for line in lines {
                text += &format!("\n    {line}");
            }
        }
        None => text += "; it left no log",
    }
    text
}
