//! The perceptron against the reference gradient and against hand-computed values.

use apical_backprop::{CandleReference, Flavour, Mlp, Optimiser};
use apical_learning::{
    Batch, GradientReference, LearnError, Learner, NoClock, OutputError, OutputLoss, PhaseTimer,
    Precision, Quantity, Streams, Teacher, TensorName, Transfer,
};
use ndarray::{Array1, Array2, array};

use crate::common::{TRANSFERS, distance, network, reversed, samples, spec, start, widened};

fn bound(precision: Precision) -> f64 {
    match precision {
        Precision::F32 => 2e-5,
        Precision::F64 => 1e-12,
    }
}

#[test]
fn matched_update_is_the_rate_times_the_reference_gradient() {
    for transfer in TRANSFERS {
        for precision in [Precision::F32, Precision::F64] {
            for sizes in [&[6, 3][..], &[6, 7, 5, 3]] {
                let network = network(sizes, transfer, true);
                let start = start(&network, 11);
                let spec = spec(Flavour::Matched, Optimiser::Sgd, precision);
                let learner = Mlp::new(&network, &start, &spec).unwrap();
                let part = samples(&network, 9, 12);
                for batch in [part.all(), reversed(part.all())] {
                    compare_with_reference(&learner, batch);
                }
            }
        }
    }
}

fn compare_with_reference(learner: &Mlp, batch: Batch<'_>) {
    let rates = learner.equivalent_rates().unwrap();
    let error = OutputError::SquaredError;
    let gradient = CandleReference
        .gradient(&learner.forward(), error, batch)
        .unwrap();
    let updates = learner.propose(&mut (), batch).unwrap();
    let n_layers = learner.network().n_layers();
    assert_eq!(updates.changes().len(), 2 * n_layers);
    assert!(updates.next().is_empty());
    for (name, change) in updates.changes() {
        let expected = match *name {
            TensorName::PyramidalFromPyramidal { to, .. } => {
                (&gradient.weights[to - 1] * rates[to - 1]).into_dyn()
            }
            TensorName::PyramidalThreshold { layer } => {
                (&gradient.thresholds[layer - 1] * rates[layer - 1]).into_dyn()
            }
            other => panic!("unexpected {other}"),
        };
        let distance = distance(change, &expected);
        assert!(
            distance < bound(learner.precision()),
            "{name}: {distance:e}"
        );
    }
    let nudged = learner.activities(&mut (), batch, Teacher::On).unwrap();
    for k in 1..n_layers {
        let errors = nudged.get(Quantity::HiddenError, k).unwrap().to_owned();
        let expected = gradient.hidden_errors[k - 1].clone();
        let distance = distance(&errors.into_dyn(), &expected.into_dyn());
        assert!(
            distance < bound(learner.precision()),
            "error {k}: {distance:e}"
        );
    }
    assert!(nudged.get(Quantity::HiddenError, n_layers).is_none());
    let free = learner.activities(&mut (), batch, Teacher::Off).unwrap();
    for k in 1..=n_layers {
        assert_eq!(free.get(Quantity::Soma, k), nudged.get(Quantity::Soma, k));
        assert!(free.get(Quantity::HiddenError, k).is_none());
    }
}

/// ΔW is the rate times the gradient of the network that is written with centred rates, and u at the mean
/// rates moves by what its own threshold's gradient says.
#[test]
fn centred_update_descends_the_network_that_is_written_with_the_means() {
    let network = network(&[6, 7, 5, 3], Transfer::Logistic, true);
    let mut spec = spec(Flavour::Matched, Optimiser::Sgd, Precision::F64);
    spec.centring = 0.2;
    let mut learner = Mlp::new(&network, &start(&network, 17), &spec).unwrap();
    let part = samples(&network, 9, 17);
    let mut timer = PhaseTimer::new(&NoClock);
    for _ in 0..3 {
        learner.learn(&mut (), part.all(), &mut timer).unwrap();
    }
    let means = learner.mean_rates().unwrap();
    let error = OutputError::SquaredError;
    let plain = CandleReference
        .gradient(&learner.forward(), error, part.all())
        .unwrap();
    let mut centred = plain.clone();
    centred.centre(&means);
    let updates = learner.propose(&mut (), part.all()).unwrap();
    for k in 1..=3 {
        let change = updates.matrix(TensorName::forward(k)).unwrap();
        let rate = 0.3;
        assert!(
            distance(
                &change.to_owned().into_dyn(),
                &(&centred.weights[k - 1] * rate).into_dyn()
            ) < 1e-12
        );
        let name = TensorName::PyramidalThreshold { layer: k };
        let of = updates
            .changes()
            .iter()
            .find(|(own, _)| *own == name)
            .unwrap();
        let of_threshold: Array1<f64> = of.1.clone().into_dimensionality().unwrap();
        let at_mean = match k {
            1 => of_threshold,
            _ => of_threshold + change.dot(&means[k - 2]),
        };
        let expected = &plain.thresholds[k - 1] * rate;
        assert!(distance(&at_mean.into_dyn(), &expected.into_dyn()) < 1e-12);
    }
    let moved = distance(
        &centred.weights[1].clone().into_dyn(),
        &plain.weights[1].clone().into_dyn(),
    );
    assert!(moved > 1e-3, "the means took nothing off");
}

