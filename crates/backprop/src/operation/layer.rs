//! A layer's potentials as one operation of the graph.

use std::sync::{Arc, OnceLock};

use candle_core::backend::BackendStorage;
use candle_core::{CpuStorage, CustomOp3, Layout, Result, Shape, Tensor};

use super::{Element, column_sum, dtype, values, values_mut, with_element};

/// Gradients of the loss with respect to what a layer is made of and what it receives.
#[derive(Debug)]
pub(crate) struct LayerGradient {
    /// ∂L/∂W_kᵀ, `[n_{k−1}, n_k]`, where the weights are plastic.
    pub(crate) weights: Option<Tensor>,
    /// ∂L/∂b_k, `[n_k]`, where the thresholds are plastic.
    pub(crate) thresholds: Option<Tensor>,
    /// ∂L/∂r_{k−1}, `[n_samples, n_{k−1}]`, where anything below depends on a variable.
    pub(crate) inputs: Option<Tensor>,
}

/// Which parameters of a layer get a gradient.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Plastic {
    pub(crate) weights: bool,
    pub(crate) thresholds: bool,
}

/// u_k = r_{k−1} W_kᵀ + b_k, `[n_samples, n_k]`, and the place where its gradient will be after
/// the backward pass.
///
/// `weights` is W_kᵀ, `[n_{k−1}, n_k]`. Gradients go to that place rather than through candle's
/// store, which would add each to an array of zeros; and the input layer's is not computed.
/// Weights and thresholds must be variables or constants, not results of other operations.
pub(crate) fn layer(
    inputs: &Tensor,
    weights: &Tensor,
    thresholds: &Tensor,
    plastic: Plastic,
) -> Result<(Tensor, Arc<OnceLock<LayerGradient>>)> {
    let gradient = Arc::new(OnceLock::new());
    let operation = Layer {
        plastic,
        gradient: Arc::clone(&gradient),
    };
    let potentials = inputs.apply_op3_arc(weights, thresholds, Arc::new(Box::new(operation)))?;
    Ok((potentials, gradient))
}

struct Layer {
    plastic: Plastic,
    gradient: Arc<OnceLock<LayerGradient>>,
}

impl CustomOp3 for Layer {
    fn name(&self) -> &'static str {
        "layer"
    }

    fn cpu_fwd(
        &self,
        inputs: &CpuStorage,
        inputs_layout: &Layout,
        weights: &CpuStorage,
        weights_layout: &Layout,
        thresholds: &CpuStorage,
        thresholds_layout: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        let (n_samples, n_in) = inputs_layout.shape().dims2()?;
        let (_, n_out) = weights_layout.shape().dims2()?;
        let sizes = (1, n_samples, n_out, n_in);
        let mut potentials = inputs.matmul(weights, sizes, inputs_layout, weights_layout)?;
        let shape = Shape::from((n_samples, n_out));
        with_element!(dtype(thresholds), "layer", T => {
            let thresholds = values::<T>(thresholds, thresholds_layout)?;
            let layout = Layout::contiguous(&shape);
            add_to_rows(values_mut::<T>(&mut potentials, &layout)?, thresholds);
            Ok(())
        })?;
        Ok((potentials, shape))
    }

    fn bwd(
        &self,
        inputs: &Tensor,
        weights: &Tensor,
        _thresholds: &Tensor,
        _potentials: &Tensor,
        error: &Tensor,
    ) -> Result<(Option<Tensor>, Option<Tensor>, Option<Tensor>)> {
        let below = if inputs.track_op() {
            Some(error.matmul(&weights.t()?)?)
        } else {
            None
        };
        let gradient = LayerGradient {
            weights: (self.plastic.weights)
                .then(|| inputs.t()?.matmul(error))
                .transpose()?,
            thresholds: (self.plastic.thresholds)
                .then(|| column_sum(error))
                .transpose()?,
            inputs: below.clone(),
        };
        // A second backward pass over the same graph would give the same gradient.
        let _ = self.gradient.set(gradient);
        Ok((below, None, None))
    }
}

fn add_to_rows<T: Element>(rows: &mut [T], addend: &[T]) {
    for row in rows.chunks_exact_mut(addend.len()) {
        for (value, &add) in row.iter_mut().zip(addend) {
            *value += add;
        }
    }
}
