//! What is done with a run's records while they come.

use apical_learning::{EpochRecord, Record, Sink, TimingRecord};

use crate::progress::RunProgress;
use crate::store::RunWriter;

/// Writes records while they come, and shows them.
pub(super) struct RunSink<'a> {
    /// The run's files.
    pub(super) writer: RunWriter,
    /// What is seen of it.
    pub(super) progress: Box<dyn RunProgress + 'a>,
    /// The readings of the last epoch so far.
    pub(super) last: Option<EpochRecord>,
    /// The times up to then.
    pub(super) timing: Option<TimingRecord>,
}

impl Sink for RunSink<'_> {
    fn epoch(&mut self, record: &EpochRecord) -> std::io::Result<()> {
        self.writer.line(&Record::Epoch(record.clone()))?;
        self.progress.epoch(record);
        self.last = Some(record.clone());
        Ok(())
    }

    fn timing(&mut self, record: &TimingRecord) -> std::io::Result<()> {
        self.timing = Some(record.clone());
        self.writer.line(&Record::Timing(record.clone()))
    }

    fn step(&mut self, epoch: usize, n_done: usize, n_steps: usize) {
        self.progress.step(epoch, n_done, n_steps);
    }
}
