//! Metrics that run the network, on one whose gradient is written out in loops.

use apical_kernels::Transfer;
use ndarray::{Array1, Array2};

use super::{AlignmentSample, Metric};
use crate::alignment::TwoGradients;
use crate::{
    Activities, EncodedPart, ForwardNetwork, ForwardWeights, Gradient, OutputError, Quantity,
    Reading, Streams, TensorName, Updates, uniform,
};

const SIZES: [usize; 4] = [5, 12, 9, 3];
const N_SAMPLES: usize = 20;

struct Case {
    part: EncodedPart,
    forward: ForwardNetwork,
    gradients: TwoGradients,
    mean_rates: Vec<Array1<f64>>,
    feedback: Vec<Option<(usize, Array2<f64>)>>,
}

impl Case {
    fn new(transfer: Transfer) -> Self {
        let mut rng = Streams::new(3).stream("case");
        let mut drawn = |rows, columns, scale| uniform([rows, columns], scale, &mut rng);
        let layers = SIZES.windows(2);
        let weights: Vec<Array2<f64>> = layers
            .map(|pair| drawn(pair[1], pair[0], 0.8).mapv(f64::from))
            .collect();
        let thresholds = SIZES[1..]
            .iter()
            .map(|n| drawn(1, *n, 0.3).row(0).mapv(f64::from));
        let thresholds = Some(thresholds.collect());
        let target_potentials = drawn(N_SAMPLES, SIZES[3], 1.0);
        let forward = ForwardNetwork {
            weights: ForwardWeights {
                weights,
                thresholds,
            },
            attenuation: vec![0.9, 0.8, 1.0],
            transfer,
        };
        let part = EncodedPart {
            inputs: drawn(N_SAMPLES, SIZES[0], 1.0),
            target_rates: target_potentials.mapv(|u| transfer.rate(u)),
            target_potentials,
            labels: None,
        };
        let gradients = OutputError::ALL.map(|of| (of, descent(&forward, &part, of)));
        Self {
            part,
            forward,
            gradients,
            mean_rates: Vec::new(),
            feedback: vec![None, None],
        }
    }

    fn measure(
        &self,
        metric: Metric,
        updates: &Updates,
        errors: Option<&Activities>,
    ) -> Vec<Reading> {
        let nothing = Activities::new();
        let sample = AlignmentSample {
            batch: self.part.all(),
            updates,
            again: Err("it was proposed once"),
            nudged: errors.unwrap_or(&nothing),
            free: &nothing,
            forward: &self.forward,
            mean_rates: &self.mean_rates,
            equivalent_rates: None,
            feedback: &self.feedback,
            gradients: &self.gradients,
            reversed: None,
            floors: None,
            cycles: &[],
            streams: Streams::new(1),
            index: 0,
        };
        metric.of_alignment().expect("an alignment metric")(&sample)
    }

    fn gradient(&self, of: OutputError) -> &Gradient {
        let mut both = self.gradients.iter();
        &both
            .find(|(reference, _)| *reference == of)
            .expect("one of two")
            .1
    }

    /// Changes of all layers along a gradient, each with its rate.
    fn along(&self, of: OutputError, rates: [f64; 3]) -> Updates {
        let mut updates = Updates::new();
        for (k, (gradient, rate)) in (1..).zip(self.gradient(of).weights.iter().zip(rates)) {
            updates.push_change(TensorName::forward(k), (gradient * rate).into_dyn());
        }
        updates
    }
}

