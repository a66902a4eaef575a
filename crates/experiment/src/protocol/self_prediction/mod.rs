//! Fig. S1: self-prediction emerges from random weights, by eqs. 8 and 9 on random patterns.
//!
//! Source: Sacramento et al. (2018), supplementary Fig. S1.

mod report;

use apical_keys::Described;
use apical_learning::{
    Batch, Carried, Counts, LearnError, Learner, Precision, Quantity, Real, SpecError, StoreError,
    StreamRng, Streams, Teacher,
};
use apical_microcircuit::circuit::sacramento_2018::ContinuousState;
use apical_microcircuit::{Continuous, ContinuousSpec, loop_gain};
use indexmap::IndexMap;
use ndarray::Array2;
use serde::{Deserialize, Serialize};

use super::quantity::{APICAL, MISMATCH, Quantity as Measured};
use super::setting::{
    Interval, NetworkSpec, check_circuit, condition_key, logarithmic_counts, mean_square_norm,
};
use crate::memory;

use super::{Broken, Carries, Kind, Log, Protocol, Report, Runs};

/// This protocol.
pub(super) const KIND: Kind = Kind::of::<SelfPrediction>(
    "self_prediction",
    "random patterns without teacher: interneurons and lateral inhibition learn (eqs. 8, 9)",
    &["figs1"],
    &[
        MISMATCH,
        APICAL,
        ABSCISSA,
        GAIN,
        ABSCISSA_AT_START,
        GAIN_AT_START,
        LARGEST_GAIN,
        LAST_GAIN,
        PROBE_RAN_AWAY,
    ],
);

/// Largest real part of the eigenvalues of the loops.
const ABSCISSA: Measured = Measured::new("abscissa", "abscissa", "1/ms");
/// The rate at which large activity grows.
const GAIN: Measured = Measured::new("gain", "gain", "1/ms");
/// Before the first pattern.
const ABSCISSA_AT_START: Measured = Measured::new("abscissa_at_start", "abscissa at start", "1/ms");
/// Before the first pattern.
const GAIN_AT_START: Measured = Measured::new("gain_at_start", "gain at start", "1/ms");
/// Over all measurements.
const LARGEST_GAIN: Measured = Measured::new("largest_gain", "largest gain", "1/ms");
/// Of the last measurement.
const LAST_GAIN: Measured = Measured::new("last_gain", "last gain", "1/ms");
/// 1 where a probe ran away, else 0.
const PROBE_RAN_AWAY: Measured = Measured::new("probe_ran_away", "runaway probe", "1");

/// Learning without a teacher, until apical potentials vanish.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Described)]
#[serde(deny_unknown_fields)]
struct SelfPrediction {
    /// The protocol.
    #[key(only = "self_prediction")]
    protocol: String,
    /// The report's heading.
    #[key(example = "\"A title\"")]
    title: String,
    /// Root seeds; every condition is run once with each.
    #[key(least = 1, example = "[1, 2, 3]")]
    seeds: Vec<u64>,
    /// Patterns shown, each once.
    #[key(min = 1, max = 1_000_000_000)]
    n_patterns: usize,
    /// Patterns on which residuals are measured, the same at all times.
    #[key(min = 1, max = 1_000_000)]
    n_probes: usize,
    /// How often residuals are measured, at counts of patterns evenly spaced on a logarithmic axis.
    #[key(min = 1, max = 100_000)]
    n_records: usize,
    /// Input rates are drawn from this interval.
    #[key(example = "[0.0, 1.0]")]
    inputs: Interval,
    /// The network.
    network: NetworkSpec,
    /// Circuits by name.
    #[key(name = "CONDITION")]
    condition: IndexMap<String, ContinuousSpec>,
}

