//! The perceptron on the circuits' kernels against candle's.

use apical_backprop::{
    FeedbackAlignment, FeedbackAlignmentSpec, Flavour, Frozen, KernelBackprop, KernelBackpropSpec,
    Mlp, Optimiser,
};
use apical_learning::{
    Learner, Network, NoClock, PerLayer, PhaseTimer, Precision, Quantity, Real, Streams, Teacher,
    Transfer, Updates, conformance, load_tensors, save_tensors,
};
use ndarray::{Array2, ArrayD};

use crate::common::{TRANSFERS, network, samples, spec, start};

fn own(frozen: Frozen, precision: Precision) -> KernelBackpropSpec {
    KernelBackpropSpec {
        flavour: Flavour::Matched,
        rates: PerLayer::All(0.3),
        frozen,
        feedback_scale: None,
        precision,
    }
}

/// With fixed random feedback.
fn aligned(precision: Precision) -> KernelBackpropSpec {
    KernelBackpropSpec {
        feedback_scale: Some(PerLayer::All(0.7)),
        ..own(Frozen::None, precision)
    }
}

/// The largest difference, over the largest value.
fn distance(found: &ArrayD<f64>, expected: &ArrayD<f64>) -> f64 {
    let largest = |values: &ArrayD<f64>| values.iter().fold(0.0_f64, |max, v| max.max(v.abs()));
    largest(&(found - expected)) / largest(expected).max(1e-300)
}

/// In whatever order.
fn agree(found: &Updates, expected: &Updates, bound: f64) {
    assert_eq!(found.changes().len(), expected.changes().len());
    for (name, found) in found.changes() {
        let expected = expected.changes().iter().find(|(of, _)| of == name);
        let (_, expected) = expected.unwrap_or_else(|| panic!("{name} is not expected"));
        let distance = distance(found, expected);
        assert!(distance <= bound, "{name}: {distance}");
    }
}

/// A learner of candle's beside ours with the same start.
fn compare<T: Real, L: Learner<Session = ()>>(
    network: &Network,
    n_samples: usize,
    spec: &KernelBackpropSpec,
    mut candle: L,
    bound: f64,
) {
    let start = start(network, 5);
    let mut ours = KernelBackprop::<T>::new(network, &start, spec, Streams::new(5)).unwrap();
    assert_eq!(ours.tensors().names(), candle.tensors().names());
    assert_eq!(ours.output_loss(), candle.output_loss());
    if network.n_layers() > 1 {
        assert_eq!(ours.equivalent_rates(), candle.equivalent_rates());
    }
    let mut state = ours.session(Streams::new(0), n_samples);
    let part = samples(network, n_samples, 7);
    let batch = part.all();

    let mut outputs = [(); 2].map(|()| Array2::zeros((n_samples, network.n_outputs())));
    let [of_ours, of_candle] = &mut outputs;
    ours.predict(&mut state, batch.inputs, of_ours.view_mut())
        .unwrap();
    candle
        .predict(&mut (), batch.inputs, of_candle.view_mut())
        .unwrap();
    let [of_ours, of_candle] = outputs.map(|of| of.mapv(f64::from).into_dyn());
    assert!(distance(&of_ours, &of_candle) < 1e-5, "outputs");

    let proposed = candle.propose(&mut (), batch).unwrap();
    agree(&ours.propose(&mut state, batch).unwrap(), &proposed, bound);

    let seen = ours.activities(&mut state, batch, Teacher::On).unwrap();
    let expected = candle.activities(&mut (), batch, Teacher::On).unwrap();
    for k in 1..=network.n_layers() {
        for quantity in [Quantity::Soma, Quantity::HiddenError] {
            let [seen, expected] = [&seen, &expected].map(|of| of.get(quantity, k));
            assert_eq!(seen.is_some(), expected.is_some(), "{quantity:?} of {k}");
            if let (Some(seen), Some(expected)) = (seen, expected) {
                let [seen, expected] = [seen, expected].map(|of| of.to_owned().into_dyn());
                assert!(distance(&seen, &expected) <= bound, "{quantity:?} of {k}");
            }
        }
    }

    let mut timer = PhaseTimer::new(&NoClock);
    for _ in 0..3 {
        ours.learn(&mut state, batch, &mut timer).unwrap();
        candle.learn(&mut (), batch, &mut timer).unwrap();
    }
    for name in ours.tensors().names() {
        let [found, expected] = [ours.tensor(name), candle.tensor(name)].map(Option::unwrap);
        let distance = distance(&found, &expected);
        // Rounding differs, and grows from step to step.
        assert!(
            distance <= 10.0 * bound,
            "{name} after three steps: {distance}"
        );
    }
}

/// On networks of every transfer function, with and without thresholds, and minibatches of several sizes.
fn on_all(mut check: impl FnMut(&Network, usize, Precision, f64)) {
    for transfer in TRANSFERS {
        for thresholds in [true, false] {
            for sizes in [&[4, 3][..], &[5, 20, 3], &[13, 70, 33, 4]] {
                let network = network(sizes, transfer, thresholds);
                for n_samples in [1, 10, 33] {
                    check(&network, n_samples, Precision::F32, 1e-5);
                    check(&network, n_samples, Precision::F64, 1e-12);
                }
            }
        }
    }
}

