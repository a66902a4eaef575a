//! All runs of an experiment: those that ended before are used again, the others are made.

mod index;
mod job;
mod shard;
mod taught;

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use apical_kernels::help_while;
use apical_learning::RunKey;

pub(crate) use self::index::Index;
pub use self::index::OfSeeds;
pub(crate) use self::job::Job;
use self::job::Step;
pub use self::shard::Shard;
pub(crate) use self::taught::jobs;
use crate::guard::guarded;
use crate::memory::Room;
use crate::progress::{Counts, Outcome, Progress, RunProgress};
use crate::provenance::Program;
use crate::store::{CheckpointFile, Ended, Kept, RunWriter};

/// What is made once with each seed, and what is kept of it.
pub(crate) trait Work: Sync {
    /// What is read back of a run that ended.
    type Record: Kept + Send;

    /// Bytes of memory that a run needs at least, beside what all runs share.
    fn n_bytes(&self) -> u64;

    /// Epochs of a run, for those who watch it.
    fn n_epochs(&self) -> usize;

    /// The checksum of the data; empty where there are none.
    fn data_checksum(&self) -> &str;

    /// The checksum of the file that starting weights come from, where they do.
    fn start_checksum(&self) -> Option<&str> {
        None
    }

    /// What the file of records begins with.
    fn header(&self, run: &RunKey) -> Result<Vec<u8>>;

    /// Makes `run`, or goes on with it `from` a checkpoint. An error is no fault of what runs.
    fn make(
        &self,
        run: &RunKey,
        from: Option<CheckpointFile>,
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

/// What came of all runs.
pub(crate) struct Ran<R> {
    /// Runs that ended, now or before, by their folders.
    pub(crate) records: HashMap<PathBuf, Ended<R>>,
    /// How many came to what.
    pub(crate) counts: Counts,
    /// Why runs ended that no learner made fail; these runs count as interrupted.
    pub(crate) errors: Vec<anyhow::Error>,
}

/// How runs are executed.
pub struct Execution<'a> {
    /// Runs at a time.
    pub n_threads: usize,
    /// Which part of the runs is made.
    pub shard: Shard,
    /// Whether ended runs are made again.
    pub force: bool,
    /// Shows what happens.
    pub progress: &'a dyn Progress,
    /// Whether to stop.
    pub stop: Stop<'a>,
    /// When checkpoints are taken.
    pub checkpoints: Checkpoints<'a>,
    /// What runs.
    pub program: &'a Program,
    /// Whether a task's report is made of all runs in the folder: not where many calls make a part each.
    pub with_report: bool,
}

/// When runs take checkpoints, besides when they are stopped.
#[derive(Clone, Copy)]
pub struct Checkpoints<'a> {
    /// From one to the next, at least.
    pub every: Option<Duration>,
    /// How often somebody has asked for one.
    pub n_asked: &'a (dyn Fn() -> usize + Sync),
}

impl Checkpoints<'_> {
    /// None, but when runs are stopped.
    pub const NONE: Self = Self {
        every: None,
        n_asked: &|| 0,
    };
}

/// When a run's next checkpoint is due.
pub(crate) struct Due<'a> {
    of: Checkpoints<'a>,
    last: Instant,
    n_asked: usize,
}

impl<'a> Due<'a> {
    /// That of a run that begins.
    pub(crate) fn new(of: Checkpoints<'a>) -> Self {
        Self {
            last: Instant::now(),
            n_asked: (of.n_asked)(),
            of,
        }
    }

    /// Whether it is due now.
    pub(crate) fn is_now(&self) -> bool {
        let is_time = self
            .of
            .every
            .is_some_and(|every| self.last.elapsed() >= every);
        is_time || (self.of.n_asked)() != self.n_asked
    }

    /// It was taken.
    pub(crate) fn taken(&mut self) {
        (self.last, self.n_asked) = (Instant::now(), (self.of.n_asked)());
    }
}

/// Whether somebody asked to stop.
pub type Stop<'a> = &'a (dyn Fn() -> bool + Sync);

/// Makes what has not ended yet of the shard, `n_threads` runs at a time, in order. What another process is at is left
/// for last, and made only where that process does not. An unexpected error of one run stops no other, and
/// one that needs more memory than the others leave waits for them.
pub(crate) fn execute<W: Work>(
    jobs: &[Job<W>],
    execution: &Execution<'_>,
) -> Result<Ran<W::Record>> {
    let mut ran = Ran {
        records: HashMap::new(),
        counts: Counts::default(),
        errors: Vec::new(),
    };
    let is_own = |job: &&Job<W>| job.is_in(execution.shard);
    let mut left: Vec<&Job<W>> = jobs.iter().filter(is_own).collect();
    let room = Room::now();
    for waits in [false, true] {
        let results = guarded_each(left.len(), execution.n_threads, |index| {
            if (execution.stop)() {
                return Ok(Step::interrupted());
            }
            let job = left[index];
            match room.enter(job.work.n_bytes(), execution.stop) {
                Some(_place) => job.execute(execution, waits),
                None => Ok(Step::interrupted()),
            }
        })?;
        let mut busy = Vec::new();
        for (job, result) in left.into_iter().zip(results) {
            let came = result.unwrap_or_else(|error| {
                let folder = job.folder.display().to_string();
                execution.progress.broke(&job.key, folder, &error);
                ran.errors.push(error);
                Step::interrupted()
            });
            let Step::Done { outcome, ended } = came else {
                busy.push(job);
                continue;
            };
            match outcome {
                Outcome::Finished => ran.counts.n_finished += 1,
                Outcome::Reused => ran.counts.n_reused += 1,
                Outcome::Failed => ran.counts.n_failed += 1,
                Outcome::Interrupted => ran.counts.n_interrupted += 1,
            }
            ran.records.extend(ended);
        }
        left = busy;
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
/// Each thread takes the next number when it is free; one that finds none helps the others with their products.
fn for_each(n: usize, n_threads: usize, work: impl Fn(usize) + Sync) -> Result<()> {
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(n_threads.max(1))
        .build()
        .context("failed to start the threads")?;
    let (next, n_ended) = (AtomicUsize::new(0), AtomicUsize::new(0));
    pool.broadcast(|_| {
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            if index >= n {
                break;
            }
            let _counted = Counted(&n_ended);
            work(index);
        }
        help_while(|| n_ended.load(Ordering::Relaxed) < n);
    });
    Ok(())
}

/// Counts a run as ended, also where it panics: others wait for that.
struct Counted<'a>(&'a AtomicUsize);

impl Drop for Counted<'_> {
    fn drop(&mut self) {
        self.0.fetch_add(1, Ordering::Relaxed);
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
