//! One run: it is used again where it ended, and else made, under its lock.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use apical_learning::{Provenance, RunKey};

use super::{Came, Execution, Shard, Work};
use crate::progress::Outcome;
use crate::provenance;
use crate::store::{
    self, Asked, CheckpointFile, Claim, Decided, Ended, Holder, Kept, Lock, RunWriter, State,
};

/// One run before it is made.
pub(crate) struct Job<W> {
    /// Which run.
    pub(crate) key: RunKey,
    /// Its folder, where nothing else is in its place.
    pub(crate) folder: PathBuf,
    /// What decides it.
    pub(crate) decided: Decided,
    /// What is done.
    pub(crate) work: W,
}

/// What came of a job.
pub(super) enum Step<R> {
    /// Another process is at it.
    Busy,
    /// It ended, or was stopped.
    Done {
        /// How.
        outcome: Outcome,
        /// The run with its folder, where it ended now or before.
        ended: Option<(PathBuf, Ended<R>)>,
    },
}

impl<R> Step<R> {
    /// It was stopped.
    pub(super) fn interrupted() -> Self {
        Self::Done {
            outcome: Outcome::Interrupted,
            ended: None,
        }
    }
}

/// What a job finds in its place.
enum Found<R> {
    /// A run that ended.
    Ended(PathBuf, Ended<R>),
    /// A place for it.
    Claimed(Claim),
    /// Another process is at it.
    Busy,
    /// Somebody asked to stop while another process was at it.
    Stopped,
}

impl<W> Job<W> {
    /// Whether it is one of the runs of `shard`.
    pub(crate) fn is_in(&self, shard: Shard) -> bool {
        shard.has(&self.decided.digest)
    }
}

impl<W: Work> Job<W> {
    /// Uses the run again where it ended, and else makes it. What another process is at is waited for where
    /// `waits` says so.
    pub(super) fn execute(
        &self,
        execution: &Execution<'_>,
        waits: bool,
    ) -> Result<Step<W::Record>> {
        let claim = match self.find(execution, waits)? {
            Found::Ended(folder, ended) => return Ok(self.reused(folder, ended, execution)),
            Found::Claimed(claim) => claim,
            Found::Busy => return Ok(Step::Busy),
            Found::Stopped => return Ok(Step::interrupted()),
        };
        let shown = claim.folder.display().to_string();
        let progress = execution.progress.run(&self.key, self.work.n_epochs());
        let checksum = self.work.data_checksum();
        let n_bytes = self.work.n_bytes();
        let mut provenance =
            provenance::of_run(execution.program, checksum, execution.n_threads, n_bytes);
        provenance.start_checksum = self.work.start_checksum().map(str::to_owned);
        let from = self.checkpoint(&claim.folder, &provenance, execution)?;
        if let Some(from) = &from {
            let about = &from.about;
            progress.goes_on(&about.place);
            provenance = provenance::of_resumed(&about.provenance, provenance, &about.place);
        }
        let mut writer = RunWriter::start(
            claim,
            &self.decided,
            &provenance,
            W::Record::RECORDS,
            &self.work.header(&self.key)?,
            from.as_ref(),
        )?;
        let made = self
            .work
            .make(&self.key, from, &mut writer, &*progress, execution)
            .with_context(|| format!("the run in {shown} was broken off"))?;
        if !matches!(made, Came::Stopped) {
            writer.ends(&provenance::ended(provenance))?;
        }
        let (outcome, error, claim) = match made {
            Came::Finished { summary, weights } => {
                let claim = writer.finish(&summary, weights.as_deref())?;
                (Outcome::Finished, None, claim)
            }
            Came::Failed { summary, error } => {
                let claim = writer.finish(&summary, None)?;
                (Outcome::Failed, Some(error), claim)
            }
            Came::Stopped => {
                writer.give_up()?;
                progress.end(Outcome::Interrupted, shown, None, None);
                return Ok(Step::interrupted());
            }
        };
        let ended = Ended {
            record: W::Record::read(&claim.folder)?,
            setting: Some(self.decided.setting.clone()),
            unchecked: Vec::new(),
        };
        let summary = Some(ended.record.summary());
        progress.end(outcome, shown, error.as_deref(), summary);
        Ok(Step::Done {
            outcome,
            ended: Some((claim.folder, ended)),
        })
    }

