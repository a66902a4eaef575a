//! Every alignment metric on one sample that was worked out by hand, and those of regression.

use apical_kernels::Transfer;
use ndarray::{Array2, array};

use super::{AlignmentSample, Metric};
use crate::{
    Activities, Batch, Evaluation, ForwardNetwork, ForwardWeights, Gradient, OutputError, Quantity,
    Reading, Residuals, Streams, TensorName, Updates,
};

const SQRT_HALF: f64 = std::f64::consts::FRAC_1_SQRT_2;

#[test]
fn every_metric_is_listed_once_under_its_own_name() {
    for metric in Metric::all() {
        let written = serde_json::to_string(&metric).expect("a plain name");
        assert_eq!(written, format!("\"{}\"", metric.info().name));
        let reads = [
            metric.of_predictions().is_some(),
            metric.of_alignment().is_some(),
            metric.of_full_batch().is_some(),
        ];
        assert_eq!(reads.iter().filter(|reads| **reads).count(), 1);
    }
}

#[test]
fn rmse_and_r_squared() {
    let evaluation = |residuals| Evaluation {
        n_samples: 4,
        n_correct: None,
        confusion: None,
        total_loss: 0.0,
        residuals,
    };
    let of = |squared_errors, squared_deviations| Residuals {
        squared_errors,
        squared_deviations,
    };
    let measure = |metric: Metric, evaluation: &Evaluation| {
        metric.of_predictions().expect("of predictions")(evaluation)
    };
    // √(16 / 4) = 2 and √(4 / 4) = 1; 1 − 16 / 64 = ¾ and 1 − 4 / 2 = −1.
    let two = evaluation(vec![of(16.0, 64.0), of(4.0, 2.0)]);
    assert_eq!(measure(Metric::RMSE, &two), Some(1.5));
    assert_eq!(measure(Metric::R_SQUARED, &two), Some(-0.125));
    // Of units 10 and 100 a potential, RMSE grows and R² does not.
    let in_units = two.in_units(&[10.0, 100.0]);
    assert_eq!(measure(Metric::RMSE, &in_units), Some(60.0));
    assert_eq!(measure(Metric::R_SQUARED, &in_units), Some(-0.125));
    let constant = evaluation(vec![of(4.0, 0.0)]);
    assert_eq!(measure(Metric::R_SQUARED, &constant), None);
    for metric in [Metric::RMSE, Metric::R_SQUARED] {
        assert_eq!(measure(metric, &evaluation(Vec::new())), None);
    }
}

/// Two inputs, two hidden layers of two neurons, one output; two samples.
struct ByHand {
    updates: Updates,
    nudged: Activities,
    free: Activities,
    forward: ForwardNetwork,
    rates: Option<Vec<f64>>,
    feedback: Vec<Option<(usize, Array2<f64>)>>,
    gradients: [(OutputError, Gradient); 2],
    floors: Option<[Vec<f64>; 2]>,
    again: Option<Updates>,
    cycles: Vec<Option<Vec<usize>>>,
}

impl ByHand {
    fn new() -> Self {
        let gradient = Gradient {
            weights: vec![
                array![[1.0, 0.0], [0.0, 1.0]],
                array![[0.0, 2.0], [0.0, 0.0]],
                array![[3.0, 4.0]],
            ],
            thresholds: Vec::new(),
            hidden_errors: vec![
                array![[1.0, 0.0], [0.0, 2.0]],
                array![[0.0, 1.0], [0.0, 0.0]],
            ],
        };
        // Against the squared error the gradient is the opposite one.
        let opposite = Gradient {
            weights: gradient.weights.iter().map(|w| -w).collect(),
            thresholds: Vec::new(),
            hidden_errors: gradient.hidden_errors.iter().map(|e| -e).collect(),
        };
        let mut updates = Updates::new();
        for (k, change) in (1..).zip([
            array![[10.0, 0.0], [0.0, 10.0]],
            array![[0.0, 2.0], [0.0, 2.0]],
            array![[4.0, -3.0]],
        ]) {
            updates.push_change(TensorName::forward(k), change.into_dyn());
        }
        let mut nudged = Activities::new();
        // 45° and 90° to the gradient's; layer 2 has a direction in its first sample alone.
        nudged.insert(Quantity::HiddenError, 1, array![[1.0, 1.0], [5.0, 0.0]]);
        nudged.insert(Quantity::HiddenError, 2, array![[0.0, 7.0], [1.0, 1.0]]);
        nudged.insert(Quantity::Apical, 1, array![[6.0, 8.0], [0.0, 20.0]]);
        nudged.insert(Quantity::Apical, 2, array![[0.0, 0.0], [0.0, 0.0]]);
        let mut free = Activities::new();
        free.insert(Quantity::Apical, 1, array![[0.0, 1.0], [2.0, 0.0]]);
        free.insert(Quantity::Apical, 2, array![[3.0, 4.0], [0.0, 0.0]]);
        free.insert(
            Quantity::InterneuronMismatch,
            1,
            array![[3.0, 4.0], [-5.0, 12.0]],
        );
        Self {
            updates,
            nudged,
            free,
            forward: ForwardNetwork {
                weights: ForwardWeights {
                    weights: vec![
                        array![[1.0, 0.0], [0.0, 1.0]],
                        array![[1.0, 2.0], [3.0, 4.0]],
                        array![[1.0, -1.0]],
                    ],
                    thresholds: None,
                },
                attenuation: vec![1.0; 3],
                transfer: Transfer::Logistic,
            },
            rates: Some(vec![10.0, 1.0, 0.5]),
            feedback: vec![None, None],
            gradients: [
                (OutputError::Potential, gradient),
                (OutputError::SquaredError, opposite),
            ],
            floors: None,
            again: None,
            cycles: vec![Some(vec![1, 0]), Some(vec![1, 0]), None],
        }
    }

