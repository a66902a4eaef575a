//! The exact gradient that alignment is measured against.

use apical_kernels::Transfer;
use ndarray::{Array1, Array2, ArrayView2, ArrayViewMut2, Axis};
use serde::{Deserialize, Serialize};

use crate::{Batch, ForwardWeights, LearnError, Precision};

/// Which error of the output layer a gradient descends; the two are never mixed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OutputError {
    /// Output delta φ′(u_N)(u_trgt − u_N): the circuit's own error.
    Potential,
    /// Output delta φ′(u_N)(r_trgt − r_N): the squared error of rates.
    SquaredError,
}

impl OutputError {
    /// Both references.
    pub const ALL: [Self; 2] = [Self::Potential, Self::SquaredError];
}

/// The feed-forward network u_k = α_k (W_k r_{k−1} + b_k), r_k = φ(u_k) that a learner computes
/// without a teacher.
#[derive(Debug, Clone)]
pub struct ForwardNetwork {
    /// W_k and b_k.
    pub weights: ForwardWeights<f64>,
    /// α_k, the attenuation of the basal drive of layer k at index `k − 1`; 1 where there is none.
    pub attenuation: Vec<f64>,
    /// φ, also of the output layer.
    pub transfer: Transfer,
}

/// What a [`ForwardNetwork`] computes of a batch.
#[derive(Debug, Clone)]
pub struct ForwardPass {
    /// r_k of layers 0…N, `[n_samples, n_k]`; r_0 are the inputs.
    pub rates: Vec<Array2<f64>>,
    /// u_k of layers 1…N at index `k − 1`, `[n_samples, n_k]`.
    pub potentials: Vec<Array2<f64>>,
    transfer: Transfer,
}

impl ForwardPass {
    /// φ′(u_k) of `layer` k, counted from 1, `[n_samples, n_k]`.
    pub fn slope(&self, layer: usize) -> Array2<f64> {
        self.potentials[layer - 1].mapv(|u| self.transfer.slope(u))
    }
}

impl ForwardNetwork {
    /// Rates and potentials of all layers for `inputs`, `[n_samples, n_0]`.
    ///
    /// # Errors
    /// Inputs of another width, and potentials that are not finite.
    pub fn pass(&self, inputs: ArrayView2<'_, f32>) -> Result<ForwardPass, LearnError> {
        let width = self.weights.weights.first().map_or(0, Array2::ncols);
        if inputs.ncols() != width {
            return Err(LearnError::Shape {
                what: "inputs".to_owned(),
                found: inputs.shape().to_vec(),
                expected: vec![inputs.nrows(), width],
            });
        }
        let mut pass = ForwardPass {
            rates: vec![inputs.mapv(f64::from)],
            potentials: Vec::new(),
            transfer: self.transfer,
        };
        for (k, w) in self.weights.weights.iter().enumerate() {
            let u = self.drive(k + 1, pass.rates[k].view(), w);
            if u.iter().any(|u| !u.is_finite()) {
                return Err(LearnError::NonFinite {
                    layer: k + 1,
                    quantity: "somatic potential",
                });
            }
            pass.rates.push(u.mapv(|u| self.transfer.rate(u)));
            pass.potentials.push(u);
        }
        Ok(pass)
    }

    /// u_k = α_k (W_k r_{k−1} + b_k) with `weights` in the place of W_k. `[n_samples, n_{k−1}]` → `[n_samples, n_k]`.
    fn drive(&self, k: usize, rates: ArrayView2<'_, f64>, weights: &Array2<f64>) -> Array2<f64> {
        let mut u = rates.dot(&weights.t());
        if let Some(thresholds) = &self.weights.thresholds {
            u += &thresholds[k - 1];
        }
        u *= self.attenuation[k - 1];
        u
    }