/// −∂L/∂W and −∂L/∂r, sample by sample.
fn descent(network: &ForwardNetwork, part: &EncodedPart, of: OutputError) -> Gradient {
    let pass = network.pass(part.inputs.view()).expect("finite");
    let weights = &network.weights.weights;
    let mut found = Gradient {
        weights: weights.iter().map(|w| Array2::zeros(w.dim())).collect(),
        thresholds: SIZES[1..].iter().map(|n| Array1::zeros(*n)).collect(),
        hidden_errors: SIZES[1..3]
            .iter()
            .map(|n| Array2::zeros((N_SAMPLES, *n)))
            .collect(),
    };
    for sample in 0..N_SAMPLES {
        let target = |i| match of {
            OutputError::Potential => f64::from(part.target_potentials[[sample, i]]),
            OutputError::SquaredError => f64::from(part.target_rates[[sample, i]]),
        };
        let now = |i| match of {
            OutputError::Potential => pass.potentials[2][[sample, i]],
            OutputError::SquaredError => pass.rates[3][[sample, i]],
        };
        let mut error: Vec<f64> = (0..SIZES[3]).map(|i| target(i) - now(i)).collect();
        for k in (1..=3).rev() {
            let mut below = vec![0.0; SIZES[k - 1]];
            for i in 0..SIZES[k] {
                let slope = network.transfer.slope(pass.potentials[k - 1][[sample, i]]);
                let delta = network.attenuation[k - 1] * slope * error[i];
                found.thresholds[k - 1][i] += delta / N_SAMPLES as f64;
                for j in 0..SIZES[k - 1] {
                    let rate = pass.rates[k - 1][[sample, j]];
                    found.weights[k - 1][[i, j]] += delta * rate / N_SAMPLES as f64;
                    below[j] += weights[k - 1][[i, j]] * delta;
                }
            }
            error = below;
            if k > 1 {
                let mut row = found.hidden_errors[k - 2].row_mut(sample);
                row.iter_mut()
                    .zip(&error)
                    .for_each(|(to, from)| *to = *from);
            }
        }
    }
    found
}

#[track_caller]
fn value(readings: &[Reading], layer: Option<usize>, of: OutputError) -> f64 {
    let is_it = |reading: &&Reading| reading.layer == layer && reading.reference == Some(of);
    let found = readings.iter().find(is_it).expect("a reading");
    found.value.unwrap_or_else(|| panic!("{:?}", found.absent))
}

#[test]
fn a_step_along_the_gradient_is_as_useful_as_the_gradient() {
    for transfer in [Transfer::Logistic, Transfer::Tanh] {
        let case = Case::new(transfer);
        for of in OutputError::ALL {
            let useful = |rates| {
                let updates = case.along(of, rates);
                let by_layer = case.measure(Metric::STEP_USEFULNESS, &updates, None);
                let total = case.measure(Metric::STEP_USEFULNESS_TOTAL_NORM, &updates, None);
                let layers = [Some(1), Some(2), Some(3), None];
                (
                    layers.map(|layer| value(&by_layer, layer, of)),
                    value(&total, None, of),
                )
            };
            let (layers, total) = useful([0.1, 0.1, 0.1]);
            assert!(
                layers.iter().all(|of| (of - 1.0).abs() < 1e-9),
                "{layers:?}"
            );
            assert!((total - 1.0).abs() < 1e-9, "{total}");
            // Rates matter to the whole at equal total norm alone, where it is the cosine but for curvature.
            let rates = [1.0, 0.03, 0.01];
            let (layers, total) = useful(rates);
            assert!(
                layers.iter().all(|of| (of - 1.0).abs() < 1e-9),
                "{layers:?}"
            );
            let squares = case.gradient(of).weights.iter().map(|w| (w * w).sum());
            let squares: Vec<f64> = squares.collect();
            let sum = |power: i32| {
                let terms = squares
                    .iter()
                    .zip(rates)
                    .map(|(square, rate)| square * rate.powi(power));
                terms.sum::<f64>()
            };
            let cosine = sum(1) / (sum(0) * sum(2)).sqrt();
            assert!(
                cosine < 0.9 && (total / cosine - 1.0).abs() < 0.02,
                "{total} {cosine}"
            );
            let (layers, total) = useful([-1.0, -1.0, -1.0]);
            assert!(
                layers.iter().all(|of| (of + 1.0).abs() < 0.05),
                "{layers:?}"
            );
            assert!((total + 1.0).abs() < 0.05, "{total}");
        }
    }
}

