//! Fig. 2: a network learns from a teacher network, pattern after fresh pattern.
//!
//! Source: Sacramento et al. (2018), Fig. 2 and sec. 3.

use apical_backprop::CandleReference;
use apical_datasets::{TeacherNetwork, TeacherSample};
use apical_learning::metric::vector::Products;
use apical_learning::{
    Batch, ForwardNetwork, GradientReference, Learner, NoClock, OutputError, PhaseTimer, Precision,
    Real, SpecError, Streams, TensorName, Transfer,
};
use apical_microcircuit::{Continuous, ContinuousSpec};
use apical_reporting::{
    Chart, ChartAxis, ChartPanel, ChartRow, ChartScale, ChartSpread, PlainTable,
};
use indexmap::IndexMap;
use ndarray::{Array1, ArrayView1, ArrayView2, Ix2};
use serde::{Deserialize, Serialize};

use super::setting::{
    NetworkSpec, at_least_one, check_circuit, condition_key, even_counts, some_conditions,
};
use super::{Broken, Log, Protocol, Report, Runs};
use crate::say::short;

/// The specification.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Fig2 {
    title: String,
    seeds: Vec<u64>,
    /// Patterns taught, each once.
    n_patterns: usize,
    /// How often the test error, weights and angles of weights are recorded, evenly spaced.
    n_records: usize,
    /// How often the angle of the update to backprop is measured, evenly spaced.
    n_alignments: usize,
    /// Patterns over whose presentations an update is averaged for that.
    n_probes: usize,
    /// Weight of the newest pattern in the moving average of the test error.
    average_rate: f64,
    teacher: TeacherSpec,
    network: NetworkSpec,
    condition: IndexMap<String, ContinuousSpec>,
}

/// The teacher network.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TeacherSpec {
    /// Units of each layer, input to output.
    sizes: Vec<usize>,
    /// Factor k of each weight matrix.
    factors: Vec<f64>,
    /// φ of its units.
    transfer: Transfer,
}

/// Samples from which the error of the constant predictor is computed.
const N_CONSTANT: usize = 10_000;

impl Protocol for Fig2 {
    fn title(&self) -> &str {
        &self.title
    }

    fn seeds(&self) -> &[u64] {
        &self.seeds
    }

    fn conditions(&self) -> Vec<&str> {
        self.condition.keys().map(String::as_str).collect()
    }

    fn check(&self) -> Result<(), SpecError> {
        let network = self.network.with_hidden_layer()?;
        at_least_one("n_patterns", self.n_patterns)?;
        at_least_one("n_records", self.n_records)?;
        at_least_one("n_probes", self.n_probes)?;
        if !(self.average_rate > 0.0 && self.average_rate <= 1.0) {
            let expected = "above 0 and at most 1";
            return Err(SpecError::range(
                "average_rate",
                self.average_rate,
                expected,
            ));
        }
        let (from, to) = (self.teacher.sizes.first(), self.teacher.sizes.last());
        if (from, to) != (network.sizes().first(), network.sizes().last()) {
            let found = format!("{:?}", self.teacher.sizes);
            let expected = "inputs and outputs as those of `network.sizes`";
            return Err(SpecError::range("teacher.sizes", found, expected));
        }
        if self.teacher.transfer != network.transfer() {
            let found = format!("{:?}", self.teacher.transfer);
            let expected = "the transfer function of the network, so that target potentials are those of its outputs";
            return Err(SpecError::range("teacher.transfer", found, expected));
        }
        TeacherNetwork::new(
            &self.teacher.sizes,
            &self.teacher.factors,
            self.teacher.transfer,
            Streams::new(0),
        )
        .map_err(|error| {
            let expected = "a teacher network with a finite factor for each weight matrix";
            SpecError::range("teacher", error, expected)
        })?;
        some_conditions(self.condition.len())?;
        for (name, circuit) in &self.condition {
            check_circuit(circuit, &network, &condition_key(name))?;
        }
        Ok(())
    }

    fn run(&self, condition: &str, seed: u64, log: &mut Log<'_>) -> Result<(), Broken> {
        let circuit = &self.condition[condition];
        match circuit.precision {
            Precision::F32 => self.run_in::<f32>(circuit, seed, log),
            Precision::F64 => self.run_in::<f64>(circuit, seed, log),
        }
    }

