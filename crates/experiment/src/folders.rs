//! Where files of data sets are looked for; who calls says what environment variables hold.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// The value of an environment variable.
pub type Variable<'a> = &'a dyn Fn(&str) -> Option<OsString>;

/// The folders in which data are looked for, in order: the one that is given, `APICAL_DATA_DIR`, ./datasets,
/// the user's cache.
pub fn data_folders_of(given: Option<&Path>, variable: Variable<'_>) -> Vec<PathBuf> {
    let mut folders: Vec<PathBuf> = given.map(Path::to_owned).into_iter().collect();
    folders.extend(folder_of_variable("APICAL_DATA_DIR", variable));
    folders.push("datasets".into());
    folders.extend(cache_folder(variable));
    folders
}

/// The user's cache.
pub fn cache_folder(variable: Variable<'_>) -> Option<PathBuf> {
    let of = |name| folder_of_variable(name, variable);
    let home = || of("HOME").or_else(|| of("USERPROFILE"));
    let caches = of("XDG_CACHE_HOME").or_else(|| home().map(|home| home.join(".cache")));
    caches.map(|caches| caches.join("apical"))
}

/// The folder that a variable names, where it names one.
pub fn folder_of_variable(name: &str, variable: Variable<'_>) -> Option<PathBuf> {
    variable(name)
        .filter(|value| !value.is_empty())
        .map(PathBuf::from)
}
