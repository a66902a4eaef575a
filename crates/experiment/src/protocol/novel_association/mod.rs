//! Fig. 1: a self-predicting network learns one novel association, with all its plasticity on.
//!
//! Source: Sacramento et al. (2018), Fig. 1.

mod report;

use apical_keys::Described;
use apical_learning::{
    Counts, ForwardNetwork, Learner, Network, Numbers, Precision, Real, SpecError, Streams,
    Transfer,
};
use apical_microcircuit::circuit::sacramento_2018::{ContinuousState, State};
use apical_microcircuit::{Continuous, ContinuousSpec};
use indexmap::IndexMap;
use ndarray::{Array2, ArrayView2};
use serde::{Deserialize, Serialize};

use super::quantity::{APICAL, MISMATCH, Quantity, Series};
use super::setting::{Interval, NetworkSpec, check_circuit, condition_key, whole_number};
use super::teacher_network::squared_error;
use crate::memory;

use super::{Broken, Kind, Log, Protocol, Report, Runs};

/// This protocol.
pub(super) const KIND: Kind = Kind::of::<NovelAssociation>(
    "novel_association",
    "one pair of input and target, shown for a while with all plasticity on",
    &["fig1"],
    &[
        MISMATCH,
        APICAL,
        ERROR,
        ERROR_AT_START,
        ERROR_WHEN_REPORTED,
        ERROR_AT_END,
        INPUT,
        TARGET,
        SOMA,
        BASAL,
        DENDRITE,
        INTERNEURON,
        OUTPUT,
    ],
);

/// ‖r_N − r_trgt‖² without teacher.
const ERROR: Quantity = Quantity::new("error", "‖r_{N} − r_{trgt}‖²", "1");
/// Before the association is shown.
const ERROR_AT_START: Quantity = Quantity::new("error_at_start", "error at start", "1");
/// After `reported_ms`.
const ERROR_WHEN_REPORTED: Quantity =
    Quantity::new("error_when_reported", "error when reported", "1");
/// After `learning_ms`.
const ERROR_AT_END: Quantity = Quantity::new("error_at_end", "error at end", "1");
/// Low-pass filtered input rate.
const INPUT: Quantity = Quantity::new("input", "input r_{0}", "1");
/// Target potential.
const TARGET: Quantity = Quantity::new("target", "target u_{trgt}", "1");
/// Of the last hidden layer.
const SOMA: Quantity = Quantity::new("soma", "soma u_{1}", "1");
/// Of the last hidden layer.
const BASAL: Quantity = Quantity::new("basal", "basal v_{B,1}", "1");
/// Of the last hidden layer's apical dendrites.
const DENDRITE: Quantity = Quantity::new("apical", "apical v_{A,1}", "1");
/// Of the last hidden layer.
const INTERNEURON: Quantity = Quantity::new("interneuron", "intern. u^{I}_{1}", "1");
/// Of the output layer.
const OUTPUT: Quantity = Quantity::new("output", "output u_{2}", "1");
/// The stage of traces before learning.
const BEFORE: &str = "before";
/// The stage of traces after learning.
const AFTER: &str = "after";

/// One pattern and its target, shown for seconds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Described)]
#[serde(deny_unknown_fields)]
struct NovelAssociation {
    /// The protocol.
    #[key(only = "novel_association")]
    protocol: String,
    /// The report's heading.
    #[key(example = "\"A title\"")]
    title: String,
    /// Root seeds; every condition is run once with each.
    #[key(least = 1, example = "[1, 2, 3]")]
    seeds: Vec<u64>,
    /// How long the association is shown with its teacher: a whole number of presentations.
    #[key(above = 0, unit = "ms", example = "3000.0")]
    learning_ms: f64,
    /// How long it is watched before and after, without plasticity: half of it without teacher,
    /// half with it.
    #[key(above = 0, unit = "ms", example = "200.0")]
    trace_ms: f64,
    /// Time between two places of a trace, and between those that a residual is averaged over.
    #[key(above = 0, unit = "ms", example = "2.0")]
    every_ms: f64,
    /// When the error is reported, in time of learning, besides at its end.
    #[key(above = 0, unit = "ms", example = "1500.0")]
    reported_ms: f64,
    /// Neurons of every layer whose traces are kept, from the first.
    #[key(min = 1, max = 1000)]
    n_traced: usize,
    /// Input rates are drawn from this interval.
    #[key(example = "[0.0, 1.0]")]
    inputs: Interval,
    /// Target potentials are drawn from this interval.
    #[key(example = "[-1.0, 1.0]")]
    targets: Interval,
    /// The network.
    network: NetworkSpec,
    /// Circuits, and what they went through before, by name.
    #[key(name = "CONDITION")]
    condition: IndexMap<String, Condition>,
}

