//! Complete searches, kept by everything that decides them.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use apical_learning::{SCHEMA_VERSION, TrialRecord};

use crate::provenance::source_digest;
use crate::spec::{Arm, KeyPath, Range, TuningSpec, format, sha256};
use crate::store;

/// The file of one learner's complete search.
pub(super) struct Cache {
    /// The experiment's folder.
    folder: PathBuf,
    path: PathBuf,
}

impl Cache {
    /// The file for the search of `arm` over `space`, below the experiment's folder.
    pub(super) fn new(
        folder: &Path,
        arm: &Arm,
        tuning: &TuningSpec,
        space: &[(KeyPath, Range)],
        data_checksums: &[&str],
    ) -> Result<Self> {
        let limits = (
            tuning.strategy,
            tuning.n_trials,
            &tuning.seeds,
            tuning.n_epochs,
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
        Ok(Self {
            folder: folder.to_owned(),
            path: folder
                .join(store::name::TUNING)
                .join(store::outer_folder(&arm.task_name))
                .join(name),
        })
    }

    /// The trials of the search, if it was completed before.
    pub(super) fn read(&self) -> Option<Vec<TrialRecord>> {
        store::json(&self.path).ok()
    }

    /// Keeps the trials of a complete search.
    pub(super) fn write(&self, trials: &[TrialRecord]) -> Result<()> {
        // Others clear what dead processes left while they hold the lock.
        let _lock = store::lock_folder(&self.folder, &|| false)?;
        store::write_atomically(&self.path, &store::pretty(&trials)?)
            .context("failed to keep the trials")
    }
}
