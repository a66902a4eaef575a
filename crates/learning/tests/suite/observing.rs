//! Observers measure rightly and cannot alter a run.

use apical_learning::metric::vector::Products;
use apical_learning::{
    AlignmentObserver, EvaluationObserver, GradientReference, Learner, MeasureSpec, Metric,
    Observer, OutputError, PartName, Reading, Streams, TensorName, conformance, save_tensors,
    train,
};

use crate::delta_rule::{ByHand, DeltaRule};
use crate::training::{Kept, plan};

fn run(observed: bool) -> (Vec<u8>, Kept) {
    let mut learner = DeltaRule::new(1);
    let data = conformance::task(&learner);
    let measure = MeasureSpec {
        align_every_n_epochs: 2,
        n_alignment_batches: 2,
        ..MeasureSpec::everything()
    };
    let streams = Streams::new(1);
    let mut observers: Vec<Box<dyn Observer<DeltaRule>>> = Vec::new();
    if observed {
        observers.push(Box::new(EvaluationObserver::new(
            &learner, &data, &measure, streams,
        )));
        observers.push(Box::new(AlignmentObserver::new(
            &learner,
            &data.train,
            3,
            &measure,
            &ByHand,
            streams,
        )));
    }
    let mut kept = Kept::default();
    train(
        &mut learner,
        &data,
        &plan(1, &|| false),
        &mut observers,
        &mut kept,
    )
    .expect("it trains");
    drop(observers);
    (save_tensors(&learner).expect("it can be saved"), kept)
}

#[test]
fn observing_does_not_alter_a_bit() {
    assert_eq!(run(true).0, run(false).0);
}

#[test]
fn readings_come_at_their_cadence_and_say_what_they_are_of() {
    let (_, kept) = run(true);
    let has = |epoch: usize, metric| {
        let readings = &kept.epochs[epoch].readings;
        readings.iter().any(|r: Reading| r.metric == metric)
    };
    for epoch in 0..=3 {
        assert!(has(epoch, Metric::ACCURACY));
        // Every second epoch, and the last.
        assert_eq!(
            has(epoch, Metric::UPDATE_ANGLE),
            epoch != 1,
            "epoch {epoch}"
        );
    }
    let value = |metric, reference, layer| {
        let readings = &kept.epochs[3].readings;
        readings
            .iter()
            .find(|r| r.metric == metric && r.reference == reference && r.layer == layer)
            .expect("a reading")
            .value
    };
    let squared = Some(OutputError::SquaredError);
    let angle = value(Metric::UPDATE_ANGLE, squared, Some(1)).expect("a value");
    assert!(angle < 1e-5, "the delta rule is its own gradient: {angle}°");
    let potential = Some(OutputError::Potential);
    let apart = value(Metric::UPDATE_ANGLE, potential, None).expect("a value");
    assert!(apart > 0.5, "the two references are not the same: {apart}°");
    let ratio = value(Metric::NORM_RATIO, squared, None).expect("a value");
    assert!((ratio - 1.0).abs() < 1e-12);
    let itself = value(Metric::BACKPROP_WITH_ITSELF, squared, None).expect("a value");
    assert!(itself < 1e-5, "{itself}°");
    let shuffled = value(Metric::SHUFFLED_FEEDBACK_ANGLE, squared, None).expect("a value");
    assert!(shuffled > 20.0, "{shuffled}°");
    assert_eq!(value(Metric::SIGN_AGREEMENT, squared, None), Some(100.0));
}

#[test]
fn all_three_parts_are_evaluated() {
    let (_, kept) = run(true);
    for part in [PartName::Train, PartName::Validation, PartName::Test] {
        let readings = &kept.epochs[3].readings;
        let of_part = readings.iter().filter(|r| r.part == Some(part));
        assert_eq!(of_part.count(), 2, "accuracy and loss on {part:?}");
    }
}

#[test]
fn the_full_batch_is_all_samples_or_as_many_as_are_declared() {
    let learner = DeltaRule::new(1);
    let data = conformance::task(&learner);
    let streams = Streams::new(1);
    let angle = |n_full_batch_samples| {
        let measure = MeasureSpec {
            metrics: vec![Metric::UPDATE_ANGLE_FULL_BATCH],
            n_full_batch_samples,
            ..MeasureSpec::everything()
        };
        let mut observer =
            AlignmentObserver::new(&learner, &data.train, 3, &measure, &ByHand, streams);
        let readings = observer.observe(&learner).expect("it can be observed");
        assert!(
            readings
                .iter()
                .all(|of| of.metric == Metric::UPDATE_ANGLE_FULL_BATCH)
        );
        let of = |reading: &&Reading| reading.reference == Some(OutputError::Potential);
        let found = readings.iter().find(of).expect("a reading");
        found.value.expect("an angle")
    };
    let batch = data.train.all();
    let updates = learner.propose(&mut (), batch).expect("finite");
    let gradient = ByHand.gradient(&learner.forward(), OutputError::Potential, batch);
    let change = updates.matrix(TensorName::forward(1)).expect("plastic");
    let products = Products::of(change, gradient.expect("a gradient").weights[0].view());
    let expected = products.angle_degrees().expect("an angle");
    let found = angle(None);
    assert!((found - expected).abs() < 1e-9, "{found} {expected}");
    assert_eq!(angle(Some(10_000)), found);
    let of_some = angle(Some(4));
    assert!(
        (of_some - expected).abs() > 1e-6,
        "{of_some}: of other samples"
    );
    assert_eq!(angle(Some(4)), of_some);
}
