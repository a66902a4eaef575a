//! The program `apical`: command line, progress, downloads, exit codes.
//!
//! A specification becomes arms (one task, one learner, one point of a sweep), arms become runs (one
//! per seed), runs write records, and records become a report.

#![warn(clippy::print_stdout, clippy::print_stderr)]

mod built_in;
mod cli;
mod commands;
mod exit;
mod fetch;
mod folders;
mod program;
mod progress;
mod reference;
mod say;
mod slurm;
mod stop;
mod threads;
mod width;

use std::process::ExitCode;

use anyhow::Context;
use apical_datasets::{AnyDataKind, add_data_kinds};
use apical_experiment::chain;
use apical_experiment::learners::add_learner_kinds;
use apical_experiment::provenance;
use apical_kernels::InstructionSet;
use apical_learning::{AnyLearnerKind, Metric, MetricInfo, add_metrics};
use clap::Parser;

pub use reference::{Specification, specifications};

/// The program, with whatever a crate of one's own adds to it:
///
/// ```no_run
/// # use std::process::ExitCode;
/// fn main() -> ExitCode {
///     apical::Program::standard().run()
/// }
/// ```
#[derive(Default)]
pub struct Program {
    learners: Vec<&'static dyn AnyLearnerKind>,
    data_sets: Vec<&'static dyn AnyDataKind>,
    metrics: Vec<Metric>,
}

impl Program {
    /// The program as it is built here.
    pub fn standard() -> Self {
        Self::default()
    }

    /// Adds a kind of learner, which specifications then name by its key.
    #[must_use]
    pub fn learner(mut self, kind: &'static dyn AnyLearnerKind) -> Self {
        self.learners.push(kind);
        self
    }

    /// Adds a data set.
    #[must_use]
    pub fn data_set(mut self, kind: &'static dyn AnyDataKind) -> Self {
        self.data_sets.push(kind);
        self
    }

    /// Adds a metric.
    #[must_use]
    pub fn metric(mut self, info: &'static MetricInfo) -> Self {
        self.metrics.push(Metric::new(info));
        self
    }

    /// Names its allocator, for records.
    #[must_use]
    pub fn allocator(self, name: &'static str) -> Self {
        let _ = program::ALLOCATOR.set(name);
        self
    }

    /// Does what the command line says. The exit codes are listed in `apical --help`. To be called
    /// from `main`, before there is a second thread.
    pub fn run(self) -> ExitCode {
        threads::one_each();
        let cli = match cli::Cli::try_parse() {
            Ok(cli) => cli,
            Err(said) => return exit::said(&said),
        };
        let done = self.register().and_then(|()| commands::dispatch(cli));
        let done = done.and_then(|code| match say::fault() {
            Some(error) => Err(error).context("failed to write standard output"),
            None => Ok(code),
        });
        ExitCode::from(done.unwrap_or_else(|error| {
            say::err(format_args!("error: {}", chain(&error)));
            exit::code_of(&error)
        }))
    }

    /// Lists what was added, before anything is read; and chooses the kernels before any is used.
    fn register(self) -> anyhow::Result<()> {
        if !(self.learners.is_empty() && self.data_sets.is_empty() && self.metrics.is_empty()) {
            let program = std::env::current_exe().and_then(std::fs::read);
            provenance::depend_on(&program.context("failed to read the program's own file")?);
        }
        add_learner_kinds(&self.learners)?;
        add_data_kinds(&self.data_sets)?;
        add_metrics(&self.metrics)?;
        InstructionSet::chosen()?;
        Ok(())
    }
}
