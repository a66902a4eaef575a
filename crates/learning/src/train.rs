//! The one training loop of all learners.

use apical_datasets::shuffle;

use crate::{
    Carried, CheckpointError, Clock, Confusion, EpochRecord, JudgedBy, Learner, Metric, Moment,
    Observer, PartName, Phase, PhaseTimer, RateSchedule, Readings, Sink, Snapshot, StartStep,
    StoreError, StreamRng, Streams, TaskData, TimingRecord, TimingSummary, TrainError,
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
    /// Where it goes on, if it was interrupted.
    pub from: Option<&'a Checkpoint>,
}

/// Where training was interrupted. Going on from there ends in the same bits as never stopping.
#[derive(Debug, Clone, Default)]
pub struct Checkpoint {
    /// What [`Sink::checkpoint`] was given.
    pub state: Snapshot,
    /// The readings of all epochs before.
    pub epochs: Vec<EpochRecord>,
}

/// What training left behind beside the learner.
#[derive(Debug, Clone, PartialEq)]
pub struct Trained {
    /// Readings by epoch.
    pub epochs: Vec<EpochRecord>,
    /// Times.
    pub timing: TimingSummary,
    /// Which classes of the test part are taken for which after the last epoch, where observers read that.
    pub confusion: Option<Confusion>,
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
                    .pairs()
                    .find(|(of, _)| of.metric == metric && of.part == Some(PartName::Validation))
                    .and_then(|(_, value)| value);
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

    /// The epoch whose validation score a trial is judged by; none where validation was not measured.
    pub fn judged_epoch(&self, judged_by: JudgedBy) -> Option<usize> {
        let chosen = self.chosen_epoch()?;
        match judged_by {
            JudgedBy::ChosenEpoch => Some(chosen),
            JudgedBy::LastEpoch => self.epochs.last().map(|record| record.epoch),
        }
    }

    /// Readings after `epoch`.
    pub fn readings_at(&self, epoch: usize) -> Readings {
        let mut epochs = self.epochs.iter();
        let found = epochs.find(|record| record.epoch == epoch);
        found.map_or_else(Readings::default, |record| record.readings.clone())
    }
}

/// Teaches `learner` the training part of `data`, minibatch by minibatch in shuffled order.
///
/// The first epochs may be those of a phase before learning ([`Learner::n_start_epochs`]), which sees the
/// inputs alone.
///
/// Observers are asked before the first epoch (epoch 0) and after every epoch; their time never
/// counts as training time. On an error the sink has already received all epochs before it. Between two
/// minibatches, and where training is stopped, the sink may take a checkpoint.
pub fn train<L: Learner + ?Sized>(
    learner: &mut L,
    data: &TaskData,
    plan: &Plan<'_>,
    observers: &mut [Box<dyn Observer<L> + '_>],
    sink: &mut dyn Sink,
) -> Result<Trained, TrainError> {
    let order: Vec<usize> = (0..data.train.n_samples()).collect();
    // Memory follows the data: a minibatch is never larger than all of them.
    let batch_size = plan.batch_size.min(order.len()).max(1);
    let mut course = Course {
        session: learner.session(plan.streams, batch_size),
        learner,
        observers,
        rng: plan.streams.stream("order"),
        timer: PhaseTimer::new(plan.clock),
        order,
        place: Place::default(),
    };
    let n_steps = course.order.len().div_ceil(batch_size);
    let n_start_epochs = course.learner.n_start_epochs();
    if n_start_epochs >= plan.n_epochs && n_start_epochs > 0 {
        return Err(TrainError::NoEpochLeft {
            n_epochs: plan.n_epochs,
            n_start_epochs,
        });
    }
    let mut epochs = Vec::new();
    if let Some(from) = plan.from {
        let restored = course.carry(&mut Carried::restoring(&from.state));
        restored.map_err(|source| TrainError::Restore {
            source: Box::new(source),
        })?;
        epochs.clone_from(&from.epochs);
    }
    let mut minibatch = data.train.select(&[]);
    for epoch in course.place.epoch as usize..=plan.n_epochs {
        let share = plan.rate_schedule.share(epoch.max(1), plan.n_epochs);
        course.learner.set_rate_share(share);
        if epoch > 0 {
            course.begin(epoch);
            let first = course.place.n_taught as usize;
            for index in first..n_steps {
                if (plan.stop)() {
                    if sink.takes_checkpoint(true) {
                        course.keep(sink)?;
                    }
                    let step = course.place.step + 1;
                    return Err(TrainError::Stopped { step, epoch });
                }
                course.timer.enter(Phase::Data);
                let from = index * batch_size;
                let to = (from + batch_size).min(course.order.len());
                minibatch.gather(&data.train, &course.order[from..to]);
                course.place.step += 1;
                let done = if epoch <= n_start_epochs {
                    course.timer.enter(Phase::Start);
                    let n_steps = (n_start_epochs * n_steps) as u64;
                    let step = course.place.step;
                    let at = StartStep { step, n_steps };
                    course
                        .learner
                        .start(&mut course.session, minibatch.all().inputs, at)
                } else {
                    let (session, timer) = (&mut course.session, &mut course.timer);
                    course.learner.learn(session, minibatch.all(), timer)
                };
                done.map_err(|source| TrainError::Step {
                    step: course.place.step,
                    epoch,
                    source,
                })?;
                course.timer.pause();
                course.place.n_samples += (to - from) as u64;
                course.place.n_taught += 1;
                sink.step(epoch, index + 1, n_steps);
                if sink.takes_checkpoint(false) {
                    course.keep(sink)?;
                }
            }
            course.place.is_begun = false;
        }
        let (record, timing) = course.observe(epoch, epoch == plan.n_epochs)?;
        sink.epoch(&record)
            .and_then(|()| sink.timing(&timing))
            .map_err(|source| TrainError::Record { epoch, source })?;
        epochs.push(record);
    }
    let seconds = course.timer.totals();
    let (training, n_samples) = (seconds.training(), course.place.n_samples);
    Ok(Trained {
        epochs,
        timing: TimingSummary {
            seconds,
            samples_per_second: (training > 0.0).then(|| n_samples as f64 / training),
            n_samples,
        },
        confusion: course.observers.iter_mut().find_map(|of| of.confusion()),
    })
}

/// What has been taught so far.
#[derive(Default)]
struct Place {
    epoch: u64,
    /// Whether the order of the epoch is drawn.
    is_begun: bool,
    /// Minibatches of the epoch.
    n_taught: u64,
    /// Minibatches of all epochs.
    step: u64,
    n_samples: u64,
}

/// Training while it goes on: all that what comes depends on.
struct Course<'a, 'o, L: Learner + ?Sized> {
    learner: &'a mut L,
    session: L::Session,
    observers: &'a mut [Box<dyn Observer<L> + 'o>],
    rng: StreamRng,
    order: Vec<usize>,
    timer: PhaseTimer<'a>,
    place: Place,
}

