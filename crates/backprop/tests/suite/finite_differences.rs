//! The reference gradient against central differences of a plain forward pass in f64.

use apical_backprop::CandleReference;
use apical_learning::{
    Batch, ForwardNetwork, GradientReference, LearnError, OutputError, Transfer,
};
use ndarray::{Array2, ArrayD};

use crate::common::{TRANSFERS, distance, network, samples, start, widened};

const DEPTHS: [&[usize]; 3] = [&[4, 3], &[4, 5, 3], &[4, 6, 5, 3]];
const STEP: f64 = 1e-5;

/// u_N of every sample, with `shift` added to r_k of layer `shift.0` (0: nowhere).
fn output_potentials(
    net: &ForwardNetwork,
    inputs: &Array2<f64>,
    shift: (usize, &Array2<f64>),
) -> Array2<f64> {
    let mut rates = inputs.clone();
    let mut potentials = inputs.clone();
    for (index, w) in net.weights.weights.iter().enumerate() {
        let mut drive = rates.dot(&w.t());
        if let Some(thresholds) = &net.weights.thresholds {
            drive += &thresholds[index];
        }
        potentials = drive * net.attenuation[index];
        rates = potentials.mapv(|u| net.transfer.rate(u));
        if shift.0 == index + 1 {
            rates += shift.1;
        }
    }
    potentials
}

/// The loss of every sample; for `Potential` the surrogate with the error `frozen`.
struct Loss<'a> {
    error: OutputError,
    transfer: Transfer,
    target_rates: Array2<f64>,
    frozen: &'a Array2<f64>,
}

impl Loss<'_> {
    fn total(&self, output_potentials: Array2<f64>) -> f64 {
        let rates = output_potentials.mapv(|u| self.transfer.rate(u));
        match self.error {
            OutputError::SquaredError => (&self.target_rates - &rates).mapv(|e| e * e).sum() / 2.0,
            OutputError::Potential => -(&rates * self.frozen).sum(),
        }
    }
}

fn check(net: &ForwardNetwork, error: OutputError, batch: Batch<'_>) {
    let inputs = batch.inputs.mapv(f64::from);
    let n_samples = batch.n_samples() as f64;
    let none = Array2::zeros((0, 0));
    let frozen =
        batch.target_potentials.mapv(f64::from) - output_potentials(net, &inputs, (0, &none));
    let loss = Loss {
        error,
        transfer: net.transfer,
        target_rates: batch.target_rates.mapv(f64::from),
        frozen: &frozen,
    };
    let gradient = CandleReference.gradient(net, error, batch).unwrap();
    let n_layers = net.weights.weights.len();
    let difference = |change: &dyn Fn(&mut ForwardNetwork, f64)| {
        let at = |step| {
            let mut moved = net.clone();
            change(&mut moved, step);
            loss.total(output_potentials(&moved, &inputs, (0, &none)))
        };
        -(at(STEP) - at(-STEP)) / (2.0 * STEP) / n_samples
    };
    let close = |found: ArrayD<f64>, expected: ArrayD<f64>, what: &str| {
        let distance = distance(&found, &expected);
        assert!(
            distance < 1e-7,
            "{what}, {error:?}, {:?}: {distance:e}",
            net.transfer
        );
    };
    assert_eq!(gradient.weights.len(), n_layers);
    for (index, found) in gradient.weights.iter().enumerate() {
        let expected = Array2::from_shape_fn(found.dim(), |at| {
            difference(&|net, step| net.weights.weights[index][at] += step)
        });
        close(found.clone().into_dyn(), expected.into_dyn(), "weights");
    }
    let n_thresholds = net.weights.thresholds.as_ref().map_or(0, Vec::len);
    assert_eq!(gradient.thresholds.len(), n_thresholds);
    for (index, found) in gradient.thresholds.iter().enumerate() {
        let expected = ndarray::Array1::from_shape_fn(found.dim(), |at| {
            difference(&|net, step| {
                if let Some(thresholds) = &mut net.weights.thresholds {
                    thresholds[index][at] += step;
                }
            })
        });
        close(found.clone().into_dyn(), expected.into_dyn(), "thresholds");
    }
    assert_eq!(gradient.hidden_errors.len(), n_layers - 1);
    for (index, found) in gradient.hidden_errors.iter().enumerate() {
        let expected = Array2::from_shape_fn(found.dim(), |at| {
            let with = |step| {
                let mut shift = Array2::zeros(found.dim());
                shift[at] = step;
                loss.total(output_potentials(net, &inputs, (index + 1, &shift)))
            };
            -(with(STEP) - with(-STEP)) / (2.0 * STEP)
        });
        close(
            found.clone().into_dyn(),
            expected.into_dyn(),
            "hidden errors",
        );
    }
}

