//! How an ended run gives way to its successor, and what is done where that was broken off.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::folder::{is_own, lock_path, remove_own};
use super::{Asked, Lock, name};

/// The end of the name of a folder that is to take a run's place.
pub(super) const NEW: &str = ".new";
/// That of the folder of a run that gave way.
const OLD: &str = ".old";

/// Makes a hidden folder beside `folder`, under a name that nobody can know before.
pub(super) fn beside(folder: &Path, what: &str) -> io::Result<PathBuf> {
    let name = folder.file_name().unwrap_or_default().to_string_lossy();
    let above = folder.parent().unwrap_or(Path::new("."));
    let mut builder = tempfile::Builder::new();
    let prefix = format!(".{name}.");
    builder.prefix(&prefix).suffix(what);
    Ok(builder.tempdir_in(above)?.keep())
}

/// The hidden folders beside `folder` that [`beside`] made; earlier versions gave them no name of their
/// own.
fn left_beside(folder: &Path, what: &str) -> Vec<PathBuf> {
    let name = folder.file_name().unwrap_or_default().to_string_lossy();
    let prefix = format!(".{name}.");
    let above = folder.parent().unwrap_or(Path::new("."));
    let entries = fs::read_dir(above).into_iter().flatten().flatten();
    let mut left: Vec<PathBuf> = entries
        .filter(|entry| {
            let found = entry.file_name().to_string_lossy().into_owned();
            found == format!(".{name}{what}") || found.starts_with(&prefix) && found.ends_with(what)
        })
        .map(|entry| entry.path())
        .collect();
    left.sort();
    left
}

/// Puts the ended run in `new` in the place of that in `folder`; files of others move along.
pub(super) fn exchange(new: &Path, folder: &Path) -> io::Result<()> {
    let old = beside(folder, OLD)?;
    // A folder takes the place of an empty one; a link to a folder does not.
    fs::remove_dir(&old)?;
    fs::rename(folder, &old)?;
    fs::rename(new, folder)?;
    conclude(&old, folder)
}

/// Takes away what gave way to the run in `folder`, but for files of others.
fn conclude(old: &Path, folder: &Path) -> io::Result<()> {
    if !fs::symlink_metadata(old)?.is_symlink() {
        for entry in fs::read_dir(old)? {
            let entry = entry?;
            if !is_own(&entry.file_name().to_string_lossy()) {
                fs::rename(entry.path(), folder.join(entry.file_name()))?;
            }
        }
    }
    remove_own(old)
}

/// Ends what a dead process broke off beside the run whose first folder is `base`: an exchange between
/// its two steps, and folders that were left. To be called by who holds the lock of the run.
pub(crate) fn recover(base: &Path) -> Result<()> {
    let name = base.file_name().unwrap_or_default().to_string_lossy();
    let above = base.parent().unwrap_or(Path::new("."));
    let entries = fs::read_dir(above).into_iter().flatten().flatten();
    // `-2` and so on have the same lock.
    let hidden = format!(".{name}");
    let folders: BTreeSet<PathBuf> = entries
        .filter_map(|entry| {
            let found = entry.file_name().to_string_lossy().into_owned();
            let rest = found.strip_prefix(&hidden)?;
            let is_left = rest.ends_with(NEW) || rest.ends_with(OLD);
            let end = rest.find('.').filter(|_| is_left)?;
            Some(above.join(format!("{name}{}", &rest[..end])))
        })
        .collect();
    for folder in folders {
        recover_one(&folder).with_context(|| {
            format!("failed to clear up beside the run in {}", folder.display())
        })?;
    }
    Ok(())
}

fn recover_one(folder: &Path) -> io::Result<()> {
    let is_complete = |path: &&PathBuf| path.join(name::SUMMARY).is_file();
    let (new, old) = (left_beside(folder, NEW), left_beside(folder, OLD));
    if fs::symlink_metadata(folder).is_err()
        && let Some(gave_way) = old.iter().find(is_complete)
    {
        let successor = new.iter().find(is_complete).unwrap_or(gave_way);
        fs::rename(successor, folder)?;
    }
    for left in new {
        remove_own(&left)?;
    }
    for left in old {
        if fs::symlink_metadata(&left).is_err() {
            // It is back in its place.
        } else if folder.join(name::SUMMARY).is_file() {
            conclude(&left, folder)?;
        } else if !is_complete(&&left) {
            remove_own(&left)?;
        }
    }
    Ok(())
}

/// Clears what dead processes left of the run whose first folder is `base`, where nobody is at it.
pub(super) fn clear(base: &Path) -> Result<()> {
    if let Asked::Taken(_lock) = Lock::ask(&lock_path(base))? {
        recover(base)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_broken_exchange_is_ended() {
        for (new, expected) in [(name::SUMMARY, "new"), (name::SPEC, "old")] {
            let root = tempfile::tempdir().expect("a folder");
            let folder = root.path().join("seed-0-01234567");
            for (what, end, file) in [("new", NEW, new), ("old", OLD, name::SUMMARY)] {
                let path = beside(&folder, end).expect("made");
                fs::write(path.join(file), what).expect("written");
            }
            clear(&folder).expect("cleared");
            let summary = fs::read_to_string(folder.join(name::SUMMARY)).expect("a summary");
            assert_eq!(summary, expected);
            let n_left = fs::read_dir(root.path()).expect("listed").count();
            assert_eq!(n_left, 1, "nothing is left beside it");
        }
    }
}