#[test]
fn the_usefulness_of_another_step_is_its_cosine_but_for_curvature() {
    let case = Case::new(Transfer::Logistic);
    let mut rng = Streams::new(5).stream("step");
    let mut updates = Updates::new();
    let mut cosines = Vec::new();
    let of = OutputError::SquaredError;
    for (k, gradient) in (1..).zip(&case.gradient(of).weights) {
        let scale = gradient.iter().map(|g| g.abs()).fold(0.0, f64::max);
        let noise = uniform([gradient.nrows(), gradient.ncols()], scale, &mut rng);
        let change = gradient + &noise.mapv(f64::from);
        let products = super::vector::Products::of(change.view(), gradient.view());
        cosines.push(
            products
                .angle_degrees()
                .expect("a direction")
                .to_radians()
                .cos(),
        );
        updates.push_change(TensorName::forward(k), change.into_dyn());
    }
    let readings = case.measure(Metric::STEP_USEFULNESS, &updates, None);
    for (k, cosine) in (1..).zip(&cosines) {
        let useful = value(&readings, Some(k), of);
        assert!(
            *cosine < 0.95 && (useful - cosine).abs() < 0.02,
            "{k}: {useful} {cosine}"
        );
    }
}

/// Weights that learn from r − r̄ leave b + W r̄ as it is, so that a change along r̄ does little.
#[test]
fn steps_of_centred_weights_leave_the_mean_alone() {
    let mut case = Case::new(Transfer::Logistic);
    let pass = case.forward.pass(case.part.inputs.view()).expect("finite");
    let mean = |k: usize| pass.rates[k].mean_axis(ndarray::Axis(0)).expect("samples");
    let (of, mean) = (OutputError::SquaredError, [mean(1), mean(2)]);
    let post = &case.gradient(of).thresholds[1];
    let change = Array2::from_shape_fn((SIZES[2], SIZES[1]), |(i, j)| post[i] * mean[0][j]);
    let mut updates = Updates::new();
    updates.push_change(TensorName::forward(2), change.clone().into_dyn());
    // For so small a step, the cosine of the change with the gradient of what is stepped in.
    let check = |case: &Case| {
        let gradient = case.gradient(of).weights[1].view();
        let products = super::vector::Products::of(change.view(), gradient);
        let angle = products.angle_degrees().expect("a direction");
        let readings = case.measure(Metric::STEP_USEFULNESS, &updates, None);
        let (useful, cosine) = (value(&readings, Some(2), of), angle.to_radians().cos());
        assert!((useful - cosine).abs() < 0.1, "{useful} {cosine}");
        useful
    };
    let plain = check(&case);
    case.mean_rates = mean.to_vec();
    for (_, gradient) in &mut case.gradients {
        gradient.centre(&mean);
    }
    let centred = check(&case);
    assert!((plain - centred).abs() > 0.2, "{plain} {centred}");
}

#[test]
fn perturbations_tell_backprop_from_random_errors() {
    let case = Case::new(Transfer::Logistic);
    let of_errors = |sign: f64| {
        let mut errors = Activities::new();
        for (k, error) in (1..).zip(&case.gradient(OutputError::Potential).hidden_errors) {
            errors.insert(Quantity::HiddenError, k, error * sign);
        }
        errors
    };
    let none = Updates::new();
    let of = OutputError::Potential;
    let own = case.measure(
        Metric::PERTURBATION_CORRELATION,
        &none,
        Some(&of_errors(2.0)),
    );
    let opposite = case.measure(
        Metric::PERTURBATION_CORRELATION,
        &none,
        Some(&of_errors(-1.0)),
    );
    let backprop = case.measure(Metric::PERTURBATION_CORRELATION_BACKPROP, &none, None);
    let random = case.measure(Metric::PERTURBATION_CORRELATION_RANDOM, &none, None);
    for k in [1, 2] {
        let backprop = value(&backprop, Some(k), of);
        assert!(backprop > 0.999_99, "{backprop}");
        let own = value(&own, Some(k), of);
        assert!(
            (own - backprop).abs() < 1e-12,
            "twice the error correlates as well: {own}"
        );
        assert!((value(&opposite, Some(k), of) + backprop).abs() < 1e-12);
        let random = value(&random, Some(k), of);
        assert!(random.abs() < 0.25, "160 pairs: {random}");
    }
    let missing = case.measure(Metric::PERTURBATION_CORRELATION, &none, None);
    assert!(
        missing
            .iter()
            .all(|of| of.value.is_none() && of.absent.is_some())
    );
}