fn compare_with<L: Learner<Session = ()>>(
    network: &Network,
    n_samples: usize,
    spec: &KernelBackpropSpec,
    candle: L,
    bound: f64,
) {
    match spec.precision {
        Precision::F32 => compare::<f32, L>(network, n_samples, spec, candle, bound),
        Precision::F64 => compare::<f64, L>(network, n_samples, spec, candle, bound),
    }
}

#[test]
fn it_changes_what_candle_changes() {
    on_all(|network, n_samples, precision, bound| {
        for flavour in [Flavour::Matched, Flavour::Standard] {
            for frozen in [Frozen::None, Frozen::Hidden, Frozen::HiddenToHidden] {
                let mut of_candle = spec(flavour, Optimiser::Sgd, precision);
                of_candle.frozen = frozen;
                let candle = Mlp::new(network, &start(network, 5), &of_candle).unwrap();
                let mut own = own(frozen, precision);
                own.flavour = flavour;
                let bound = match (flavour, precision) {
                    // y − r_N loses digits near certainty, in candle's gradient as in ours.
                    (Flavour::Standard, Precision::F32) => 10.0 * bound,
                    _ => bound,
                };
                compare_with(network, n_samples, &own, candle, bound);
            }
        }
    });
}

#[test]
fn with_feedback_of_its_own_it_is_feedback_alignment() {
    on_all(|network, n_samples, precision, bound| {
        let of_candle = FeedbackAlignmentSpec {
            rates: PerLayer::All(0.3),
            feedback_scale: PerLayer::All(0.7),
            precision,
        };
        let start = start(network, 5);
        let candle = FeedbackAlignment::new(network, &start, &of_candle, Streams::new(5));
        compare_with(
            network,
            n_samples,
            &aligned(precision),
            candle.unwrap(),
            bound,
        );
    });
}

#[test]
fn labels_that_no_output_has_are_refused() {
    let network = network(&[4, 6, 3], Transfer::Logistic, true);
    let mut spec = own(Frozen::None, Precision::F32);
    spec.flavour = Flavour::Standard;
    let start = start(&network, 1);
    let mut learner = KernelBackprop::<f32>::new(&network, &start, &spec, Streams::new(1)).unwrap();
    let mut state = learner.session(Streams::new(0), 3);
    let mut timer = PhaseTimer::new(&NoClock);
    for (labels, named) in [
        (Some(vec![0_u32, 3, 1]), "the output layer for these labels"),
        (Some(vec![0, 1]), "the list of labels"),
        (None, "labels"),
    ] {
        let part = samples(&network, 3, 1);
        let mut batch = part.all();
        batch.labels = labels.as_deref();
        let refused = learner.learn(&mut state, batch, &mut timer).unwrap_err();
        assert!(refused.to_string().contains(named), "{refused}");
    }
}

#[test]
fn it_passes_the_suite_of_learners() {
    let network = network(&[10, 20, 15, 4], Transfer::Logistic, true);
    for precision in [Precision::F32, Precision::F64] {
        let mut standard = own(Frozen::None, precision);
        standard.flavour = Flavour::Standard;
        for (mut spec, rates) in [
            (own(Frozen::None, precision), [10.0, 5.0, 2.0]),
            (own(Frozen::HiddenToHidden, precision), [5.0, 5.0, 2.0]),
            (aligned(precision), [10.0, 5.0, 2.0]),
            (standard, [1.0, 0.5, 0.2]),
        ] {
            spec.rates = PerLayer::Each(rates.to_vec());
            let start = |seed| network.draw_forward(&[0.5; 3], Streams::new(seed));
            let streams = Streams::new;
            match precision {
                Precision::F32 => conformance::check(
                    |seed| {
                        KernelBackprop::<f32>::new(&network, &start(seed), &spec, streams(seed))
                            .unwrap()
                    },
                    2000,
                ),
                Precision::F64 => conformance::check(
                    |seed| {
                        KernelBackprop::<f64>::new(&network, &start(seed), &spec, streams(seed))
                            .unwrap()
                    },
                    2000,
                ),
            }
        }
    }
}

#[test]
fn it_is_loaded_as_it_was_saved_and_refuses_other_shapes() {
    let network = network(&[4, 6, 3], Transfer::Logistic, true);
    let spec = aligned(Precision::F32);
    let learner = |seed| {
        let start = start(&network, seed);
        KernelBackprop::<f32>::new(&network, &start, &spec, Streams::new(seed)).unwrap()
    };
    let (first, mut second) = (learner(1), learner(2));
    load_tensors(&mut second, &save_tensors(&first).unwrap()).unwrap();
    for name in first.tensors().names() {
        assert_eq!(first.tensor(name), second.tensor(name));
        let refused = second
            .tensors_mut()
            .set(name, ArrayD::zeros(vec![9]).view());
        assert!(refused.is_err(), "{name}");
    }
    let part = samples(&network, 3, 1);
    let inputs = part.inputs.slice(ndarray::s![.., ..2]);
    let mut state = first.session(Streams::new(0), 3);
    let mut outputs = Array2::zeros((3, 3));
    let error = first.predict(&mut state, inputs, outputs.view_mut());
    assert!(error.unwrap_err().to_string().contains("input rates"));
}
