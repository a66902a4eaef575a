//! The loop: order, phases, stopping, divergence, the chosen epoch.

use std::sync::atomic::{AtomicU64, Ordering};

use apical_learning::{
    Checkpoint, Clock, EpochRecord, JudgedBy, LearnError, Learner, Metric, Moment, NoClock,
    Observer, PartName, Phase, Plan, RateSchedule, Reading, Readings, Sink, Snapshot, Streams,
    TimingRecord, TimingSummary, TrainError, Trained, conformance, save_tensors, train,
};

use crate::delta_rule::DeltaRule;

#[derive(Default)]
pub(crate) struct Kept {
    pub(crate) epochs: Vec<EpochRecord>,
    pub(crate) timings: Vec<TimingRecord>,
    pub(crate) steps: Vec<(usize, usize, usize)>,
}

impl Sink for Kept {
    fn epoch(&mut self, record: &EpochRecord) -> std::io::Result<()> {
        self.epochs.push(record.clone());
        Ok(())
    }

    fn timing(&mut self, record: &TimingRecord) -> std::io::Result<()> {
        self.timings.push(record.clone());
        Ok(())
    }

    fn step(&mut self, epoch: usize, n_done: usize, n_steps: usize) {
        self.steps.push((epoch, n_done, n_steps));
    }
}

pub(crate) fn plan<'a>(seed: u64, stop: &'a (dyn Fn() -> bool + Sync)) -> Plan<'a> {
    Plan {
        n_epochs: 3,
        batch_size: 3,
        rate_schedule: RateSchedule::Constant,
        streams: Streams::new(seed),
        clock: &NoClock,
        stop,
        from: None,
    }
}

#[test]
fn every_epoch_takes_every_sample_once_and_the_last_batch_is_smaller() {
    let mut learner = DeltaRule::new(1);
    let data = conformance::task(&learner);
    let mut kept = Kept::default();
    let trained = train(&mut learner, &data, &plan(1, &|| false), &mut [], &mut kept);
    let trained = trained.expect("it trains");
    let seen: Vec<_> = kept.epochs.iter().map(|e| (e.epoch, e.n_samples)).collect();
    assert_eq!(seen, [(0, 0), (1, 8), (2, 16), (3, 24)]);
    assert_eq!(
        kept.steps[..4],
        [(1, 1, 3), (1, 2, 3), (1, 3, 3), (2, 1, 3)]
    );
    assert_eq!(trained.timing.n_samples, 24);
    assert_eq!(trained.timing.samples_per_second, None, "without a clock");
}

#[test]
fn the_order_of_samples_depends_on_the_seed_alone() {
    let run = |seed| {
        let mut learner = DeltaRule::new(1);
        let data = conformance::task(&learner);
        let plan = plan(seed, &|| false);
        train(&mut learner, &data, &plan, &mut [], &mut Kept::default()).expect("it trains");
        save_tensors(&learner).expect("it can be saved")
    };
    assert_eq!(run(5), run(5));
    assert_ne!(run(5), run(6));
}

/// Notes the learner's rate and weights at every moment.
struct Noting<'a>(&'a mut Vec<(f64, Vec<u8>)>);

impl Observer<DeltaRule> for Noting<'_> {
    fn is_due(&self, _: Moment) -> bool {
        true
    }

    fn phase(&self) -> Phase {
        Phase::Metrics
    }

    fn observe(&mut self, learner: &DeltaRule) -> Result<Vec<Reading>, LearnError> {
        let rates = learner.equivalent_rates().expect("it has a rate");
        let weights = save_tensors(learner).expect("it can be saved");
        self.0.push((rates[0] / learner.rate, weights));
        Ok(Vec::new())
    }
}

