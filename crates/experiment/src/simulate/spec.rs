//! The specification of a simulation.

use std::path::{Path, PathBuf};

use apical_datasets::{DatasetError, read_rows};
use apical_keys::Described;
use apical_learning::{KeyPath, Network, Numbers, Precision, SpecError};
use apical_microcircuit::ContinuousSpec;
use apical_microcircuit::circuit::max_2026::ErrorNeuronsContinuousSpec;
use ndarray::Array2;
use serde::{Deserialize, Serialize};

use super::Model;
use crate::protocol::setting::NetworkSpec;
use crate::spec::SpecSource;

/// The keys of circuits, of which a simulation has one.
pub const CIRCUITS: [&str; 2] = ["circuit", "error_neurons_continuous"];

/// Whether `source` is the specification of a simulation.
pub fn is_simulation(source: &SpecSource) -> bool {
    let table: toml::Table = source.text.parse().unwrap_or_default();
    CIRCUITS.iter().any(|key| table.contains_key(*key)) && !table.contains_key("protocol")
}

/// A circuit and what is shown to it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Described)]
#[serde(deny_unknown_fields)]
pub struct SimulateSpec {
    /// The figure's heading.
    #[serde(default)]
    pub title: String,
    /// Root seed of weights that are drawn, and of noise.
    #[serde(default)]
    pub seed: u64,
    /// Weights as runs save them; drawn from the seed where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weights: Option<PathBuf>,
    /// Whether weights learn.
    #[serde(default = "yes")]
    pub plastic: bool,
    /// Layers, φ and forward starting weights.
    pub network: NetworkSpec,
    /// Input rates, a row per pattern; patterns are shown one after the other.
    pub inputs: RowsSpec,
    /// Targets, a row per pattern; without them no teacher acts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub targets: Option<TargetsSpec>,
    /// The settings of a circuit with interneurons. Exactly one of this and `error_neurons_continuous`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub circuit: Option<ContinuousSpec>,
    /// The settings of a circuit with error neurons.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error_neurons_continuous: Option<ErrorNeuronsContinuousSpec>,
}

