//! Protocols: experiments that are more than tasks and learners, each one command, one specification
//! and one file or folder here.
//!
//! A protocol has conditions (`[condition.NAME]` of its specification) and seeds. Each condition is run
//! once with each seed, by itself and in any order; a run writes series and numbers, and the report is
//! made of these alone. To add one: a file with its specification and [`Protocol`], its
//! tables and figures in a file beside it, the specification
//! in experiments/, a variant of `ReproduceName`, and an arm in commands/reproduce.rs.

mod execute;
pub(crate) mod fig1;
pub(crate) mod fig2;
pub(crate) mod figs1;
mod log;
mod record;
mod runs;
pub(crate) mod setting;
mod summary;
pub(crate) mod theory;

use std::path::Path;
use std::time::Instant;

use anyhow::{Context, Result};
use apical_learning::SpecError;
use apical_reporting::{Chart, PlainTable, ProtocolReport, protocol_report};
use serde::Serialize;
use serde::de::DeserializeOwned;

pub(crate) use self::log::{Broken, Log};
pub(crate) use self::runs::{Run, Runs};
use crate::cli::HowToRun;
use crate::exit;
use crate::progress::{Mode, Progress};
use crate::runs::Execution;
use crate::say;
use crate::spec::SpecSource;
use crate::stop::Stop;
use crate::store;

/// The specification of a protocol, and what it does.
pub(crate) trait Protocol: Serialize + DeserializeOwned + Sync {
    /// The report's heading.
    fn title(&self) -> &str;

    /// Root seeds.
    fn seeds(&self) -> &[u64];

    /// Names of the conditions, in order.
    fn conditions(&self) -> Vec<&str>;

    /// Fails on values out of range, with their key from the specification's root.
    fn check(&self) -> Result<(), SpecError>;

    /// Runs `condition` with `seed`. Everything is drawn from streams of the seed alone.
    fn run(&self, condition: &str, seed: u64, log: &mut Log<'_>) -> Result<(), Broken>;

    /// What is found in all runs.
    fn report(&self, runs: &Runs) -> Report;
}

/// What a protocol says of its runs.
#[derive(Debug, Default)]
pub(crate) struct Report {
    /// A sentence or two each.
    pub(crate) findings: Vec<String>,
    /// Tables.
    pub(crate) tables: Vec<PlainTable>,
    /// Figures.
    pub(crate) charts: Vec<Chart>,
    /// Terms and what they mean.
    pub(crate) notes: Vec<(&'static str, &'static str)>,
}

/// Runs the protocol `P` by the specification `text` and returns the exit code.
pub(crate) fn reproduce<P: Protocol>(name: &str, text: &str, how: &HowToRun) -> Result<u8> {
    let began = Instant::now();
    let overrides = how.overrides()?;
    let source = SpecSource {
        name: name.to_owned(),
        file: format!("experiments/{}.toml", name.replace('-', "_")),
        text: text.to_owned(),
    };
    let (spec, _): (P, _) = source.read(&overrides)?;
    let problem = |error: SpecError| {
        let message = error.to_string();
        let key = message.split('`').nth(1).unwrap_or_default().to_owned();
        source.problem(&overrides, &key, message)
    };
    setting::check_seeds(spec.seeds()).map_err(problem)?;
    spec.check().map_err(problem)?;

    let progress = Progress::new(Mode::choose(how.quiet, false));
    let stop = Stop::on_signals().context("failed to listen for Ctrl-C")?;
    let execution = Execution {
        n_threads: how.n_threads(),
        force: how.force,
        progress: &progress,
        stop: &stop,
    };
    let folder = how.out.join(name);
    let command = how.redo(&["apical", "reproduce", name]);
    let spec_text = toml::to_string(&spec)?;
    let experiment = store::experiment_text(&command, &spec_text);
    store::write_atomically(&folder.join(store::name::EXPERIMENT), experiment.as_bytes())?;

    let jobs = execute::jobs(&spec, name, &folder)?;
    let executed = execute::execute(&spec, &jobs, &execution)?;
    if executed.n_interrupted > 0 {
        progress.warn(&format!(
            "stopped: {} of {} runs are finished, in {}; the same command goes on with the rest",
            jobs.len() - executed.n_interrupted,
            jobs.len(),
            folder.display(),
        ));
        return Ok(exit::INTERRUPTED);
    }
    let runs = Runs::new(spec.conditions(), executed.runs);
    let report = spec.report(&runs);
    summary::write(&folder, &spec, name, &command, &runs, began.elapsed())?;
    write_report(&folder, name, &spec, &runs, &report, (command, spec_text))?;
    for table in &report.tables {
        say::out(table.text());
    }
    for finding in &report.findings {
        say::out(finding);
    }
    let n_failed = runs.all().filter(|run| run.failed.is_some()).count();
    progress.note(&format!(
        "{} runs made, {} reused, {n_failed} failed (kept); report: {}",
        executed.n_made,
        jobs.len() - executed.n_made,
        folder.join("index.html").display()
    ));
    Ok(match n_failed {
        0 => exit::OK,
        _ => exit::RUNS_FAILED,
    })
}

fn write_report<P: Protocol>(
    folder: &Path,
    name: &str,
    spec: &P,
    runs: &Runs,
    report: &Report,
    (command, spec_text): (String, String),
) -> Result<()> {
    let page = ProtocolReport {
        name: name.to_owned(),
        title: spec.title().to_owned(),
        findings: report.findings.clone(),
        tables: report.tables.clone(),
        charts: report.charts.clone(),
        notes: (report.notes.iter())
            .map(|(term, meaning)| ((*term).to_owned(), (*meaning).to_owned()))
            .collect(),
        failed: runs.failures(),
        command,
        spec: spec_text,
        provenances: runs.all().map(|run| run.provenance.clone()).collect(),
    };
    for file in protocol_report(&page)? {
        store::write_atomically(&folder.join(&file.path), &file.bytes)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checked<P: Protocol>(text: &str) {
        let spec: P = toml::from_str(text).expect("a specification");
        if let Err(error) = spec.check() {
            panic!("{error}");
        }
        let again: P = toml::from_str(&toml::to_string(&spec).expect("written")).expect("read");
        assert_eq!(again.seeds(), spec.seeds());
        assert_eq!(again.conditions(), spec.conditions());
    }

    #[test]
    fn the_built_in_specifications_are_sound() {
        checked::<figs1::FigS1>(include_str!("../../../../experiments/figs1.toml"));
        checked::<fig1::Fig1>(include_str!("../../../../experiments/fig1.toml"));
        checked::<fig2::Fig2>(include_str!("../../../../experiments/fig2.toml"));
        checked::<fig2::Fig2>(include_str!("../../../../experiments/fig2_recalled.toml"));
    }
}
