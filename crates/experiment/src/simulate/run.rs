//! From a specification and what is asked for to traces.

use std::path::{Path, PathBuf};

use anyhow::Result;
use apical_learning::{
    LearnError, Learner, Network, Precision, StoreError, Streams, load_tensors, save_tensors,
};
use apical_microcircuit::circuit::{max_2026, sacramento_2018};

use super::{CircuitSpec, Model, Quantity, Recorder, Shown, SimulateSpec, Simulated, Traces};
use crate::runs::Stop;
use crate::spec::nearest;
use crate::store::{read_file, write_atomically};

/// What is taken down of a simulation.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    /// Quantities.
    pub quantities: Vec<Quantity>,
    /// Steps from one time to the next.
    pub every: usize,
}

/// Why something cannot be taken down.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    /// A name that is none of a quantity of the circuit.
    #[error("there is no quantity called `{name}`{nearest}; known are {known}")]
    Unknown {
        /// The name given.
        name: String,
        /// `, did you mean …?`, or nothing.
        nearest: String,
        /// The names there are.
        known: String,
    },
    /// A quantity that no neuron of the circuit has.
    #[error("no neuron of this circuit has `{quantity}`: it has no hidden layer")]
    NoNeurons {
        /// The quantity.
        quantity: &'static str,
    },
    /// A time between records that steps do not meet.
    #[error("{every_ms:?} is no whole number of steps of {dt_ms} ms")]
    Every {
        /// The time given.
        every_ms: f64,
        /// The step.
        dt_ms: f64,
    },
}

/// Weights that cannot be put into a circuit.
#[derive(Debug, thiserror::Error)]
pub enum WeightsError {
    /// The file cannot be read.
    #[error("{path} cannot be read: {source}")]
    Unreadable {
        /// The file.
        path: String,
        /// Why.
        source: std::io::Error,
    },
    /// They are those of something else, or none.
    #[error("the weights in {path} cannot be used: {source}")]
    Weights {
        /// The file.
        path: String,
        /// Why.
        source: StoreError,
    },
}

/// A simulation, checked: a circuit, what is shown to it, and what is taken down.
pub struct Simulation<'a> {
    /// Its specification.
    pub spec: &'a SimulateSpec,
    /// The network, as the specification's check gives it.
    pub network: &'a Network,
    /// What is shown.
    pub shown: &'a Shown,
    /// What is taken down.
    pub record: &'a Record,
    /// What is saved.
    pub saved: Saved,
    /// Says after each pattern whether to stop; no weights are saved then.
    pub stop: Stop<'a>,
}

/// Files that weights are saved to.
#[derive(Debug, Clone, Default)]
pub struct Saved {
    /// Those before the first pattern.
    pub before: Option<PathBuf>,
    /// Those after the last pattern.
    pub after: Option<PathBuf>,
}

/// What came of a simulation.
#[derive(Debug)]
pub struct Came {
    /// What was taken down, up to where it ended.
    pub traces: Traces,
    /// What else there is to say.
    pub note: Option<String>,
    /// The circuit's own failure.
    pub ended: Result<(), LearnError>,
}

impl Record {
    /// The quantities of these names, once each, every so many ms; 1 ms where nothing is said, or one step where a
    /// pattern is shown for less than 20 ms.
    ///
    /// # Errors
    /// Names of no quantity, and times that steps do not meet.
    pub fn new(
        circuit: CircuitSpec<'_>,
        network: &Network,
        names: &[String],
        every_ms: Option<f64>,
    ) -> Result<Self, RecordError> {
        let model = circuit.model();
        let mut quantities = Vec::new();
        for name in names {
            let quantity = named(model, name)?;
            if model.neurons(quantity, network.sizes()).is_empty() {
                let quantity = quantity.name();
                return Err(RecordError::NoNeurons { quantity });
            }
            if !quantities.contains(&quantity) {
                quantities.push(quantity);
            }
        }
        let dt_ms = circuit.dt_ms();
        let by_default = || match circuit.presentation_ms() < 20.0 {
            true => dt_ms,
            false => 1.0,
        };
        let every_ms = every_ms.unwrap_or_else(by_default);
        let every = every_ms / dt_ms;
        if !(every >= 0.5 && (every - every.round()).abs() < 1e-6 * every) {
            return Err(RecordError::Every { every_ms, dt_ms });
        }
        Ok(Self {
            quantities,
            every: every.round() as usize,
        })
    }
}