/// The circuit that is simulated.
#[derive(Debug, Clone, Copy)]
pub enum CircuitSpec<'a> {
    /// With interneurons.
    Sacramento2018(&'a ContinuousSpec),
    /// With error neurons.
    Max2026(&'a ErrorNeuronsContinuousSpec),
}

/// Rows of numbers: those of a file, or those that stand here.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, Described)]
#[serde(deny_unknown_fields)]
pub struct RowsSpec {
    /// A CSV, NPY or NPZ file; a relative path is relative to the specification's file, or else to a
    /// data folder.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<PathBuf>,
    /// The array of an NPZ file; `x` where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub array: Option<String>,
    /// The rows, in place of a file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rows: Option<Vec<Vec<f32>>>,
}

/// What targets are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Described)]
#[serde(rename_all = "snake_case")]
pub enum TargetKind {
    /// u_trgt
    Potentials,
    /// r_trgt = φ(u_trgt)
    Rates,
}

/// Targets.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Described)]
#[serde(deny_unknown_fields)]
pub struct TargetsSpec {
    /// What they are.
    pub kind: TargetKind,
    /// A CSV, NPY or NPZ file; a relative path is relative to the specification's file, or else to a
    /// data folder.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<PathBuf>,
    /// The array of an NPZ file; `y` where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub array: Option<String>,
    /// The rows, in place of a file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rows: Option<Vec<Vec<f32>>>,
}

/// What is shown, a row per pattern.
#[derive(Debug, Clone)]
pub struct Shown {
    /// Input rates.
    pub inputs: Array2<f32>,
    /// u_trgt, or r_trgt, whichever the circuit's teacher gives.
    pub targets: Option<Array2<f32>>,
}

/// Why nothing can be shown.
#[derive(Debug, thiserror::Error)]
pub enum ShownError {
    /// A value of the specification; its key stands in the message.
    #[error(transparent)]
    Spec(#[from] SpecError),
    /// A file.
    #[error(transparent)]
    File(#[from] DatasetError),
}

impl SimulateSpec {
    /// Puts the folder of the specification's file before its relative paths, but for those of files that
    /// are not there, which data folders may have.
    pub fn place_in(&mut self, folder: &Path) {
        let targets = self.targets.as_mut().map(|targets| &mut targets.path);
        let paths = [&mut self.weights, &mut self.inputs.path];
        for path in paths.into_iter().chain(targets).flatten() {
            let beside = folder.join(&*path);
            if beside.is_file() {
                *path = beside;
            }
        }
    }

    /// The network, after everything that can be checked without files.
    pub fn check(&self) -> Result<Network, SpecError> {
        let network = self.network.network()?;
        match self.circuit()? {
            CircuitSpec::Sacramento2018(spec) => spec
                .check(&network)
                .map_err(|error| error.within("circuit"))?,
            CircuitSpec::Max2026(spec) => spec
                .check(&network)
                .map_err(|error| error.within("error_neurons_continuous"))?,
        }
        Ok(network)
    }

    /// The circuit.
    pub fn circuit(&self) -> Result<CircuitSpec<'_>, SpecError> {
        match (&self.circuit, &self.error_neurons_continuous) {
            (Some(spec), None) => Ok(CircuitSpec::Sacramento2018(spec)),
            (None, Some(spec)) => Ok(CircuitSpec::Max2026(spec)),
            (given, _) => {
                let found = if given.is_some() {
                    "given beside another circuit"
                } else {
                    "absent"
                };
                let expected = "exactly one of `circuit` and `error_neurons_continuous`";
                Err(SpecError::range("circuit", found, expected))
            }
        }
    }

    /// Inputs and targets, checked against the network.
    pub fn shown(&self, network: &Network, folders: &[PathBuf]) -> Result<Shown, ShownError> {
        let inputs = self.inputs.read("x", ("inputs", "inputs.path"), folders)?;
        check_width(
            "inputs",
            &inputs,
            network.n_inputs(),
            "as many columns as the input layer has neurons",
        )?;
        let Some(targets) = &self.targets else {
            return Ok(Shown {
                inputs,
                targets: None,
            });
        };
        let rows = RowsSpec {
            path: targets.path.clone(),
            array: targets.array.clone(),
            rows: targets.rows.clone(),
        };
        let mut targets_read = rows.read("y", ("targets", "targets.path"), folders)?;
        let expected = "as many columns as the output layer has neurons";
        check_width("targets", &targets_read, network.n_outputs(), expected)?;
        if targets_read.nrows() != inputs.nrows() {
            let found = format!(
                "{} rows for {} of `inputs`",
                targets_read.nrows(),
                inputs.nrows()
            );
            return Err(SpecError::range("targets", found, "as many rows as `inputs`").into());
        }
        let wanted = self.circuit()?.model().target_kind();
        let transfer = network.transfer();
        match (targets.kind, wanted) {
            (TargetKind::Rates, TargetKind::Potentials) => {
                for target in &mut targets_read {
                    let potential = transfer.potential(f64::from(*target));
                    *target = potential.filter(|u| u.is_finite()).ok_or_else(|| {
                        let expected = "rates strictly between the smallest and the largest of the \
                                        transfer function, or `kind = \"potentials\"`";
                        SpecError::range("targets", *target, expected)
                    })? as f32;
                }
            }
            (TargetKind::Potentials, TargetKind::Rates) => {
                targets_read.mapv_inplace(|u| transfer.rate(f64::from(u)) as f32);
            }
            _ => {}
        }
        Ok(Shown {
            inputs,
            targets: Some(targets_read),
        })
    }
}

impl CircuitSpec<'_> {
    /// Which model it is.
    pub fn model(self) -> Model {
        match self {
            Self::Sacramento2018(_) => Model::Sacramento2018,
            Self::Max2026(_) => Model::Max2026,
        }
    }

    /// dt.
    pub fn dt_ms(self) -> f64 {
        match self {
            Self::Sacramento2018(spec) => spec.dt_ms,
            Self::Max2026(spec) => spec.dt_ms,
        }
    }

    /// How long a pattern is shown.
    pub fn presentation_ms(self) -> f64 {
        match self {
            Self::Sacramento2018(spec) => spec.presentation_ms,
            Self::Max2026(spec) => spec.presentation_ms,
        }
    }

    /// The floating-point type.
    pub fn precision(self) -> Precision {
        match self {
            Self::Sacramento2018(spec) => spec.precision,
            Self::Max2026(spec) => spec.precision,
        }
    }
}

impl RowsSpec {
    fn read(
        &self,
        array: &str,
        (key, path_key): (&'static str, &'static str),
        folders: &[PathBuf],
    ) -> Result<Array2<f32>, ShownError> {
        let array = self.array.as_deref().unwrap_or(array);
        match (&self.path, &self.rows) {
            (Some(path), None) => Ok(read_rows(path, array, path_key, folders)?),
            (None, Some(rows)) => {
                let n_columns = rows.first().map_or(0, Vec::len);
                let values: Vec<f32> = rows.iter().flatten().copied().collect();
                let even = rows.iter().all(|row| row.len() == n_columns);
                let mut numbers = values.iter();
                let finite = numbers.all(|v| Numbers::SIGNED.contains(f64::from(*v)));
                if rows.is_empty() || n_columns == 0 || !even || !finite {
                    let found = "given as uneven or empty rows, or rows with numbers out of range";
                    let expected = "rows of as many numbers from -1e6 to 1e6 each";
                    return Err(
                        SpecError::range(KeyPath::of([key, "rows"]), found, expected).into(),
                    );
                }
                Ok(Array2::from_shape_vec((rows.len(), n_columns), values)
                    .expect("all rows are as long as the first"))
            }
            (path, _) => {
                let found = if path.is_some() {
                    "given twice"
                } else {
                    "absent"
                };
                let expected = "exactly one of `path` (a file) and `rows` (numbers)";
                Err(SpecError::range(key, found, expected).into())
            }
        }
    }
}

fn check_width(
    key: &str,
    rows: &Array2<f32>,
    expected: usize,
    why: &'static str,
) -> Result<(), SpecError> {
    if rows.ncols() == expected {
        return Ok(());
    }
    let found = format!(
        "{} columns wide in a network that needs {expected}",
        rows.ncols()
    );
    Err(SpecError::range(key, found, why))
}

fn yes() -> bool {
    true
}