impl Protocol for SelfPrediction {
    fn check(&self) -> Result<(), SpecError> {
        let network = self.network.with_hidden_layer()?;
        Counts::PATTERNS.check("n_patterns", self.n_patterns)?;
        Counts::SAMPLES.check("n_probes", self.n_probes)?;
        Counts::RECORDS.check("n_records", self.n_records)?;
        memory::check_key("n_probes", self.n_probes, self.n_bytes())?;
        self.inputs.check("inputs")?;
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
            Precision::F32 => self.run_in::<f32>(circuit, seed, log),
            Precision::F64 => self.run_in::<f64>(circuit, seed, log),
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
    patterns: StreamRng,
    /// The largest gain so far.
    largest: f64,
}

impl<T: Real> Carries for Course<T> {
    fn carry(&mut self, carried: &mut Carried<'_>) -> Result<(), StoreError> {
        (carried.within("learner")).tensors(self.learner.tensors_mut())?;
        (self.learner).carry(&mut self.session, &mut carried.within("session"))?;
        carried.stream("patterns", &mut self.patterns)?;
        carried.number("largest_gain", &mut self.largest)
    }
}

impl SelfPrediction {
    fn run_in<T: Real>(
        &self,
        circuit: &ContinuousSpec,
        seed: u64,
        log: &mut Log<'_>,
    ) -> Result<(), Broken> {
        let streams = Streams::new(seed);
        let learner: Continuous<T> = self.network.circuit(circuit, streams)?;
        let n_inputs = learner.network().n_inputs();
        let draw = |name, n| self.inputs.draw([n, n_inputs], &mut streams.stream(name));
        let probes = draw("reproduce.probes", self.n_probes);
        let mut course = Course {
            session: learner.session(streams, 1),
            learner,
            patterns: streams.stream("reproduce.patterns"),
            largest: f64::NEG_INFINITY,
        };
        let n_before = log.begin_from(&mut course)?;
        if n_before == 0 {
            self.record(&course.learner, &probes, 0, &mut course.largest, log)?;
        }
        let records = logarithmic_counts(self.n_records, self.n_patterns);
        let records = records.into_iter().filter(|&n_done| n_done > n_before);
        let mut records = records.peekable();
        for n_done in n_before + 1..=self.n_patterns {
            let pattern = self.inputs.draw([1, n_inputs], &mut course.patterns);
            (course.learner).learn_without_teacher(&mut course.session, pattern.view())?;
            if records.next_if_eq(&n_done).is_some() {
                self.record(&course.learner, &probes, n_done, &mut course.largest, log)?;
            }
            log.step_of(&mut course, n_done, self.n_patterns)?;
        }
        Ok(())
    }

    /// Residuals and loop gains after `n_done` patterns, and the largest gain so far. Where a probe runs
    /// away, residuals are absent; that ends no run, because probes are no part of it.
    fn record<T: Real>(
        &self,
        learner: &Continuous<T>,
        probes: &Array2<f32>,
        n_done: usize,
        largest: &mut f64,
        log: &mut Log<'_>,
    ) -> Result<(), Broken> {
        let x = n_done as f64;
        let gain = loop_gain(learner);
        let growth = gain.large_activity.unwrap_or(gain.abscissa);
        *largest = largest.max(growth);
        log.add(x, ABSCISSA, gain.abscissa)?;
        log.add(x, GAIN, growth)?;
        if n_done == 0 {
            log.value(ABSCISSA_AT_START, gain.abscissa);
            log.value(GAIN_AT_START, growth);
        }
        log.value(LARGEST_GAIN, *largest);
        log.value(LAST_GAIN, growth);
        let n_outputs = learner.network().n_outputs();
        let none = Array2::zeros((probes.nrows(), n_outputs));
        let batch = Batch {
            inputs: probes.view(),
            target_potentials: none.view(),
            target_rates: none.view(),
            labels: None,
        };
        let mut session = learner.session(Streams::new(0), 0);
        let activities = learner.activities(&mut session, batch, Teacher::Off);
        let ran_away = matches!(
            activities,
            Err(LearnError::Runaway { .. } | LearnError::NonFinite { .. })
        );
        log.add(x, PROBE_RAN_AWAY, f64::from(u8::from(ran_away)))?;
        let activities = match ran_away {
            true => None,
            false => Some(activities?),
        };
        for k in 1..learner.network().n_layers() {
            for (quantity, measured) in [
                (Quantity::InterneuronMismatch, MISMATCH.of(k)),
                (Quantity::Apical, APICAL.of(k)),
            ] {
                // What was measured earlier is no number of the end.
                log.value(measured, f64::NAN);
                let rows = activities.as_ref().and_then(|of| of.get(quantity, k));
                if let Some(rows) = rows {
                    let value = mean_square_norm(rows);
                    log.add(x, measured, value)?;
                    log.value(measured, value);
                    if n_done == 0 {
                        log.value(measured.at_start(), value);
                    }
                }
            }
        }
        log.flush()
    }

    fn n_hidden(&self) -> usize {
        self.network.sizes.len().saturating_sub(2)
    }
}
