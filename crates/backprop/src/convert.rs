//! Between arrays and tensors. Matrices are `[n_post, n_pre]` outside and transposed in here.

use apical_kernels::{Real, transposed};
use apical_learning::{LearnError, Precision};
use candle_core::{DType, Device, Result, Tensor};
use ndarray::{Array2, ArrayD, ArrayView2, ArrayViewD, Ix2};

/// Turns candle's errors into those of `learner`.
pub(crate) fn failed(learner: &'static str) -> impl Fn(candle_core::Error) -> LearnError {
    move |error| LearnError::Backend {
        learner,
        message: error.to_string(),
    }
}

pub(crate) fn dtype(precision: Precision) -> DType {
    match precision {
        Precision::F32 => DType::F32,
        Precision::F64 => DType::F64,
    }
}

/// Rows in the same order: `[n_samples, n]` on both sides.
pub(crate) fn rows(rows: ArrayView2<'_, f32>, dtype: DType) -> Result<Tensor> {
    if dtype == DType::F32 {
        let values = match rows.as_slice() {
            Some(values) => values.to_vec(),
            None => rows.iter().copied().collect(),
        };
        return Tensor::from_vec(values, rows.dim(), &Device::Cpu);
    }
    from_iterator(rows.iter().map(|&v| f64::from(v)), rows.shape(), dtype)
}

/// `[n_post, n_pre]` → `[n_pre, n_post]`; vectors as they are.
pub(crate) fn parameter<T: Real>(values: ArrayViewD<'_, T>, dtype: DType) -> Result<Tensor> {
    let shape: Vec<usize> = values.shape().iter().rev().copied().collect();
    let Ok(matrix) = values.view().into_dimensionality::<Ix2>() else {
        return from_iterator(values.iter().map(|v| v.wide()), &shape, dtype);
    };
    match dtype {
        DType::F32 => {
            let (values, _) = transposed(matrix, |v| v.wide() as f32).into_raw_vec_and_offset();
            Tensor::from_vec(values, shape, &Device::Cpu)
        }
        _ => {
            let (values, _) = transposed(matrix, T::wide).into_raw_vec_and_offset();
            Tensor::from_vec(values, shape, &Device::Cpu)
        }
    }
}

fn from_iterator(
    values: impl Iterator<Item = f64>,
    shape: &[usize],
    dtype: DType,
) -> Result<Tensor> {
    match dtype {
        DType::F32 => {
            let values: Vec<f32> = values.map(|v| v as f32).collect();
            Tensor::from_vec(values, shape, &Device::Cpu)
        }
        _ => Tensor::from_vec(values.collect::<Vec<f64>>(), shape, &Device::Cpu),
    }
}

/// The inverse of [`parameter`].
pub(crate) fn to_array(parameter: &Tensor) -> Result<ArrayD<f64>> {
    const COUNTED: &str = "a tensor has as many values as its shape says";
    let values = to_vec(parameter)?;
    let &[n_rows, n_cols] = parameter.dims() else {
        return Ok(ArrayD::from_shape_vec(parameter.dims(), values).expect(COUNTED));
    };
    let values = ArrayView2::from_shape((n_rows, n_cols), &values).expect(COUNTED);
    Ok(transposed(values, |v| v).into_dyn())
}

/// The inverse of [`rows`], in double precision.
pub(crate) fn to_rows(rows: &Tensor) -> Result<Array2<f64>> {
    let values = to_vec(rows)?;
    Ok(Array2::from_shape_vec(rows.dims2()?, values)
        .expect("a tensor has as many values as its shape says"))
}

/// The parameter as a matrix `[n_post, n_pre]`.
pub(crate) fn to_matrix(parameter: &Tensor) -> Result<Array2<f64>> {
    parameter.dims2()?;
    let matrix = to_array(parameter)?.into_dimensionality::<Ix2>();
    Ok(matrix.expect("a tensor of two dimensions is a matrix"))
}

fn to_vec(tensor: &Tensor) -> Result<Vec<f64>> {
    let flat = tensor.flatten_all()?;
    match flat.dtype() {
        DType::F32 => Ok(flat.to_vec1::<f32>()?.into_iter().map(f64::from).collect()),
        _ => flat.to_vec1::<f64>(),
    }
}

/// The single value of `tensor`.
pub(crate) fn to_scalar(tensor: &Tensor) -> Result<f64> {
    match tensor.dtype() {
        DType::F32 => tensor.to_scalar::<f32>().map(f64::from),
        _ => tensor.to_scalar::<f64>(),
    }
}