    fn measure(&self, metric: Metric) -> Vec<Reading> {
        let (inputs, targets) = (array![[1.0, 0.5], [0.0, 2.0]], array![[0.5], [-0.5]]);
        let sample = AlignmentSample {
            batch: Batch {
                inputs: inputs.view(),
                target_potentials: targets.view(),
                target_rates: targets.view(),
                labels: None,
            },
            updates: &self.updates,
            again: self.again.as_ref().ok_or("it was proposed once"),
            nudged: &self.nudged,
            free: &self.free,
            forward: &self.forward,
            mean_rates: &[],
            equivalent_rates: self.rates.as_deref(),
            feedback: &self.feedback,
            gradients: &self.gradients,
            reversed: Some(&self.gradients),
            floors: self.floors.as_ref(),
            cycles: &self.cycles,
            streams: Streams::new(1),
            index: 0,
        };
        let read = metric.of_alignment().or(metric.of_full_batch());
        read.expect("an alignment metric")(&sample)
    }

    /// The reading of a layer against the potential error, or against nothing.
    fn of(&self, metric: Metric, layer: Option<usize>) -> Reading {
        self.against(metric, layer, OutputError::Potential)
    }

    fn against(&self, metric: Metric, layer: Option<usize>, reference: OutputError) -> Reading {
        let readings = self.measure(metric);
        let mut matching = readings
            .into_iter()
            .filter(|r| r.layer == layer && r.reference.is_none_or(|found| found == reference));
        let found = matching.next().expect("a reading");
        assert!(matching.next().is_none(), "one reading of each subject");
        found
    }
}

#[track_caller]
fn assert_value(reading: &Reading, expected: f64) {
    let value = reading.value.expect("a value");
    // An arc cosine near 1 resolves about 1e-6°.
    assert!((value - expected).abs() < 1e-5, "{value} is not {expected}");
    assert_eq!(reading.absent, None);
}

#[track_caller]
fn assert_absent(reading: &Reading, reason: &str) {
    assert_eq!(reading.value, None);
    assert_eq!(reading.absent.as_deref(), Some(reason));
}

fn degrees(cosine: f64) -> f64 {
    cosine.acos().to_degrees()
}

#[test]
fn update_angle() {
    let sample = ByHand::new();
    for (layer, expected) in [(1, 0.0), (2, 45.0), (3, 90.0)] {
        assert_value(&sample.of(Metric::UPDATE_ANGLE, Some(layer)), expected);
        let opposite = sample.against(Metric::UPDATE_ANGLE, Some(layer), OutputError::SquaredError);
        assert_value(&opposite, 180.0 - expected);
    }
}

#[test]
fn update_angle_over_all_layers_divides_each_change_by_its_rate() {
    let mut sample = ByHand::new();
    // Divided by 10, 1 and 0.5: ab = 2 + 4 + 0, aa = 2 + 8 + 100, bb = 2 + 4 + 25.
    let divided = 6.0 / (110.0_f64 * 31.0).sqrt();
    assert_value(&sample.of(Metric::UPDATE_ANGLE, None), degrees(divided));
    // As they are: ab = 20 + 4 + 0, aa = 200 + 8 + 25.
    sample.rates = None;
    let plain = 24.0 / (233.0_f64 * 31.0).sqrt();
    assert_value(&sample.of(Metric::UPDATE_ANGLE, None), degrees(plain));
}