#[test]
fn redrawn_feedback_has_no_part_in_the_output_layer() {
    let case = Case::new(Transfer::Logistic);
    let of = OutputError::Potential;
    let update = case.along(of, [1.0; 3]);
    let readings = case.measure(Metric::REDRAWN_FEEDBACK_ANGLE, &update, None);
    let output = readings
        .iter()
        .find(|of| of.layer == Some(3))
        .expect("a reading");
    let reason = "no feedback has a part in the output layer's update";
    assert_eq!(output.absent.as_deref(), Some(reason));
    for k in [1, 2] {
        let angle = value(&readings, Some(k), of);
        assert!((20.0..160.0).contains(&angle), "{angle}");
    }
    assert!(
        case.measure(Metric::REDRAWN_FEEDBACK_ANGLE, &Updates::new(), None)[0]
            .value
            .is_none()
    );
}

/// With one neuron in every layer above the first hidden one, random feedback is right or opposite.
#[test]
fn redrawn_feedback_by_hand() {
    let mut case = Case::new(Transfer::Tanh);
    for (index, weights) in case.forward.weights.weights.iter_mut().enumerate() {
        let n_pre = if index == 0 { weights.ncols() } else { 1 };
        *weights = weights.slice(ndarray::s![..1, ..n_pre]).to_owned();
    }
    let thresholds = case
        .forward
        .weights
        .thresholds
        .as_mut()
        .expect("thresholds");
    thresholds
        .iter_mut()
        .for_each(|b| *b = b.slice(ndarray::s![..1]).to_owned());
    for targets in [
        &mut case.part.target_potentials,
        &mut case.part.target_rates,
    ] {
        *targets = targets.slice(ndarray::s![.., ..1]).to_owned();
    }
    for (_, gradient) in &mut case.gradients {
        // Backprop of a chain: δ_1 = φ′ W_2 φ′ W_3 δ_3.
        let pass = case.forward.pass(case.part.inputs.view()).expect("finite");
        let error = case.part.target_potentials.mapv(f64::from) - &pass.potentials[2];
        let (w2, w3) = (
            case.forward.weights.weights[1][[0, 0]],
            case.forward.weights.weights[2][[0, 0]],
        );
        let delta = error * pass.slope(3) * pass.slope(2) * pass.slope(1) * w2 * w3;
        gradient.weights = vec![
            delta.t().dot(&pass.rates[0]),
            Array2::ones((1, 1)),
            Array2::ones((1, 1)),
        ];
    }
    let of = OutputError::Potential;
    let update = case.along(of, [1.0; 3]);
    let readings = case.measure(Metric::REDRAWN_FEEDBACK_ANGLE, &update, None);
    let angle = value(&readings, Some(1), of);
    assert!(angle < 1e-5 || (angle - 180.0).abs() < 1e-5, "{angle}");
}

#[test]
fn a_random_direction_is_near_a_right_angle() {
    let mut case = Case::new(Transfer::Logistic);
    let of = OutputError::SquaredError;
    for (_, gradient) in &mut case.gradients {
        gradient.weights[0] = Array2::ones((300, 300));
    }
    let readings = case.measure(Metric::RANDOM_DIRECTION_ANGLE, &Updates::new(), None);
    let angle = value(&readings, Some(1), of);
    // Within four times 57° / 300.
    assert!((angle - 90.0).abs() < 0.77, "{angle}");
    assert_ne!(angle, 90.0);
    let again = case.measure(Metric::RANDOM_DIRECTION_ANGLE, &Updates::new(), None);
    assert_eq!(readings, again);
}

#[test]
fn potential_size_is_a_root_mean_square() {
    let case = Case::new(Transfer::Relu);
    let readings = case.measure(Metric::POTENTIAL_SIZE, &Updates::new(), None);
    let pass = case.forward.pass(case.part.inputs.view()).expect("finite");
    for (reading, potentials) in readings.iter().zip(&pass.potentials) {
        let squares: f64 = potentials.iter().map(|u| u * u).sum();
        let expected = (squares / potentials.len() as f64).sqrt();
        assert_eq!(reading.value, Some(expected));
    }
    assert_eq!(readings.len(), 3);
}
