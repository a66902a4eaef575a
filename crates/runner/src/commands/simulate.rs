//! `apical simulate`.

use std::path::Path;

use anyhow::Result;
use apical_learning::{
    LearnError, Learner, Network, Precision, SpecError, Streams, load_tensors, save_tensors,
};
use apical_microcircuit::circuit::{max_2026, sacramento_2018};

use super::unknown;
use crate::built_in;
use crate::cli::{HowToRun, SimulateArgs};
use crate::exit::{self, DataProblem, UsageError};
use crate::folders::{data_folders, may_be_made};
use crate::say;
use crate::simulate::{
    CIRCUITS, CircuitSpec, Model, Neuron, Quantity, Recorder, Shown, ShownError, SimulateSpec,
    Simulated, TargetsSpec, Traces, chart, csv, npz,
};
use apical_experiment::spec::{Overrides, SpecProblem, SpecSource};
use apical_experiment::store::{read_file, write_atomically};

/// Shows patterns to a circuit and writes its traces.
///
/// Where the circuit fails, what was seen until then is written nevertheless.
pub(crate) fn simulate(arguments: &SimulateArgs, data_dir: Option<&Path>) -> Result<()> {
    simulate_source(built_in::source(&arguments.spec)?, arguments, data_dir)
}

/// Whether `source` is the specification of a simulation.
pub(super) fn is_simulation(source: &SpecSource) -> bool {
    let table: toml::Table = source.text.parse().unwrap_or_default();
    CIRCUITS.iter().any(|key| table.contains_key(*key)) && !table.contains_key("protocol")
}

/// `apical run` with a simulation: traces and figure go to the experiment's folder.
pub(super) fn run_simulation(
    source: SpecSource,
    how: &HowToRun,
    data_dir: Option<&Path>,
) -> Result<u8> {
    let seed = match how.what.seeds.as_deref().map(str::parse) {
        None => None,
        Some(Ok(seed)) => Some(seed),
        Some(Err(_)) => Err(SpecProblem::new("a simulation has one seed")
            .with_help("name one with --seeds N, or call `apical simulate` once for each"))?,
    };
    let folder = how.out.join(&source.name);
    may_be_made(&folder)?;
    std::fs::create_dir_all(&folder)?;
    let arguments = SimulateArgs {
        seed,
        ..SimulateArgs::into_folder(&folder, &how.what.sets)
    };
    simulate_source(source, &arguments, data_dir)?;
    if !how.quiet {
        say::err(format_args!("traces: {}", arguments.out.display()));
    }
    Ok(exit::OK)
}

fn simulate_source(
    source: SpecSource,
    arguments: &SimulateArgs,
    data_dir: Option<&Path>,
) -> Result<()> {
    let overrides = Overrides::parse(&arguments.sets, None)?;
    let (mut spec, _): (SimulateSpec, _) = source.read(&overrides)?;
    let problem = |error: SpecError| source.problem_of(&overrides, &error);
    spec.place_in(&source.folder);
    in_place_of(&mut spec, arguments)?;
    let network = spec.check().map_err(problem)?;
    let circuit = spec.circuit().map_err(problem)?;
    let plan = Plan::new(circuit, &network, arguments)?;
    let shown = match spec.shown(&network, &data_folders(data_dir)) {
        Ok(shown) => shown,
        Err(ShownError::Spec(error)) => return Err(problem(error).into()),
        Err(ShownError::File(error)) => return Err(error.into()),
    };
    let streams = Streams::new(spec.seed);
    let start = spec.network.start(streams).map_err(problem)?;
    let simulation = Simulation {
        spec: &spec,
        shown: &shown,
        plan: &plan,
        arguments,
        streams,
    };
    // One arm for every circuit and precision.
    macro_rules! run {
        ($circuit:ty, $own:expr) => {
            simulation.run(<$circuit>::new(&network, &start, $own, streams).map_err(problem)?)?
        };
    }
    let (traces, ended) = match (circuit, circuit.precision()) {
        (CircuitSpec::Sacramento2018(own), Precision::F32) => {
            run!(sacramento_2018::Continuous<f32>, own)
        }
        (CircuitSpec::Sacramento2018(own), Precision::F64) => {
            run!(sacramento_2018::Continuous<f64>, own)
        }
        (CircuitSpec::Max2026(own), Precision::F32) => run!(max_2026::Continuous<f32>, own),
        (CircuitSpec::Max2026(own), Precision::F64) => run!(max_2026::Continuous<f64>, own),
    };
    write(&traces, &spec, &plan, arguments)?;
    Ok(ended?)
}

