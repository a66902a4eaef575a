//! Observers read a learner at declared epochs; sinks receive what they read.

use crate::{
    Carried, Confusion, EpochRecord, LearnError, Learner, MeasureSpec, PartName, Phase, Reading,
    Snapshot, StoreError, Streams, TaskData, TimingRecord, evaluate,
};

/// When something is observed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    /// Epochs taught so far; 0 is before training.
    pub epoch: usize,
    /// Whether this is the last epoch.
    pub is_last: bool,
}

impl Moment {
    /// Whether something due every `n` epochs, and after the last, is due now.
    pub fn is_due(self, n: usize) -> bool {
        self.is_last || self.epoch.is_multiple_of(n)
    }
}

/// Reads a learner, without changing it, at the epochs that it declares.
pub trait Observer<L: Learner + ?Sized> {
    /// Whether it observes at `moment`.
    fn is_due(&self, moment: Moment) -> bool;
    /// What its time counts as.
    fn phase(&self) -> Phase;
    /// Reads the learner.
    fn observe(&mut self, learner: &L) -> Result<Vec<Reading>, LearnError>;
    /// What it last read of which classes of the test part are taken for which, where it reads that.
    fn confusion(&mut self) -> Option<Confusion> {
        None
    }
    /// Shows `carried` what it carries on from one reading to the next, such as a session's.
    fn carry(&mut self, learner: &L, carried: &mut Carried<'_>) -> Result<(), StoreError> {
        let _ = (learner, carried);
        Ok(())
    }
}

/// Receives what is recorded of a run while it runs.
pub trait Sink {
    /// Readings after an epoch.
    fn epoch(&mut self, record: &EpochRecord) -> std::io::Result<()>;
    /// Times after an epoch.
    fn timing(&mut self, record: &TimingRecord) -> std::io::Result<()>;
    /// `n_done` of `n_steps` steps of an epoch (counted from 1) are taught.
    fn step(&mut self, epoch: usize, n_done: usize, n_steps: usize) {
        let _ = (epoch, n_done, n_steps);
    }
    /// Whether it takes a checkpoint now, after some steps of an epoch; `is_last` where training stops.
    fn takes_checkpoint(&mut self, is_last: bool) -> bool {
        let _ = is_last;
        false
    }
    /// Where training stands within `epoch`, for it to go on from.
    fn checkpoint(&mut self, epoch: usize, state: Snapshot) -> std::io::Result<()> {
        let _ = (epoch, state);
        Ok(())
    }
}

/// Measures accuracy and loss on all three parts of the data.
pub struct EvaluationObserver<'a, L: Learner + ?Sized> {
    data: &'a TaskData,
    measure: &'a MeasureSpec,
    session: L::Session,
    confusion: Option<Confusion>,
}

impl<'a, L: Learner + ?Sized> EvaluationObserver<'a, L> {
    /// An observer with a session of its own.
    pub fn new(
        learner: &L,
        data: &'a TaskData,
        measure: &'a MeasureSpec,
        streams: Streams,
    ) -> Self {
        Self {
            data,
            measure,
            session: learner.session(streams, 100),
            confusion: None,
        }
    }
}

impl<L: Learner + ?Sized> Observer<L> for EvaluationObserver<'_, L> {
    fn carry(&mut self, learner: &L, carried: &mut Carried<'_>) -> Result<(), StoreError> {
        learner.carry(&mut self.session, carried)
    }

    fn confusion(&mut self) -> Option<Confusion> {
        self.confusion.take()
    }

    fn is_due(&self, moment: Moment) -> bool {
        moment.is_due(self.measure.evaluate_every_n_epochs)
    }

    fn phase(&self) -> Phase {
        Phase::Evaluation
    }

    fn observe(&mut self, learner: &L) -> Result<Vec<Reading>, LearnError> {
        let mut readings = Vec::new();
        for name in [PartName::Train, PartName::Validation, PartName::Test] {
            let part = self.data.part(name);
            let n_samples = match name {
                PartName::Train => self.measure.n_train_samples,
                PartName::Validation | PartName::Test => part.n_samples(),
            };
            if part.n_samples() == 0 {
                continue;
            }
            let evaluation = evaluate(learner, &mut self.session, part, n_samples)?
                .in_units(&self.data.target_widths);
            if name == PartName::Test {
                self.confusion.clone_from(&evaluation.confusion);
            }
            for metric in &self.measure.metrics {
                if let Some(value) = metric.of_predictions().and_then(|read| read(&evaluation)) {
                    readings.push(Reading::new(*metric, Ok(value)).on(name));
                }
            }
        }
        Ok(readings)
    }
}