#[test]
fn starting_weights_are_kept_to_the_bit() {
    let network = network(&[6, 7, 3], Transfer::Logistic, true);
    let start = start(&network, 13);
    for precision in [Precision::F32, Precision::F64] {
        let spec = spec(Flavour::Matched, Optimiser::Sgd, precision);
        let learner = Mlp::new(&network, &start, &spec).unwrap();
        assert_eq!(learner.forward().weights, widened(&network, &start).weights);
    }
}

#[test]
fn without_thresholds_there_are_none() {
    let network = network(&[4, 5, 3], Transfer::Tanh, false);
    let spec = spec(Flavour::Matched, Optimiser::Sgd, Precision::F32);
    let mut learner = Mlp::new(&network, &start(&network, 14), &spec).unwrap();
    let part = samples(&network, 4, 14);
    let updates = learner.propose(&mut (), part.all()).unwrap();
    assert_eq!(updates.changes().len(), 2);
    let name = TensorName::PyramidalThreshold { layer: 1 };
    assert!(learner.tensor(name).is_none());
    let refused = learner
        .tensors_mut()
        .set(name, Array2::zeros((1, 5)).view().into_dyn());
    assert!(matches!(refused, Err(LearnError::NoTensor { .. })));
    assert!(learner.forward().weights.thresholds.is_none());
}

/// One layer, one sample: p = softmax(u), ΔW = −rate (p − label) r₀ᵀ.
#[test]
fn standard_flavour_descends_the_cross_entropy() {
    let network = network(&[2, 3], Transfer::Logistic, true);
    let mut start = start(&network, 15);
    start.weights[0] = array![[1.0, 0.0], [0.0, 2.0], [-1.0, 1.0]];
    start.thresholds = Some(vec![array![0.5, 0.0, -0.5]]);
    let spec = spec(Flavour::Standard, Optimiser::Sgd, Precision::F64);
    let learner = Mlp::new(&network, &start, &spec).unwrap();
    let (inputs, targets) = (array![[1.0_f32, 0.5]], Array2::zeros((1, 3)));
    let batch = Batch {
        inputs: inputs.view(),
        target_potentials: targets.view(),
        target_rates: targets.view(),
        labels: Some(&[2]),
    };
    let exponentials = [1.5_f64, 1.0, -1.0].map(f64::exp);
    let p = exponentials.map(|e| e / exponentials.iter().sum::<f64>());
    let mut outputs = Array2::zeros((1, 3));
    learner
        .predict(&mut (), inputs.view(), outputs.view_mut())
        .unwrap();
    assert_eq!(learner.output_loss(), OutputLoss::CrossEntropy);
    let updates = learner.propose(&mut (), batch).unwrap();
    let change = updates.matrix(TensorName::forward(1)).unwrap();
    for i in 0..3 {
        assert!((f64::from(outputs[[0, i]]) - p[i]).abs() < 1e-7);
        let error = p[i] - f64::from(u8::from(i == 2));
        assert!((change[[i, 0]] + 0.3 * error).abs() < 1e-12);
        assert!((change[[i, 1]] + 0.3 * error * 0.5).abs() < 1e-12);
    }
    assert!(learner.equivalent_rates().is_none());
}

#[test]
fn standard_flavour_survives_large_potentials() {
    let network = network(&[2, 3], Transfer::Logistic, false);
    let mut start = start(&network, 16);
    start.weights[0] *= 1e6;
    let spec = spec(Flavour::Standard, Optimiser::Sgd, Precision::F32);
    let mut learner = Mlp::new(&network, &start, &spec).unwrap();
    let part = samples(&network, 3, 16);
    let updates = learner.propose(&mut (), part.all()).unwrap();
    learner.apply(&updates).unwrap();
    let mut outputs = Array2::zeros((3, 3));
    learner
        .predict(&mut (), part.inputs.view(), outputs.view_mut())
        .unwrap();
    for row in outputs.rows() {
        assert!((row.sum() - 1.0).abs() < 1e-6);
    }
}

