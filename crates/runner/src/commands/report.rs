//! `apical report`, and the report at the end of `apical run`.

use std::collections::BTreeSet;
use std::io::{ErrorKind, IsTerminal, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use apical_experiment::report::{GivenContrasts, Report, folders_of, read, write};
use apical_experiment::store::{self, Lock};

use crate::built_in;
use crate::cli::ReportArgs;
use crate::exit::{self, UsageError};
use crate::folders::may_be_made;
use crate::{say, width};

/// Writes the report of all ended runs below some folders.
///
/// The report on a protocol is drawn where its experiment lies, or in the given folder: by itself
/// where nothing else is reported, else in a folder of the experiment's name.
pub(crate) fn report(arguments: &ReportArgs) -> Result<u8> {
    let (n_names, n_folders) = (arguments.names.len(), arguments.folders.len());
    if n_names != 0 && n_names != n_folders {
        return Err(UsageError::Names { n_names, n_folders }.into());
    }
    let mut seen = BTreeSet::new();
    if let Some(name) = arguments.names.iter().find(|name| !seen.insert(*name)) {
        let name = name.clone();
        return Err(UsageError::SameName { name }.into());
    }
    let cannot_be_shown =
        |name: &&String| name.trim().is_empty() || name.contains(char::is_control);
    if let Some(name) = arguments.names.iter().find(cannot_be_shown) {
        let name = name.clone();
        return Err(UsageError::NoName { name }.into());
    }
    arguments.out.iter().try_for_each(|out| may_be_made(out))?;
    let given = arguments.contrasts.as_ref().map(|spec| {
        let given = GivenContrasts::read(built_in::source(spec)?)?;
        anyhow::Ok(given)
    });
    let given = given.transpose()?;
    let _locks = locks(arguments)?;
    let reports = read(&arguments.folders, &arguments.names, given.as_ref())?;
    let is_alone = reports.tasks.is_none() && reports.protocols.len() == 1;
    for (folder, report) in &reports.protocols {
        let out = match &arguments.out {
            Some(out) if is_alone => out.clone(),
            Some(out) => out.join(folder.file_name().unwrap_or_default()),
            None => folder.clone(),
        };
        conclude(report, &out, arguments.wide)?;
    }
    if let Some(report) = &reports.tasks {
        let out = match (&arguments.out, &arguments.folders[..]) {
            (Some(out), _) => out,
            (None, [only]) => only,
            (None, _) => Err(UsageError::NoOut)?,
        };
        conclude(report, out, arguments.wide)?;
    }
    Ok(match reports.n_damaged {
        0 => exit::OK,
        _ => exit::RUNS_FAILED,
    })
}

/// The locks of all folders that may be written, in an order that is the same for everybody.
fn locks(arguments: &ReportArgs) -> Result<Vec<Lock>> {
    let folders = match &arguments.out {
        Some(out) => vec![out.clone()],
        None => folders_of(&arguments.folders)?,
    };
    // The same folder may be named in several ways.
    let real = |folder: PathBuf| folder.canonicalize().unwrap_or(folder);
    let folders: BTreeSet<PathBuf> = folders.into_iter().map(real).collect();
    let locks = folders.iter().map(|out| store::lock_folder(out, &|| false));
    Ok(locks
        .collect::<Result<Vec<_>>>()?
        .into_iter()
        .flatten()
        .collect())
}

fn conclude(report: &Report, out: &Path, wide: bool) -> Result<()> {
    let index = write_report(report, out)?;
    print_text(report, wide)?;
    for gap in report.gaps() {
        say::err(gap);
    }
    let n_runs = report.n_runs();
    match index {
        Some(index) => say::err(format_args!("{n_runs} runs; report: {}", index.display())),
        None => say::err(format_args!("{n_runs} runs")),
    }
    Ok(())
}

/// Writes all files of the report into `folder` and returns the path of its page. Files of an earlier
/// report that are not among them go. Where the folder cannot be written at all, it stays as it is, and
/// a line says so.
pub(crate) fn write_report(report: &Report, folder: &Path) -> Result<Option<PathBuf>> {
    match write(report, folder) {
        Ok(index) => Ok(Some(index)),
        Err(error) if store::is_read_only(&error) => {
            let folder = folder.display();
            say::err(format_args!(
                "{folder} cannot be written, so its page stays as it is; `apical report {folder} --out DIR` writes one elsewhere"
            ));
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

/// Prints tables and findings on standard output, in columns that fit it unless all are asked for.
pub(crate) fn print_text(report: &Report, wide: bool) -> Result<()> {
    let width = if wide { usize::MAX } else { width::of_output() };
    let mut out = std::io::stdout().lock();
    let no_colour = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    let text = report.text(out.is_terminal() && !no_colour, width);
    // What is found of a protocol is said in sentences, under tables that fit.
    let text = match report {
        Report::Protocol(_) if !wide => say::fitted(text, width::of_terminal(&out)),
        _ => text,
    };
    match writeln!(out, "{text}") {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(error).context("failed to print the table")
        }
        _ => Ok(()),
    }
}
