//! `apical simulate`.

use std::path::Path;

use anyhow::Result;
use apical_experiment::simulate::{
    Came, CircuitSpec, Model, Neuron, Quantity, Record, RecordError, Saved, SimulateSpec,
    Specified, TargetsSpec, Traces, chart, csv, npz,
};
use apical_experiment::spec::{Overrides, SpecProblem, SpecSource};
use apical_experiment::store::write_atomically;
use apical_learning::Network;

use crate::built_in;
use crate::cli::{HowToRun, SimulateArgs};
use crate::exit::{self, UsageError};
use crate::folders::{data_folders, may_be_made};
use crate::say;

/// Shows patterns to a circuit and writes its traces.
///
/// Where the circuit fails, what was seen until then is written nevertheless.
pub(crate) fn simulate(arguments: &SimulateArgs, data_dir: Option<&Path>) -> Result<()> {
    simulate_source(built_in::source(&arguments.spec)?, arguments, data_dir)
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
    let specified = Specified::read(&source, &overrides, |spec| in_place_of(spec, arguments))?;
    let plan = Plan::new(specified.circuit()?, &specified.network, arguments)?;
    let saved = Saved {
        before: arguments.save_before.clone(),
        after: arguments.save_after.clone(),
    };
    let Came {
        traces,
        note,
        ended,
    } = specified.simulate(&data_folders(data_dir), &plan.record, saved, &|| false)?;
    if let Some(note) = note {
        say::err(note);
    }
    write(&traces, &specified.spec, &plan, arguments)?;
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
                .map(Into::into)
                .or(of_spec)
                .ok_or(UsageError::TargetsOfNoKind)?,
            path: Some(path.clone()),
            array: spec.targets.take().and_then(|targets| targets.array),
            rows: None,
        });
    } else if let (Some(kind), Some(targets)) = (arguments.targets_are, &mut spec.targets) {
        targets.kind = kind.into();
    }
    Ok(())
}

/// What is taken down and written.
struct Plan {
    model: Model,
    written: Vec<Quantity>,
    record: Record,
    neurons: Vec<Neuron>,
}

impl Plan {
    fn new(circuit: CircuitSpec<'_>, network: &Network, arguments: &SimulateArgs) -> Result<Self> {
        extension(&arguments.out, &["npz", "csv"])?;
        let record = Record::new(circuit, network, &arguments.record, arguments.every);
        let mut record = record.map_err(|error| match error {
            RecordError::Every { every_ms, dt_ms } => UsageError::Every { every_ms, dt_ms }.into(),
            error => anyhow::Error::from(error),
        })?;
        let (model, written) = (circuit.model(), record.quantities.clone());
        let mut neurons = Vec::new();
        if let Some(figure) = &arguments.figure {
            extension(figure, &["svg", "png"])?;
            neurons = chosen(&arguments.neurons, network.sizes())?;
            for &quantity in model.quantities() {
                if !record.quantities.contains(&quantity) {
                    record.quantities.push(quantity);
                }
            }
        }
        Ok(Self {
            model,
            written,
            record,
            neurons,
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
