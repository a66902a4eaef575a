//! Fig. 2: a network learns from a teacher network, pattern after fresh pattern.
//!
//! Source: Sacramento et al. (2018), Fig. 2 and sec. 3.

mod reading;
mod report;

use apical_backprop::CandleReference;
use apical_datasets::{TeacherNetwork, TeacherSample};
use apical_keys::Described;
use apical_learning::metric::vector::Products;
use apical_learning::{
    Batch, Carried, Counts, GradientReference, KeyPath, Learner, NoClock, Numbers, OutputError,
    PhaseTimer, Precision, Real, SpecError, StoreError, StreamRng, Streams, TensorName, Transfer,
};
use apical_microcircuit::circuit::sacramento_2018::ContinuousState;
use apical_microcircuit::{Continuous, ContinuousSpec};
use indexmap::IndexMap;
use ndarray::{ArrayView2, Ix2};
use serde::{Deserialize, Serialize};

use super::quantity::{Quantity, Series};
use super::setting::{NetworkSpec, check_circuit, condition_key, even_counts};
use super::{Broken, Carries, Kind, Log, Protocol, Report, Runs};

use crate::memory;

pub(super) use reading::squared_error;
use reading::{MovingAverage, log_log_slope, variance};

/// This protocol.
pub(super) const KIND: Kind = Kind::of::<TeacherStudent>(
    "teacher_network",
    "fresh patterns of a teacher network, each taught once",
    &["fig2", "fig2-recalled"],
    &[
        TEST_ERROR,
        TEST_ERROR_AT_START,
        SLOPE,
        CONSTANT_PREDICTOR,
        OUTPUT_RATE,
        INTERNEURON_DISTANCE,
        INHIBITION_DISTANCE,
        FEEDBACK_ANGLE,
        UPDATE_ANGLE,
        SETTLED_ANGLE,
    ],
);

/// Of the feed-forward function on fresh patterns.
const TEST_ERROR: Quantity = Quantity::new("test_error", "test error", "1");
/// Before the first pattern, a mean over samples.
const TEST_ERROR_AT_START: Quantity =
    Quantity::new("test_error_at_start", "test error at start", "1");
/// The exponent of the test error's decline.
const SLOPE: Quantity = Quantity::new("slope", "slope", "1");
/// The error of always answering with the mean.
const CONSTANT_PREDICTOR: Quantity = Quantity::new("constant_predictor", "constant predictor", "1");
/// The output layer's learning rate.
const OUTPUT_RATE: Quantity = Quantity::new("output_rate", "rate of the output layer", "1/ms");
/// Relative, from W^IP of the self-predicting state.
const INTERNEURON_DISTANCE: Quantity =
    Quantity::new("interneuron_distance", "W^{IP} distance", "1");
/// Relative, from W^PI of the self-predicting state.
const INHIBITION_DISTANCE: Quantity = Quantity::new("inhibition_distance", "W^{PI} distance", "1");
/// Between top-down weights and transposed forward weights.
const FEEDBACK_ANGLE: Quantity = Quantity::new("feedback_angle", "feedback", "°");
/// Between an update and the gradient, from rest with noise.
const UPDATE_ANGLE: Quantity = Quantity::new("update_angle", "update, layer {k}", "°");
/// The same, settled and without noise.
const SETTLED_ANGLE: Quantity = Quantity::new("settled_angle", "settled, layer {k}", "°");

/// A stream of fresh patterns from a teacher network.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Described)]
#[serde(deny_unknown_fields)]
struct TeacherStudent {
    /// The protocol.
    #[key(only = "teacher_network")]
    protocol: String,
    /// The report's heading.
    #[key(example = "\"A title\"")]
    title: String,
    /// Root seeds; every condition is run once with each.
    #[key(least = 1, example = "[1, 2, 3]")]
    seeds: Vec<u64>,
    /// Patterns taught, each once.
    #[key(min = 1, max = 1_000_000_000)]
    n_patterns: usize,
    /// The same for single conditions.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    #[key(min = 1, max = 1_000_000_000, name = "CONDITION")]
    n_patterns_of: IndexMap<String, usize>,
    /// How often the test error, weights and angles of weights are recorded, evenly spaced.
    #[key(min = 1, max = 100_000)]
    n_records: usize,
    /// How often the angle of the update to backprop is measured, evenly spaced.
    #[key(min = 0, max = 100_000)]
    n_alignments: usize,
    /// Patterns over whose presentations an update is averaged for that.
    #[key(min = 1, max = 1_000_000)]
    n_probes: usize,
    /// Weight of the newest pattern in the moving average of the test error.
    #[key(min = 1e-9, max = 1)]
    average_rate: f64,
    /// The teacher network.
    teacher: TeacherSpec,
    /// The network.
    network: NetworkSpec,
    /// Circuits by name.
    #[key(name = "CONDITION")]
    condition: IndexMap<String, ContinuousSpec>,
}

