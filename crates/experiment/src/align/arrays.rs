//! The arrays of a model, by name.

use std::collections::BTreeMap;
use std::path::Path;

use apical_datasets::{ArrayValues, DatasetError, npz_arrays};
use apical_kernels::Transfer;
use apical_learning::alignment::Given;
use apical_learning::{
    Activities, EncodedPart, ForwardNetwork, ForwardWeights, Quantity, TensorName, Updates,
};
use ndarray::{Array1, Array2, ArrayD};

/// A model read from arrays.
#[derive(Debug, Clone)]
pub struct Model {
    pub(super) given: Given,
    /// Whether the targets are potentials, or rates that a potential gives.
    pub(super) has_potentials: bool,
}

impl Model {
    /// N.
    pub(super) fn n_layers(&self) -> usize {
        self.given.forward.weights.weights.len()
    }
}

/// Why arrays make no model.
#[derive(Debug, thiserror::Error)]
pub enum AlignError {
    /// The archive cannot be read.
    #[error(transparent)]
    Read(#[from] DatasetError),
    /// An array that is needed is not there.
    #[error("{file} has no array `{name}`: expected {what}; docs/align.md lists all names")]
    Missing {
        /// The file.
        file: String,
        /// The array.
        name: String,
        /// What it holds.
        what: &'static str,
    },
    /// An array that nothing reads.
    #[error(
        "{file} has an array `{name}`, which is none of a model of {n_layers} layers: expected inputs, targets or \
         target_potentials, and weights_K, changes_K, thresholds_K, errors_K, feedback_K with K from 1 to {n_layers} \
         (errors_K and feedback_K of hidden layers)"
    )]
    Unknown {
        /// The file.
        file: String,
        /// The array.
        name: String,
        /// Layers of weights.
        n_layers: usize,
    },
    /// An array of another shape than its place asks for.
    #[error("array `{name}` of {file} has shape {found:?}; expected {expected}")]
    Shape {
        /// The file.
        file: String,
        /// The array.
        name: String,
        /// Its shape.
        found: Vec<usize>,
        /// In words.
        expected: String,
    },
    /// Both kinds of targets.
    #[error("{file} has both `targets` and `target_potentials`; leave one of them out")]
    TwoTargets {
        /// The file.
        file: String,
    },
    /// A number too large for single precision.
    #[error("array `{name}` of {file} has {value}, which is beyond single precision; scale it")]
    TooLarge {
        /// The file.
        file: String,
        /// The array.
        name: &'static str,
        /// The number.
        value: f64,
    },
}

/// The model in the NPZ archive `content` of the file `path`, all of whose neurons have `transfer`.
///
/// # Errors
/// Arrays that are missing, unknown, or do not fit together.
pub fn read(path: &Path, content: &[u8], transfer: Transfer) -> Result<Model, AlignError> {
    let mut arrays = Arrays::of(path, content)?;
    let mut weights: Vec<Array2<f64>> = Vec::new();
    let mut n_below = None;
    while let Some(w) = arrays.matrix(&format!("weights_{}", weights.len() + 1), [None, n_below])? {
        n_below = Some(w.nrows());
        weights.push(w);
    }
    let n_layers = weights.len();
    let (Some(first), Some(last)) = (weights.first(), weights.last()) else {
        return Err(arrays.missing("weights_1", "forward weights, [n_1, n_0]"));
    };
    let (n_inputs, n_outputs) = (first.ncols(), last.nrows());
    let inputs = arrays.matrix("inputs", [None, Some(n_inputs)])?;
    let inputs = inputs.ok_or_else(|| arrays.missing("inputs", "input rates, [n_samples, n_0]"))?;
    let n_samples = inputs.nrows();
    let of_targets = [Some(n_samples), Some(n_outputs)];
    let (rates, potentials) = (
        arrays.matrix("targets", of_targets)?,
        arrays.matrix("target_potentials", of_targets)?,
    );
    let (target_rates, target_potentials) = match (rates, potentials) {
        (Some(_), Some(_)) => return Err(AlignError::TwoTargets { file: arrays.file }),
        (Some(rates), None) => {
            let potentials: Option<Vec<f64>> =
                rates.iter().map(|r| transfer.potential(*r)).collect();
            let of_shape = |values| {
                Array2::from_shape_vec(rates.dim(), values).expect("as many as there are rates")
            };
            let potentials = potentials.map(of_shape);
            (rates, potentials)
        }
        (None, Some(potentials)) => (potentials.mapv(|u| transfer.rate(u)), Some(potentials)),
        (None, None) => {
            return Err(arrays.missing(
                "targets",
                "target rates, [n_samples, n_N], or `target_potentials`",
            ));
        }
    };
    let has_potentials = target_potentials.is_some();
    let mut updates = Updates::new();
    let mut thresholds = Vec::new();
    let (mut errors, mut feedback) = (Activities::new(), Vec::new());
    for (k, w) in (1..).zip(&weights) {
        let (n_post, n_pre) = w.dim();
        let name = format!("changes_{k}");
        let Some(change) = arrays.matrix(&name, [Some(n_post), Some(n_pre)])? else {
            continue;
        };
        updates.push_change(TensorName::forward(k), change.into_dyn());
    }
    if updates.changes().is_empty() {
        return Err(arrays.missing("changes_1", "what is added to the weights, [n_1, n_0]"));
    }
    for (k, w) in (1..).zip(&weights) {
        let n = w.nrows();
        thresholds.push(arrays.vector(&format!("thresholds_{k}"), n)?);
        if k == n_layers {
            break;
        }
        if let Some(error) = arrays.matrix(&format!("errors_{k}"), [Some(n_samples), Some(n)])? {
            errors.insert(Quantity::HiddenError, k, error);
        }
        let own = arrays.matrix(&format!("feedback_{k}"), [Some(n), None])?;
        feedback.push(match own {
            None => None,
            Some(own) if own.ncols() == weights[k].nrows() => Some((k + 1, own)),
            Some(own) if own.ncols() == n_outputs => Some((n_layers, own)),
            Some(own) => {
                return Err(AlignError::Shape {
                    file: arrays.file,
                    name: format!("feedback_{k}"),
                    found: own.shape().to_vec(),
                    expected: format!(
                        "[{n}, {}] from the layer above, or [{n}, {n_outputs}] from the output",
                        weights[k].nrows()
                    ),
                });
            }
        });
    }
    arrays.check_all_read(n_layers)?;
    let has_thresholds = thresholds.iter().any(Option::is_some);
    let thresholds = (thresholds.into_iter().zip(&weights))
        .map(|(own, w)| own.unwrap_or_else(|| Array1::zeros(w.nrows())));
    let part = EncodedPart {
        inputs: arrays.single("inputs", &inputs)?,
        target_potentials: match target_potentials {
            Some(potentials) => arrays.single("target_potentials", &potentials)?,
            // Never read: what is against this reference is left out.
            None => Array2::zeros(target_rates.dim()),
        },
        target_rates: arrays.single("targets", &target_rates)?,
        labels: None,
    };
    Ok(Model {
        given: Given {
            forward: ForwardNetwork {
                attenuation: vec![1.0; n_layers],
                weights: ForwardWeights {
                    thresholds: has_thresholds.then(|| thresholds.collect()),
                    weights,
                },
                transfer,
            },
            part,
            updates,
            errors,
            feedback,
        },
        has_potentials,
    })
}

