//! Forward starting weights from a file, in place of drawn ones.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use apical_datasets::{ArrayValues, DatasetError, npz_arrays};
use apical_keys::Described;
use apical_learning::{ForwardWeights, Network, StoreError, TensorName, read_tensors};
use ndarray::{Array1, Array2, ArrayD};
use serde::{Deserialize, Serialize};

use crate::spec::sha256;

/// Where the forward starting weights of a task come from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Described)]
#[serde(deny_unknown_fields)]
pub struct StartSpec {
    /// An NPZ archive with `weights_K` of shape (n_K, n_{K−1}) and, where neurons have thresholds, `thresholds_K` of
    /// shape (n_K), K from 1 to N, as `apical align` takes them; or a safetensors file, as runs leave it, of which
    /// forward weights and thresholds are taken. Thresholds that are not there begin at 0. A relative path is relative
    /// to the specification's file.
    #[key(example = "\"weights.npz\"")]
    pub file: PathBuf,
}

/// Weights of a file.
#[derive(Debug, Clone, PartialEq)]
pub struct GivenStart {
    /// The weights.
    pub weights: ForwardWeights<f32>,
    /// SHA-256 of the file.
    pub sha256: String,
}

/// Why a file has no starting weights for a network.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// It cannot be read.
    #[error("{file} cannot be read: {source}; expected an NPZ archive or a safetensors file")]
    Unreadable {
        /// The file.
        file: String,
        /// Why.
        source: io::Error,
    },
    /// It is no archive, or an array of it is none of finite numbers.
    #[error(transparent)]
    Npz(#[from] DatasetError),
    /// It is no safetensors file.
    #[error("{file} is no NPZ archive and no safetensors file: {source}")]
    Safetensors {
        /// The file.
        file: String,
        /// Why.
        source: StoreError,
    },
    /// An array that is needed is not there.
    #[error("{file} has no `{name}`: expected weights of shape {expected:?}; it has {found}")]
    Missing {
        /// The file.
        file: String,
        /// The array.
        name: String,
        /// Its shape.
        expected: Vec<usize>,
        /// What the file has.
        found: String,
    },
    /// An array that the network has no place for.
    #[error("{file} has `{name}`, for which the task has no place: expected {expected}")]
    Unknown {
        /// The file.
        file: String,
        /// The array.
        name: String,
        /// All that it has a place for.
        expected: String,
    },
    /// An array of another shape.
    #[error(
        "`{name}` of {file} has shape {found:?}, expected {expected:?}, as the data and `hidden` ask for"
    )]
    Shape {
        /// The file.
        file: String,
        /// The array.
        name: String,
        /// Its shape.
        found: Vec<usize>,
        /// The shape that fits.
        expected: Vec<usize>,
    },
    /// A number that is not finite in single precision.
    #[error("`{name}` of {file} has {value}, expected finite numbers of single precision")]
    NotFinite {
        /// The file.
        file: String,
        /// The array.
        name: String,
        /// The number.
        value: f64,
    },
}

/// The starting weights of `network` in the file at `path`.
///
/// # Errors
///
/// Where there is no such file, or it does not have the network's weights.
pub fn read(path: &Path, network: &Network) -> Result<GivenStart, StartError> {
    let file = path.display().to_string();
    let content = std::fs::read(path).map_err(|source| StartError::Unreadable {
        file: file.clone(),
        source,
    })?;
    let mut arrays = Arrays::of(path, &content)?;
    let sizes = network.sizes();
    let (mut weights, mut thresholds) = (Vec::new(), Vec::new());
    for k in 1..=network.n_layers() {
        let shape = [sizes[k], sizes[k - 1]];
        let values = arrays.take(&arrays.weights(k), &shape)?;
        let values = values.ok_or_else(|| arrays.missing(k, &shape))?;
        let matrix = Array2::from_shape_vec(shape, values);
        weights.push(matrix.expect("as many as the shape asks for"));
        if network.thresholds() {
            let own = arrays.take(&arrays.thresholds(k), &[sizes[k]])?;
            thresholds.push(own.map_or_else(|| Array1::zeros(sizes[k]), Array1::from_vec));
        }
    }
    arrays.check_all_taken(network)?;
    Ok(GivenStart {
        weights: ForwardWeights {
            weights,
            thresholds: network.thresholds().then_some(thresholds),
        },
        sha256: sha256(&content),
    })
}