    fn report(&self, runs: &Runs) -> Report {
        Report {
            findings: self.findings(runs),
            tables: vec![self.table(runs)],
            charts: vec![self.error_chart(runs), self.weights_chart(runs)],
            notes: vec![
                (
                    "Test error",
                    "‖r_N − r_trgt‖² on a fresh pattern after every taught one, without noise and \
                     teacher, by the feed-forward function that the circuit settles to; an \
                     exponential moving average over patterns, corrected for its beginning; before the \
                     first, a mean over 1000 patterns.",
                ),
                (
                    "Constant predictor",
                    "The error of always answering with the mean of the teacher's rates, over 10 000 \
                     patterns of each seed's teacher.",
                ),
                (
                    "Distance to self-prediction",
                    "‖W^IP − c W_21‖ / ‖c W_21‖ and ‖W^PI + W_12‖ / ‖W_12‖ (Frobenius).",
                ),
                (
                    "Feedback angle",
                    "Between the top-down weights W_12 and the transpose of the forward weights W_21, \
                     both read as one long vector. 90° is chance.",
                ),
                (
                    "Update angle",
                    "Between what one presentation changes, averaged over probe patterns that begin at \
                     rest, and the gradient of backprop for the potential error. What the plasticity's \
                     filter still holds is included.",
                ),
            ],
        }
    }
}