impl<L: Learner + ?Sized> Course<'_, '_, L> {
    /// Draws the order of `epoch`, unless it goes on within it.
    fn begin(&mut self, epoch: usize) {
        if !self.place.is_begun {
            self.timer.enter(Phase::Data);
            shuffle(&mut self.order, &mut self.rng);
            self.place = Place {
                epoch: epoch as u64,
                is_begun: true,
                n_taught: 0,
                ..self.place
            };
        }
    }

    /// What the observers that are due after `epoch` read, and the times up to then.
    fn observe(
        &mut self,
        epoch: usize,
        is_last: bool,
    ) -> Result<(EpochRecord, TimingRecord), TrainError> {
        let moment = Moment { epoch, is_last };
        let mut readings = Vec::new();
        for observer in self.observers.iter_mut().filter(|o| o.is_due(moment)) {
            self.timer.enter(observer.phase());
            let seen = observer.observe(self.learner);
            readings.extend(seen.map_err(|source| TrainError::Observe { epoch, source })?);
        }
        self.timer.pause();
        let n_samples = self.place.n_samples;
        let record = EpochRecord {
            epoch,
            n_samples,
            readings: readings.into(),
        };
        let timing = TimingRecord {
            epoch,
            n_samples,
            seconds: self.timer.totals(),
        };
        Ok((record, timing))
    }

    /// Gives a checkpoint to `sink`.
    fn keep(&mut self, sink: &mut dyn Sink) -> Result<(), TrainError> {
        let epoch = self.place.epoch as usize;
        let mut state = Snapshot::default();
        self.carry(&mut Carried::keeping(&mut state))
            .map_err(CheckpointError::from)
            .and_then(|()| Ok(sink.checkpoint(epoch, state)?))
            .map_err(|source| TrainError::Checkpoint {
                epoch,
                source: Box::new(source),
            })
    }

    fn carry(&mut self, carried: &mut Carried<'_>) -> Result<(), StoreError> {
        let place = &mut self.place;
        carried.count("epoch", &mut place.epoch)?;
        carried.flag("is_begun", &mut place.is_begun)?;
        carried.count("n_taught", &mut place.n_taught)?;
        carried.count("step", &mut place.step)?;
        carried.count("n_samples", &mut place.n_samples)?;
        let mut order = self.order.iter().map(|&sample| sample as u64).collect();
        carried.counts("order", &mut order)?;
        self.order = ordered(&order, self.order.len()).ok_or_else(|| StoreError::NotThere {
            name: "every sample in its order".into(),
        })?;
        carried.stream("order_stream", &mut self.rng)?;
        let mut seconds = self.timer.totals();
        for phase in Phase::ALL {
            let name = format!("seconds/{phase:?}").to_lowercase();
            carried.number(&name, seconds.of_mut(phase))?;
        }
        self.timer.count_on(seconds);
        (carried.within("learner")).tensors(self.learner.tensors_mut())?;
        let learner = &*self.learner;
        learner.carry(&mut self.session, &mut carried.within("session"))?;
        for (index, observer) in self.observers.iter_mut().enumerate() {
            let name = format!("observer/{index}");
            observer.carry(learner, &mut carried.within(name))?;
        }
        Ok(())
    }
}

/// `order`, where it has each of `n_samples` samples once.
fn ordered(order: &[u64], n_samples: usize) -> Option<Vec<usize>> {
    let mut is_there = vec![false; n_samples];
    for &sample in order {
        *is_there.get_mut(sample as usize)? = true;
    }
    let is_whole = order.len() == n_samples && is_there.into_iter().all(|is_there| is_there);
    is_whole.then(|| order.iter().map(|&sample| sample as usize).collect())
}
