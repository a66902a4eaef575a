//! What a trial with one seed goes on from where it was broken off.

use std::io;
use std::path::PathBuf;

use anyhow::{Context, Result};
use apical_learning::{Checkpoint, EpochRecord, Provenance, Sink, Snapshot, TimingRecord};

use crate::progress::Progress;
use crate::runs::Due;
use crate::store::{self, CheckpointFile, Found};

/// The readings of a trial with one seed, and its checkpoint. Trials leave no other record of their epochs.
pub(super) struct TrialSink<'a> {
    /// The checkpoint's file.
    path: PathBuf,
    /// Of all that decides the trial.
    digest: String,
    provenance: Provenance,
    due: Due<'a>,
    /// The readings so far, an epoch a line.
    lines: String,
}

impl<'a> TrialSink<'a> {
    /// That of the trial whose checkpoint is at `path`.
    pub(super) fn new(
        (path, digest): (PathBuf, String),
        provenance: Provenance,
        due: Due<'a>,
    ) -> Self {
        Self {
            path,
            digest,
            provenance,
            due,
            lines: String::new(),
        }
    }

    /// What the trial goes on from, if it was broken off; what cannot be gone on from is said.
    pub(super) fn begin(&mut self, progress: &dyn Progress) -> Result<Option<Checkpoint>> {
        let set = &self.provenance.instruction_set;
        let file = match CheckpointFile::find(&self.path, &self.digest, set)? {
            Found::Usable(file) => *file,
            Found::Unusable(fault) => {
                progress.warn(&format!("{fault}; the trial begins anew"));
                return Ok(None);
            }
            Found::Nothing => return Ok(None),
        };
        let epochs = file.about.records.lines().map(serde_json::from_str);
        let epochs = epochs.collect::<Result<_, _>>();
        let epochs = epochs.context("a reading of the checkpoint cannot be read")?;
        self.lines = file.about.records;
        Ok(Some(Checkpoint {
            state: file.state,
            epochs,
        }))
    }

    /// The trial has ended.
    pub(super) fn end(self) -> Result<()> {
        store::remove_if_there(&self.path)
            .with_context(|| format!("failed to take away {}", self.path.display()))
    }
}

impl Sink for TrialSink<'_> {
    fn epoch(&mut self, record: &EpochRecord) -> io::Result<()> {
        let line = store::json_line(record).map_err(io::Error::other)?;
        self.lines.push_str(&String::from_utf8_lossy(&line));
        Ok(())
    }

    fn timing(&mut self, _: &TimingRecord) -> io::Result<()> {
        Ok(())
    }

    fn takes_checkpoint(&mut self, is_last: bool) -> bool {
        is_last || self.due.is_now()
    }

    fn checkpoint(&mut self, epoch: usize, state: Snapshot) -> io::Result<()> {
        let place = format!("epoch {epoch}");
        let file = CheckpointFile::new(&self.digest, &self.provenance, place, &self.lines, state);
        let bytes = file.into_bytes().map_err(io::Error::other)?;
        self.due.taken();
        store::replace(&self.path, &bytes).map_err(io::Error::other)
    }
}
