//! Operations of the graph and in-place changes, each one pass over its arrays.

mod column_sum;
mod layer;
mod rate;
mod update;

use apical_kernels::Real;
use candle_core::{CpuStorage, DType, Error, Layout, Result, Storage, Tensor, WithDType};

pub(crate) use column_sum::column_sum;
pub(crate) use layer::{LayerGradient, Plastic, layer};
pub(crate) use rate::{rate, times_slope};
pub(crate) use update::{AddNormalised, AddScaled, FollowGradient, FollowSquare};

/// The element types of tensors here: `f32` and `f64`.
trait Element: Real + WithDType {
    /// The values of `storage`, if it is of this type.
    fn values_mut(storage: &mut CpuStorage) -> Option<&mut Vec<Self>>;
}

impl Element for f32 {
    fn values_mut(storage: &mut CpuStorage) -> Option<&mut Vec<Self>> {
        match storage {
            CpuStorage::F32(values) => Some(values),
            _ => None,
        }
    }
}

impl Element for f64 {
    fn values_mut(storage: &mut CpuStorage) -> Option<&mut Vec<Self>> {
        match storage {
            CpuStorage::F64(values) => Some(values),
            _ => None,
        }
    }
}

/// Evaluates an expression with `$element` standing for the type that `$dtype` names.
macro_rules! with_element {
    ($dtype:expr, $what:literal, $element:ident => $body:expr) => {
        match $dtype {
            candle_core::DType::F32 => {
                type $element = f32;
                $body
            }
            candle_core::DType::F64 => {
                type $element = f64;
                $body
            }
            other => Err(candle_core::Error::UnsupportedDTypeForOp(other, $what)),
        }
    };
}
use with_element;

/// The values of a contiguous array.
fn values<'a, T: Element>(storage: &'a CpuStorage, layout: &Layout) -> Result<&'a [T]> {
    let all = storage.as_slice::<T>()?;
    let (from, to) = contiguous(layout)?;
    Ok(&all[from..to])
}

/// The values of a contiguous array, to be changed.
fn values_mut<'a, T: Element>(storage: &'a mut CpuStorage, layout: &Layout) -> Result<&'a mut [T]> {
    let (from, to) = contiguous(layout)?;
    let got = dtype(storage);
    match T::values_mut(storage) {
        Some(all) => Ok(&mut all[from..to]),
        None => Err(Error::UnexpectedDType {
            msg: "an array to be changed",
            expected: T::DTYPE,
            got,
        }),
    }
}

fn contiguous(layout: &Layout) -> Result<(usize, usize)> {
    layout
        .contiguous_offsets()
        .ok_or(Error::RequiresContiguous { op: "apical" })
}

fn dtype(storage: &CpuStorage) -> DType {
    candle_core::backend::BackendStorage::dtype(storage)
}

/// Whether no value of `tensor` is infinite or NaN.
pub(crate) fn all_finite(tensor: &Tensor) -> Result<bool> {
    let (storage, layout) = tensor.storage_and_layout();
    match &*storage {
        Storage::Cpu(storage) => with_element!(dtype(storage), "all_finite", T => {
            values::<T>(storage, layout).map(apical_kernels::all_finite)
        }),
        _ => Err(Error::Msg("tensors here are in main memory".to_owned())),
    }
}