    /// The checkpoint in `folder`, where the run goes on from one; what cannot be gone on from is said.
    fn checkpoint(
        &self,
        folder: &Path,
        provenance: &Provenance,
        execution: &Execution<'_>,
    ) -> Result<Option<CheckpointFile>> {
        if execution.force {
            return Ok(None);
        }
        let Decided { digest, spec, .. } = &self.decided;
        match CheckpointFile::find(
            &folder.join(store::name::CHECKPOINT),
            digest,
            &provenance.instruction_set,
        )? {
            store::Found::Usable(file) => return Ok(Some(*file)),
            store::Found::Unusable(fault) => {
                let note = format!("{fault}; the run begins anew");
                execution.progress.warn(&note);
            }
            store::Found::Nothing => {
                for other in store::others_beside(folder, spec, provenance) {
                    execution.progress.note(&format!(
                        "the checkpoint in {} is of another run and stays ({}); this run begins anew",
                        other.folder.display(),
                        other.difference
                    ));
                }
            }
        }
        Ok(None)
    }

    /// Looks for a run that ended, and else for a place for it.
    fn find(&self, execution: &Execution<'_>, waits: bool) -> Result<Found<W::Record>> {
        let digest = &self.decided.digest;
        // A run that is whole needs no lock: what is half exchanged does not look whole.
        if !execution.force
            && let (folder, State::Ended(ended)) = store::find(&self.folder, digest)?
        {
            return Ok(Found::Ended(folder, ended));
        }
        let above = self.folder.parent().unwrap_or(Path::new("."));
        fs::create_dir_all(above)
            .with_context(|| format!("failed to make the folder {}", above.display()))?;
        let path = store::lock_path(&self.folder);
        let lock = match Lock::ask(&path)? {
            Asked::Taken(lock) => lock,
            Asked::Busy(_) if !waits => return Ok(Found::Busy),
            Asked::Busy(_) => {
                let busy = |holder: Option<Holder>| {
                    let holder = holder.map_or("another process".into(), |it| it.to_string());
                    let run = self.folder.display();
                    execution
                        .progress
                        .note(&format!("waiting for {holder}, which makes {run}"));
                };
                match Lock::wait(&path, execution.stop, busy)? {
                    Some(lock) => lock,
                    None => return Ok(Found::Stopped),
                }
            }
        };
        store::recover(&self.folder)?;
        let (folder, state) = store::find(&self.folder, digest)?;
        match state {
            State::Ended(ended) if !execution.force => return Ok(Found::Ended(folder, ended)),
            State::Damaged(fault) => {
                let aside = store::set_aside(&folder)?;
                execution.progress.warn(&format!(
                    "{} is damaged: {fault}; it is set aside as {} and made again",
                    folder.display(),
                    aside.file_name().unwrap_or_default().to_string_lossy(),
                ));
            }
            _ => {}
        }
        Ok(Found::Claimed(Claim { folder, lock }))
    }

    fn reused(
        &self,
        folder: PathBuf,
        ended: Ended<W::Record>,
        execution: &Execution<'_>,
    ) -> Step<W::Record> {
        let record = &ended.record;
        let outcome = match record.error() {
            None => Outcome::Reused,
            Some(_) => Outcome::Failed,
        };
        let shown = folder.display().to_string();
        let (error, summary) = (record.error(), record.summary());
        execution
            .progress
            .reused(&self.key, shown, outcome, error, summary);
        Step::Done {
            outcome,
            ended: Some((folder, ended)),
        }
    }
}
