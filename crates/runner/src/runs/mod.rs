//! All runs of an experiment: those that ended before are used again, the others are taught.

mod sink;
mod summary;

use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::{Context, Result};
use apical_learning::{RunKey, RunRecord, Status, TrainError};

use self::sink::RunSink;
use crate::event::{Counts, Outcome};
use crate::progress::Progress;
use crate::provenance;
use crate::spec::{Arm, Resolved};
use crate::stop::Stop;
use crate::store::{self, RunWriter};
use crate::task_data::{DataCache, Prepared};
use crate::teach::{Setting, TeachError, teach};
use crate::time::WallClock;

/// One run before it is taught.
pub(crate) struct Job {
    arm: Arm,
    key: RunKey,
    prepared: Prepared,
    folder: PathBuf,
    digest: String,
    spec: String,
}

/// What came of all runs.
pub(crate) struct Ran {
    /// Runs that ended, now or before, in the order of the specification.
    pub(crate) records: Vec<RunRecord>,
    /// How many came to what.
    pub(crate) counts: Counts,
}

/// How runs are executed.
pub(crate) struct Execution<'a> {
    /// Runs at a time.
    pub(crate) n_threads: usize,
    /// Whether ended runs are taught again.
    pub(crate) force: bool,
    /// Shows what happens.
    pub(crate) progress: &'a Progress,
    /// Whether to stop.
    pub(crate) stop: &'a Stop,
}

/// The runs of `resolved` in order: task by task, seed by seed, learner by learner.
pub(crate) fn jobs(resolved: &Resolved, data: &mut DataCache, folder: &Path) -> Result<Vec<Job>> {
    let mut jobs = Vec::new();
    for task in resolved.spec.task.keys() {
        for &seed in &resolved.spec.seeds {
            for arm in resolved.arms.iter().filter(|arm| arm.task_name == *task) {
                let prepared = data.prepare(resolved, arm, seed)?;
                let key = RunKey {
                    experiment: resolved.source.name.clone(),
                    task: arm.task_name.clone(),
                    learner: arm.learner_name.clone(),
                    variant: arm.variant.clone(),
                    seed,
                };
                let digest = arm.digest(seed, &prepared.checksum, provenance::SOURCE_DIGEST)?;
                jobs.push(Job {
                    folder: store::run_folder(folder, &key, &digest),
                    spec: toml::to_string(&arm.alone(&resolved.spec.title, seed))?,
                    arm: arm.clone(),
                    key,
                    prepared,
                    digest,
                });
            }
        }
    }
    Ok(jobs)
}

/// Teaches what has not ended yet, `n_threads` runs at a time, in order.
pub(crate) fn execute(jobs: &[Job], execution: &Execution<'_>) -> Result<Ran> {
    let results: Mutex<Vec<Option<Result<Ended>>>> =
        Mutex::new(jobs.iter().map(|_| None).collect());
    for_each(jobs.len(), execution.n_threads, |index| {
        let ended = if execution.stop.is_asked() {
            None
        } else {
            Some(jobs[index].execute(execution))
        };
        results
            .lock()
            .expect("no run panics while it holds the results")[index] = ended;
    })?;
    let mut ran = Ran {
        records: Vec::new(),
        counts: Counts::default(),
    };
    for result in results.into_inner().expect("all threads are done") {
        let Ended { outcome, record } = match result {
            Some(ended) => ended?,
            None => Ended {
                outcome: Outcome::Interrupted,
                record: None,
            },
        };
        match outcome {
            Outcome::Finished => ran.counts.n_finished += 1,
            Outcome::Reused => ran.counts.n_reused += 1,
            Outcome::Failed => ran.counts.n_failed += 1,
            Outcome::Interrupted => ran.counts.n_interrupted += 1,
        }
        ran.records.extend(record);
    }
    Ok(ran)
}

/// Calls `work` for `0..n` on `n_threads` threads, lower numbers first.
///
/// Each thread takes the next number when it is free; work that is parallel within never steals
/// another run and thereby its time.
pub(crate) fn for_each(n: usize, n_threads: usize, work: impl Fn(usize) + Sync) -> Result<()> {
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(n_threads.min(n).max(1))
        .build()
        .context("failed to start the threads")?;
    let next = AtomicUsize::new(0);
    pool.broadcast(|_| {
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            if index >= n {
                break;
            }
            work(index);
        }
    });
    Ok(())
}

struct Ended {
    outcome: Outcome,
    record: Option<RunRecord>,
}

impl Job {
    fn execute(&self, execution: &Execution<'_>) -> Result<Ended> {
        let shown = self.folder.display().to_string();
        if !execution.force
            && let Some(record) = store::ended_run(&self.folder, &self.digest)
        {
            let (outcome, error) = match &record.summary.status {
                Status::Finished => (Outcome::Reused, None),
                Status::Failed { error } => (Outcome::Failed, Some(error.as_str())),
            };
            execution.progress.reused(&self.key, outcome, shown, error);
            return Ok(Ended {
                outcome,
                record: Some(record),
            });
        }
        let progress = execution
            .progress
            .run(&self.key, self.arm.training.n_epochs);
        let provenance = provenance::of_run(&self.prepared.checksum, execution.n_threads);
        let writer = RunWriter::start(
            &self.folder,
            &self.key,
            &self.digest,
            &self.spec,
            &provenance,
        )?;
        let mut sink = RunSink {
            writer,
            progress,
            last: None,
            timing: None,
        };
        let setting = Setting {
            seed: self.key.seed,
            data: &self.prepared.data,
            network: &self.prepared.network,
            measure: &self.arm.measure,
            align: true,
            clock: &WallClock::start(),
            stop: execution.stop,
        };
        let taught = teach(&self.arm, &setting, &mut sink);
        let RunSink {
            writer,
            progress,
            last,
            timing,
        } = sink;
        match taught {
            Ok(taught) => {
                let summary = self.summary_of(&taught);
                writer.finish(&summary, Some(&taught.weights))?;
                progress.end(Outcome::Finished, shown, None, Some(&summary));
                Ok(Ended {
                    outcome: Outcome::Finished,
                    record: Some(store::read_run(&self.folder)?),
                })
            }
            Err(TeachError::Train(TrainError::Stopped { .. })) => {
                progress.end(Outcome::Interrupted, shown, None, None);
                Ok(Ended {
                    outcome: Outcome::Interrupted,
                    record: None,
                })
            }
            Err(TeachError::Train(error @ TrainError::Record { .. })) => {
                Err(error).with_context(|| format!("failed to write into {shown}"))
            }
            Err(error) => {
                let error = error.to_string();
                let summary = self.summary_of_failure(&error, last, timing);
                writer.finish(&summary, None)?;
                progress.end(Outcome::Failed, shown, Some(&error), Some(&summary));
                Ok(Ended {
                    outcome: Outcome::Failed,
                    record: Some(store::read_run(&self.folder)?),
                })
            }
        }
    }
}