#[test]
fn update_angle_of_what_is_not_plastic_or_vanishes() {
    let mut sample = ByHand::new();
    sample.updates = Updates::new();
    let layer_2 = array![[0.0, 0.0], [0.0, 0.0]];
    let layer_3 = array![[6.0, 8.0]];
    sample
        .updates
        .push_change(TensorName::forward(2), layer_2.into_dyn());
    sample
        .updates
        .push_change(TensorName::forward(3), layer_3.into_dyn());
    let vanished = "the learner's norm 0e0 is not above 1e-30";
    assert_absent(
        &sample.of(Metric::UPDATE_ANGLE, Some(1)),
        "this layer is not plastic",
    );
    assert_absent(&sample.of(Metric::UPDATE_ANGLE, Some(2)), vanished);
    // Layer 1 has no part: ab = 0 + 100, aa = 0 + 400, bb = 4 + 25.
    let all = 100.0 / (400.0_f64 * 29.0).sqrt();
    assert_value(&sample.of(Metric::UPDATE_ANGLE, None), degrees(all));
    sample.updates = Updates::new();
    assert_absent(&sample.of(Metric::UPDATE_ANGLE, None), vanished);
}

#[test]
fn shuffled_feedback_angle_moves_every_row() {
    let sample = ByHand::new();
    let angle = |layer| sample.of(Metric::SHUFFLED_FEEDBACK_ANGLE, layer);
    // Rows exchanged: [[0, 10], [10, 0]] to the unit matrix; the rows of layer 2 are equal.
    assert_value(&angle(Some(1)), 90.0);
    assert_value(&angle(Some(2)), 45.0);
    assert_absent(
        &angle(Some(3)),
        "a layer of one neuron has no other row to take",
    );
    // Without layer 3: ab = 0 + 4, aa = 2 + 8, bb = 2 + 4.
    assert_value(&angle(None), degrees(4.0 / 60.0_f64.sqrt()));
}

#[test]
fn backprop_with_itself() {
    let sample = ByHand::new();
    for layer in [Some(1), Some(2), Some(3), None] {
        assert_value(&sample.of(Metric::BACKPROP_WITH_ITSELF, layer), 0.0);
    }
}

#[test]
fn norm_ratio() {
    let mut sample = ByHand::new();
    // ‖ΔW‖ over rate ‖∇‖: √200 / 10√2, √8 / 2, 5 / (0.5 · 5).
    assert_value(&sample.of(Metric::NORM_RATIO, Some(1)), 1.0);
    assert_value(&sample.of(Metric::NORM_RATIO, Some(2)), 2.0 * SQRT_HALF);
    assert_value(&sample.of(Metric::NORM_RATIO, Some(3)), 2.0);
    // aa = 200 + 8 + 25, bb = 200 + 4 + 6.25.
    let all = (233.0_f64 / 210.25).sqrt();
    assert_value(&sample.of(Metric::NORM_RATIO, None), all);
    sample.rates = None;
    assert_absent(
        &sample.of(Metric::NORM_RATIO, None),
        "the learner has no equivalent rates",
    );
}

#[test]
fn sign_agreement() {
    let mut sample = ByHand::new();
    // Non-zero in both: two entries, one, and two of which one agrees.
    for (layer, percent) in [(Some(1), 100.0), (Some(2), 100.0), (Some(3), 50.0)] {
        assert_value(&sample.of(Metric::SIGN_AGREEMENT, layer), percent);
    }
    assert_value(&sample.of(Metric::SIGN_AGREEMENT, None), 80.0);
    let opposite = sample.against(Metric::SIGN_AGREEMENT, None, OutputError::SquaredError);
    assert_value(&opposite, 20.0);
    sample.updates = Updates::new();
    let change = array![[0.0, 1.0], [1.0, 0.0]];
    sample
        .updates
        .push_change(TensorName::forward(1), change.into_dyn());
    let nothing = "no entry is non-zero in both";
    assert_absent(&sample.of(Metric::SIGN_AGREEMENT, Some(1)), nothing);
    assert_absent(&sample.of(Metric::SIGN_AGREEMENT, None), nothing);
    assert_absent(
        &sample.of(Metric::SIGN_AGREEMENT, Some(2)),
        "this layer is not plastic",
    );
}