/// The teacher network.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Described)]
#[serde(deny_unknown_fields)]
pub(crate) struct TeacherSpec {
    /// Units of each layer, input to output.
    #[key(min = 1, least = 2, unit = "units", example = "[30, 20, 10]")]
    sizes: Vec<usize>,
    /// Factor k of each weight matrix.
    #[key(min = -1e6, max = 1e6, least = 1, example = "[2.0, 10.0]")]
    factors: Vec<f64>,
    /// φ of its units.
    transfer: Transfer,
}

/// Samples from which the error of the constant predictor is computed.
const N_CONSTANT: usize = 10_000;

impl Protocol for TeacherStudent {
    fn check(&self) -> Result<(), SpecError> {
        let network = self.network.with_hidden_layer()?;
        Counts::PATTERNS.check("n_patterns", self.n_patterns)?;
        for (name, &n_patterns) in &self.n_patterns_of {
            let key = KeyPath::of(["n_patterns_of", name]);
            Counts::PATTERNS.check(&key, n_patterns)?;
            if !self.condition.contains_key(name) {
                let expected = "the name of a `[condition.NAME]`";
                return Err(SpecError::range(key, name, expected));
            }
        }
        Counts::RECORDS.check("n_records", self.n_records)?;
        if self.n_alignments > 0 {
            Counts::RECORDS.check("n_alignments", self.n_alignments)?;
        }
        Counts::SAMPLES.check("n_probes", self.n_probes)?;
        memory::check_key("n_probes", self.n_probes, self.n_bytes())?;
        Numbers::SHARE.check("average_rate", self.average_rate)?;
        let (from, to) = (self.teacher.sizes.first(), self.teacher.sizes.last());
        if (from, to) != (network.sizes().first(), network.sizes().last()) {
            let found = format!("{:?}", self.teacher.sizes);
            let expected = "inputs and outputs as those of `network.sizes`";
            return Err(SpecError::range("teacher.sizes", found, expected));
        }
        if self.teacher.transfer != network.transfer() {
            let found = self.teacher.transfer.to_string();
            let expected = "the transfer function of the network, so that target potentials are those of its outputs";
            return Err(SpecError::range("teacher.transfer", found, expected));
        }
        let TeacherSpec {
            sizes,
            factors,
            transfer,
        } = &self.teacher;
        TeacherNetwork::check(sizes, factors, *transfer).map_err(|error| {
            let expected = "a teacher network with a factor for each weight matrix";
            SpecError::range("teacher", error, expected)
        })?;
        // Samples of all its layers, in double precision.
        let n_bytes = memory::n_numbers(N_CONSTANT, sizes).saturating_mul(8);
        memory::check_key("teacher.sizes", format!("{sizes:?}"), n_bytes)?;
        for (name, circuit) in &self.condition {
            check_circuit(circuit, &network, condition_key(name))?;
        }
        Ok(())
    }

    fn n_bytes(&self) -> u64 {
        self.network.n_bytes(self.n_probes, self.condition.values())
    }

    fn run(&self, condition: &str, seed: u64, log: &mut Log<'_>) -> Result<(), Broken> {
        let circuit = &self.condition[condition];
        match circuit.precision {
            Precision::F32 => self.run_in::<f32>(condition, seed, log),
            Precision::F64 => self.run_in::<f64>(condition, seed, log),
        }
    }

    fn report(&self, runs: &Runs) -> Report {
        report::report(self, runs)
    }
}

