//! What dead processes left in an experiment's folder.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::writer::remove_checkpoint;
use super::{RunName, exchange, name};

/// A run lies at most this far below its experiment: task, learner, point of a sweep.
const DEPTH: usize = 3;

/// Clears what dead processes left in the folder of an experiment, but for the files of a run that was
/// interrupted. To be called by who holds the folder's lock.
pub(crate) fn clear_left_overs(experiment: &Path) -> Result<()> {
    let mut bases = BTreeSet::new();
    collect(experiment, DEPTH, &mut bases)?;
    for base in bases {
        exchange::clear(&base)?;
    }
    remove_temporary(experiment, 0);
    for folder in [name::FIGURES, name::TUNING] {
        remove_temporary(&experiment.join(folder), DEPTH);
    }
    Ok(())
}

/// The first folders of runs beside which hidden files or folders lie. Checkpoints of runs that have ended go.
fn collect(folder: &Path, depth: usize, bases: &mut BTreeSet<PathBuf>) -> Result<()> {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let file = entry.file_name().to_string_lossy().into_owned();
        if let Some(hidden) = file.strip_prefix('.') {
            bases.extend(RunName::of(hidden).map(|name| folder.join(name.base)));
        } else if RunName::of(&file).is_some() {
            // Its process died between the summary and the end.
            if entry.path().join(name::SUMMARY).is_file() {
                let removed = remove_checkpoint(&entry.path());
                removed.context("failed to take away the checkpoint of a run that has ended")?;
            }
        } else if depth > 0 && entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            collect(&entry.path(), depth - 1, bases)?;
        }
    }
    Ok(())
}

/// Files under temporary names; all who write here hold the lock while they do.
fn remove_temporary(folder: &Path, depth: usize) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let file = entry.file_name().to_string_lossy().into_owned();
        if file.starts_with('.') && file.ends_with(".tmp") {
            let _ = fs::remove_file(entry.path());
        } else if depth > 0 && entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            remove_temporary(&entry.path(), depth - 1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{Asked, Lock, lock_path};

    #[test]
    fn what_is_in_use_stays_and_what_dead_processes_left_goes() {
        let root = tempfile::tempdir().expect("a folder");
        let arm = root.path().join("t/l");
        let (used, left) = (arm.join("seed-0-01234567"), arm.join("seed-1-01234567"));
        for base in [&used, &left] {
            let name = base.file_name().expect("named").to_string_lossy();
            let hidden = base.with_file_name(format!(".{name}.abc.new"));
            fs::create_dir_all(&hidden).expect("made");
            fs::write(hidden.join(name::SPEC), "x").expect("written");
            fs::write(lock_path(base), "left").expect("written");
        }
        let figures = root.path().join("figures/t");
        fs::create_dir_all(&figures).expect("made");
        for file in [
            root.path().join(".runs.json.x.tmp"),
            figures.join(".a.svg.1.tmp"),
        ] {
            fs::write(file, "x").expect("written");
        }
        let Asked::Taken(_lock) = Lock::ask(&lock_path(&used)).expect("asked") else {
            panic!("nobody holds it");
        };
        clear_left_overs(root.path()).expect("cleared");
        let names = |folder: &Path| {
            let entries = fs::read_dir(folder).expect("listed").flatten();
            let names = entries.map(|entry| entry.file_name().to_string_lossy().into_owned());
            names.collect::<BTreeSet<_>>()
        };
        let kept = [".seed-0-01234567.abc.new", ".seed-0-01234567.lock"];
        assert_eq!(names(&arm), kept.map(str::to_owned).into());
        assert_eq!(names(&figures), BTreeSet::new());
        assert_eq!(names(root.path()).len(), 2);
    }
}
