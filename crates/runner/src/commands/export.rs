//! `apical export`.

use std::path::{Path, PathBuf};
use std::slice;

use anyhow::{Context, Result};
use apical_experiment::report::{Report, read};
use apical_experiment::store;

use crate::cli::{ExportArgs, ExportFormat};
use crate::folders::may_be_made;
use crate::{exit, say};

/// Writes tables and numbers of the experiments below a folder in the format of others; of several, each protocol
/// in a folder of its own.
pub(crate) fn export(arguments: &ExportArgs) -> Result<u8> {
    let ExportFormat::Latex = arguments.format;
    let out = arguments.out.clone();
    let out = out.unwrap_or_else(|| arguments.folder.join("latex"));
    may_be_made(&out)?;
    let reports = read(slice::from_ref(&arguments.folder), &[], None)?;
    let is_alone = reports.tasks.is_none() && reports.protocols.len() == 1;
    let own = |root: &Path| match is_alone {
        true => out.clone(),
        false => out.join(root.file_name().unwrap_or_default()),
    };
    let protocols = reports.protocols.iter();
    let protocols = protocols.map(|(root, report)| (own(root), report));
    let tasks = reports.tasks.iter().map(|report| (out.clone(), report));
    let all: Vec<(PathBuf, &Report)> = protocols.chain(tasks).collect();
    for (folder, report) in all {
        for gap in report.gaps() {
            say::err(gap);
        }
        for file in report.latex().context("failed to make the tables")? {
            let path = folder.join(&file.path);
            store::write_atomically(&path, &file.bytes)?;
            say::out(path.display());
        }
    }
    Ok(match reports.n_damaged {
        0 => exit::OK,
        _ => exit::RUNS_FAILED,
    })
}
