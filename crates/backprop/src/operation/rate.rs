//! The transfer function and its slope.

use apical_kernels::{Transfer, rates};
use candle_core::{CpuStorage, CustomOp1, CustomOp2, Layout, Result, Shape, Tensor, WithDType};

use super::{Element, dtype, values, with_element};

/// r = φ(u), by the same kernel as the circuits; differentiable.
pub(crate) fn rate(potentials: &Tensor, transfer: Transfer) -> Result<Tensor> {
    potentials.apply_op1(Rate(transfer))
}

/// φ′(u) · error, where `rates` are φ(u). Not differentiable.
pub(crate) fn times_slope(
    error: &Tensor,
    potentials: &Tensor,
    rates: &Tensor,
    transfer: Transfer,
) -> Result<Tensor> {
    let of = match transfer {
        Transfer::Softplus { .. } => potentials,
        Transfer::Logistic | Transfer::Tanh | Transfer::Relu => rates,
    };
    error.apply_op2_no_bwd(of, &TimesSlope(transfer))
}

struct Rate(Transfer);

impl CustomOp1 for Rate {
    fn name(&self) -> &'static str {
        "rate"
    }

    fn cpu_fwd(&self, potentials: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, Shape)> {
        let rates = with_element!(dtype(potentials), "rate", T => {
            let potentials = values::<T>(potentials, layout)?;
            let mut result = vec![<T as WithDType>::from_f64(0.0); potentials.len()];
            rates(self.0, potentials, &mut result);
            Ok(T::to_cpu_storage_owned(result))
        })?;
        Ok((rates, layout.shape().clone()))
    }

    fn bwd(&self, potentials: &Tensor, rates: &Tensor, error: &Tensor) -> Result<Option<Tensor>> {
        times_slope(error, potentials, rates, self.0).map(Some)
    }
}

/// The second argument is u for softplus and r for the others, whose slope is a function of the
/// rate that is cheaper than that of the potential.
struct TimesSlope(Transfer);

impl CustomOp2 for TimesSlope {
    fn name(&self) -> &'static str {
        "times_slope"
    }

    fn cpu_fwd(
        &self,
        error: &CpuStorage,
        error_layout: &Layout,
        of: &CpuStorage,
        of_layout: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        let product = with_element!(dtype(error), "times_slope", T => {
            let error = values::<T>(error, error_layout)?;
            let of = values::<T>(of, of_layout)?;
            Ok(T::to_cpu_storage_owned(multiply_slope(self.0, error, of)))
        })?;
        Ok((product, error_layout.shape().clone()))
    }
}

fn multiply_slope<T: Element>(transfer: Transfer, error: &[T], of: &[T]) -> Vec<T> {
    let pairs = error.iter().zip(of);
    let one = <T as WithDType>::from_f64(1.0);
    match transfer {
        Transfer::Logistic => pairs.map(|(&e, &r)| e * (r * (one - r))).collect(),
        Transfer::Tanh => pairs.map(|(&e, &r)| e * (one - r * r)).collect(),
        Transfer::Softplus { .. } | Transfer::Relu => {
            pairs.map(|(&e, &x)| e * transfer.slope(x)).collect()
        }
    }
}
