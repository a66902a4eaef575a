//! Feedback alignment.

use apical_backprop::{
    CandleReference, FeedbackAlignment, FeedbackAlignmentSpec, Flavour, Mlp, Optimiser,
};
use apical_learning::{
    Batch, GradientReference, Learner, OutputError, PerLayer, Precision, Quantity, Streams,
    Teacher, TensorName, Transfer, uniform,
};
use ndarray::array;

use crate::common::{TRANSFERS, distance, network, samples, spec, start};

fn feedback_spec(precision: Precision) -> FeedbackAlignmentSpec {
    FeedbackAlignmentSpec {
        rates: PerLayer::All(0.3),
        feedback_scale: PerLayer::All(0.7),
        precision,
    }
}

#[test]
fn with_transposed_weights_as_feedback_it_is_backprop() {
    for transfer in TRANSFERS {
        let network = network(&[4, 6, 5, 3], transfer, true);
        let start = start(&network, 41);
        let backprop = Mlp::new(
            &network,
            &start,
            &spec(Flavour::Matched, Optimiser::Sgd, Precision::F64),
        )
        .unwrap();
        let feedback = feedback_spec(Precision::F64);
        let mut learner =
            FeedbackAlignment::new(&network, &start, &feedback, Streams::new(41)).unwrap();
        for k in 1..3 {
            let above = learner.tensor(TensorName::forward(k + 1)).unwrap();
            learner
                .tensors_mut()
                .set(TensorName::feedback(k), above.t())
                .unwrap();
        }
        let part = samples(&network, 5, 41);
        let expected = backprop.propose(&mut (), part.all()).unwrap();
        let found = learner.propose(&mut (), part.all()).unwrap();
        assert_eq!(found.changes().len(), 6);
        for (name, change) in found.changes() {
            let (_, expected) = expected
                .changes()
                .iter()
                .find(|(of, _)| of == name)
                .unwrap();
            assert!(distance(change, expected) < 1e-12, "{name}");
        }
        let errors = learner
            .activities(&mut (), part.all(), Teacher::On)
            .unwrap();
        let gradient = CandleReference
            .gradient(&learner.forward(), OutputError::SquaredError, part.all())
            .unwrap();
        for k in 1..3 {
            let found = errors
                .get(Quantity::HiddenError, k)
                .unwrap()
                .to_owned()
                .into_dyn();
            let expected = gradient.hidden_errors[k - 1].clone().into_dyn();
            assert!(distance(&found, &expected) < 1e-12);
        }
    }
}

#[test]
fn random_feedback_is_not_backprop_below_the_output() {
    let network = network(&[4, 6, 3], Transfer::Logistic, true);
    let start = start(&network, 42);
    let spec = feedback_spec(Precision::F64);
    let learner = FeedbackAlignment::new(&network, &start, &spec, Streams::new(42)).unwrap();
    let part = samples(&network, 5, 42);
    let error = OutputError::SquaredError;
    let gradient = CandleReference
        .gradient(&learner.forward(), error, part.all())
        .unwrap();
    let updates = learner.propose(&mut (), part.all()).unwrap();
    let distance_of = |k| {
        let change = updates.matrix(TensorName::forward(k)).unwrap().to_owned();
        let step = &gradient.weights[k - 1] * 0.3;
        distance(&change.into_dyn(), &step.into_dyn())
    };
    assert!(distance_of(2) < 1e-12);
    assert!(distance_of(1) > 0.1);
    assert!(learner.equivalent_rates().is_none());
}

/// tanh, 1-1-2-2, one sample, no thresholds, all numbers by hand:
/// δ₃ = (1 − r₃²)(r_trgt − r₃), e_k = B_k δ₃, ΔW_k = rate (1 − r_k²) e_k r_{k−1}.
#[test]
fn direct_feedback_comes_straight_from_the_output() {
    let network = network(&[1, 1, 2, 2], Transfer::Tanh, false);
    let mut start = start(&network, 43);
    start.weights = vec![
        array![[0.5]],
        array![[1.0], [-2.0]],
        array![[1.0, 0.0], [0.5, -1.0]],
    ];
    let spec = feedback_spec(Precision::F64);
    let mut learner = FeedbackAlignment::direct(&network, &start, &spec, Streams::new(43)).unwrap();
    let from_output = |k| TensorName::PyramidalFromPyramidal { to: k, from: 3 };
    let (b1, b2) = (array![[2.0, -1.0]], array![[0.0, 1.0], [3.0, 0.5]]);
    learner
        .tensors_mut()
        .set(from_output(1), b1.view().into_dyn())
        .unwrap();
    learner
        .tensors_mut()
        .set(from_output(2), b2.view().into_dyn())
        .unwrap();
    let (inputs, targets) = (array![[0.8_f32]], array![[0.25_f32, -0.5]]);
    let batch = Batch {
        inputs: inputs.view(),
        target_potentials: targets.view(),
        target_rates: targets.view(),
        labels: None,
    };
    let r0 = f64::from(0.8_f32);
    let r1 = (0.5 * r0).tanh();
    let r2 = [r1.tanh(), (-2.0 * r1).tanh()];
    let r3 = [r2[0].tanh(), (0.5 * r2[0] - r2[1]).tanh()];
    let d3 = [
        (1.0 - r3[0] * r3[0]) * (0.25 - r3[0]),
        (1.0 - r3[1] * r3[1]) * (-0.5 - r3[1]),
    ];
    let e1 = 2.0 * d3[0] - d3[1];
    let e2 = [d3[1], 3.0 * d3[0] + 0.5 * d3[1]];
    let updates = learner.propose(&mut (), batch).unwrap();
    let close = |found: f64, expected: f64| {
        assert!((found - expected).abs() < 1e-12, "{found} for {expected}");
    };
    let change = |k| updates.matrix(TensorName::forward(k)).unwrap();
    close(change(1)[[0, 0]], 0.3 * (1.0 - r1 * r1) * e1 * r0);
    for i in 0..2 {
        close(change(2)[[i, 0]], 0.3 * (1.0 - r2[i] * r2[i]) * e2[i] * r1);
        for (j, r) in r2.iter().enumerate() {
            close(change(3)[[i, j]], 0.3 * d3[i] * r);
        }
    }
    assert!(learner.tensor(TensorName::feedback(1)).is_none());
}

#[test]
fn feedback_is_drawn_from_its_own_stream_and_stays() {
    let network = network(&[4, 6, 5, 3], Transfer::Logistic, true);
    let start = start(&network, 44);
    let streams = Streams::new(44);
    let spec = feedback_spec(Precision::F32);
    let learner = FeedbackAlignment::new(&network, &start, &spec, streams).unwrap();
    let mut rng = streams.stream("feedback");
    for (k, shape) in [(1, [6, 5]), (2, [5, 3])] {
        let expected = uniform(shape, 0.7, &mut rng).mapv(f64::from).into_dyn();
        assert_eq!(learner.tensor(TensorName::feedback(k)).unwrap(), expected);
    }
    let part = samples(&network, 3, 44);
    let updates = learner.propose(&mut (), part.all()).unwrap();
    assert!(
        updates
            .changes()
            .iter()
            .all(|(name, _)| *name != TensorName::feedback(1))
    );
}
