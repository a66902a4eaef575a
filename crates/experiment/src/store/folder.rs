//! A run's folder: where it lies, what is written when, and what may be replaced.
//!
//! summary.json is written last and marks a run as ended; a folder without it was interrupted. A
//! folder that has a summary, or files that no run writes, is never taken away.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use apical_learning::{Provenance, RunKey};
use serde::Serialize;

use super::{DIGEST_MARK, Kept, ended_run, name, pretty, slug, write_atomically};

/// The files that a run writes.
const OWN: [&str; 6] = [
    name::SPEC,
    name::PROVENANCE,
    name::METRICS,
    name::SERIES,
    name::SUMMARY,
    name::WEIGHTS,
];

/// The folder of the run with `digest` below that of its experiment: the one where it ended, or the
/// first that may be written.
pub(crate) fn run_folder<R: Kept>(experiment: &Path, run: &RunKey, digest: &str) -> PathBuf {
    let mut above = experiment.join(slug(&run.task)).join(slug(&run.learner));
    if !run.point.is_empty() {
        above.push(slug(&run.point.to_string()));
    }
    let first = format!("seed-{}-{}", run.seed, &digest[..8]);
    let mut n = 1_usize;
    loop {
        let folder = match n {
            1 => above.join(&first),
            n => above.join(format!("{first}-{n}")),
        };
        recover(&folder);
        if may_be_written(&folder) || ended_run::<R>(&folder, digest).is_some() {
            return folder;
        }
        n += 1;
    }
}

/// Whether there is no such folder, or nothing in it but what an interrupted run left.
fn may_be_written(folder: &Path) -> bool {
    let Ok(entries) = fs::read_dir(folder) else {
        return !folder.exists();
    };
    entries.into_iter().all(|entry| {
        entry.is_ok_and(|entry| {
            let file = entry.file_name().to_string_lossy().into_owned();
            file != name::SUMMARY && is_own(&file)
        })
    })
}

fn is_own(file: &str) -> bool {
    let temporary = file
        .strip_prefix('.')
        .is_some_and(|rest| rest.ends_with(".tmp") && OWN.iter().any(|own| rest.starts_with(own)));
    temporary || OWN.contains(&file)
}

/// `.NAME.new` or `.NAME.old` beside the folder called NAME.
fn beside(folder: &Path, what: &str) -> PathBuf {
    let name = folder.file_name().unwrap_or_default().to_string_lossy();
    folder.with_file_name(format!(".{name}.{what}"))
}

/// Takes away what runs wrote in `folder`, and the folder where nothing else is in it.
fn remove_own(folder: &Path) -> io::Result<()> {
    let Ok(entries) = fs::read_dir(folder) else {
        return Ok(());
    };
    let mut has_others = false;
    for entry in entries {
        let entry = entry?;
        if is_own(&entry.file_name().to_string_lossy()) {
            fs::remove_file(entry.path())?;
        } else {
            has_others = true;
        }
    }
    if has_others {
        return Ok(());
    }
    fs::remove_dir(folder)
}

/// Ends an exchange of folders that was broken off between its two steps.
fn recover(folder: &Path) {
    if folder.exists() {
        return;
    }
    let (new, old) = (beside(folder, "new"), beside(folder, "old"));
    let complete = [&new, &old].map(|path| path.join(name::SUMMARY).is_file());
    // Where this fails, the run is taught again; nothing is lost.
    let _ = match complete {
        [true, true] => fs::rename(&new, folder),
        [false, true] => fs::rename(&old, folder),
        _ => Ok(()),
    };
}

/// A run's folder while it runs.
#[derive(Debug)]
pub(crate) struct RunWriter {
    folder: PathBuf,
    /// Where files are written: `folder`, or a place beside it while `folder` holds an ended run.
    open: PathBuf,
    records: File,
}

impl RunWriter {
    /// Makes the folder anew, with spec, provenance and `header` in the file of `records`. An ended run in it
    /// stays there until this one has ended.
    pub(crate) fn start(
        folder: &Path,
        digest: &str,
        spec: &str,
        provenance: &Provenance,
        records: &str,
        header: &[u8],
    ) -> Result<Self> {
        let start = || -> Result<Self> {
            let open = if folder.join(name::SUMMARY).exists() {
                beside(folder, "new")
            } else {
                folder.to_owned()
            };
            remove_own(&open)?;
            fs::create_dir_all(&open)?;
            write_atomically(
                &open.join(name::SPEC),
                format!("{DIGEST_MARK}{digest}\n{spec}").as_bytes(),
            )?;
            write_atomically(&open.join(name::PROVENANCE), &pretty(provenance)?)?;
            let mut records = File::create(open.join(records))?;
            records.write_all(header)?;
            Ok(Self {
                folder: folder.to_owned(),
                open,
                records,
            })
        };
        start().with_context(|| format!("failed to open the run folder {}", folder.display()))
    }