fn named(model: Model, name: &str) -> Result<Quantity, RecordError> {
    let mut quantities = model.quantities().iter().copied();
    if let Some(found) = quantities.find(|own| own.name() == name) {
        return Ok(found);
    }
    let known: Vec<&str> = model.quantities().iter().map(|own| own.name()).collect();
    let near = nearest(name, known.iter().copied());
    Err(RecordError::Unknown {
        name: name.to_owned(),
        nearest: near.map_or_else(String::new, |near| format!(", did you mean `{near}`?")),
        known: known.join(", "),
    })
}

impl Simulation<'_> {
    /// Shows all patterns; the circuit's own failure ends the traces.
    ///
    /// # Errors
    /// Settings of the circuit, with their key ([`apical_learning::SpecError`]); weights that do not fit; files that cannot be
    /// written.
    pub fn run(&self) -> Result<Came> {
        let streams = Streams::new(self.spec.seed);
        let start = self.spec.network.start(streams)?;
        let circuit = self.spec.circuit()?;
        // One arm for every circuit and precision.
        macro_rules! run {
            ($circuit:ty, $own:expr) => {
                self.run_in(
                    <$circuit>::new(self.network, &start, $own, streams)?,
                    circuit,
                    streams,
                )
            };
        }
        match (circuit, circuit.precision()) {
            (CircuitSpec::Sacramento2018(own), Precision::F32) => {
                run!(sacramento_2018::Continuous<f32>, own)
            }
            (CircuitSpec::Sacramento2018(own), Precision::F64) => {
                run!(sacramento_2018::Continuous<f64>, own)
            }
            (CircuitSpec::Max2026(own), Precision::F32) => run!(max_2026::Continuous<f32>, own),
            (CircuitSpec::Max2026(own), Precision::F64) => run!(max_2026::Continuous<f64>, own),
        }
    }

    fn run_in<C: Simulated>(
        &self,
        mut circuit: C,
        spec: CircuitSpec<'_>,
        streams: Streams,
    ) -> Result<Came> {
        if let Some(path) = &self.spec.weights {
            load(&mut circuit, path)?;
        }
        save(&circuit, self.saved.before.as_deref())?;
        let mut session = circuit.session(streams, 1);
        let n_steps = circuit.n_steps();
        let sizes = circuit.network().sizes().to_vec();
        let (model, dt_ms) = (spec.model(), spec.dt_ms());
        let Record { quantities, every } = self.record;
        let mut recorder = Recorder::new(quantities, (model, &sizes), *every, dt_ms);
        let row = |i: usize| self.shown.targets.as_ref().map(|targets| targets.row(i));
        let n_patterns = self.shown.inputs.nrows();
        if C::SHOWN_AFTER > 0 {
            recorder.see::<C>(0, C::state(&session), row(0));
        }
        for i in 0..n_patterns {
            let inputs = self.shown.inputs.slice(ndarray::s![i..i + 1, ..]);
            let targets = self.shown.targets.as_ref();
            let target = targets.map(|targets| targets.slice(ndarray::s![i..i + 1, ..]));
            let mut seen = |step: usize, state: &C::State| {
                recorder.see::<C>(i * n_steps + step + C::SHOWN_AFTER, state, row(i));
            };
            let is_plastic = self.spec.plastic;
            let observed = circuit.show(&mut session, inputs, target, is_plastic, &mut seen);
            if observed.is_err() || (self.stop)() {
                return Ok(Came {
                    traces: recorder.into_traces(),
                    note: None,
                    ended: observed,
                });
            }
        }
        if C::SHOWN_AFTER == 0 {
            recorder.see::<C>(
                n_patterns * n_steps,
                C::state(&session),
                row(n_patterns - 1),
            );
        }
        save(&circuit, self.saved.after.as_deref())?;
        Ok(Came {
            traces: recorder.into_traces(),
            note: C::note(&session),
            ended: Ok(()),
        })
    }
}

fn load(circuit: &mut impl Learner, path: &Path) -> Result<(), WeightsError> {
    let name = || path.display().to_string();
    let bytes = read_file(path).map_err(|source| WeightsError::Unreadable {
        path: name(),
        source,
    })?;
    load_tensors(circuit, &bytes).map_err(|source| WeightsError::Weights {
        path: name(),
        source,
    })?;
    Ok(())
}

fn save(circuit: &impl Learner, path: Option<&Path>) -> Result<()> {
    match path {
        Some(path) => write_atomically(path, &save_tensors(circuit)?),
        None => Ok(()),
    }
}
