//! Protocols: experiments that are more than tasks and learners, one file or folder each.
//!
//! A protocol has conditions (`[condition.NAME]` of its specification) and seeds. Each condition is run
//! once with each seed, by itself and in any order; a run writes series and numbers, and the report is
//! made of these alone. To add one: a file with its specification, its [`Protocol`] and its `KIND`,
//! tables and figures in a file beside it, a line of `kinds!`, and a specification in experiments/.

mod execute;
mod log;
mod record;
mod runs;
pub mod setting;
mod summary;

use std::time::Instant;

use anyhow::Result;
use apical_learning::SpecError;
use apical_reporting::{Chart, PlainTable, ProtocolReport, protocol_report};
use serde::Serialize;
use serde::de::DeserializeOwned;
use toml::Table;

use self::log::{Broken, Log};
use self::runs::{Run, Runs};
use crate::runs::Execution;
use crate::spec::{Overrides, SpecProblem, SpecSource};
use crate::store;

/// The specification of a protocol, and what it does.
trait Protocol: Sync {
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
struct Report {
    /// A sentence or two each.
    findings: Vec<String>,
    /// Tables.
    tables: Vec<PlainTable>,
    /// Figures.
    charts: Vec<Chart>,
    /// Terms and what they mean.
    notes: Vec<(&'static str, &'static str)>,
}

/// A kind of protocol.
pub struct Kind {
    read: fn(&SpecSource, &Overrides) -> Result<Specified, SpecProblem>,
}

/// A protocol with all its values.
pub struct Specified {
    protocol: Box<dyn Protocol>,
    values: Table,
    /// All values as TOML.
    text: String,
}

/// What came of the runs of a protocol.
pub enum Reproduced {
    /// It was stopped from outside.
    Interrupted {
        /// Runs that ended.
        n_ended: usize,
        /// All runs.
        n_runs: usize,
    },
    /// All runs ended.
    Ended {
        /// Tables and findings, for a terminal.
        said: Vec<String>,
        /// Runs made now.
        n_made: usize,
        /// Runs used again.
        n_reused: usize,
        /// Runs that failed, now or before.
        n_failed: usize,
    },
}

/// Declares the modules of the protocols, and [`KINDS`].
macro_rules! kinds {
    ($($kind:ident,)*) => {
        $(mod $kind;)*

        /// All kinds of protocols by name.
        pub static KINDS: &[(&str, Kind)] = &[$((stringify!($kind), $kind::KIND)),*];
    };
}

kinds! {
    figs1,
    fig1,
    fig2,
    theory,
}

impl Kind {
    /// The kind with the specification `P`.
    const fn of<P: Protocol + Serialize + DeserializeOwned + 'static>() -> Self {
        Self { read: read::<P> }
    }

    /// Reads and checks a specification of this kind.
    pub fn read(
        &self,
        source: &SpecSource,
        overrides: &Overrides,
    ) -> Result<Specified, SpecProblem> {
        (self.read)(source, overrides)
    }
}

fn read<P: Protocol + Serialize + DeserializeOwned + 'static>(
    source: &SpecSource,
    overrides: &Overrides,
) -> Result<Specified, SpecProblem> {
    let (spec, _): (P, _) = source.read(overrides)?;
    let problem = |error: SpecError| {
        let message = error.to_string();
        let key = message.split('`').nth(1).unwrap_or_default().to_owned();
        source.problem(overrides, &key, message)
    };
    setting::check_seeds(spec.seeds()).map_err(problem)?;
    spec.check().map_err(problem)?;
    let values = Table::try_from(&spec).map_err(|error| SpecProblem::new(error.to_string()))?;
    let text = toml::to_string(&spec).map_err(|error| SpecProblem::new(error.to_string()))?;
    Ok(Specified {
        protocol: Box::new(spec),
        values,
        text,
    })
}

/// Runs what has not ended yet, and writes records and report below `folder`. `command` gives the same
/// results.
pub fn reproduce(
    name: &str,
    spec: &Specified,
    folder: &std::path::Path,
    command: &str,
    execution: &Execution<'_>,
) -> Result<Reproduced> {
    let began = Instant::now();
    let experiment = store::experiment_text(command, &spec.text);
    store::write_atomically(&folder.join(store::name::EXPERIMENT), experiment.as_bytes())?;
    let jobs = execute::jobs(spec, name, folder)?;
    let executed = execute::execute(&*spec.protocol, &jobs, execution)?;
    if executed.n_interrupted > 0 {
        return Ok(Reproduced::Interrupted {
            n_ended: jobs.len() - executed.n_interrupted,
            n_runs: jobs.len(),
        });
    }
    let runs = Runs::new(spec.protocol.conditions(), executed.runs);
    let report = spec.protocol.report(&runs);
    summary::write(
        folder,
        spec.protocol.title(),
        name,
        command,
        &runs,
        began.elapsed(),
    )?;
    let tables = report.tables.iter().map(PlainTable::text);
    let said = tables.chain(report.findings.iter().cloned()).collect();
    let page = ProtocolReport {
        name: name.to_owned(),
        title: spec.protocol.title().to_owned(),
        findings: report.findings,
        tables: report.tables,
        charts: report.charts,
        notes: (report.notes.iter())
            .map(|(term, meaning)| ((*term).to_owned(), (*meaning).to_owned()))
            .collect(),
        failed: runs.failures(),
        command: command.to_owned(),
        spec: spec.text.clone(),
        provenances: runs.all().map(|run| run.provenance.clone()).collect(),
    };
    for file in protocol_report(&page)? {
        store::write_atomically(&folder.join(&file.path), &file.bytes)?;
    }
    Ok(Reproduced::Ended {
        said,
        n_made: executed.n_made,
        n_reused: jobs.len() - executed.n_made,
        n_failed: runs.all().filter(|run| run.failed.is_some()).count(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checked<P: Protocol + Serialize + DeserializeOwned>(text: &str) {
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