#[test]
fn error_angle() {
    let mut sample = ByHand::new();
    let between = degrees((SQRT_HALF + 0.0) / 2.0);
    assert_value(&sample.of(Metric::ERROR_ANGLE, Some(1)), between);
    let opposite = sample.against(Metric::ERROR_ANGLE, Some(1), OutputError::SquaredError);
    assert_value(&opposite, 180.0 - between);
    // The second sample of layer 2 has no error to be compared with.
    assert_value(&sample.of(Metric::ERROR_ANGLE, Some(2)), 0.0);
    let silent = array![[0.0, 0.0], [0.0, 0.0]];
    sample.nudged.insert(Quantity::HiddenError, 1, silent);
    assert_absent(
        &sample.of(Metric::ERROR_ANGLE, Some(1)),
        "the learner's norm 0e0 is not above 1e-30",
    );
    sample.nudged = Activities::new();
    assert_absent(
        &sample.of(Metric::ERROR_ANGLE, Some(2)),
        "the learner has no error at this layer",
    );
}

#[test]
fn error_size() {
    let mut sample = ByHand::new();
    // √((1 + 1 + 25 + 0) / 4) and √((0 + 49 + 1 + 1) / 4).
    assert_value(&sample.of(Metric::ERROR_SIZE, Some(1)), 6.75_f64.sqrt());
    assert_value(&sample.of(Metric::ERROR_SIZE, Some(2)), 12.75_f64.sqrt());
    assert_eq!(sample.measure(Metric::ERROR_SIZE).len(), 2);
    let silent = array![[0.0, 0.0], [0.0, 0.0]];
    sample.nudged.insert(Quantity::HiddenError, 1, silent);
    assert_value(&sample.of(Metric::ERROR_SIZE, Some(1)), 0.0);
    sample.nudged = Activities::new();
    assert_absent(
        &sample.of(Metric::ERROR_SIZE, Some(2)),
        "the learner has no error at this layer",
    );
}

#[test]
fn step_size() {
    let mut sample = ByHand::new();
    // √200 / √2, √8 / √30, 5 / √2.
    assert_value(&sample.of(Metric::STEP_SIZE, Some(1)), 10.0);
    assert_value(
        &sample.of(Metric::STEP_SIZE, Some(2)),
        (8.0_f64 / 30.0).sqrt(),
    );
    assert_value(&sample.of(Metric::STEP_SIZE, Some(3)), 5.0 * SQRT_HALF);
    sample.forward.weights.weights[1].fill(0.0);
    assert_absent(
        &sample.of(Metric::STEP_SIZE, Some(2)),
        "all weights of this layer are 0",
    );
    sample.updates = Updates::new();
    assert_absent(
        &sample.of(Metric::STEP_SIZE, Some(1)),
        "this layer is not plastic",
    );
}

#[test]
fn what_is_measured_by_default_stays() {
    let names: Vec<&str> = Metric::by_default()
        .iter()
        .map(|of| of.info().name)
        .collect();
    let expected = "accuracy loss rmse r_squared update_angle shuffled_feedback_angle backprop_with_itself \
                    norm_ratio sign_agreement error_angle feedback_angle interneuron_mismatch \
                    apical_potential apical_residual";
    assert_eq!(names.join(" "), expected);
}

#[test]
fn gradients_in_their_rounding_give_no_angle() {
    let mut sample = ByHand::new();
    // ‖∇‖ is √2, 2 and 5: times the floor, 100, 9 and 10 of the one, far above it of the other.
    let floors = vec![2.0_f64.sqrt() / 100.0, 2.0 / 9.0, 0.5];
    sample.floors = Some([floors, vec![1e-9; 3]]);
    for (layer, times) in [(1, 100.0), (2, 9.0), (3, 10.0)] {
        assert_value(&sample.of(Metric::GRADIENT_OVER_FLOOR, Some(layer)), times);
    }
    let reason = "the reference gradient is 9.00 times what rounding in the learner's precision makes of it; \
                  an angle needs 10 times";
    for metric in [Metric::UPDATE_ANGLE, Metric::UPDATE_ANGLE_FULL_BATCH] {
        assert_value(&sample.of(metric, Some(1)), 0.0);
        assert_absent(&sample.of(metric, Some(2)), reason);
        assert_value(&sample.of(metric, Some(3)), 90.0);
        // Without layer 2: ab = 2 + 0, aa = 2 + 100, bb = 2 + 25.
        assert_value(
            &sample.of(metric, None),
            degrees(2.0 / (102.0_f64 * 27.0).sqrt()),
        );
        let other = sample.against(metric, Some(2), OutputError::SquaredError);
        assert_value(&other, 135.0);
    }
    assert_absent(&sample.of(Metric::ERROR_ANGLE, Some(2)), reason);
    sample.floors = None;
    let unknown = sample.of(Metric::GRADIENT_OVER_FLOOR, Some(1));
    assert_absent(&unknown, "rounding was not measured");
}