#[test]
fn standard_flavour_needs_labels_that_fit() {
    let network = network(&[2, 3], Transfer::Logistic, false);
    let spec = spec(Flavour::Standard, Optimiser::Sgd, Precision::F32);
    let learner = Mlp::new(&network, &start(&network, 17), &spec).unwrap();
    let part = samples(&network, 2, 17);
    let mut batch = part.all();
    batch.labels = None;
    let refused = learner.propose(&mut (), batch);
    assert!(matches!(refused, Err(LearnError::NoLabels { .. })));
    batch.labels = Some(&[0, 3]);
    let refused = learner.propose(&mut (), batch).unwrap_err().to_string();
    insta::assert_snapshot!(
        refused,
        @"the output layer for these labels has shape [3], expected [4]"
    );
}

#[test]
fn a_broken_value_is_named_with_its_layer() {
    let network = network(&[4, 5, 3], Transfer::Logistic, true);
    let mut start = start(&network, 18);
    start.weights[1][[0, 0]] = f32::INFINITY;
    let spec = spec(Flavour::Matched, Optimiser::Sgd, Precision::F32);
    let learner = Mlp::new(&network, &start, &spec).unwrap();
    let part = samples(&network, 2, 18);
    let broken = learner.propose(&mut (), part.all()).unwrap_err();
    assert!(
        matches!(broken, LearnError::NonFinite { layer: 2, .. }),
        "{broken}"
    );
}

#[test]
fn divergence_is_an_error_and_not_a_number() {
    let network = network(&[4, 5, 3], Transfer::Relu, true);
    let mut spec = spec(Flavour::Matched, Optimiser::Sgd, Precision::F32);
    spec.rates = apical_learning::PerLayer::All(1e25);
    let mut learner = Mlp::new(&network, &start(&network, 19), &spec).unwrap();
    let part = samples(&network, 8, 19);
    let mut timer = apical_learning::PhaseTimer::new(&apical_learning::NoClock);
    let stopped = (0..50).find_map(|_| learner.learn(&mut (), part.all(), &mut timer).err());
    assert!(
        matches!(stopped, Some(LearnError::NonFinite { .. })),
        "{stopped:?}"
    );
}

#[test]
fn arrays_that_do_not_fit_are_refused() {
    let network = network(&[4, 5, 3], Transfer::Logistic, true);
    let other = network.without_hidden_layers();
    let spec = spec(Flavour::Matched, Optimiser::Sgd, Precision::F32);
    assert!(matches!(
        Mlp::new(&network, &start(&other, 20), &spec),
        Err(LearnError::Shape { .. })
    ));
    let mut learner = Mlp::new(&network, &start(&network, 20), &spec).unwrap();
    let part = samples(&network, 2, 20);
    let mut batch = part.all();
    batch.inputs = batch.inputs.slice_move(ndarray::s![.., ..3]);
    assert!(matches!(
        learner.propose(&mut (), batch),
        Err(LearnError::Shape { .. })
    ));
    let empty = learner.propose(&mut (), part.range(0, 0));
    assert!(matches!(empty, Err(LearnError::Shape { .. })));
    let mut outputs = Array2::zeros((2, 4));
    let refused = learner.predict(&mut (), part.inputs.view(), outputs.view_mut());
    assert!(matches!(refused, Err(LearnError::Shape { .. })));
    let wrong = Array2::zeros((4, 5));
    let refused = learner
        .tensors_mut()
        .set(TensorName::forward(1), wrong.view().into_dyn());
    insta::assert_snapshot!(
        refused.unwrap_err(),
        @"pyramidal_from_pyramidal.1_0 has shape [4, 5], expected [5, 4]"
    );
}

#[test]
fn a_single_layer_has_forward_weights_of_its_own() {
    let network = network(&[4, 5, 3], Transfer::Logistic, true);
    let spec = apical_backprop::SingleLayerSpec {
        rate: 0.2,
        forward_scale: 0.1,
        precision: Precision::F32,
    };
    let learner = apical_backprop::single_layer(&network, &spec, Streams::new(21)).unwrap();
    assert_eq!(learner.network().sizes(), [4, 3]);
    let expected = learner.network().draw_forward(&[0.1], Streams::new(21));
    assert_eq!(
        learner.forward().weights.weights[0],
        expected.weights[0].mapv(f64::from)
    );
    let part = samples(&network, 4, 21);
    compare_with_reference(&learner, part.all());
}
