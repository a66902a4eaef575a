//! All runs of an experiment: those that ended before are used again, the others are taught.

mod sink;
mod summary;

use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::{Context, Result};
use apical_learning::{RunKey, RunRecord, Status, TrainError};

use self::sink::RunSink;
use self::summary::Failure;
use crate::guard::guarded;
use crate::progress::{Counts, Outcome, Progress};
use crate::provenance::{self, Program};
use crate::spec::{Arm, Resolved};
use crate::store::{self, RunWriter};
use crate::task_data::{DataCache, Prepared};
use crate::teach::{Setting, TeachError, teach};
use crate::time::WallClock;

/// One run before it is taught.
pub struct Job {
    arm: Arm,
    key: RunKey,
    prepared: Prepared,
    folder: PathBuf,
    digest: String,
    spec: String,
}

/// What came of all runs.
pub struct Ran {
    /// Runs that ended, now or before, in the order of the specification.
    pub records: Vec<RunRecord>,
    /// How many came to what.
    pub counts: Counts,
    /// Why runs ended that no learner made fail; these runs count as interrupted.
    pub errors: Vec<anyhow::Error>,
}

/// How runs are executed.
pub struct Execution<'a> {
    /// Runs at a time.
    pub n_threads: usize,
    /// Whether ended runs are taught again.
    pub force: bool,
    /// Shows what happens.
    pub progress: &'a dyn Progress,
    /// Whether to stop.
    pub stop: Stop<'a>,
    /// What runs.
    pub program: &'a Program,
}

/// Whether somebody asked to stop.
pub type Stop<'a> = &'a (dyn Fn() -> bool + Sync);

/// The runs of `resolved` in order: task by task, seed by seed, learner by learner.
pub fn jobs(resolved: &Resolved, data: &mut DataCache, folder: &Path) -> Result<Vec<Job>> {
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

/// Teaches what has not ended yet, `n_threads` runs at a time, in order. An unexpected error of one
/// run stops no other.
pub fn execute(jobs: &[Job], execution: &Execution<'_>) -> Result<Ran> {
    let results = guarded_each(jobs.len(), execution.n_threads, |index| {
        if (execution.stop)() {
            return Ok(Ended::interrupted());
        }
        jobs[index].execute(execution)
    })?;
    let mut ran = Ran {
        records: Vec::new(),
        counts: Counts::default(),
        errors: Vec::new(),
    };
    for (job, result) in jobs.iter().zip(results) {
        let Ended { outcome, record } = result.unwrap_or_else(|error| {
            let folder = job.folder.display().to_string();
            execution.progress.broke(&job.key, folder, &error);
            ran.errors.push(error);
            Ended::interrupted()
        });
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

/// What `work` gives for each of `0..n`, in order; a panic is the error of its number alone.
pub fn guarded_each<T: Send>(
    n: usize,
    n_threads: usize,
    work: impl Fn(usize) -> Result<T> + Sync,
) -> Result<Vec<Result<T>>> {
    let results: Mutex<Vec<Option<Result<T>>>> = Mutex::new((0..n).map(|_| None).collect());
    for_each(n, n_threads, |index| {
        let result = guarded(|| work(index));
        results
            .lock()
            .expect("nothing panics while it holds the results")[index] = Some(result);
    })?;
    let results = results.into_inner().expect("all threads are done");
    Ok(results
        .into_iter()
        .map(|result| result.expect("every number was worked on"))
        .collect())
}

/// Calls `work` for `0..n` on `n_threads` threads, lower numbers first.
///
/// Each thread takes the next number when it is free; work that is parallel within never steals
/// another run and thereby its time.
fn for_each(n: usize, n_threads: usize, work: impl Fn(usize) + Sync) -> Result<()> {
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

impl Ended {
    fn interrupted() -> Self {
        Self {
            outcome: Outcome::Interrupted,
            record: None,
        }
    }
}

impl Job {
    /// The folder of the run.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    fn execute(&self, execution: &Execution<'_>) -> Result<Ended> {
        let shown = self.folder.display().to_string();
        if !execution.force
            && let Some(record) = store::ended_run(&self.folder, &self.digest)
        {
            let outcome = match record.summary.status {
                Status::Finished => Outcome::Reused,
                Status::Failed { .. } => Outcome::Failed,
            };
            execution
                .progress
                .reused(&self.key, shown, outcome, &record.summary);
            return Ok(Ended {
                outcome,
                record: Some(record),
            });
        }
        let progress = execution
            .progress
            .run(&self.key, self.arm.training.n_epochs);
        let provenance = provenance::of_run(
            execution.program,
            &self.prepared.checksum,
            execution.n_threads,
        );
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
            Err(TeachError::Train {
                source: TrainError::Stopped { .. },
                ..
            }) => {
                writer.give_up()?;
                progress.end(Outcome::Interrupted, shown, None, None);
                Ok(Ended::interrupted())
            }
            // What a learner does is a result; everything else is no fault of the learner.
            Err(TeachError::Train {
                source: source @ (TrainError::Step { .. } | TrainError::Observe { .. }),
                n_parameters,
                sizes,
            }) => {
                let error = source.to_string();
                let summary = self.summary_of_failure(Failure {
                    error: error.clone(),
                    n_parameters,
                    sizes,
                    last,
                    timing,
                });
                writer.finish(&summary, None)?;
                progress.end(Outcome::Failed, shown, Some(&error), Some(&summary));
                Ok(Ended {
                    outcome: Outcome::Failed,
                    record: Some(store::read_run(&self.folder)?),
                })
            }
            Err(error) => Err(error).with_context(|| format!("the run in {shown} was broken off")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_of_one_run_stops_no_other() {
        for n_threads in [1, 2] {
            let results = guarded_each(4, n_threads, |index| match index {
                1 => panic!("run {index} broke"),
                2 => anyhow::bail!("run {index} has no disk"),
                _ => Ok(index),
            })
            .expect("threads start");
            assert_eq!(results.len(), 4);
            assert_eq!(results[0].as_ref().ok(), Some(&0));
            assert_eq!(results[3].as_ref().ok(), Some(&3));
            let panic = results[1].as_ref().expect_err("it panicked").to_string();
            assert!(panic.contains("run 1 broke"), "{panic}");
            assert!(results[2].is_err());
        }
    }
}