impl Fig2 {
    fn run_in<T: Real>(
        &self,
        circuit: &ContinuousSpec,
        seed: u64,
        log: &mut Log<'_>,
    ) -> Result<(), Broken> {
        let streams = Streams::new(seed);
        let teacher = TeacherNetwork::new(
            &self.teacher.sizes,
            &self.teacher.factors,
            self.teacher.transfer,
            streams,
        )
        .map_err(anyhow::Error::from)?;
        let mut learner: Continuous<T> = self.network.circuit(circuit, streams)?;
        let mut session = learner.session(streams, 1);
        let constant = teacher.sample(&mut streams.stream("reproduce.constant"), N_CONSTANT);
        log.value("constant_predictor", variance(constant.target_rates.view()));
        let probes = teacher.sample(&mut streams.stream("reproduce.probes"), self.n_probes);
        let mut taught = streams.stream("reproduce.patterns");
        let mut tested = streams.stream("reproduce.test");

        // A moving average begins with one pattern; the error before the first is a plain mean.
        let (network, n_start) = (learner.forward(), N_CONSTANT / 10);
        let errors = (0..n_start).map(|row| {
            let (inputs, rates) = (constant.inputs.row(row), constant.target_rates.row(row));
            squared_error(&network, inputs, rates)
        });
        let at_start = errors.sum::<f64>() / n_start as f64;
        log.add(0.0, "test_error", at_start)?;
        log.value("test_error_at_start", at_start);
        self.record_weights(&learner, 0, log)?;
        self.record_alignment(&learner, &probes, 0, log)?;
        let mut records = even_counts(self.n_records, self.n_patterns)
            .into_iter()
            .peekable();
        let mut alignments = even_counts(self.n_alignments, self.n_patterns)
            .into_iter()
            .peekable();
        let mut average = MovingAverage::new(self.average_rate);
        for n_done in 1..=self.n_patterns {
            let sample = teacher.sample(&mut taught, 1);
            learner.learn(&mut session, batch(&sample), &mut PhaseTimer::new(&NoClock))?;
            let test = teacher.sample(&mut tested, 1);
            average.add(squared_error(
                &learner.forward(),
                test.inputs.row(0),
                test.target_rates.row(0),
            ));
            log.step(n_done, self.n_patterns)?;
            if records.next_if_eq(&n_done).is_some() {
                log.add(n_done as f64, "test_error", average.value())?;
                log.value("test_error", average.value());
                self.record_weights(&learner, n_done, log)?;
                log.flush()?;
            }
            if alignments.next_if_eq(&n_done).is_some() {
                self.record_alignment(&learner, &probes, n_done, log)?;
            }
        }
        Ok(())
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
            for (name, value) in [
                (
                    "interneuron_distance",
                    distance(w_ip.view(), ideal_ip.view()),
                ),
                (
                    "inhibition_distance",
                    distance(w_pi.view(), (-&feedback).view()),
                ),
                ("feedback_angle", angle.unwrap_or(f64::NAN)),
            ] {
                let name = format!("{name}.{k}");
                log.add(n_done as f64, &name, value)?;
                log.value(&name, value);
            }
        }
        Ok(())
    }

    /// The angle of the update to backprop, layer by layer.
    fn record_alignment<T: Real>(
        &self,
        learner: &Continuous<T>,
        probes: &TeacherSample,
        n_done: usize,
        log: &mut Log<'_>,
    ) -> Result<(), Broken> {
        let mut session = learner.session(Streams::new(n_done as u64), self.n_probes);
        let updates = learner.propose(&mut session, batch(probes))?;
        let gradient =
            CandleReference.gradient(&learner.forward(), OutputError::Potential, batch(probes))?;
        for k in 1..=learner.network().n_layers() {
            let Some(change) = updates.matrix(TensorName::forward(k)) else {
                continue;
            };
            let products = Products::of(change, gradient.weights[k - 1].view());
            if let Ok(angle) = products.angle_degrees() {
                let name = format!("update_angle.{k}");
                log.add(n_done as f64, &name, angle)?;
                log.value(&name, angle);
            }
        }
        log.flush()
    }

    fn findings(&self, runs: &Runs) -> Vec<String> {
        let mut findings = Vec::new();
        let mean = |condition: &str| Some(runs.spread(condition, "test_error")?.mean);
        let names = self.conditions();
        if let [first, others @ ..] = &names[..]
            && let Some(error) = mean(first)
        {
            for other in others {
                if let Some(worse) = mean(other) {
                    findings.push(format!(
                        "After {} patterns the test error is {} for {first} and {} for {other}: {} \
                         times as large.",
                        self.n_patterns,
                        runs.written(first, "test_error"),
                        runs.written(other, "test_error"),
                        short(worse / error),
                    ));
                }
            }
            findings.push(format!(
                "In {first}, W^IP and W^PI end {} and {} away from self-prediction (relative), and the \
                 angle of the feedback to W_21ᵀ ends at {}°.",
                runs.written(first, "interneuron_distance.1"),
                runs.written(first, "inhibition_distance.1"),
                runs.written(first, "feedback_angle.1"),
            ));
        }
        findings
    }

    fn table(&self, runs: &Runs) -> PlainTable {
        let columns = [
            ("test error", "test_error".to_owned()),
            ("constant predictor", "constant_predictor".to_owned()),
            ("W^IP distance", "interneuron_distance.1".to_owned()),
            ("W^PI distance", "inhibition_distance.1".to_owned()),
            ("feedback angle (°)", "feedback_angle.1".to_owned()),
            ("update angle, layer 1 (°)", "update_angle.1".to_owned()),
            ("update angle, layer 2 (°)", "update_angle.2".to_owned()),
        ];
        let header = ["condition", "failed"].into_iter();
        PlainTable {
            name: "results".into(),
            title: format!("After {} patterns", self.n_patterns),
            header: header
                .chain(columns.iter().map(|(heading, _)| *heading))
                .map(str::to_owned)
                .collect(),
            rows: runs
                .conditions()
                .map(|(condition, _)| {
                    let cells = columns
                        .iter()
                        .map(|(_, name)| runs.written(condition, name));
                    [condition.to_owned(), runs.n_failed(condition)]
                        .into_iter()
                        .chain(cells)
                        .collect()
                })
                .collect(),
            note: format!(
                "Mean ± standard deviation over seeds. The moving average gives the newest pattern a \
                 weight of {}.",
                self.average_rate
            ),
        }
    }

    fn error_chart(&self, runs: &Runs) -> Chart {
        let constant: Vec<f64> = runs
            .all()
            .filter_map(|run| run.values.get("constant_predictor").copied())
            .collect();
        Chart {
            name: "test_error".into(),
            title: "A network learns from a teacher network".into(),
            how_to_read: "Test error on patterns that are never taught, as a moving average. Thick lines \
                are means over seeds, thin ones single seeds. The grey line is the constant predictor."
                .into(),
            x: ChartAxis {
                label: "patterns taught".into(),
                scale: ChartScale::FromZero,
            },
            rows: vec![ChartRow {
                heading: String::new(),
                y: ChartAxis {
                    label: "test error ‖r − r_trgt‖² (1)".into(),
                    scale: ChartScale::Logarithmic,
                },
                guides: apical_reporting::statistics::mean(&constant)
                    .into_iter()
                    .collect(),
                height_mm: 40.0,
                panels: vec![ChartPanel {
                    title: String::new(),
                    lines: runs.lines("test_error", ChartSpread::Seeds),
                }],
            }],
        }
    }

    fn weights_chart(&self, runs: &Runs) -> Chart {
        let row = |quantity: &str, label: &str, scale, guides: &[f64]| ChartRow {
            heading: String::new(),
            y: ChartAxis {
                label: label.into(),
                scale,
            },
            guides: guides.to_vec(),
            height_mm: 22.0,
            panels: vec![ChartPanel {
                title: String::new(),
                lines: runs.lines(quantity, ChartSpread::Band),
            }],
        };
        Chart {
            name: "weights".into(),
            title: "Self-prediction and alignment".into(),
            how_to_read: "From above: distances of W^IP and W^PI to the self-predicting state, the angle \
                of the top-down weights to the transposed forward weights, and the angle of the update \
                of the hidden layer to backprop's; means over seeds with ± one standard deviation."
                .into(),
            x: ChartAxis {
                label: "patterns taught".into(),
                scale: ChartScale::FromZero,
            },
            rows: vec![
                row(
                    "interneuron_distance.1",
                    "W^IP distance (1)",
                    ChartScale::Logarithmic,
                    &[],
                ),
                row(
                    "inhibition_distance.1",
                    "W^PI distance (1)",
                    ChartScale::Logarithmic,
                    &[],
                ),
                row(
                    "feedback_angle.1",
                    "feedback (°)",
                    ChartScale::Degrees,
                    &[45.0, 90.0],
                ),
                row("update_angle.1", "update 1 (°)", ChartScale::Degrees, &[90.0]),
            ],
        }
    }
}