/// The arrays of a file that were not taken yet.
struct Arrays {
    file: String,
    by_name: BTreeMap<String, ArrayD<f64>>,
    /// Whether names are those of runs, among which there are others than forward weights.
    are_of_run: bool,
    /// All names, in words.
    found: String,
}

impl Arrays {
    fn of(path: &Path, content: &[u8]) -> Result<Self, StartError> {
        let file = path.display().to_string();
        let are_of_run = !content.starts_with(b"PK");
        let by_name: BTreeMap<String, ArrayD<f64>> = match are_of_run {
            true => read_tensors(content)
                .map_err(|source| StartError::Safetensors {
                    file: file.clone(),
                    source,
                })?
                .into_iter()
                .collect(),
            false => (npz_arrays(path, content)?.into_iter())
                .filter_map(|array| match array.values {
                    ArrayValues::Numbers(values) => {
                        let values = ArrayD::from_shape_vec(array.shape, values);
                        Some((array.name, values.expect("as many as the shape asks for")))
                    }
                    _ => None,
                })
                .collect(),
        };
        let names: Vec<String> = by_name.keys().map(|name| format!("`{name}`")).collect();
        let found = match names.is_empty() {
            true => "no array of numbers".to_owned(),
            false => names.join(", "),
        };
        Ok(Self {
            file,
            by_name,
            are_of_run,
            found,
        })
    }

    fn weights(&self, k: usize) -> String {
        match self.are_of_run {
            true => TensorName::forward(k).to_string(),
            false => format!("weights_{k}"),
        }
    }

    fn thresholds(&self, k: usize) -> String {
        match self.are_of_run {
            true => TensorName::PyramidalThreshold { layer: k }.to_string(),
            false => format!("thresholds_{k}"),
        }
    }

    /// The numbers of the array `name`, row by row, if it is there.
    fn take(&mut self, name: &str, shape: &[usize]) -> Result<Option<Vec<f32>>, StartError> {
        let Some(array) = self.by_name.remove(name) else {
            return Ok(None);
        };
        if array.shape() != shape {
            return Err(StartError::Shape {
                file: self.file.clone(),
                name: name.to_owned(),
                found: array.shape().to_vec(),
                expected: shape.to_vec(),
            });
        }
        let single = |value: &f64| match *value as f32 {
            single if single.is_finite() => Ok(single),
            _ => Err(StartError::NotFinite {
                file: self.file.clone(),
                name: name.to_owned(),
                value: *value,
            }),
        };
        array.iter().map(single).collect::<Result<_, _>>().map(Some)
    }

    fn missing(&self, k: usize, shape: &[usize]) -> StartError {
        StartError::Missing {
            file: self.file.clone(),
            name: self.weights(k),
            expected: shape.to_vec(),
            found: self.found.clone(),
        }
    }

    /// Fails on arrays of an archive that nothing took, and on forward weights and thresholds of a run that are of
    /// another network.
    fn check_all_taken(&self, network: &Network) -> Result<(), StartError> {
        let is_of_network = |name: &str| match name.parse::<TensorName>() {
            Ok(TensorName::PyramidalFromPyramidal { to, from }) => from + 1 == to,
            Ok(TensorName::PyramidalThreshold { .. }) => true,
            _ => false,
        };
        let mut names = self.by_name.keys();
        let Some(name) = names.find(|name| !self.are_of_run || is_of_network(name)) else {
            return Ok(());
        };
        let n_layers = network.n_layers();
        let thresholds = match network.thresholds() {
            true => format!(", {} to {n_layers}", self.thresholds(1)),
            false => ", and no thresholds (`thresholds = false`)".to_owned(),
        };
        Err(StartError::Unknown {
            file: self.file.clone(),
            name: name.clone(),
            expected: format!("{} to {n_layers}{thresholds}", self.weights(1)),
        })
    }
}

#[cfg(test)]
#[path = "start/tests.rs"]
mod tests;
