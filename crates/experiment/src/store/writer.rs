//! A run's folder while it runs: what is written when.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use apical_learning::{Provenance, Snapshot};
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::exchange::{NEW, beside, exchange};
use super::folder::remove_own;
use super::manifest::{Manifest, Written, summary_text};
use super::{
    CheckpointFile, DIGEST_MARK, Lock, name, pretty, remove_if_there, replace, write_atomically,
};

/// A run that nobody else may write: its folder, and its lock as long as it is.
#[derive(Debug)]
pub(crate) struct Claim {
    /// The folder; an ended run in it stays there until this one has ended.
    pub(crate) folder: PathBuf,
    /// The lock of the run.
    pub(crate) lock: Lock,
}

/// What decides a run.
#[derive(Debug, Clone)]
pub(crate) struct Decided {
    /// The digest of settings, seed, data and code.
    pub(crate) digest: String,
    /// The same but for the seed.
    pub(crate) setting: String,
    /// Its own specification.
    pub(crate) spec: String,
}

/// A run's folder while it runs.
#[derive(Debug)]
pub(crate) struct RunWriter {
    folder: PathBuf,
    /// Where files are written: `folder`, or a place beside it while `folder` holds an ended run.
    open: PathBuf,
    records: File,
    records_name: &'static str,
    hasher: Sha256,
    n_bytes: u64,
    manifest: Manifest,
    provenance: Provenance,
    lock: Lock,
}

impl RunWriter {
    /// Makes the folder anew, with spec, provenance and `header` in the file of `records`; a run that goes on
    /// `from` a checkpoint has its records again.
    pub(crate) fn start(
        claim: Claim,
        decided: &Decided,
        provenance: &Provenance,
        records: &'static str,
        header: &[u8],
        from: Option<&CheckpointFile>,
    ) -> Result<Self> {
        let Claim { folder, lock } = claim;
        let start = || -> Result<Self> {
            let open = if folder.join(name::SUMMARY).exists() {
                beside(&folder, NEW)?
            } else {
                // The checkpoint stays until there is another.
                if from.is_none() {
                    remove_own(&folder)?;
                }
                fs::create_dir_all(&folder)?;
                folder.clone()
            };
            let path = open.join(records);
            remove_if_there(&path)?;
            let mut writer = Self {
                records: OpenOptions::new().write(true).create_new(true).open(path)?,
                records_name: records,
                hasher: Sha256::new(),
                n_bytes: 0,
                manifest: Manifest {
                    digest: decided.digest.clone(),
                    setting: decided.setting.clone(),
                    ..Manifest::default()
                },
                folder: folder.clone(),
                open,
                provenance: provenance.clone(),
                lock,
            };
            let spec = format!("{DIGEST_MARK}{}\n{}", decided.digest, decided.spec);
            writer.keep(name::SPEC, spec.as_bytes())?;
            writer.keep(name::PROVENANCE, &pretty(provenance)?)?;
            writer.write_all(header)?;
            if let Some(from) = from {
                writer.write_all(from.about.records.as_bytes())?;
            }
            Ok(writer)
        };
        start().with_context(|| format!("failed to open the run folder {}", folder.display()))
    }

    fn keep(&mut self, file: &str, bytes: &[u8]) -> Result<()> {
        write_atomically(&self.open.join(file), bytes)?;
        let files = &mut self.manifest.files;
        files.insert(file.to_owned(), Written::of(bytes));
        Ok(())
    }

    /// Keeps what the run goes on from where it is interrupted: `state`, reached at `place`, after `records`
    /// and `values`.
    pub(crate) fn checkpoint(
        &self,
        state: Snapshot,
        place: String,
        records: &str,
        values: &BTreeMap<String, f64>,
    ) -> Result<()> {
        let digest = &self.manifest.digest;
        let mut file = CheckpointFile::new(digest, &self.provenance, place, records, state);
        file.about.values.clone_from(values);
        replace(&self.open.join(name::CHECKPOINT), &file.into_bytes()?)
    }

    /// Writes where the run comes from once more, now that it has ended.
    pub(crate) fn ends(&mut self, provenance: &Provenance) -> Result<()> {
        self.keep(name::PROVENANCE, &pretty(provenance)?)
    }

