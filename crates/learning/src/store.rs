//! A learner's tensors as safetensors.

use std::collections::HashMap;

use ndarray::{ArrayD, IxDyn};
use safetensors::tensor::TensorView;
use safetensors::{Dtype, SafeTensors};

use crate::{LearnError, Learner, Precision, TensorName};

/// Why tensors could not be saved or loaded.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The bytes are no safetensors file, or could not be made one.
    #[error("not a readable safetensors file: {0}")]
    Format(#[from] safetensors::SafeTensorError),
    /// A tensor that the learner has is not in the file.
    #[error("tensor `{name}` is missing; the file has {found:?}")]
    Missing {
        /// The tensor.
        name: TensorName,
        /// What the file has.
        found: Vec<String>,
    },
    /// A tensor of another type than f32 or f64.
    #[error("tensor `{name}` is {found:?}, expected F32 or F64")]
    Dtype {
        /// The tensor.
        name: TensorName,
        /// Its type.
        found: Dtype,
    },
    /// A piece of a checkpoint is not there.
    #[error("`{name}` is missing")]
    NotThere {
        /// Its name.
        name: String,
    },
    /// A piece of a checkpoint is of another type.
    #[error("`{name}` is {found}, expected {expected}")]
    Kind {
        /// Its name.
        name: String,
        /// Its type.
        found: String,
        /// The type that fits.
        expected: String,
    },
    /// The learner refused a tensor.
    #[error(transparent)]
    Learner(#[from] LearnError),
}

/// All tensors of `learner` as a safetensors file, in its own precision.
pub fn save_tensors(learner: &(impl Learner + ?Sized)) -> Result<Vec<u8>, StoreError> {
    let own = learner.tensors();
    let mut tensors = Vec::new();
    for name in own.names() {
        let tensor = own.get(name).ok_or(LearnError::NoTensor { name })?;
        let (dtype, bytes) = match own.precision() {
            Precision::F32 => (Dtype::F32, bytes(&tensor, |v| (v as f32).to_le_bytes())),
            Precision::F64 => (Dtype::F64, bytes(&tensor, f64::to_le_bytes)),
        };
        tensors.push((name.to_string(), dtype, tensor.shape().to_vec(), bytes));
    }
    let views = tensors
        .iter()
        .map(|(name, dtype, shape, bytes)| {
            TensorView::new(*dtype, shape.clone(), bytes).map(|view| (name, view))
        })
        .collect::<Result<Vec<_>, _>>()?;
    Ok(safetensors::serialize(
        views,
        None::<HashMap<String, String>>,
    )?)
}

fn bytes<const N: usize>(tensor: &ArrayD<f64>, of: impl Fn(f64) -> [u8; N]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(N * tensor.len());
    for &value in tensor {
        bytes.extend_from_slice(&of(value));
    }
    bytes
}

/// All tensors of a safetensors file with their names, in no order.
///
/// # Errors
///
/// Bytes that are no such file, and tensors of other types than f32 and f64.
pub fn read_tensors(bytes: &[u8]) -> Result<Vec<(String, ArrayD<f64>)>, StoreError> {
    let file = SafeTensors::deserialize(bytes)?;
    let read = |(name, view): (String, TensorView<'_>)| {
        let values = values(&view).ok_or_else(|| StoreError::Kind {
            name: name.clone(),
            found: format!("{:?}", view.dtype()),
            expected: "F32 or F64".into(),
        })?;
        let shape = IxDyn(view.shape());
        let tensor = ArrayD::from_shape_vec(shape, values);
        Ok((name, tensor.expect("the reader checks lengths")))
    };
    file.tensors().into_iter().map(read).collect()
}

/// The numbers of a tensor of f32 or f64.
fn values(view: &TensorView<'_>) -> Option<Vec<f64>> {
    match view.dtype() {
        Dtype::F32 => Some(
            (view.data().as_chunks::<4>().0.iter())
                .map(|b| f64::from(f32::from_le_bytes(*b)))
                .collect(),
        ),
        Dtype::F64 => Some(
            (view.data().as_chunks::<8>().0.iter())
                .map(|b| f64::from_le_bytes(*b))
                .collect(),
        ),
        _ => None,
    }
}

/// Sets all tensors of `learner` from a safetensors file.
pub fn load_tensors(learner: &mut (impl Learner + ?Sized), bytes: &[u8]) -> Result<(), StoreError> {
    let file = SafeTensors::deserialize(bytes)?;
    for name in learner.tensors().names() {
        let view = file
            .tensor(&name.to_string())
            .map_err(|_| StoreError::Missing {
                name,
                found: file.names().into_iter().map(str::to_owned).collect(),
            })?;
        let found = view.dtype();
        let values = values(&view).ok_or(StoreError::Dtype { name, found })?;
        let shape = IxDyn(view.shape());
        let tensor = ArrayD::from_shape_vec(shape, values).map_err(|_| LearnError::Shape {
            what: name.to_string(),
            found: view.shape().to_vec(),
            expected: Vec::new(),
        })?;
        learner.tensors_mut().restore(name, tensor.view())?;
    }
    Ok(())
}
