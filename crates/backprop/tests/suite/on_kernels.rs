//! The perceptron on the circuits' kernels against candle's.

use apical_backprop::{Flavour, Frozen, KernelBackprop, KernelBackpropSpec, Mlp, Optimiser};
use apical_learning::{
    Learner, Network, NoClock, PerLayer, PhaseTimer, Precision, Quantity, Real, Streams, Teacher,
    Transfer, Updates, conformance, load_tensors, save_tensors,
};
use ndarray::{Array2, ArrayD};

use crate::common::{TRANSFERS, network, samples, spec, start};

fn own(frozen: Frozen, precision: Precision) -> KernelBackpropSpec {
    KernelBackpropSpec {
        rates: PerLayer::All(0.3),
        frozen,
        precision,
    }
}

/// The largest difference, over the largest value.
fn distance(found: &ArrayD<f64>, expected: &ArrayD<f64>) -> f64 {
    let largest = |values: &ArrayD<f64>| values.iter().fold(0.0_f64, |max, v| max.max(v.abs()));
    largest(&(found - expected)) / largest(expected).max(1e-300)
}

fn agree(found: &Updates, expected: &Updates, bound: f64) {
    let names = |of: &Updates| {
        of.changes()
            .iter()
            .map(|(name, _)| *name)
            .collect::<Vec<_>>()
    };
    assert_eq!(names(found), names(expected));
    for ((name, found), (_, expected)) in found.changes().iter().zip(expected.changes()) {
        let distance = distance(found, expected);
        assert!(distance <= bound, "{name}: {distance}");
    }
}

fn compare<T: Real>(network: &Network, n_samples: usize, frozen: Frozen, bound: f64) {
    let precision = Precision::of::<T>();
    let start = start(network, 5);
    let mut of_candle = spec(Flavour::Matched, Optimiser::Sgd, precision);
    of_candle.frozen = frozen;
    let mut candle = Mlp::new(network, &start, &of_candle).unwrap();
    let mut ours = KernelBackprop::<T>::new(network, &start, &own(frozen, precision)).unwrap();
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

#[test]
fn it_changes_what_candle_changes() {
    for transfer in TRANSFERS {
        for thresholds in [true, false] {
            for sizes in [&[4, 3][..], &[5, 20, 3], &[13, 70, 33, 4]] {
                let network = network(sizes, transfer, thresholds);
                for frozen in [Frozen::None, Frozen::Hidden, Frozen::HiddenToHidden] {
                    for n_samples in [1, 10, 33] {
                        compare::<f32>(&network, n_samples, frozen, 1e-5);
                        compare::<f64>(&network, n_samples, frozen, 1e-12);
                    }
                }
            }
        }
    }
}

#[test]
fn it_passes_the_suite_of_learners() {
    let network = network(&[10, 20, 15, 4], Transfer::Logistic, true);
    for precision in [Precision::F32, Precision::F64] {
        for (frozen, rate) in [(Frozen::None, 10.0), (Frozen::HiddenToHidden, 5.0)] {
            let mut spec = own(frozen, precision);
            spec.rates = PerLayer::Each(vec![rate, 5.0, 2.0]);
            let start = |seed| network.draw_forward(&[0.5; 3], Streams::new(seed));
            match precision {
                Precision::F32 => conformance::check(
                    |seed| KernelBackprop::<f32>::new(&network, &start(seed), &spec).unwrap(),
                    2000,
                ),
                Precision::F64 => conformance::check(
                    |seed| KernelBackprop::<f64>::new(&network, &start(seed), &spec).unwrap(),
                    2000,
                ),
            }
        }
    }
}

#[test]
fn it_is_loaded_as_it_was_saved_and_refuses_other_shapes() {
    let network = network(&[4, 6, 3], Transfer::Logistic, true);
    let spec = own(Frozen::None, Precision::F32);
    let learner =
        |seed| KernelBackprop::<f32>::new(&network, &start(&network, seed), &spec).unwrap();
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