/// Arrays that were not read yet.
struct Arrays {
    file: String,
    by_name: BTreeMap<String, ArrayD<f64>>,
}

impl Arrays {
    fn of(path: &Path, content: &[u8]) -> Result<Self, AlignError> {
        let mut by_name = BTreeMap::new();
        for array in npz_arrays(path, content)? {
            let ArrayValues::Numbers(values) = array.values else {
                continue;
            };
            let values = ArrayD::from_shape_vec(array.shape, values);
            by_name.insert(array.name, values.expect("as many as the shape asks for"));
        }
        Ok(Self {
            file: path.display().to_string(),
            by_name,
        })
    }

    /// The matrix `name`, if it is there; `axes` are the lengths that it must have.
    fn matrix(
        &mut self,
        name: &str,
        axes: [Option<usize>; 2],
    ) -> Result<Option<Array2<f64>>, AlignError> {
        let Some(array) = self.by_name.remove(name) else {
            return Ok(None);
        };
        let found = array.shape().to_vec();
        let fits = found.len() == 2
            && found
                .iter()
                .zip(axes)
                .all(|(found, asked)| asked.is_none_or(|asked| asked == *found));
        let matrix = array.into_dimensionality().ok().filter(|_| fits);
        let of = |axis: Option<usize>| axis.map_or_else(|| "any".to_owned(), |n| n.to_string());
        matrix.map(Some).ok_or_else(|| AlignError::Shape {
            file: self.file.clone(),
            name: name.to_owned(),
            found,
            expected: format!("[{}, {}]", of(axes[0]), of(axes[1])),
        })
    }

    /// The list `name` of `n` numbers, if it is there.
    fn vector(&mut self, name: &str, n: usize) -> Result<Option<Array1<f64>>, AlignError> {
        let Some(array) = self.by_name.remove(name) else {
            return Ok(None);
        };
        let found = array.shape().to_vec();
        let vector = array.into_dimensionality().ok().filter(|_| found == [n]);
        vector.map(Some).ok_or_else(|| AlignError::Shape {
            file: self.file.clone(),
            name: name.to_owned(),
            found,
            expected: format!("[{n}]"),
        })
    }

    fn missing(&self, name: &str, what: &'static str) -> AlignError {
        AlignError::Missing {
            file: self.file.clone(),
            name: name.to_owned(),
            what,
        }
    }

    fn check_all_read(&self, n_layers: usize) -> Result<(), AlignError> {
        match self.by_name.keys().next() {
            None => Ok(()),
            Some(name) => Err(AlignError::Unknown {
                file: self.file.clone(),
                name: name.clone(),
                n_layers,
            }),
        }
    }

    fn single(&self, name: &'static str, values: &Array2<f64>) -> Result<Array2<f32>, AlignError> {
        match values.iter().find(|value| !(**value as f32).is_finite()) {
            None => Ok(values.mapv(|value| value as f32)),
            Some(value) => Err(AlignError::TooLarge {
                file: self.file.clone(),
                name,
                value: *value,
            }),
        }
    }
}