#[test]
fn every_epoch_has_its_share_of_the_rates() {
    let noted = |rate_schedule| {
        let mut learner = DeltaRule::new(1);
        let data = conformance::task(&learner);
        let plan = Plan {
            rate_schedule,
            ..plan(1, &|| false)
        };
        let mut noted = Vec::new();
        let mut observers: [Box<dyn Observer<DeltaRule>>; 1] = [Box::new(Noting(&mut noted))];
        train(
            &mut learner,
            &data,
            &plan,
            &mut observers,
            &mut Kept::default(),
        )
        .expect("it trains");
        drop(observers);
        noted
    };
    let constant = noted(RateSchedule::Constant);
    let falling = noted(RateSchedule::Cosine { to: 0.0 });
    let shares = |noted: &[(f64, Vec<u8>)]| -> Vec<f64> { noted.iter().map(|n| n.0).collect() };
    assert_eq!(shares(&constant), [1.0; 4]);
    assert_eq!(shares(&falling), [1.0, 1.0, 0.5, 0.0]);
    let weights = |noted: &[(f64, Vec<u8>)], epoch: usize| noted[epoch].1.clone();
    assert_eq!(weights(&falling, 1), weights(&constant, 1));
    assert_ne!(weights(&falling, 2), weights(&constant, 2));
    assert_ne!(weights(&falling, 2), weights(&falling, 1));
    assert_eq!(weights(&falling, 3), weights(&falling, 2), "at share 0");
}

/// A clock that moves on by one second whenever it is read.
struct Counting(AtomicU64);

impl Clock for Counting {
    fn seconds(&self) -> f64 {
        self.0.fetch_add(1, Ordering::Relaxed) as f64
    }
}

#[test]
fn time_between_steps_is_not_training_time() {
    let mut learner = DeltaRule::new(1);
    let data = conformance::task(&learner);
    let clock = Counting(AtomicU64::new(0));
    let plan = Plan {
        n_epochs: 1,
        batch_size: 8,
        clock: &clock,
        ..plan(1, &|| false)
    };
    let mut kept = Kept::default();
    let trained = train(&mut learner, &data, &plan, &mut [], &mut kept).expect("it trains");
    // Shuffling and gathering are one second each, `learn` is one more.
    let seconds = trained.timing.seconds;
    assert_eq!((seconds.data, seconds.fused), (2.0, 1.0));
    assert_eq!(seconds.training(), 3.0);
    assert_eq!(trained.timing.samples_per_second, Some(8.0 / 3.0));
    assert_eq!(kept.timings.last().expect("a record").seconds, seconds);
}

#[test]
fn a_request_to_stop_is_heard_before_the_next_step() {
    let mut learner = DeltaRule::new(1);
    let data = conformance::task(&learner);
    let asked = AtomicU64::new(0);
    let stop = || asked.fetch_add(1, Ordering::Relaxed) == 4;
    let mut kept = Kept::default();
    let error = train(&mut learner, &data, &plan(1, &stop), &mut [], &mut kept)
        .expect_err("it was asked to stop");
    assert!(
        matches!(error, TrainError::Stopped { step: 5, epoch: 2 }),
        "{error}"
    );
    assert_eq!(kept.epochs.len(), 2, "finished epochs have been kept");
}

#[test]
fn divergence_names_step_layer_and_quantity() {
    let mut learner = DeltaRule::new(1);
    let mut data = conformance::task(&learner);
    data.train.inputs[[0, 0]] = f32::NAN;
    let error = train(
        &mut learner,
        &data,
        &plan(1, &|| false),
        &mut [],
        &mut Kept::default(),
    )
    .expect_err("a NaN input");
    let TrainError::Step {
        step,
        epoch,
        source,
    } = &error
    else {
        panic!("{error}");
    };
    assert!((1..=3).contains(step) && *epoch == 1);
    assert!(
        matches!(source, LearnError::NonFinite { layer: 1, .. }),
        "{source}"
    );
    assert!(
        learner
            .tensor(apical_learning::TensorName::forward(1))
            .is_some()
    );
}

fn trained_with(validation: &[(f64, f64)]) -> Trained {
    let epochs = (0..)
        .zip(validation)
        .map(|(epoch, &(accuracy, loss))| EpochRecord {
            epoch,
            n_samples: 0,
            readings: vec![
                // A better value of the test part must never matter.
                Reading::new(Metric::ACCURACY, Ok(100.0 - accuracy)).on(PartName::Test),
                Reading::new(Metric::ACCURACY, Ok(accuracy)).on(PartName::Validation),
                Reading::new(Metric::LOSS, Ok(loss)).on(PartName::Validation),
            ]
            .into(),
        })
        .collect();
    Trained {
        epochs,
        timing: TimingSummary {
            seconds: Default::default(),
            samples_per_second: None,
            n_samples: 0,
        },
        confusion: None,
    }
}

#[test]
fn the_chosen_epoch_is_the_earliest_with_the_best_validation_accuracy() {
    let trained = trained_with(&[(99.0, 0.1), (80.0, 0.5), (90.0, 0.6), (90.0, 0.2)]);
    assert_eq!(trained.chosen_epoch(), Some(2), "epoch 0 is no candidate");
}

