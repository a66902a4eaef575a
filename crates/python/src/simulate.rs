//! `apical.simulate`.

use std::path::PathBuf;

use anyhow::Result;
use apical_experiment::chain;
use apical_experiment::folders::data_folders_of;
use apical_experiment::simulate::{
    Came, Record, RowsSpec, Saved, SimulateSpec, Specified, TargetKind, TargetsSpec,
};
use apical_experiment::spec::SpecProblem;
use apical_kernels::InstructionSet;
use pyo3::prelude::*;
use pyo3::types::PyByteArray;

use crate::source;
use crate::watch::{Watched, watch};

/// What is shown and what is taken down, beside the specification.
#[derive(FromPyObject)]
#[pyo3(from_item_all)]
pub(crate) struct Asked {
    inputs: Option<Vec<Vec<f32>>>,
    targets: Option<Vec<Vec<f32>>>,
    targets_are: Option<String>,
    record: Vec<String>,
    every_ms: Option<f64>,
    plastic: Option<bool>,
    weights: Option<PathBuf>,
    save_before: Option<PathBuf>,
    save_after: Option<PathBuf>,
    data_dir: Option<PathBuf>,
}

/// A quantity: its name, its neurons as (layer, number), and its values row by row as bytes of float64.
type Values<'py> = (&'static str, Vec<(usize, usize)>, Bound<'py, PyByteArray>);

/// The times in ms as bytes of float64, the quantities, what else there is to say, and the circuit's own failure.
type Traced<'py> = (
    Bound<'py, PyByteArray>,
    Vec<Values<'py>>,
    Option<String>,
    Option<String>,
);

/// Shows patterns to a circuit.
#[pyfunction]
pub(crate) fn simulate<'py>(
    py: Python<'py>,
    spec: source::Specified,
    asked: Asked,
    tell: &Bound<'py, PyAny>,
) -> PyResult<Traced<'py>> {
    let came = watch(py, tell, move |watched| shown(&spec, asked, watched))?;
    let numbers = |values: &[f64]| {
        let bytes: Vec<u8> = values.iter().flat_map(|v| v.to_ne_bytes()).collect();
        PyByteArray::new(py, &bytes)
    };
    let traces = came.traces.traces.iter().map(|trace| {
        let values = numbers(&trace.values);
        (trace.quantity.name(), trace.neurons.clone(), values)
    });
    Ok((
        numbers(&came.traces.times_ms),
        traces.collect(),
        came.note,
        came.ended.err().map(|error| chain(&error.into())),
    ))
}

fn shown(given: &source::Specified, asked: Asked, watched: &Watched) -> Result<Came> {
    InstructionSet::chosen()?;
    let (source, overrides) = (given.source()?, given.overrides()?);
    let (record, every_ms) = (asked.record.clone(), asked.every_ms);
    let saved = Saved {
        before: asked.save_before.clone(),
        after: asked.save_after.clone(),
    };
    let variable = |name: &str| std::env::var_os(name);
    let folders = data_folders_of(asked.data_dir.as_deref(), &variable);
    let specified = Specified::read(&source, &overrides, |spec| in_place_of(spec, asked))?;
    let record = Record::new(specified.circuit()?, &specified.network, &record, every_ms)?;
    specified.simulate(&folders, &record, saved, &|| watched.is_stopped())
}

/// Puts what is given in place of what the specification says.
fn in_place_of(spec: &mut SimulateSpec, asked: Asked) -> Result<(), SpecProblem> {
    if let Some(path) = asked.weights {
        spec.weights = Some(path);
    }
    if let Some(plastic) = asked.plastic {
        spec.plastic = plastic;
    }
    if let Some(rows) = asked.inputs {
        spec.inputs = RowsSpec {
            rows: Some(rows),
            ..RowsSpec::default()
        };
    }
    let kind = match asked.targets_are.as_deref() {
        None => spec.targets.as_ref().map(|targets| targets.kind),
        Some("potentials") => Some(TargetKind::Potentials),
        Some("rates") => Some(TargetKind::Rates),
        Some(other) => {
            let message = format!("targets_are is {other:?}, which targets never are");
            return Err(SpecProblem::new(message).with_help("write \"potentials\" or \"rates\""));
        }
    };
    if let Some(rows) = asked.targets {
        let Some(kind) = kind else {
            let problem = SpecProblem::new("nothing says what targets are");
            return Err(problem.with_help("give targets_are=\"potentials\" or \"rates\""));
        };
        spec.targets = Some(TargetsSpec {
            kind,
            path: None,
            array: None,
            rows: Some(rows),
        });
    } else if let (Some(kind), Some(targets)) = (kind, &mut spec.targets) {
        targets.kind = kind;
    }
    Ok(())
}