/// Σ_i w_i x_i with weights that fall by a constant factor from pattern to pattern and sum to 1.
struct MovingAverage {
    rate: f64,
    sum: f64,
    weight: f64,
}

impl MovingAverage {
    fn new(rate: f64) -> Self {
        Self {
            rate,
            sum: 0.0,
            weight: 0.0,
        }
    }

    fn add(&mut self, value: f64) {
        self.sum += self.rate * (value - self.sum);
        self.weight += self.rate * (1.0 - self.weight);
    }

    fn value(&self) -> f64 {
        self.sum / self.weight
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

/// ‖r_N − r_trgt‖² of the feed-forward function, which the circuit settles to.
pub(super) fn squared_error(
    network: &ForwardNetwork,
    inputs: ArrayView1<'_, f32>,
    target_rates: ArrayView1<'_, f32>,
) -> f64 {
    let rates = output_rates(network, inputs);
    let differences = rates.iter().zip(target_rates);
    differences
        .map(|(r, target)| (r - f64::from(*target)).powi(2))
        .sum()
}

/// r_N of the feed-forward function.
pub(super) fn output_rates(network: &ForwardNetwork, inputs: ArrayView1<'_, f32>) -> Array1<f64> {
    let mut rates = inputs.mapv(f64::from);
    for (index, weights) in network.weights.weights.iter().enumerate() {
        let mut potentials = weights.dot(&rates);
        if let Some(thresholds) = &network.weights.thresholds {
            potentials += &thresholds[index];
        }
        rates = potentials.mapv(|v| network.transfer.rate(network.attenuation[index] * v));
    }
    rates
}

/// The mean squared distance of rows to their mean.
fn variance(rows: ArrayView2<'_, f32>) -> f64 {
    let rows = rows.mapv(f64::from);
    let Some(mean) = rows.mean_axis(ndarray::Axis(0)) else {
        return f64::NAN;
    };
    super::setting::mean_square_norm((rows - &mean).view())
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;

    #[test]
    fn the_moving_average_has_weights_that_sum_to_one() {
        let mut average = MovingAverage::new(0.1);
        average.add(3.0);
        assert!((average.value() - 3.0).abs() < 1e-12);
        average.add(1.0);
        // (0.09 · 3 + 0.1 · 1) / 0.19.
        assert!((average.value() - 0.37 / 0.19).abs() < 1e-12);
    }

    #[test]
    fn the_constant_predictor_is_the_variance() {
        let rows = array![[0.0, 1.0], [2.0, 1.0]];
        assert!((variance(rows.view()) - 1.0).abs() < 1e-12);
    }

    /// The test error is read from the feed-forward function: that is what the circuit settles to.
    #[test]
    fn the_feed_forward_function_is_the_settled_circuit() {
        let text = include_str!("../../../../experiments/fig2.toml");
        let mut spec: Fig2 = toml::from_str(text).expect("the built-in specification");
        spec.network.sizes = vec![4, 5, 3];
        let circuit = ContinuousSpec {
            precision: Precision::F64,
            start: apical_microcircuit::Start::SelfPredicting,
            presentation_ms: 400.0,
            ..spec.condition[0].clone()
        };
        let learner: Continuous<f64> = spec
            .network
            .circuit(&circuit, Streams::new(1))
            .expect("a circuit");
        let inputs = array![[0.3_f32, -0.8, 0.5, 0.9], [1.0, -1.0, 0.2, 0.0]];
        let mut settled = ndarray::Array2::<f32>::zeros((2, 3));
        let mut session = learner.session(Streams::new(0), 2);
        learner
            .predict(&mut session, inputs.view(), settled.view_mut())
            .expect("it settles");
        for (inputs, settled) in inputs.rows().into_iter().zip(settled.rows()) {
            let error = squared_error(&learner.forward(), inputs, settled);
            assert!(error < 1e-12, "{error}");
        }
    }
}