#[test]
fn reference_gradient_is_the_slope_of_the_loss() {
    for (seed, sizes) in (1..).zip(DEPTHS) {
        for transfer in TRANSFERS {
            for thresholds in [false, true] {
                let network = network(sizes, transfer, thresholds);
                let plain = widened(&network, &start(&network, seed));
                let mut attenuated = plain.clone();
                for (k, attenuation) in (1..).zip(&mut attenuated.attenuation) {
                    *attenuation = 1.0 - 0.17 * f64::from(k);
                }
                let part = samples(&network, 3, seed);
                for error in OutputError::ALL {
                    check(&plain, error, part.all());
                    check(&attenuated, error, part.all());
                }
            }
        }
    }
}

#[test]
fn two_references_differ_by_the_output_error_alone() {
    let network = network(&[4, 3], Transfer::Logistic, true);
    let net = widened(&network, &start(&network, 5));
    let part = samples(&network, 1, 5);
    let [potential, squared] =
        OutputError::ALL.map(|error| CandleReference.gradient(&net, error, part.all()).unwrap());
    let u = output_potentials(
        &net,
        &part.inputs.mapv(f64::from),
        (0, &Array2::zeros((0, 0))),
    );
    for i in 0..3 {
        let (u, u_target) = (u[[0, i]], f64::from(part.target_potentials[[0, i]]));
        let rate_error = f64::from(part.target_rates[[0, i]]) - Transfer::Logistic.rate(u);
        let ratio = potential.thresholds[0][i] / squared.thresholds[0][i];
        assert!((ratio / ((u_target - u) / rate_error) - 1.0).abs() < 1e-10);
    }
}

#[test]
fn saturated_units_have_a_finite_gradient() {
    for transfer in TRANSFERS {
        let network = network(&[4, 3, 2], transfer, true);
        let mut net = widened(&network, &start(&network, 6));
        net.weights.weights[0] *= 1e4;
        let part = samples(&network, 2, 6);
        for error in OutputError::ALL {
            let gradient = CandleReference.gradient(&net, error, part.all()).unwrap();
            assert!(
                gradient.weights.iter().flatten().all(|g| g.is_finite()),
                "{transfer:?}"
            );
        }
    }
}

#[test]
fn arrays_that_do_not_fit_are_named() {
    let network = network(&[4, 5, 3], Transfer::Logistic, true);
    let good = widened(&network, &start(&network, 7));
    let part = samples(&network, 2, 7);
    let refused = |net: &ForwardNetwork, batch| match CandleReference.gradient(
        net,
        OutputError::Potential,
        batch,
    ) {
        Err(LearnError::Shape { what, .. }) => what,
        other => panic!("expected a shape error, got {other:?}"),
    };
    let mut net = good.clone();
    net.weights.weights[1] = Array2::zeros((3, 4));
    assert_eq!(refused(&net, part.all()), "pyramidal_from_pyramidal.2_1");
    let mut net = good.clone();
    net.attenuation.pop();
    assert_eq!(refused(&net, part.all()), "the list of attenuations");
    let mut batch = part.all();
    batch.target_rates = batch.target_rates.slice_move(ndarray::s![.., ..2]);
    assert_eq!(refused(&good, batch), "the array of target rates");
    assert_eq!(refused(&good, part.range(0, 0)), "the batch of input rates");
}
