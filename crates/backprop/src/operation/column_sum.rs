//! The sum over samples.

use candle_core::{CpuStorage, CustomOp1, Layout, Result, Shape, Tensor, WithDType};

use super::{Element, dtype, values, with_element};

/// `[n_samples, n]` → `[n]`, added in the order of the samples. Not differentiable.
pub(crate) fn column_sum(rows: &Tensor) -> Result<Tensor> {
    rows.apply_op1_no_bwd(&ColumnSum)
}

struct ColumnSum;

impl CustomOp1 for ColumnSum {
    fn name(&self) -> &'static str {
        "column_sum"
    }

    fn cpu_fwd(&self, rows: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, Shape)> {
        let (_, n) = layout.shape().dims2()?;
        let sum = with_element!(dtype(rows), "column_sum", T => {
            values::<T>(rows, layout).map(|rows| T::to_cpu_storage_owned(sum_rows(rows, n)))
        })?;
        Ok((sum, Shape::from(n)))
    }
}

fn sum_rows<T: Element>(rows: &[T], n: usize) -> Vec<T> {
    let mut sum = vec![<T as WithDType>::from_f64(0.0); n];
    for row in rows.chunks_exact(n) {
        for (sum, &value) in sum.iter_mut().zip(row) {
            *sum += value;
        }
    }
    sum
}
