//! All runs of an experiment: those that ended before are used again, the others are made.

mod taught;

use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::{Context, Result};
use apical_learning::RunKey;

pub(crate) use self::taught::jobs;
use crate::guard::guarded;
use crate::progress::{Counts, Outcome, Progress, RunProgress};
use crate::provenance::{self, Program};
use crate::store::{self, Kept, RunWriter};

/// What is made once with each seed, and what is kept of it.
pub(crate) trait Work: Sync {
    /// What is read back of a run that ended.
    type Record: Kept + Send;

    /// Epochs of a run, for those who watch it.
    fn n_epochs(&self) -> usize;

    /// The checksum of the data; empty where there are none.
    fn data_checksum(&self) -> &str;

    /// What the file of records begins with.
    fn header(&self, run: &RunKey) -> Result<Vec<u8>>;

    /// Makes `run`. An error is no fault of what runs.
    fn make(
        &self,
        run: &RunKey,
        writer: &mut RunWriter,
        progress: &dyn RunProgress,
        execution: &Execution<'_>,
    ) -> Result<Came<<Self::Record as Kept>::Summary>>;
}

/// What came of a run.
pub(crate) enum Came<S> {
    /// It reached its end.
    Finished {
        /// The run in short.
        summary: S,
        /// The learner's tensors, where they are kept.
        weights: Option<Vec<u8>>,
    },
    /// What runs failed, which is a result.
    Failed {
        /// The run in short.
        summary: S,
        /// Why, in words.
        error: String,
    },
    /// Somebody asked to stop.
    Stopped,
}

/// One run before it is made.
pub(crate) struct Job<W> {
    /// Which run.
    pub(crate) key: RunKey,
    /// Its folder.
    pub(crate) folder: PathBuf,
    /// Of everything that decides it.
    pub(crate) digest: String,
    /// Its own specification.
    pub(crate) spec: String,
    /// What is done.
    pub(crate) work: W,
}

/// What came of all runs.
pub(crate) struct Ran<R> {
    /// Runs that ended, now or before, in the order of the specification.
    pub(crate) records: Vec<R>,
    /// How many came to what.
    pub(crate) counts: Counts,
    /// Why runs ended that no learner made fail; these runs count as interrupted.
    pub(crate) errors: Vec<anyhow::Error>,
}

/// How runs are executed.
pub struct Execution<'a> {
    /// Runs at a time.
    pub n_threads: usize,
    /// Whether ended runs are made again.
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

/// Makes what has not ended yet, `n_threads` runs at a time, in order. An unexpected error of one
/// run stops no other.
pub(crate) fn execute<W: Work>(
    jobs: &[Job<W>],
    execution: &Execution<'_>,
) -> Result<Ran<W::Record>> {
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

struct Ended<R> {
    outcome: Outcome,
    record: Option<R>,
}

impl<R> Ended<R> {
    fn interrupted() -> Self {
        Self {
            outcome: Outcome::Interrupted,
            record: None,
        }
    }
}

impl<W: Work> Job<W> {
    fn execute(&self, execution: &Execution<'_>) -> Result<Ended<W::Record>> {
        let shown = self.folder.display().to_string();
        if !execution.force
            && let Some(record) = store::ended_run::<W::Record>(&self.folder, &self.digest)
        {
            let outcome = match record.error() {
                None => Outcome::Reused,
                Some(_) => Outcome::Failed,
            };
            let (error, summary) = (record.error(), record.summary());
            execution
                .progress
                .reused(&self.key, shown, outcome, error, summary);
            return Ok(Ended {
                outcome,
                record: Some(record),
            });
        }
        let progress = execution.progress.run(&self.key, self.work.n_epochs());
        let checksum = self.work.data_checksum();
        let provenance = provenance::of_run(execution.program, checksum, execution.n_threads);
        let mut writer = RunWriter::start(
            &self.folder,
            &self.digest,
            &self.spec,
            &provenance,
            W::Record::RECORDS,
            &self.work.header(&self.key)?,
        )?;
        let made = self
            .work
            .make(&self.key, &mut writer, &*progress, execution)
            .with_context(|| format!("the run in {shown} was broken off"))?;
        let (outcome, error) = match made {
            Came::Finished { summary, weights } => {
                writer.finish(&summary, weights.as_deref())?;
                (Outcome::Finished, None)
            }
            Came::Failed { summary, error } => {
                writer.finish(&summary, None)?;
                (Outcome::Failed, Some(error))
            }
            Came::Stopped => {
                writer.give_up()?;
                progress.end(Outcome::Interrupted, shown, None, None);
                return Ok(Ended::interrupted());
            }
        };
        let record = W::Record::read(&self.folder)?;
        progress.end(outcome, shown, error.as_deref(), Some(record.summary()));
        Ok(Ended {
            outcome,
            record: Some(record),
        })
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
