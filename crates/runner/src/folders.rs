//! Where files of data sets are looked for, and where results may lie.

use std::path::{Path, PathBuf};

use crate::exit::UsageError;

/// The folders in which data are looked for, in order: `--data-dir`, `APICAL_DATA_DIR`, ./datasets,
/// the user's cache.
pub(crate) fn data_folders(data_dir: Option<&Path>) -> Vec<PathBuf> {
    let mut folders: Vec<PathBuf> = data_dir.map(Path::to_owned).into_iter().collect();
    folders.extend(folder_of_variable("APICAL_DATA_DIR"));
    folders.push("datasets".into());
    folders.extend(cache_folder());
    folders
}

/// The folder into which data are fetched by default: the first one named by the user, or the cache.
pub(crate) fn fetch_folder(data_dir: Option<&Path>) -> PathBuf {
    data_dir
        .map(Path::to_owned)
        .or_else(|| folder_of_variable("APICAL_DATA_DIR"))
        .or_else(cache_folder)
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

fn cache_folder() -> Option<PathBuf> {
    let home = || folder_of_variable("HOME").or_else(|| folder_of_variable("USERPROFILE"));
    let caches =
        folder_of_variable("XDG_CACHE_HOME").or_else(|| home().map(|home| home.join(".cache")));
    caches.map(|caches| caches.join("apical"))
}

fn folder_of_variable(name: &str) -> Option<PathBuf> {
    std::env::var_os(name)
        .filter(|value| !value.is_empty())
        .map(PathBuf::from)
}