/// Puts what the command line says in place of what the specification says.
fn in_place_of(spec: &mut SimulateSpec, arguments: &SimulateArgs) -> Result<(), UsageError> {
    if let Some(seed) = arguments.seed {
        spec.seed = seed;
    }
    if let Some(path) = &arguments.weights {
        spec.weights = Some(path.clone());
    }
    if arguments.no_plasticity {
        spec.plastic = false;
    }
    if let Some(path) = &arguments.inputs {
        spec.inputs.path = Some(path.clone());
        spec.inputs.rows = None;
    }
    if let Some(path) = &arguments.targets {
        let of_spec = spec.targets.as_ref().map(|targets| targets.kind);
        spec.targets = Some(TargetsSpec {
            kind: arguments
                .targets_are
                .or(of_spec)
                .ok_or(UsageError::TargetsOfNoKind)?,
            path: Some(path.clone()),
            array: spec.targets.take().and_then(|targets| targets.array),
            rows: None,
        });
    } else if let (Some(kind), Some(targets)) = (arguments.targets_are, &mut spec.targets) {
        targets.kind = kind;
    }
    Ok(())
}

/// What is taken down and written.
struct Plan {
    model: Model,
    written: Vec<Quantity>,
    recorded: Vec<Quantity>,
    neurons: Vec<Neuron>,
    every: usize,
    dt_ms: f64,
}

impl Plan {
    fn new(
        circuit: CircuitSpec<'_>,
        network: &Network,
        arguments: &SimulateArgs,
    ) -> Result<Self, UsageError> {
        extension(&arguments.out, &["npz", "csv"])?;
        let model = circuit.model();
        let known: Vec<&str> = model.quantities().iter().map(|own| own.name()).collect();
        let mut written = Vec::new();
        for name in &arguments.record {
            let mut quantities = model.quantities().iter().copied();
            let quantity = quantities.find(|own| own.name() == name);
            let quantity = quantity.ok_or_else(|| unknown("quantity", name, &known))?;
            if model.neurons(quantity, network.sizes()).is_empty() {
                return Err(UsageError::NoNeurons {
                    quantity: quantity.name(),
                });
            }
            if !written.contains(&quantity) {
                written.push(quantity);
            }
        }
        let dt_ms = circuit.dt_ms();
        let by_default = || match circuit.presentation_ms() < 20.0 {
            true => dt_ms,
            false => 1.0,
        };
        let every_ms = arguments.every.unwrap_or_else(by_default);
        let every = every_ms / dt_ms;
        if !(every >= 0.5 && (every - every.round()).abs() < 1e-6 * every) {
            return Err(UsageError::Every { every_ms, dt_ms });
        }
        let mut recorded = written.clone();
        let mut neurons = Vec::new();
        if let Some(figure) = &arguments.figure {
            extension(figure, &["svg", "png"])?;
            neurons = chosen(&arguments.neurons, network.sizes())?;
            for &quantity in model.quantities() {
                if !recorded.contains(&quantity) {
                    recorded.push(quantity);
                }
            }
        }
        Ok(Self {
            model,
            written,
            recorded,
            neurons,
            every: every.round() as usize,
            dt_ms,
        })
    }
}