    /// Closes the run: weights, if any, and then the summary. Gives its folder, still locked.
    pub(crate) fn finish(
        mut self,
        summary: &impl Serialize,
        weights: Option<&[u8]>,
    ) -> Result<Claim> {
        self.records
            .sync_all()
            .context("failed to write the records")?;
        if let Some(weights) = weights {
            self.keep(name::WEIGHTS, weights)?;
        }
        let records = Written {
            n_bytes: self.n_bytes,
            sha256: base16ct::lower::encode_string(&self.hasher.finalize()),
        };
        let mut manifest = self.manifest;
        manifest.files.insert(self.records_name.to_owned(), records);
        let text = summary_text(summary, manifest)?;
        write_atomically(&self.open.join(name::SUMMARY), text.as_bytes())?;
        remove_checkpoint(&self.open)?;
        if self.open != self.folder {
            exchange(&self.open, &self.folder).with_context(|| {
                format!("failed to replace the run in {}", self.folder.display())
            })?;
        }
        Ok(Claim {
            folder: self.folder,
            lock: self.lock,
        })
    }

    /// Closes a run that did not end; what ended before in its place stays.
    pub(crate) fn give_up(self) -> Result<()> {
        if self.open != self.folder {
            remove_own(&self.open).context("failed to clear up")?;
        }
        Ok(())
    }
}

/// Takes away the checkpoint of a run that has ended in `folder`.
pub(super) fn remove_checkpoint(folder: &Path) -> io::Result<()> {
    remove_if_there(&folder.join(name::CHECKPOINT))
}

/// Appends to the records.
impl Write for RunWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let n = self.records.write(bytes)?;
        self.hasher.update(&bytes[..n]);
        self.n_bytes += n as u64;
        Ok(n)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.records.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{exchange::clear, lock_path};

    fn claim(folder: &Path) -> Claim {
        let path = lock_path(folder);
        let lock = Lock::wait(&path, &|| true, |_| ()).expect("asked");
        Claim {
            folder: folder.to_owned(),
            lock: lock.expect("nobody has it"),
        }
    }

    fn start(folder: &Path) -> RunWriter {
        let provenance = crate::provenance::of_run(&Default::default(), "data", 1, 0);
        let decided = Decided {
            digest: "0123456789abcdef".into(),
            setting: "s".into(),
            spec: String::new(),
        };
        let (claim, header) = (claim(folder), b"{}\n");
        RunWriter::start(claim, &decided, &provenance, name::METRICS, header, None).expect("opened")
    }

    fn files_of(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).expect("listed").flatten();
        let mut files: Vec<_> = entries
            .map(|entry| entry.file_name().to_string_lossy().into_owned())
            .collect();
        files.sort();
        files
    }

    const FOLDER: &str = "seed-0-01234567";

    #[test]
    fn an_ended_run_stays_until_the_next_has_ended_and_files_of_others_move_along() {
        let root = tempfile::tempdir().expect("a folder");
        let folder = root.path().join(FOLDER);
        let read = |file: &str| fs::read_to_string(folder.join(file)).expect("a file");
        start(&folder)
            .finish(&["first"], None)
            .expect_err("no object");
        start(&folder)
            .finish(&serde_json::json!({"n": 1}), Some(b"w"))
            .expect("ended");
        fs::write(folder.join("notes.txt"), "mine").expect("written");
        start(&folder).give_up().expect("cleared");
        assert_eq!(files_of(root.path()), [FOLDER]);
        // A crash leaves the new folder behind.
        drop(start(&folder));
        assert_eq!(files_of(root.path()).len(), 2);
        assert!(read(name::SUMMARY).contains("\"n\": 1"));
        clear(&folder).expect("cleared");
        assert_eq!(files_of(root.path()), [FOLDER]);
        start(&folder)
            .finish(&serde_json::json!({"n": 2}), None)
            .expect("ended");
        assert!(read(name::SUMMARY).contains("\"n\": 2"));
        assert_eq!(read("notes.txt"), "mine");
        assert!(!folder.join(name::WEIGHTS).exists());
        assert_eq!(files_of(root.path()), [FOLDER]);
    }

    #[cfg(unix)]
    #[test]
    fn a_link_to_a_run_gives_way_and_what_it_leads_to_stays() {
        let root = tempfile::tempdir().expect("a folder");
        let (elsewhere, above) = (root.path().join(FOLDER), root.path().join("above"));
        fs::create_dir(&above).expect("made");
        start(&elsewhere)
            .finish(&serde_json::json!({"n": 1}), None)
            .expect("ended");
        let link = above.join(FOLDER);
        std::os::unix::fs::symlink(&elsewhere, &link).expect("linked");
        start(&link)
            .finish(&serde_json::json!({"n": 2}), None)
            .expect("ended");
        let summary = |folder: &Path| fs::read_to_string(folder.join(name::SUMMARY)).expect("read");
        assert!(summary(&elsewhere).contains("\"n\": 1"));
        assert!(summary(&link).contains("\"n\": 2"));
        assert_eq!(files_of(&above), [FOLDER]);
    }
}