/// A circuit and what it went through before.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Described)]
#[serde(deny_unknown_fields)]
struct Condition {
    /// A stage before, whose weights it begins with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    before: Option<Before>,
    /// The circuit.
    circuit: ContinuousSpec,
}

/// Random patterns without teacher, as for Fig. S1.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Described)]
#[serde(deny_unknown_fields)]
struct Before {
    /// Patterns shown, each once.
    #[key(min = 1, max = 1_000_000_000)]
    n_patterns: usize,
    /// The circuit.
    circuit: ContinuousSpec,
}

impl Protocol for NovelAssociation {
    fn check(&self) -> Result<(), SpecError> {
        let network = self.network.with_hidden_layer()?;
        Counts::FEW.check("n_traced", self.n_traced)?;
        self.inputs.check("inputs")?;
        self.targets.check("targets")?;
        for (key, value) in [
            ("learning_ms", self.learning_ms),
            ("trace_ms", self.trace_ms),
            ("every_ms", self.every_ms),
            ("reported_ms", self.reported_ms),
        ] {
            Numbers::MILLISECONDS.check(key, value)?;
        }
        let n_bytes = self.trace_ms / self.every_ms * (self.n_traced * 6 * 100) as f64;
        memory::check_key("trace_ms", self.trace_ms, n_bytes as u64)?;
        for (name, condition) in &self.condition {
            let key = condition_key(name);
            check_circuit(&condition.circuit, &network, key.then("circuit"))?;
            self.check_times(&condition.circuit)?;
            if let Some(before) = &condition.before {
                let key = key.then("before");
                Counts::PATTERNS.check(key.then("n_patterns"), before.n_patterns)?;
                let key = key.then("circuit");
                check_circuit(&before.circuit, &network, key.clone())?;
                if before.circuit.precision != condition.circuit.precision {
                    let found = format!("{:?}", before.circuit.precision).to_lowercase();
                    let expected = "the precision of the circuit that takes the weights over";
                    return Err(SpecError::range(key.then("precision"), found, expected));
                }
            }
        }
        Ok(())
    }

    fn n_bytes(&self) -> u64 {
        let conditions = self.condition.values();
        let circuits = conditions.flat_map(|condition| {
            let before = condition.before.iter().map(|before| &before.circuit);
            before.chain([&condition.circuit])
        });
        self.network.n_bytes(1, circuits)
    }

    fn run(&self, condition: &str, seed: u64, log: &mut Log<'_>) -> Result<(), Broken> {
        let condition = &self.condition[condition];
        match condition.circuit.precision {
            Precision::F32 => self.run_in::<f32>(condition, seed, log),
            Precision::F64 => self.run_in::<f64>(condition, seed, log),
        }
    }

    fn report(&self, runs: &Runs) -> Report {
        report::report(self, runs)
    }

    fn has_checkpoints(&self) -> bool {
        false
    }
}

/// The association that is learned.
struct Association {
    inputs: Array2<f32>,
    potentials: Array2<f32>,
    rates: Array2<f32>,
}

impl NovelAssociation {
    /// Whether there is an error when it is reported besides that at the end.
    fn is_reported_before_the_end(&self) -> bool {
        self.reported_ms < self.learning_ms
    }