#[test]
fn rounding_angle() {
    let mut sample = ByHand::new();
    assert_absent(
        &sample.of(Metric::ROUNDING_ANGLE, Some(1)),
        "it was proposed once",
    );
    assert_absent(
        &sample.of(Metric::ROUNDING_ANGLE, None),
        "it was proposed once",
    );
    let mut again = Updates::new();
    for (k, change) in (1..).zip([
        array![[10.0, 0.0], [0.0, 10.0]],
        array![[0.0, 4.0], [0.0, 0.0]],
        array![[4.0, -3.0]],
    ]) {
        again.push_change(TensorName::forward(k), change.into_dyn());
    }
    sample.again = Some(again);
    let over_root = |angle: f64| angle * SQRT_HALF;
    assert_value(&sample.of(Metric::ROUNDING_ANGLE, Some(1)), 0.0);
    assert_value(&sample.of(Metric::ROUNDING_ANGLE, Some(2)), over_root(45.0));
    // Divided by 10, 1 and 0.5: ab = 2 + 8 + 100, aa = 2 + 8 + 100, bb = 2 + 16 + 100.
    let all = degrees(110.0 / (110.0_f64 * 118.0).sqrt());
    assert_value(&sample.of(Metric::ROUNDING_ANGLE, None), over_root(all));
}

#[test]
fn feedback_angle_and_norm() {
    let mut sample = ByHand::new();
    assert_absent(
        &sample.of(Metric::FEEDBACK_ANGLE, Some(1)),
        "the learner has no feedback into this layer",
    );
    // From the layer above: W_2ᵀ = [[1, 3], [2, 4]] and W_3ᵀ = [[1], [−1]].
    sample.feedback = vec![
        Some((2, array![[1.0, 0.0], [0.0, 0.0]])),
        Some((3, array![[1.0], [1.0]])),
    ];
    let adjacent = degrees(1.0 / 30.0_f64.sqrt());
    assert_value(&sample.of(Metric::FEEDBACK_ANGLE, Some(1)), adjacent);
    assert_value(&sample.of(Metric::FEEDBACK_ANGLE, Some(2)), 90.0);
    // 1 over √(1 + 9 + 4 + 16), √2 over √2.
    let adjacent = 1.0 / 30.0_f64.sqrt();
    assert_value(&sample.of(Metric::FEEDBACK_NORM, Some(1)), adjacent);
    assert_value(&sample.of(Metric::FEEDBACK_NORM, Some(2)), 1.0);
    // Straight from the output: (W_3 W_2)ᵀ = [[−2], [−2]].
    sample.feedback[0] = Some((3, array![[-1.0], [0.0]]));
    assert_value(&sample.of(Metric::FEEDBACK_ANGLE, Some(1)), 45.0);
    assert_value(&sample.of(Metric::FEEDBACK_NORM, Some(1)), 0.125_f64.sqrt());
    sample.feedback[0] = Some((3, array![[0.0], [0.0]]));
    assert_absent(
        &sample.of(Metric::FEEDBACK_ANGLE, Some(1)),
        "the learner's norm 0e0 is not above 1e-30",
    );
}

#[test]
fn self_prediction_residuals() {
    let sample = ByHand::new();
    // Means over the two samples: of 5 and 13, of 1 and 2, of 5 and 0.
    assert_value(&sample.of(Metric::INTERNEURON_MISMATCH, Some(1)), 9.0);
    assert_value(&sample.of(Metric::APICAL_POTENTIAL, Some(1)), 1.5);
    assert_value(&sample.of(Metric::APICAL_POTENTIAL, Some(2)), 2.5);
    // 1.5 over the mean of 10 and 20.
    assert_value(&sample.of(Metric::APICAL_RESIDUAL, Some(1)), 0.1);
    assert_absent(
        &sample.of(Metric::APICAL_RESIDUAL, Some(2)),
        "the norm with teacher 0e0 is too small",
    );
    assert_absent(
        &sample.of(Metric::INTERNEURON_MISMATCH, Some(2)),
        "the learner has no such quantity",
    );
}

#[test]
fn without_apical_compartments_there_is_no_apical_potential() {
    let mut sample = ByHand::new();
    sample.free = Activities::new();
    for metric in [Metric::APICAL_POTENTIAL, Metric::APICAL_RESIDUAL] {
        assert_absent(
            &sample.of(metric, Some(1)),
            "the learner has no such quantity",
        );
    }
}