/// The neurons that the command line names, or the first of every layer.
fn chosen(names: &[String], sizes: &[usize]) -> Result<Vec<Neuron>, UsageError> {
    if names.is_empty() {
        let first = |layer| Neuron { layer, number: 0 };
        return Ok((0..sizes.len()).map(first).collect());
    }
    let neurons = names.iter().map(|name| {
        let neuron: Option<Neuron> = name.parse().ok();
        let exists = |n: &Neuron| sizes.get(n.layer).is_some_and(|&size| n.number < size);
        neuron.filter(exists).ok_or_else(|| UsageError::NoNeuron {
            name: name.clone(),
            sizes: sizes.to_vec(),
        })
    });
    neurons.collect()
}

fn extension(path: &Path, known: &'static [&'static str]) -> Result<&'static str, UsageError> {
    let found = path.extension().unwrap_or_default().to_string_lossy();
    let own = known.iter().find(|own| found.eq_ignore_ascii_case(own));
    own.copied().ok_or_else(|| UsageError::Extension {
        path: path.display().to_string(),
        known: known.join(", ."),
    })
}

/// What is shown to a circuit, and what is taken down.
struct Simulation<'a> {
    spec: &'a SimulateSpec,
    shown: &'a Shown,
    plan: &'a Plan,
    arguments: &'a SimulateArgs,
    streams: Streams,
}

impl Simulation<'_> {
    /// Shows all patterns; the circuit's own failure ends the traces.
    fn run<C: Simulated>(&self, mut circuit: C) -> Result<(Traces, Result<(), LearnError>)> {
        if let Some(path) = &self.spec.weights {
            load(&mut circuit, path)?;
        }
        save(&circuit, self.arguments.save_before.as_deref())?;
        let mut session = circuit.session(self.streams, 1);
        let n_steps = circuit.n_steps();
        let sizes = circuit.network().sizes().to_vec();
        let (model, plan) = (self.plan.model, self.plan);
        let mut recorder = Recorder::new(&plan.recorded, (model, &sizes), plan.every, plan.dt_ms);
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
            if observed.is_err() {
                return Ok((recorder.into_traces(), observed));
            }
        }
        if C::SHOWN_AFTER == 0 {
            recorder.see::<C>(
                n_patterns * n_steps,
                C::state(&session),
                row(n_patterns - 1),
            );
        }
        save(&circuit, self.arguments.save_after.as_deref())?;
        if let Some(note) = C::note(&session) {
            say::err(format_args!("{note}"));
        }
        Ok((recorder.into_traces(), Ok(())))
    }
}

fn load(circuit: &mut impl Learner, path: &Path) -> Result<()> {
    let bytes = read_file(path).map_err(|source| DataProblem::Unreadable {
        path: path.display().to_string(),
        source,
    })?;
    load_tensors(circuit, &bytes).map_err(|source| DataProblem::Weights {
        path: path.display().to_string(),
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

fn write(
    traces: &Traces,
    spec: &SimulateSpec,
    plan: &Plan,
    arguments: &SimulateArgs,
) -> Result<()> {
    let out = &arguments.out;
    let bytes = match extension(out, &["npz", "csv"])? {
        "npz" => npz(traces, &plan.written)?,
        _ => csv(traces, &plan.written).into_bytes(),
    };
    write_atomically(out, &bytes)?;
    say::err(format_args!(
        "{} times written to {}",
        traces.times_ms.len(),
        out.display()
    ));
    if let Some(figure) = &arguments.figure {
        let kind = extension(figure, &["svg", "png"])?;
        let drawn = chart(&spec.title, plan.model, traces, &plan.neurons).artefacts("figure")?;
        let drawn = drawn.into_iter().find(|file| file.path.ends_with(kind));
        if let Some(file) = drawn {
            write_atomically(figure, &file.bytes)?;
        }
    }
    Ok(())
}