/// A circuit on its way, and what is drawn and found on it.
struct Course<T> {
    learner: Continuous<T>,
    session: ContinuousState<T>,
    taught: StreamRng,
    tested: StreamRng,
    average: MovingAverage,
    /// The test error over the last part, by patterns.
    decline: Vec<(f64, f64)>,
}

impl<T: Real> Carries for Course<T> {
    fn carry(&mut self, carried: &mut Carried<'_>) -> Result<(), StoreError> {
        (carried.within("learner")).tensors(self.learner.tensors_mut())?;
        (self.learner).carry(&mut self.session, &mut carried.within("session"))?;
        carried.stream("taught", &mut self.taught)?;
        carried.stream("tested", &mut self.tested)?;
        self.average.carry(&mut carried.within("average"))?;
        let (mut x, mut y) = self.decline.iter().copied().unzip();
        carried.floats("decline/patterns", &mut x)?;
        carried.floats("decline/error", &mut y)?;
        self.decline = x.into_iter().zip(y).collect();
        Ok(())
    }
}

impl TeacherStudent {
    /// Patterns taught in `condition`.
    fn n_patterns_of(&self, condition: &str) -> usize {
        let own = self.n_patterns_of.get(condition);
        own.copied().unwrap_or(self.n_patterns)
    }

    fn run_in<T: Real>(&self, condition: &str, seed: u64, log: &mut Log<'_>) -> Result<(), Broken> {
        let streams = Streams::new(seed);
        let teacher = TeacherNetwork::new(
            &self.teacher.sizes,
            &self.teacher.factors,
            self.teacher.transfer,
            streams,
        )
        .map_err(anyhow::Error::from)?;
        let n_patterns = self.n_patterns_of(condition);
        let circuit = &self.condition[condition];
        let learner: Continuous<T> = self.network.circuit(circuit, streams)?;
        if let Some(&rate) = learner.parameters().circuit.forward_rates().last() {
            log.value(OUTPUT_RATE, rate);
        }
        let constant = teacher.sample(&mut streams.stream("reproduce.constant"), N_CONSTANT);
        log.value(CONSTANT_PREDICTOR, variance(constant.target_rates.view()));
        let probes = teacher.sample(&mut streams.stream("reproduce.probes"), self.n_probes);
        let mut course = Course {
            session: learner.session(streams, 1),
            learner,
            taught: streams.stream("reproduce.patterns"),
            tested: streams.stream("reproduce.test"),
            average: MovingAverage::new(self.average_rate),
            decline: Vec::new(),
        };
        let n_before = log.begin_from(&mut course)?;
        if n_before == 0 {
            self.begin(&course.learner, &constant, &probes, log)?;
        }
        let left = |counts: Vec<usize>| counts.into_iter().filter(|&n| n > n_before).peekable();
        let mut records = left(even_counts(self.n_records, n_patterns));
        let mut alignments = left(even_counts(self.n_alignments, n_patterns));
        for n_done in n_before + 1..=n_patterns {
            let sample = teacher.sample(&mut course.taught, 1);
            let timer = &mut PhaseTimer::new(&NoClock);
            (course.learner).learn(&mut course.session, batch(&sample), timer)?;
            let test = teacher.sample(&mut course.tested, 1);
            course.average.add(squared_error(
                &course.learner.forward(),
                test.inputs.row(0),
                test.target_rates.row(0),
            ));
            if records.next_if_eq(&n_done).is_some() {
                let error = course.average.value();
                log.add(n_done as f64, TEST_ERROR, error)?;
                log.value(TEST_ERROR, error);
                if 10 * n_done >= n_patterns {
                    course.decline.push((n_done as f64, error));
                }
                self.record_weights(&course.learner, n_done, log)?;
                log.flush()?;
            }
            if alignments.next_if_eq(&n_done).is_some() {
                self.record_alignment(&course.learner, &probes, n_done, log)?;
            }
            log.step_of(&mut course, n_done, n_patterns)?;
        }
        log.value(SLOPE, log_log_slope(&course.decline).unwrap_or(f64::NAN));
        Ok(())
    }

