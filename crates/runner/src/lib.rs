//! The program `apical`: command line, progress, downloads, exit codes.
//!
//! A specification becomes arms (one task, one learner, one point of a sweep), arms become runs (one
//! per seed), runs write records, and records become a report.

#![warn(clippy::print_stdout, clippy::print_stderr)]

mod built_in;
mod cli;
mod commands;
mod event;
mod exit;
mod fetch;
mod folders;
mod program;
mod progress;
mod say;
mod simulate;
mod stop;

use std::process::ExitCode;

use apical_kernels::InstructionSet;
use clap::Parser;

/// Does what the command line says. The exit codes are listed in `apical --help`.
pub fn main() -> ExitCode {
    let cli = cli::Cli::parse();
    // Before any kernel is used.
    let done = InstructionSet::chosen()
        .map_err(anyhow::Error::from)
        .and_then(|_| commands::dispatch(cli));
    ExitCode::from(done.unwrap_or_else(|error| {
        say::err(format_args!("error: {}", chain(&error)));
        exit::code_of(&error)
    }))
}

/// An error and its causes on one line, without repeating what a cause already said.
fn chain(error: &anyhow::Error) -> String {
    let mut text = error.to_string();
    for cause in error.chain().skip(1) {
        let cause = cause.to_string();
        if !text.contains(&cause) {
            text = format!("{text}: {cause}");
        }
    }
    text
}
