//! Finished trials of searches, kept by everything that decides them.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard};

use anyhow::{Context, Result};
use apical_learning::{SCHEMA_VERSION, TrialRecord};

use super::trial::Trial;
use crate::provenance::source_digest;
use crate::spec::{Arm, KeyPath, Range, TuningSpec, format, sha256};
use crate::store;

/// The file of one learner's search.
pub(super) struct Cache {
    /// The experiment's folder.
    folder: PathBuf,
    path: PathBuf,
    /// What lies in the file, of this call and earlier ones.
    kept: Mutex<Vec<TrialRecord>>,
}

impl Cache {
    /// The file for the search of `arm` over `space`, below the experiment's folder; what lies in it
    /// counts for nothing where `afresh`.
    pub(super) fn new(
        folder: &Path,
        arm: &Arm,
        tuning: &TuningSpec,
        space: &[(KeyPath, Range)],
        data_checksums: &[String],
        afresh: bool,
    ) -> Result<Self> {
        let limits = (
            tuning.strategy,
            tuning.n_trials,
            &tuning.seeds,
            tuning.n_epochs,
            tuning.judged_by,
        );
        let deciding = (
            SCHEMA_VERSION,
            arm.alone("", 0),
            limits,
            space,
            data_checksums,
            source_digest(),
        );
        let digest = sha256(&format::to_json(&deciding)?);
        let name = format!(
            "{}-{}.json",
            store::inner_folder(&arm.learner_name),
            &digest[..8]
        );
        let path = folder
            .join(store::name::TUNING)
            .join(store::outer_folder(&arm.task_name))
            .join(name);
        let kept = match afresh {
            true => Vec::new(),
            false => store::json(&path).unwrap_or_default(),
        };
        Ok(Self {
            folder: folder.to_owned(),
            path,
            kept: Mutex::new(kept),
        })
    }

    /// The trials of the search, if it was completed before.
    pub(super) fn complete(&self) -> Option<Vec<TrialRecord>> {
        let kept = self.kept();
        let is_complete = kept.iter().any(|trial| trial.chosen);
        is_complete.then(|| kept.clone())
    }

    /// The record of `trial`, if it was finished before.
    pub(super) fn record(&self, trial: &Trial) -> Option<TrialRecord> {
        let kept = self.kept();
        let is_own = |of: &&TrialRecord| of.trial == trial.index && of.settings == trial.settings;
        kept.iter().find(is_own).cloned()
    }

    /// Where `trial` with `seed` keeps its checkpoint, and the digest of all that decides it.
    pub(super) fn checkpoint(&self, trial: &Trial, seed: u64) -> Result<(PathBuf, String)> {
        let search = self.path.with_extension("");
        let search = search.file_name().unwrap_or_default().to_string_lossy();
        let name = format!("{search}.trial-{}-seed-{seed}.safetensors", trial.index);
        let deciding = (&*search, trial.index, &trial.settings, seed);
        let digest = sha256(&format::to_json(&deciding)?);
        Ok((self.path.with_file_name(name), digest))
    }

    /// Keeps a trial that has just finished.
    pub(super) fn keep(&self, record: &TrialRecord) -> Result<()> {
        let mut kept = self.kept();
        kept.retain(|of| of.trial != record.trial);
        kept.push(record.clone());
        kept.sort_by_key(|of| of.trial);
        self.write(&kept)
    }

    /// Keeps the trials of a complete search, the best of which is marked as chosen.
    pub(super) fn write(&self, trials: &[TrialRecord]) -> Result<()> {
        // Others clear what dead processes left while they hold the lock.
        let _lock = store::lock_folder(&self.folder, &|| false)?;
        store::write_atomically(&self.path, &store::pretty(&trials)?)
            .context("failed to keep the trials")
    }

    fn kept(&self) -> MutexGuard<'_, Vec<TrialRecord>> {
        let kept = self.kept.lock();
        kept.expect("nothing panics while it holds them")
    }
}