    /// Closes the run: weights, if any, and then the summary.
    pub(crate) fn finish(self, summary: &impl Serialize, weights: Option<&[u8]>) -> Result<()> {
        self.records
            .sync_all()
            .context("failed to write the records")?;
        if let Some(weights) = weights {
            write_atomically(&self.open.join(name::WEIGHTS), weights)?;
        }
        write_atomically(&self.open.join(name::SUMMARY), &pretty(summary)?)?;
        if self.open != self.folder {
            exchange(&self.open, &self.folder).with_context(|| {
                format!("failed to replace the run in {}", self.folder.display())
            })?;
        }
        Ok(())
    }

    /// Closes a run that did not end; what ended before in its place stays.
    pub(crate) fn give_up(self) -> Result<()> {
        if self.open != self.folder {
            remove_own(&self.open).context("failed to clear up")?;
        }
        Ok(())
    }
}

/// Appends to the records.
impl Write for RunWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.records.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.records.flush()
    }
}

/// Puts the ended run in `new` in the place of that in `folder`; files of others move along.
fn exchange(new: &Path, folder: &Path) -> io::Result<()> {
    let old = beside(folder, "old");
    remove_own(&old)?;
    fs::rename(folder, &old)?;
    fs::rename(new, folder)?;
    for entry in fs::read_dir(&old)? {
        let entry = entry?;
        if !is_own(&entry.file_name().to_string_lossy()) {
            fs::rename(entry.path(), folder.join(entry.file_name()))?;
        }
    }
    remove_own(&old)
}

#[cfg(test)]
mod tests {
    use apical_learning::{Point, RunRecord};

    use super::*;

    fn key() -> RunKey {
        RunKey {
            experiment: "e".into(),
            task: "t".into(),
            learner: "l".into(),
            point: Point::default(),
            seed: 0,
        }
    }

    const DIGEST: &str = "0123456789abcdef";

    fn with_files(root: &Path, files: &[&str]) -> PathBuf {
        let folder = root.join("t/l/seed-0-01234567");
        fs::create_dir_all(&folder).expect("made");
        for file in files {
            fs::write(folder.join(file), "x").expect("written");
        }
        folder
    }

    #[test]
    fn what_an_interrupted_run_left_is_written_over() {
        let root = tempfile::tempdir().expect("a folder");
        let folder = with_files(
            root.path(),
            &[name::SPEC, name::METRICS, ".summary.json.7.tmp"],
        );
        assert_eq!(run_folder::<RunRecord>(root.path(), &key(), DIGEST), folder);
    }

    #[test]
    fn a_summary_that_cannot_be_read_and_files_of_others_stay() {
        for file in [name::SUMMARY, "notes.txt"] {
            let root = tempfile::tempdir().expect("a folder");
            let folder = with_files(root.path(), &[name::SPEC, file]);
            let other = run_folder::<RunRecord>(root.path(), &key(), DIGEST);
            assert_eq!(other, folder.with_file_name("seed-0-01234567-2"));
            let provenance = crate::provenance::of_run(&Default::default(), "data", 1);
            RunWriter::start(&other, DIGEST, "", &provenance, name::METRICS, b"").expect("written");
            assert!(folder.join(file).is_file() && folder.join(name::SPEC).is_file());
        }
    }

    #[test]
    fn an_ended_run_stays_until_the_next_has_ended_and_files_of_others_move_along() {
        let root = tempfile::tempdir().expect("a folder");
        let folder = with_files(root.path(), &[name::SPEC, name::SUMMARY, "notes.txt"]);
        let provenance = crate::provenance::of_run(&Default::default(), "data", 1);
        let start = || {
            RunWriter::start(&folder, DIGEST, "", &provenance, name::METRICS, b"").expect("opened")
        };
        let read = |file: &str| fs::read_to_string(folder.join(file)).expect("a file");
        start().give_up().expect("cleared");
        assert_eq!(read(name::SUMMARY), "x");
        // A crash leaves the new folder behind; the next start takes it.
        drop(start());
        let writer = start();
        assert_eq!(read(name::SUMMARY), "x");
        fs::write(writer.open.join(name::SUMMARY), "y").expect("written");
        exchange(&writer.open, &folder).expect("exchanged");
        assert_eq!(
            (read(name::SUMMARY), read("notes.txt")),
            ("y".into(), "x".into())
        );
        let left = fs::read_dir(folder.parent().expect("above"))
            .expect("listed")
            .count();
        assert_eq!(left, 1, "nothing is left beside it");
    }

    #[test]
    fn a_broken_exchange_is_ended() {
        for (new, expected) in [(&["summary.json"][..], "new"), (&["spec.toml"], "old")] {
            let root = tempfile::tempdir().expect("a folder");
            let folder = root.path().join("seed-0-01234567");
            for (what, files) in [("new", new), ("old", &["summary.json"])] {
                let path = beside(&folder, what);
                fs::create_dir_all(&path).expect("made");
                for file in files {
                    fs::write(path.join(file), what).expect("written");
                }
            }
            recover(&folder);
            let summary = fs::read_to_string(folder.join(name::SUMMARY)).expect("a summary");
            assert_eq!(summary, expected);
        }
    }
}