    /// u_N where hidden layer `k` has `rates`, `[n_samples, n_k]` → `[n_samples, n_N]`.
    pub(crate) fn output_potentials(&self, k: usize, rates: Array2<f64>) -> Array2<f64> {
        let (mut rates, mut potentials) = (rates, Array2::zeros((0, 0)));
        for (index, weights) in self.weights.weights.iter().enumerate().skip(k) {
            potentials = self.drive(index + 1, rates.view(), weights);
            rates = potentials.mapv(|u| self.transfer.rate(u));
        }
        potentials
    }

    /// Writes the output rates of `inputs` to `outputs`, `[n_samples, n_N]`.
    ///
    /// # Errors
    /// As [`ForwardNetwork::pass`].
    pub fn predict(
        &self,
        inputs: ArrayView2<'_, f32>,
        mut outputs: ArrayViewMut2<'_, f32>,
    ) -> Result<(), LearnError> {
        let pass = self.pass(inputs)?;
        if let Some(rates) = pass.rates.last() {
            outputs.zip_mut_with(rates, |out, &rate| *out = rate as f32);
        }
        Ok(())
    }
}

/// A descent direction: minus the gradient of the mean loss over the batch.
#[derive(Debug, Clone)]
pub struct Gradient {
    /// −∂L/∂W_k, `[n_k, n_{k−1}]`, averaged over the batch.
    pub weights: Vec<Array2<f64>>,
    /// −∂L/∂b_k, `[n_k]`, averaged over the batch; empty without thresholds.
    pub thresholds: Vec<Array1<f64>>,
    /// Per sample, −∂L_b/∂r_k of hidden layers k = 1…N−1 (index `k − 1`), `[n_samples, n_k]`:
    /// backprop's error before it is multiplied by φ′(u_k).
    pub hidden_errors: Vec<Array2<f64>>,
}

impl Gradient {
    /// No descent, in the shape of `like`; without hidden errors, which are of single samples.
    pub fn zeros_like(like: &Self) -> Self {
        Self {
            weights: like
                .weights
                .iter()
                .map(|w| Array2::zeros(w.dim()))
                .collect(),
            thresholds: (like.thresholds.iter().map(|b| Array1::zeros(b.len()))).collect(),
            hidden_errors: Vec::new(),
        }
    }

    /// Adds `share` of `other`, of another batch.
    pub fn add_share(&mut self, other: &Self, share: f64) {
        for (sum, w) in self.weights.iter_mut().zip(&other.weights) {
            sum.scaled_add(share, w);
        }
        for (sum, b) in self.thresholds.iter_mut().zip(&other.thresholds) {
            sum.scaled_add(share, b);
        }
    }

    /// Makes it that of the network written as u_{k+1} = W_{k+1,k} (r_k − r̄_k) + b′_{k+1}, with `mean_rates`
    /// r̄_k of hidden layers at index `k − 1`: −∂L/∂W_{k+1,k} loses −∂L/∂b_{k+1} r̄_kᵀ. Needs thresholds.
    pub fn centre(&mut self, mean_rates: &[Array1<f64>]) {
        let above = self.weights.iter_mut().zip(&self.thresholds).skip(1);
        for ((weights, thresholds), mean) in above.zip(mean_rates) {
            let post = thresholds.view().insert_axis(Axis(1));
            *weights -= &post.dot(&mean.view().insert_axis(Axis(0)));
        }
    }
}

/// Computes the exact gradient at given forward weights.
pub trait GradientReference: Send + Sync {
    /// The descent direction of `network` on `batch` for the output error `error`, computed in `precision`.
    fn gradient_in(
        &self,
        network: &ForwardNetwork,
        error: OutputError,
        batch: Batch<'_>,
        precision: Precision,
    ) -> Result<Gradient, LearnError>;

    /// The same in double precision.
    fn gradient(
        &self,
        network: &ForwardNetwork,
        error: OutputError,
        batch: Batch<'_>,
    ) -> Result<Gradient, LearnError> {
        self.gradient_in(network, error, batch, Precision::F64)
    }
}
