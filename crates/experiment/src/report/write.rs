//! A report as files.

use std::fs;
use std::path::{Component, Path, PathBuf};

use anyhow::{Context, Result};

use super::Report;
use crate::store;

/// The list of the files of a report.
const FILES: &str = "report.json";

/// Writes all files of the report into `folder` and returns the path of its page. Files of an earlier report that are
/// not among them go.
pub fn write(report: &Report, folder: &Path) -> Result<PathBuf> {
    store::clear_temporary(folder);
    let list = folder.join(FILES);
    let before: Vec<String> = store::json(&list).unwrap_or_default();
    let artefacts = report.files().context("failed to make the report")?;
    for artefact in &artefacts {
        store::write_atomically(&folder.join(&artefact.path), &artefact.bytes)?;
    }
    let files: Vec<&str> = artefacts.iter().map(|file| &*file.path).collect();
    for file in before.iter().filter(|file| !files.contains(&&***file)) {
        let mut parts = Path::new(file).components();
        if parts.all(|part| matches!(part, Component::Normal(_))) {
            let _ = fs::remove_file(folder.join(file));
            // Folders go with their last file.
            for above in Path::new(file).ancestors().skip(1) {
                if above.as_os_str().is_empty() || fs::remove_dir(folder.join(above)).is_err() {
                    break;
                }
            }
        }
    }
    store::write_atomically(&list, &store::pretty(&files)?)?;
    Ok(folder.join("index.html"))
}
