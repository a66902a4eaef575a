//! Presynaptic rates less their running mean: descent in the network written as
//! u_{k+1} = W_{k+1} (r_k − r̄_k) + b′_{k+1}, whose thresholds b′ = b + W r̄ are those at the mean rates.
//!
//! With g the gradients, g_W ← g_W − g_b r̄ᵀ and g_b ← g_b − g_W r̄, so that a step moves u at the mean
//! rates by what the gradient of b′ says.

use apical_learning::{Network, Precision, TensorName};
use candle_core::{Device, Result, Tensor};

use crate::convert::dtype;
use crate::operation::LayerGradient;

/// r̄_k of hidden layers at index `k − 1`, `[n_k]`.
#[derive(Debug)]
pub(super) struct Means {
    share: f64,
    rows: Vec<(TensorName, Tensor)>,
}

impl Means {
    /// Means that begin at φ(0); none where `share` is 0.
    pub(super) fn new(network: &Network, precision: Precision, share: f64) -> Result<Self> {
        let n_hidden = if share > 0.0 {
            network.n_layers() - 1
        } else {
            0
        };
        let at_rest = network.transfer().rate(0.0_f64);
        let row = |k: usize| {
            let ones = Tensor::ones(network.sizes()[k], dtype(precision), &Device::Cpu)?;
            Ok((TensorName::own("mean_rate", k), ones.affine(at_rest, 0.0)?))
        };
        let rows = (1..=n_hidden).map(row).collect::<Result<_>>()?;
        Ok(Self { share, rows })
    }

    pub(super) fn rows(&self) -> &[(TensorName, Tensor)] {
        &self.rows
    }

    /// The gradient of W_kᵀ or b_k of the network that is written with the means.
    pub(super) fn centred(
        &self,
        layer: usize,
        is_threshold: bool,
        own: &Tensor,
        gradient: &LayerGradient,
    ) -> Result<Tensor> {
        let below = layer.checked_sub(2).and_then(|index| self.rows.get(index));
        let (Some((_, mean)), Some(of_weights), Some(of_thresholds)) =
            (below, &gradient.weights, &gradient.thresholds)
        else {
            return Ok(own.clone());
        };
        let product = mean.unsqueeze(1)?.matmul(&of_thresholds.unsqueeze(0)?)?;
        let of_weights = (of_weights - product)?;
        if !is_threshold {
            return Ok(of_weights);
        }
        of_thresholds - mean.unsqueeze(0)?.matmul(&of_weights)?.squeeze(0)?
    }

    /// The means after a minibatch with `rates`, r_k at index k, `[n_samples, n_k]`.
    pub(super) fn next(&self, rates: &[Tensor]) -> Result<Vec<Tensor>> {
        let pairs = self.rows.iter().zip(&rates[1..]);
        let next = pairs.map(|((_, mean), rates)| {
            mean.affine(1.0 - self.share, 0.0)? + rates.detach().mean(0)?.affine(self.share, 0.0)?
        });
        next.collect()
    }

    /// Takes what [`Means::next`] gave.
    pub(super) fn take(&mut self, next: Vec<Tensor>) {
        for ((_, mean), next) in self.rows.iter_mut().zip(next) {
            *mean = next;
        }
    }
}
