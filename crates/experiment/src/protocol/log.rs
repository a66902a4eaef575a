//! What a run of a protocol writes while it runs.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::time::Instant;

use anyhow::{Context, Result};
use apical_learning::{Carried, LearnError, Snapshot, SpecError, StoreError};

use super::quantity::Series;
use crate::progress::RunProgress;
use crate::runs::{Due, Execution, Stop};
use crate::store::{CheckpointFile, RunWriter};

/// Why a run of a protocol did not reach its end.
#[derive(Debug, thiserror::Error)]
pub(super) enum Broken {
    /// The circuit failed, such as by running away: a result.
    #[error(transparent)]
    Learn(#[from] LearnError),
    /// Somebody asked to stop.
    #[error("stopped on request")]
    Stopped,
    /// The program or the disk failed.
    #[error(transparent)]
    Program(#[from] anyhow::Error),
}

impl From<io::Error> for Broken {
    fn from(error: io::Error) -> Self {
        Self::Program(anyhow::Error::new(error).context("failed to write the series"))
    }
}

impl From<SpecError> for Broken {
    fn from(error: SpecError) -> Self {
        Self::Program(error.into())
    }
}

/// What a run of a protocol carries on from step to step.
pub(super) trait Carries {
    /// Shows `carried` all of it.
    fn carry(&mut self, carried: &mut Carried<'_>) -> Result<(), StoreError>;
}

/// Series and numbers of a run, written while they come.
pub(super) struct Log<'a> {
    writer: &'a mut RunWriter,
    /// The series so far, without their header.
    lines: String,
    /// Bytes of them that are written.
    n_written: usize,
    /// What the run goes on from.
    from: Option<CheckpointFile>,
    due: Due<'a>,
    /// Seconds before it was interrupted.
    seconds: f64,
    values: BTreeMap<String, f64>,
    n_done: usize,
    part_shown: usize,
    began: Instant,
    progress: &'a dyn RunProgress,
    stop: Stop<'a>,
}

/// Parts of a run between two lines of progress.
const N_LINES: usize = 10;

impl<'a> Log<'a> {
    /// A log into the series of `writer`'s run.
    pub(super) fn new(
        writer: &'a mut RunWriter,
        from: Option<CheckpointFile>,
        progress: &'a dyn RunProgress,
        execution: &Execution<'a>,
    ) -> Self {
        Self {
            writer,
            lines: String::new(),
            n_written: 0,
            from,
            due: Due::new(execution.checkpoints),
            seconds: 0.0,
            values: BTreeMap::new(),
            n_done: 0,
            part_shown: 0,
            began: Instant::now(),
            progress,
            stop: execution.stop,
        }
    }

    /// Sets `course` to where the run was interrupted, and gives how many steps were done then.
    pub(super) fn begin_from(&mut self, course: &mut dyn Carries) -> Result<usize, Broken> {
        let Some(file) = self.from.take() else {
            return Ok(0);
        };
        let mut carried = Carried::restoring(&file.state);
        self.carry(course, &mut carried)
            .context("the run cannot go on from its checkpoint")?;
        self.lines = file.about.records;
        self.n_written = self.lines.len();
        self.values = file.about.values;
        Ok(self.n_done)
    }

    fn carry(
        &mut self,
        course: &mut dyn Carries,
        carried: &mut Carried<'_>,
    ) -> Result<(), StoreError> {
        let mut n_done = self.n_done as u64;
        carried.count("n_done", &mut n_done)?;
        self.n_done = n_done as usize;
        let mut seconds = self.seconds();
        carried.number("seconds", &mut seconds)?;
        if carried.is_restoring() {
            self.seconds = seconds;
        }
        course.carry(&mut carried.within("course"))
    }

    /// Seconds of all its parts.
    fn seconds(&self) -> f64 {
        self.seconds + self.began.elapsed().as_secs_f64()
    }

    /// Adds a place to the series of `quantity`. What is not finite is absent.
    pub(super) fn add(
        &mut self,
        x: f64,
        quantity: impl Into<Series>,
        value: f64,
    ) -> Result<(), Broken> {
        if x.is_finite() && value.is_finite() {
            self.lines += &format!("{x},{},{value}\n", quantity.into());
        }
        Ok(())
    }

    /// Sets a number of the summary. What is not finite is absent, whatever it was before.
    pub(super) fn value(&mut self, quantity: impl Into<Series>, value: f64) {
        let quantity = quantity.into().to_string();
        if value.is_finite() {
            self.values.insert(quantity, value);
        } else {
            self.values.remove(&quantity);
        }
    }

    /// As [`Log::step`], once all that belongs to the step is logged; `course` is kept where a checkpoint is
    /// due, or where that was asked for which stops it.
    pub(super) fn step_of(
        &mut self,
        course: &mut dyn Carries,
        n_done: usize,
        n_all: usize,
    ) -> Result<(), Broken> {
        let is_stopped = (self.stop)();
        if is_stopped || self.due.is_now() {
            self.n_done = n_done;
            let mut state = Snapshot::default();
            self.carry(course, &mut Carried::keeping(&mut state))
                .map_err(anyhow::Error::from)?;
            let place = format!("step {n_done} of {n_all}");
            (self.writer).checkpoint(state, place, &self.lines, &self.values)?;
            self.due.taken();
        }
        if is_stopped {
            return Err(Broken::Stopped);
        }
        self.shown(n_done, n_all);
        Ok(())
    }

    /// Says that `n_done` of `n_all` steps are done, and stops where that was asked for.
    pub(super) fn step(&mut self, n_done: usize, n_all: usize) -> Result<(), Broken> {
        self.go_on()?;
        self.shown(n_done, n_all);
        Ok(())
    }

    /// Shows that `n_done` of `n_all` steps are done.
    fn shown(&mut self, n_done: usize, n_all: usize) {
        self.n_done = n_done;
        self.progress.step(1, n_done, n_all);
        let part = N_LINES * n_done / n_all.max(1);
        if part > self.part_shown && n_done < n_all {
            self.part_shown = part;
            self.progress.note(&format!(
                "{} % · {:.0} s",
                100 * part / N_LINES,
                self.seconds()
            ));
        }
    }

    /// Stops where that was asked for.
    pub(super) fn go_on(&self) -> Result<(), Broken> {
        match (self.stop)() {
            true => Err(Broken::Stopped),
            false => Ok(()),
        }
    }

    /// Writes out what is buffered.
    pub(super) fn flush(&mut self) -> Result<(), Broken> {
        let rest = &self.lines[self.n_written..];
        self.writer.write_all(rest.as_bytes())?;
        self.n_written = self.lines.len();
        Ok(())
    }

    /// Closes the series and gives the numbers, the steps done, and the seconds taken.
    pub(super) fn close(mut self) -> Result<(BTreeMap<String, f64>, usize, f64), Broken> {
        self.flush()?;
        let seconds = self.seconds();
        Ok((self.values, self.n_done, seconds))
    }
}
