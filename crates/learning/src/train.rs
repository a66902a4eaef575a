//! The one training loop of all learners.

use apical_datasets::shuffle;

use crate::{
    Clock, EpochRecord, Learner, Metric, Moment, Observer, PartName, Phase, PhaseTimer,
    RateSchedule, Reading, Sink, StartStep, Streams, TaskData, TimingRecord, TimingSummary,
    TrainError,
};

/// What the loop needs beside a learner and data.
pub struct Plan<'a> {
    /// Passes over the training part.
    pub n_epochs: usize,
    /// Samples per minibatch; the last of an epoch may be smaller.
    pub batch_size: usize,
    /// How learning rates fall; what is observed before the first epoch has the rates of the first.
    pub rate_schedule: RateSchedule,
    /// The order of samples comes from the stream `order`, the session's needs from its own.
    pub streams: Streams,
    /// Times the phases.
    pub clock: &'a dyn Clock,
    /// Asked before every step; training stops when it says so.
    pub stop: &'a (dyn Fn() -> bool + Sync),
}

/// What training left behind beside the learner.
#[derive(Debug, Clone, PartialEq)]
pub struct Trained {
    /// Readings by epoch.
    pub epochs: Vec<EpochRecord>,
    /// Times.
    pub timing: TimingSummary,
}

impl Trained {
    /// The epoch with the best validation accuracy, or the lowest validation loss where there is no
    /// accuracy; the earliest among equals. Epoch 0 is no candidate. Never looks at the test part.
    pub fn chosen_epoch(&self) -> Option<usize> {
        let best = |metric, sign: f64| {
            let mut best: Option<(usize, f64)> = None;
            for record in self.epochs.iter().filter(|record| record.epoch > 0) {
                let value = record
                    .readings
                    .iter()
                    .find(|r| r.metric == metric && r.part == Some(PartName::Validation))
                    .and_then(|reading| reading.value);
                if let Some(value) = value
                    && best.is_none_or(|(_, so_far)| sign * value > sign * so_far)
                {
                    best = Some((record.epoch, value));
                }
            }
            best.map(|(epoch, _)| epoch)
        };
        best(Metric::ACCURACY, 1.0).or_else(|| best(Metric::LOSS, -1.0))
    }

    /// Readings after `epoch`.
    pub fn readings_at(&self, epoch: usize) -> &[Reading] {
        self.epochs
            .iter()
            .find(|record| record.epoch == epoch)
            .map_or(&[], |record| &record.readings)
    }
}

/// Teaches `learner` the training part of `data`, minibatch by minibatch in shuffled order.
///
/// The first epochs may be those of a phase before learning ([`Learner::n_start_epochs`]), which sees the
/// inputs alone.
///
/// Observers are asked before the first epoch (epoch 0) and after every epoch; their time never
/// counts as training time. On an error the sink has already received all epochs before it.
pub fn train<L: Learner + ?Sized>(
    learner: &mut L,
    data: &TaskData,
    plan: &Plan<'_>,
    observers: &mut [Box<dyn Observer<L> + '_>],
    sink: &mut dyn Sink,
) -> Result<Trained, TrainError> {
    let mut timer = PhaseTimer::new(plan.clock);
    let mut order: Vec<usize> = (0..data.train.n_samples()).collect();
    // Memory follows the data: a minibatch is never larger than all of them.
    let batch_size = plan.batch_size.min(order.len()).max(1);
    let mut session = learner.session(plan.streams, batch_size);
    let mut rng = plan.streams.stream("order");
    let mut minibatch = data.train.select(&[]);
    let n_steps = order.len().div_ceil(batch_size);
    let (mut step, mut n_samples) = (0_u64, 0_u64);
    let n_start_epochs = learner.n_start_epochs();
    if n_start_epochs >= plan.n_epochs && n_start_epochs > 0 {
        return Err(TrainError::NoEpochLeft {
            n_epochs: plan.n_epochs,
            n_start_epochs,
        });
    }
    let mut epochs = Vec::new();
    for epoch in 0..=plan.n_epochs {
        let share = plan.rate_schedule.share(epoch.max(1), plan.n_epochs);
        learner.set_rate_share(share);
        if epoch > 0 {
            timer.enter(Phase::Data);
            shuffle(&mut order, &mut rng);
            for (index, chosen) in order.chunks(batch_size).enumerate() {
                step += 1;
                if (plan.stop)() {
                    return Err(TrainError::Stopped { step, epoch });
                }
                timer.enter(Phase::Data);
                minibatch.gather(&data.train, chosen);
                let done = if epoch <= n_start_epochs {
                    timer.enter(Phase::Start);
                    let n_steps = (n_start_epochs * n_steps) as u64;
                    let at = StartStep { step, n_steps };
                    learner.start(&mut session, minibatch.all().inputs, at)
                } else {
                    learner.learn(&mut session, minibatch.all(), &mut timer)
                };
                done.map_err(|source| TrainError::Step {
                    step,
                    epoch,
                    source,
                })?;
                timer.pause();
                n_samples += chosen.len() as u64;
                sink.step(epoch, index + 1, n_steps);
            }
        }
        let moment = Moment {
            epoch,
            is_last: epoch == plan.n_epochs,
        };
        let mut readings = Vec::new();
        for observer in observers.iter_mut().filter(|o| o.is_due(moment)) {
            timer.enter(observer.phase());
            let seen = observer.observe(learner);
            readings.extend(seen.map_err(|source| TrainError::Observe { epoch, source })?);
        }
        timer.pause();
        let record = EpochRecord {
            epoch,
            n_samples,
            readings,
        };
        let timing = TimingRecord {
            epoch,
            n_samples,
            seconds: timer.totals(),
        };
        sink.epoch(&record)
            .and_then(|()| sink.timing(&timing))
            .map_err(|source| TrainError::Record { epoch, source })?;
        epochs.push(record);
    }
    let seconds = timer.totals();
    let training = seconds.training();
    Ok(Trained {
        epochs,
        timing: TimingSummary {
            seconds,
            samples_per_second: (training > 0.0).then(|| n_samples as f64 / training),
            n_samples,
        },
    })
}
