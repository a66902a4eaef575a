//! Where files of data sets are looked for, and where results may lie.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use apical_experiment::folders::{cache_folder, data_folders_of, folder_of_variable};

use crate::exit::UsageError;

/// The folders in which data are looked for, in order: `--data-dir`, `APICAL_DATA_DIR`, ./datasets,
/// the user's cache.
pub(crate) fn data_folders(data_dir: Option<&Path>) -> Vec<PathBuf> {
    data_folders_of(data_dir, &variable)
}

/// The folder into which data are fetched by default: the first one named by the user, or the cache.
pub(crate) fn fetch_folder(data_dir: Option<&Path>) -> PathBuf {
    data_dir
        .map(Path::to_owned)
        .or_else(|| folder_of_variable("APICAL_DATA_DIR", &variable))
        .or_else(|| cache_folder(&variable))
        .unwrap_or_else(|| "datasets".into())
}

/// Fails where `folder`, or what it lies in, is something else.
pub(crate) fn may_be_made(folder: &Path) -> Result<(), UsageError> {
    match folder.ancestors().find(|above| above.exists()) {
        Some(above) if !above.is_dir() => Err(UsageError::NoFolder {
            path: above.display().to_string(),
        }),
        _ => Ok(()),
    }
}

fn variable(name: &str) -> Option<OsString> {
    std::env::var_os(name)
}