    /// Fails on times that no presentation of `circuit` ends at.
    fn check_times(&self, circuit: &ContinuousSpec) -> Result<(), SpecError> {
        let presentation_ms = circuit.presentation_ms;
        let expected = "a whole number of presentations (`presentation_ms`) of every condition";
        for (key, value) in [
            ("learning_ms", self.learning_ms),
            ("reported_ms", self.reported_ms),
        ] {
            whole_number(key, value, presentation_ms, expected)?;
        }
        whole_number(
            "trace_ms",
            self.trace_ms,
            2.0 * presentation_ms,
            "a whole number of presentations (`presentation_ms`) of every condition, half of them with the teacher and half without",
        )?;
        if !(circuit.dt_ms..=presentation_ms).contains(&self.every_ms) {
            let found = format!("{:?} at {presentation_ms:?} ms", self.every_ms);
            let expected = "at least a step (`dt_ms`) and at most a presentation (`presentation_ms`) of every condition";
            return Err(SpecError::range("every_ms", found, expected));
        }
        Ok(())
    }

    fn run_in<T: Real>(
        &self,
        condition: &Condition,
        seed: u64,
        log: &mut Log<'_>,
    ) -> Result<(), Broken> {
        let streams = Streams::new(seed);
        let mut learner: Continuous<T> = self.network.circuit(&condition.circuit, streams)?;
        if let Some(before) = &condition.before {
            self.go_before(before, &mut learner, streams, log)?;
        }
        let shown = self.association(learner.network(), streams);
        let mut session = learner.session(streams, 1);
        self.trace(BEFORE, &mut learner, &mut session, &shown, log)?;
        self.learn(&condition.circuit, &mut learner, &mut session, &shown, log)?;
        self.trace(AFTER, &mut learner, &mut session, &shown, log)
    }

    fn association(&self, network: &Network, streams: Streams) -> Association {
        let mut rng = streams.stream("reproduce.association");
        let inputs = self.inputs.draw([1, network.n_inputs()], &mut rng);
        let potentials = self.targets.draw([1, network.n_outputs()], &mut rng);
        Association {
            rates: rates(network.transfer(), &potentials),
            inputs,
            potentials,
        }
    }

    /// The weights of a circuit that has seen random patterns become those of `learner`.
    fn go_before<T: Real>(
        &self,
        before: &Before,
        learner: &mut Continuous<T>,
        streams: Streams,
        log: &mut Log<'_>,
    ) -> Result<(), Broken> {
        let mut other: Continuous<T> = self.network.circuit(&before.circuit, streams)?;
        let mut session = other.session(streams, 1);
        let mut patterns = streams.stream("reproduce.patterns");
        for n_done in 1..=before.n_patterns {
            let pattern = self
                .inputs
                .draw([1, other.network().n_inputs()], &mut patterns);
            other.learn_without_teacher(&mut session, pattern.view())?;
            log.step(n_done, before.n_patterns)?;
        }
        for name in learner.tensors().names() {
            if let Some(tensor) = other.tensor(name) {
                learner.tensors_mut().set(name, tensor.view())?;
            }
        }
        Ok(())
    }

    fn learn<T: Real>(
        &self,
        spec: &ContinuousSpec,
        learner: &mut Continuous<T>,
        session: &mut ContinuousState<T>,
        shown: &Association,
        log: &mut Log<'_>,
    ) -> Result<(), Broken> {
        let n_presentations = (self.learning_ms / spec.presentation_ms).round().max(1.0) as usize;
        let stride = self.stride(spec.dt_ms);
        let n_layers = learner.network().n_layers();
        let error = |learner: &Continuous<T>| error(&learner.forward(), shown);
        log.add(0.0, ERROR, error(learner))?;
        log.value(ERROR_AT_START, error(learner));
        for n_done in 1..=n_presentations {
            let start_ms = (n_done - 1) as f64 * spec.presentation_ms;
            let mut sums: Vec<(Series, f64, usize)> = Vec::new();
            learner.observe(
                session,
                shown.inputs.view(),
                Some(shown.potentials.view()),
                true,
                |step, state| {
                    if step.is_multiple_of(stride) {
                        for (series, value) in residuals(state, n_layers) {
                            match sums.iter_mut().find(|(known, ..)| *known == series) {
                                Some((_, sum, n)) => (*sum, *n) = (*sum + value, *n + 1),
                                None => sums.push((series, value, 1)),
                            }
                        }
                    }
                },
            )?;
            for (series, sum, n) in sums {
                let middle_ms = start_ms + 0.5 * spec.presentation_ms;
                log.add(middle_ms, series, sum / n as f64)?;
            }
            let end_ms = n_done as f64 * spec.presentation_ms;
            log.add(end_ms, ERROR, error(learner))?;
            if (end_ms - self.reported_ms).abs() < 0.5 * spec.presentation_ms {
                log.value(ERROR_WHEN_REPORTED, error(learner));
            }
            log.step(n_done, n_presentations)?;
        }
        log.value(ERROR_AT_END, error(learner));
        log.flush()
    }