#[test]
fn without_accuracy_the_lowest_validation_loss_chooses() {
    let mut trained = trained_with(&[(0.0, 0.0), (0.0, 0.5), (0.0, 0.2), (0.0, 0.3)]);
    for record in &mut trained.epochs {
        let is_loss = |of: &Reading| of.metric == Metric::LOSS;
        record.readings.change(|all| all.retain(is_loss));
    }
    assert_eq!(trained.chosen_epoch(), Some(2));
    trained
        .epochs
        .iter_mut()
        .for_each(|e| e.readings = Readings::default());
    assert_eq!(
        trained.chosen_epoch(),
        None,
        "nothing measured, nothing chosen"
    );
}

#[test]
fn a_trial_is_judged_by_the_last_epoch_or_by_the_chosen_one() {
    let mut trained = trained_with(&[(0.0, 0.9), (80.0, 0.5), (90.0, 0.6), (85.0, 0.2)]);
    assert_eq!(trained.judged_epoch(JudgedBy::LastEpoch), Some(3));
    assert_eq!(trained.judged_epoch(JudgedBy::ChosenEpoch), Some(2));
    trained
        .epochs
        .iter_mut()
        .for_each(|e| e.readings = Readings::default());
    assert_eq!(trained.judged_epoch(JudgedBy::LastEpoch), None);
}

/// Stops after some steps and keeps the checkpoint.
#[derive(Default)]
struct Interrupted {
    kept: Kept,
    state: Snapshot,
}

impl Sink for Interrupted {
    fn epoch(&mut self, record: &EpochRecord) -> std::io::Result<()> {
        self.kept.epoch(record)
    }

    fn timing(&mut self, record: &TimingRecord) -> std::io::Result<()> {
        self.kept.timing(record)
    }

    fn takes_checkpoint(&mut self, is_last: bool) -> bool {
        is_last
    }

    fn checkpoint(&mut self, _: usize, state: Snapshot) -> std::io::Result<()> {
        self.state = state;
        Ok(())
    }
}

#[test]
fn training_that_was_stopped_at_any_step_ends_in_the_same_bits() {
    let data = conformance::task(&DeltaRule::new(1));
    let mut whole = DeltaRule::new(1);
    let never = plan(1, &|| false);
    let expected = train(&mut whole, &data, &never, &mut [], &mut Kept::default());
    let expected = expected.expect("it trains");
    for n_steps in 0..9 {
        let asked = AtomicU64::new(0);
        let stop = || asked.fetch_add(1, Ordering::Relaxed) == n_steps;
        let mut sink = Interrupted::default();
        let stopped = train(
            &mut DeltaRule::new(1),
            &data,
            &plan(1, &stop),
            &mut [],
            &mut sink,
        );
        let step = n_steps + 1;
        assert!(matches!(stopped, Err(TrainError::Stopped { step: s, .. }) if s == step));
        let checkpoint = Checkpoint {
            state: sink.state,
            epochs: sink.kept.epochs,
        };
        let mut resumed = DeltaRule::new(1);
        let from = Plan {
            from: Some(&checkpoint),
            ..plan(1, &|| false)
        };
        let trained = train(&mut resumed, &data, &from, &mut [], &mut Kept::default());
        assert_eq!(
            trained.expect("it goes on"),
            expected,
            "after {n_steps} steps"
        );
        let bits = |learner| save_tensors(learner).expect("saved");
        assert_eq!(bits(&resumed), bits(&whole), "after {n_steps} steps");
    }
}

#[test]
fn a_checkpoint_of_other_data_is_refused() {
    let mut learner = DeltaRule::new(1);
    let data = conformance::task(&learner);
    let mut sink = Interrupted::default();
    let stopped = train(&mut learner, &data, &plan(1, &|| true), &mut [], &mut sink);
    assert!(stopped.is_err());
    let checkpoint = Checkpoint {
        state: sink.state,
        epochs: sink.kept.epochs,
    };
    let mut smaller = data.clone();
    smaller.train = data.train.select(&[0, 1, 2]);
    let from = Plan {
        from: Some(&checkpoint),
        ..plan(1, &|| false)
    };
    let refused = train(&mut learner, &smaller, &from, &mut [], &mut Kept::default());
    assert!(matches!(refused, Err(TrainError::Restore { .. })));
}
