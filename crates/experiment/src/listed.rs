//! The runs of an experiment before they are made, for whoever hands them out to machines.

use std::path::{Path, PathBuf};

use anyhow::Result;
use apical_learning::RunKey;

use crate::experiment::Experiment;
use crate::protocol;
use crate::runs::{self, Execution, Index, Job, OfSeeds, Work};
use crate::store::{self, State};
use crate::task_data::DataCache;
use crate::tuning::{Tuned, tune};

/// One run of an experiment.
#[derive(Debug, Clone)]
pub struct Listed {
    /// Which run.
    pub key: RunKey,
    /// Its folder, below that of the experiment.
    pub folder: String,
    /// The digest of all that decides it, by which it is in a shard.
    pub digest: String,
    /// Whether it ended, finished or failed.
    pub has_ended: bool,
    /// Bytes of memory that it needs at least, beside what all runs share.
    pub n_bytes: u64,
}

impl Experiment {
    /// All its runs, in order, after experiment.toml and runs.json were written in `folder`, as by a call that
    /// makes them; nothing, and nothing written, where trials of its tuning have to be made before.
    ///
    /// # Errors
    /// Where its data cannot be read, or tuning found no settings.
    pub fn runs(
        &self,
        data: &mut DataCache,
        folder: &Path,
        command: OfSeeds<'_>,
        execution: &Execution<'_>,
    ) -> Result<Option<Vec<Listed>>> {
        match self {
            Self::Protocol(spec) => {
                let text = |seeds: &[u64]| Ok(spec.text_with(seeds)?);
                let jobs = protocol::jobs(spec, folder)?;
                Index::new(folder, &jobs, command, &text).begin(&[], execution)?;
                listed(&jobs, folder).map(Some)
            }
            Self::Tasks(resolved) => {
                let mut resolved = (**resolved).clone();
                let mut trials = Vec::new();
                if let Some(tuning) = resolved.spec.tuning.clone() {
                    // What is kept is read; a trial that is not ends it.
                    let looks = Execution {
                        stop: &|| true,
                        ..*execution
                    };
                    match tune(&resolved, &tuning, data, folder, &looks)? {
                        Tuned::Done(tuned, log) => (resolved, trials) = (*tuned, log),
                        Tuned::Interrupted => return Ok(None),
                    }
                }
                let jobs = runs::jobs(&resolved, data, folder)?;
                let text = |seeds: &[u64]| {
                    let mut resolved = resolved.clone();
                    resolved.spec.seeds = seeds.to_vec();
                    Ok(resolved.text_in(folder)?)
                };
                Index::new(folder, &jobs, command, &text).begin(&trials, execution)?;
                listed(&jobs, folder).map(Some)
            }
        }
    }
}

fn listed<W: Work>(jobs: &[Job<W>], experiment: &Path) -> Result<Vec<Listed>> {
    let listed = jobs.iter().map(|job| {
        let (folder, state) = store::find::<W::Record>(&job.folder, &job.decided.digest)?;
        Ok(Listed {
            key: job.key.clone(),
            folder: below(&folder, experiment),
            digest: job.decided.digest.clone(),
            has_ended: matches!(state, State::Ended(_)),
            n_bytes: job.work.n_bytes(),
        })
    });
    listed.collect()
}

/// `folder` as it lies below `experiment`, with slashes.
fn below(folder: &Path, experiment: &Path) -> String {
    let below: PathBuf = folder.strip_prefix(experiment).unwrap_or(folder).to_owned();
    let parts: Vec<_> = below.iter().map(|part| part.to_string_lossy()).collect();
    parts.join("/")
}
