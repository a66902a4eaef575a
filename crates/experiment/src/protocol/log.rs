//! What a run of a protocol writes while it runs.

use std::collections::BTreeMap;
use std::io::{self, BufWriter, Write};
use std::time::Instant;

use apical_learning::{LearnError, SpecError};

use super::quantity::Series;
use crate::progress::RunProgress;
use crate::runs::Stop;
use crate::store::RunWriter;

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

/// Series and numbers of a run, written while they come.
pub(super) struct Log<'a> {
    series: BufWriter<&'a mut RunWriter>,
    values: BTreeMap<String, f64>,
    n_done: usize,
    shown: usize,
    began: Instant,
    progress: &'a dyn RunProgress,
    stop: Stop<'a>,
}

/// Parts of a run between two lines of progress.
const N_LINES: usize = 10;

impl<'a> Log<'a> {
    /// A log into the series of `run`.
    pub(super) fn new(
        run: &'a mut RunWriter,
        progress: &'a dyn RunProgress,
        stop: Stop<'a>,
    ) -> Self {
        Self {
            series: BufWriter::new(run),
            values: BTreeMap::new(),
            n_done: 0,
            shown: 0,
            began: Instant::now(),
            progress,
            stop,
        }
    }

    /// Adds a place to the series of `quantity`. What is not finite is absent.
    pub(super) fn add(
        &mut self,
        x: f64,
        quantity: impl Into<Series>,
        value: f64,
    ) -> Result<(), Broken> {
        if x.is_finite() && value.is_finite() {
            let quantity = quantity.into();
            writeln!(self.series, "{x},{quantity},{value}")?;
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

    /// Says that `n_done` of `n_all` steps are done, and stops where that was asked for.
    pub(super) fn step(&mut self, n_done: usize, n_all: usize) -> Result<(), Broken> {
        self.n_done = n_done;
        self.go_on()?;
        self.progress.step(1, n_done, n_all);
        let part = N_LINES * n_done / n_all.max(1);
        if part > self.shown && n_done < n_all {
            self.shown = part;
            self.progress.note(&format!(
                "{} % · {:.0} s",
                100 * part / N_LINES,
                self.began.elapsed().as_secs_f64()
            ));
        }
        Ok(())
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
        Ok(self.series.flush()?)
    }

    /// Closes the series and gives the numbers, the steps done, and the seconds taken.
    pub(super) fn close(mut self) -> io::Result<(BTreeMap<String, f64>, usize, f64)> {
        self.series.flush()?;
        Ok((self.values, self.n_done, self.began.elapsed().as_secs_f64()))
    }
}