    /// Watches without plasticity, first without and then with the teacher.
    fn trace<T: Real>(
        &self,
        when: &'static str,
        learner: &mut Continuous<T>,
        session: &mut ContinuousState<T>,
        shown: &Association,
        log: &mut Log<'_>,
    ) -> Result<(), Broken> {
        let p = learner.parameters();
        let (dt_ms, presentation_ms) = (p.dt_ms, p.n_steps as f64 * p.dt_ms);
        let n_half = (0.5 * self.trace_ms / presentation_ms).round().max(1.0) as usize;
        let stride = self.stride(dt_ms);
        let mut places = Vec::new();
        for n in 0..2 * n_half {
            log.go_on()?;
            let start_ms = n as f64 * presentation_ms;
            let teacher = (n >= n_half).then(|| shown.potentials.view());
            let inputs = session.filtered_inputs();
            for i in 0..self.n_traced.min(inputs.ncols()) {
                places.push((start_ms, INPUT.of(i).within(when), inputs[[0, i]]));
            }
            learner.observe(
                session,
                shown.inputs.view(),
                teacher,
                false,
                |step, state| {
                    if step.is_multiple_of(stride) {
                        let time_ms = start_ms + step as f64 * dt_ms;
                        self.traced(state, &mut |series, value| {
                            places.push((time_ms, series.within(when), value));
                        });
                    }
                },
            )?;
        }
        for (time_ms, series, value) in places {
            log.add(time_ms, series, value)?;
        }
        for i in 0..self.n_traced.min(shown.potentials.ncols()) {
            let target = f64::from(shown.potentials[[0, i]]);
            log.add(0.0, TARGET.of(i).within(when), target)?;
        }
        log.flush()
    }

    /// Potentials of the first neurons.
    fn traced<T: Real>(&self, state: &State<T>, add: &mut impl FnMut(Series, f64)) {
        let n_layers = state.n_layers();
        let mut each = |quantity: Quantity, row: ArrayView2<'_, f64>| {
            for i in 0..self.n_traced.min(row.ncols()) {
                add(quantity.of(i), row[[0, i]]);
            }
        };
        each(SOMA, state.soma(n_layers - 1).view());
        each(BASAL, state.basal(n_layers - 1).view());
        each(DENDRITE, state.apical(n_layers - 1).view());
        each(INTERNEURON, state.interneuron(n_layers - 1).view());
        each(OUTPUT, state.soma(n_layers).view());
    }

    fn stride(&self, dt_ms: f64) -> usize {
        (self.every_ms / dt_ms).round().max(1.0) as usize
    }
}

fn rates(transfer: Transfer, potentials: &Array2<f32>) -> Array2<f32> {
    potentials.mapv(|u| transfer.rate(f64::from(u)) as f32)
}

fn error(network: &ForwardNetwork, shown: &Association) -> f64 {
    squared_error(network, shown.inputs.row(0), shown.rates.row(0))
}

/// Squared mismatch and apical potential of every hidden layer.
fn residuals<T: Real>(state: &State<T>, n_layers: usize) -> Vec<(Series, f64)> {
    let square = |rows: Array2<f64>| rows.iter().map(|x| x * x).sum::<f64>();
    (1..n_layers)
        .flat_map(|k| {
            let mismatch = state.soma(k + 1) - state.interneuron(k);
            [
                (MISMATCH.of(k), square(mismatch)),
                (APICAL.of(k), square(state.apical(k))),
            ]
        })
        .collect()
}