    /// What is known before the first pattern.
    fn begin<T: Real>(
        &self,
        learner: &Continuous<T>,
        constant: &TeacherSample,
        probes: &TeacherSample,
        log: &mut Log<'_>,
    ) -> Result<(), Broken> {
        // A moving average begins with one pattern; the error before the first is a plain mean.
        let (network, n_start) = (learner.forward(), N_CONSTANT / 10);
        let errors = (0..n_start).map(|row| {
            let (inputs, rates) = (constant.inputs.row(row), constant.target_rates.row(row));
            squared_error(&network, inputs, rates)
        });
        let at_start = errors.sum::<f64>() / n_start as f64;
        log.add(0.0, TEST_ERROR, at_start)?;
        log.value(TEST_ERROR_AT_START, at_start);
        self.record_weights(learner, 0, log)?;
        self.record_alignment(learner, probes, 0, log)
    }

    /// Self-prediction and the angle of the feedback.
    fn record_weights<T: Real>(
        &self,
        learner: &Continuous<T>,
        n_done: usize,
        log: &mut Log<'_>,
    ) -> Result<(), Broken> {
        let matrix = |name| {
            let tensor = learner.tensor(name)?;
            tensor.into_dimensionality::<Ix2>().ok()
        };
        let factors = learner.parameters().self_predicting_factor();
        for k in 1..learner.network().n_layers() {
            let (Some(forward), Some(feedback), Some(w_ip), Some(w_pi)) = (
                matrix(TensorName::forward(k + 1)),
                matrix(TensorName::feedback(k)),
                matrix(TensorName::InterneuronFromPyramidal { layer: k }),
                matrix(TensorName::PyramidalFromInterneuron { layer: k }),
            ) else {
                continue;
            };
            let ideal_ip = &forward * factors[k - 1];
            let distance = |own: ArrayView2<'_, f64>, ideal: ArrayView2<'_, f64>| {
                let missing = &own - &ideal;
                let ratio = Products::of(missing.view(), ideal).norm_ratio();
                ratio.unwrap_or(f64::NAN)
            };
            let angle = Products::of(feedback.view(), forward.t()).angle_degrees();
            for (quantity, value) in [
                (INTERNEURON_DISTANCE, distance(w_ip.view(), ideal_ip.view())),
                (
                    INHIBITION_DISTANCE,
                    distance(w_pi.view(), (-&feedback).view()),
                ),
                (FEEDBACK_ANGLE, angle.unwrap_or(f64::NAN)),
            ] {
                let series: Series = quantity.of(k);
                log.add(n_done as f64, series, value)?;
                log.value(series, value);
            }
        }
        Ok(())
    }

    /// Angles of updates to backprop, layer by layer: from rest, and, without noise, from the settled
    /// state.
    fn record_alignment<T: Real>(
        &self,
        learner: &Continuous<T>,
        probes: &TeacherSample,
        n_done: usize,
        log: &mut Log<'_>,
    ) -> Result<(), Broken> {
        let gradient =
            CandleReference.gradient(&learner.forward(), OutputError::Potential, batch(probes))?;
        let mut session = learner.session(Streams::new(n_done as u64), self.n_probes);
        let from_rest = learner.propose(&mut session, batch(probes))?;
        let quiet = learner.clone().without_noise();
        let mut session = quiet.session(Streams::new(0), self.n_probes);
        quiet.propose(&mut session, batch(probes))?;
        let settled = quiet.propose(&mut session, batch(probes))?;
        for (quantity, updates) in [(UPDATE_ANGLE, from_rest), (SETTLED_ANGLE, settled)] {
            for k in 1..=learner.network().n_layers() {
                let Some(change) = updates.matrix(TensorName::forward(k)) else {
                    continue;
                };
                let products = Products::of(change, gradient.weights[k - 1].view());
                let angle = products.angle_degrees().unwrap_or(f64::NAN);
                log.add(n_done as f64, quantity.of(k), angle)?;
                // What was measured before the first pattern is no number of the end.
                log.value(quantity.of(k), if n_done > 0 { angle } else { f64::NAN });
            }
        }
        log.flush()
    }
}

fn batch(sample: &TeacherSample) -> Batch<'_> {
    Batch {
        inputs: sample.inputs.view(),
        target_potentials: sample.target_potentials.view(),
        target_rates: sample.target_rates.view(),
        labels: None,
    }
}
