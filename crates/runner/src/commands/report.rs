//! `apical report`, and the report at the end of `apical run`.

use std::io::{ErrorKind, IsTerminal, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use apical_experiment::report::{Report, read};
use apical_experiment::store;

use crate::cli::ReportArgs;
use crate::exit::UsageError;
use crate::say;

/// Writes the report of all ended runs below some folders.
///
/// The report on a protocol is drawn where its experiment lies, or in the given folder: by itself
/// where nothing else is reported, else in a folder of the experiment's name.
pub(crate) fn report(arguments: &ReportArgs) -> Result<()> {
    let reports = read(&arguments.folders)?;
    let is_alone = reports.tasks.is_none() && reports.protocols.len() == 1;
    for (folder, report) in &reports.protocols {
        let out = match &arguments.out {
            Some(out) if is_alone => out.clone(),
            Some(out) => out.join(folder.file_name().unwrap_or_default()),
            None => folder.clone(),
        };
        conclude(report, &out)?;
    }
    if let Some(report) = &reports.tasks {
        let out = match (&arguments.out, &arguments.folders[..]) {
            (Some(out), _) => out,
            (None, [only]) => only,
            (None, _) => Err(UsageError::NoOut)?,
        };
        conclude(report, out)?;
    }
    Ok(())
}

fn conclude(report: &Report, out: &Path) -> Result<()> {
    let index = write_report(report, out)?;
    print_text(report)?;
    say::err(format_args!(
        "{} runs; report: {}",
        report.n_runs(),
        index.display()
    ));
    Ok(())
}

/// Writes all files of the report into `folder` and returns the path of its page.
pub(crate) fn write_report(report: &Report, folder: &Path) -> Result<PathBuf> {
    for artefact in report.files().context("failed to make the report")? {
        store::write_atomically(&folder.join(&artefact.path), &artefact.bytes)?;
    }
    Ok(folder.join("index.html"))
}

/// Prints tables and findings on standard output.
pub(crate) fn print_text(report: &Report) -> Result<()> {
    let mut out = std::io::stdout().lock();
    let no_colour = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    let text = report.text(out.is_terminal() && !no_colour);
    match writeln!(out, "{text}") {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(error).context("failed to print the table")
        }
        _ => Ok(()),
    }
}
