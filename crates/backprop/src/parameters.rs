//! Forward weights and thresholds as tensors, and the forward pass.

use std::sync::{Arc, OnceLock};

use apical_learning::{
    Batch, ForwardWeights, LearnError, Network, Precision, TensorName, check_shape,
};
use candle_core::{Tensor, Var};
use ndarray::{Array1, Array2, ArrayView2, ArrayViewD, ArrayViewMut2};

use crate::convert::{dtype, failed, parameter, rows};
use crate::operation::{LayerGradient, Plastic, all_finite, layer, rate};

/// What a multilayer perceptron computes with.
#[derive(Debug)]
pub(crate) struct Parameters {
    /// The learner, for errors.
    pub(crate) learner: &'static str,
    pub(crate) network: Network,
    pub(crate) precision: Precision,
    /// W_kᵀ, `[n_{k−1}, n_k]`, index `k − 1`.
    weights: Vec<Var>,
    /// b_k, `[n_k]`; zeros in a network without thresholds.
    thresholds: Vec<Var>,
}

/// What a forward pass leaves behind.
pub(crate) struct Pass {
    /// u_k, `[n_samples, n_k]`, index `k − 1`.
    pub(crate) potentials: Vec<Tensor>,
    /// r_k, `[n_samples, n_k]`, index `k`; r_0 are the inputs.
    pub(crate) rates: Vec<Tensor>,
    /// Filled by a backward pass, index `k − 1`.
    pub(crate) gradients: Vec<Arc<OnceLock<LayerGradient>>>,
}

impl Parameters {
    pub(crate) fn new(
        learner: &'static str,
        network: &Network,
        start: &ForwardWeights<f32>,
        precision: Precision,
    ) -> Result<Self, LearnError> {
        crate::keep_to_one_thread();
        let sizes = network.sizes();
        check_shape(
            "the list of forward weights",
            &[start.weights.len()],
            &[network.n_layers()],
        )?;
        let variable = |values: ArrayViewD<'_, f32>| {
            parameter(values, dtype(precision))
                .and_then(|tensor| Var::from_tensor(&tensor))
                .map_err(failed(learner))
        };
        let mut weights = Vec::new();
        for (k, matrix) in (1..).zip(&start.weights) {
            let name = TensorName::forward(k);
            check_shape(name, matrix.shape(), &[sizes[k], sizes[k - 1]])?;
            weights.push(variable(matrix.view().into_dyn())?);
        }
        let mut thresholds = Vec::new();
        for (k, &size) in (1..).zip(&sizes[1..]) {
            let given = start.thresholds.as_ref().and_then(|all| all.get(k - 1));
            let vector = match given {
                Some(vector) if network.thresholds() => vector.clone(),
                _ => Array1::zeros(size),
            };
            let name = TensorName::PyramidalThreshold { layer: k };
            check_shape(name, vector.shape(), &[size])?;
            thresholds.push(variable(vector.view().into_dyn())?);
        }
        Ok(Self {
            learner,
            network: network.clone(),
            precision,
            weights,
            thresholds,
        })
    }

    /// The rows of an input or target array as a tensor of this precision.
    pub(crate) fn rows(
        &self,
        what: &'static str,
        values: ArrayView2<'_, f32>,
        n: usize,
    ) -> Result<Tensor, LearnError> {
        check_shape(what, values.shape(), &[values.nrows().max(1), n])?;
        rows(values, dtype(self.precision)).map_err(failed(self.learner))
    }

    /// Input rates of `batch`, `[n_samples, n_inputs]`.
    pub(crate) fn inputs(&self, inputs: ArrayView2<'_, f32>) -> Result<Tensor, LearnError> {
        self.rows("the array of input rates", inputs, self.network.n_inputs())
    }

    /// Target rates of `batch`, `[n_samples, n_outputs]`.
    pub(crate) fn target_rates(&self, batch: Batch<'_>) -> Result<Tensor, LearnError> {
        let what = "the array of target rates";
        let expected = [batch.n_samples(), self.network.n_outputs()];
        check_shape(what, batch.target_rates.shape(), &expected)?;
        self.rows(what, batch.target_rates, self.network.n_outputs())
    }

    /// u_k = W_k r_{k−1} + b_k and r_k = φ(u_k), with a graph for the gradients of what is
    /// `plastic` (index `k − 1`).
    pub(crate) fn forward(&self, inputs: Tensor, plastic: &[Plastic]) -> Result<Pass, LearnError> {
        let failed = failed(self.learner);
        let mut pass = Pass {
            potentials: Vec::with_capacity(self.weights.len()),
            rates: vec![inputs],
            gradients: Vec::with_capacity(self.weights.len()),
        };
        for (k, plastic) in (1..).zip(plastic) {
            let constant = |var: &Var, is_plastic: bool| {
                if is_plastic {
                    var.as_tensor().clone()
                } else {
                    var.as_detached_tensor()
                }
            };
            let (potentials, gradient) = layer(
                &pass.rates[k - 1],
                &constant(&self.weights[k - 1], plastic.weights),
                &constant(&self.thresholds[k - 1], plastic.thresholds),
                *plastic,
            )
            .map_err(&failed)?;
            if !all_finite(&potentials).map_err(&failed)? {
                return Err(LearnError::NonFinite {
                    layer: k,
                    quantity: "somatic potential",
                });
            }
            pass.rates
                .push(rate(&potentials, self.network.transfer()).map_err(&failed)?);
            pass.potentials.push(potentials);
            pass.gradients.push(gradient);
        }
        Ok(pass)
    }

    /// A forward pass that only looks.
    pub(crate) fn forward_only(&self, inputs: Tensor) -> Result<Pass, LearnError> {
        let nothing = Plastic {
            weights: false,
            thresholds: false,
        };
        self.forward(inputs, &vec![nothing; self.weights.len()])
    }

    /// Fills `outputs` with what `read` takes from a forward pass that only looks.
    pub(crate) fn predict(
        &self,
        inputs: ArrayView2<'_, f32>,
        mut outputs: ArrayViewMut2<'_, f32>,
        read: &dyn Fn(&Pass) -> candle_core::Result<Array2<f64>>,
    ) -> Result<(), LearnError> {
        let expected = [inputs.nrows(), self.network.n_outputs()];
        check_shape("the array of outputs", outputs.shape(), &expected)?;
        let pass = self.forward_only(self.inputs(inputs)?)?;
        let predicted = read(&pass).map_err(failed(self.learner))?;
        outputs.assign(&predicted.mapv(|r| r as f32));
        Ok(())
    }

    /// The tensor `name`, matrices transposed.
    pub(crate) fn find(&self, name: TensorName) -> Option<&Tensor> {
        match name {
            TensorName::PyramidalFromPyramidal { to, from } if to == from + 1 => {
                self.weights.get(from).map(Var::as_tensor)
            }
            TensorName::PyramidalThreshold { layer } if self.network.thresholds() => self
                .thresholds
                .get(layer.checked_sub(1)?)
                .map(Var::as_tensor),
            _ => None,
        }
    }

    /// Replaces the tensor `name`.
    pub(crate) fn set(
        &mut self,
        name: TensorName,
        values: ArrayViewD<'_, f64>,
    ) -> Result<(), LearnError> {
        let tensor = self.find(name).ok_or(LearnError::NoTensor { name })?;
        self.replace(name, tensor, values)
    }

    /// Overwrites the contents of `tensor`, which has that name.
    pub(crate) fn replace(
        &self,
        name: TensorName,
        tensor: &Tensor,
        values: ArrayViewD<'_, f64>,
    ) -> Result<(), LearnError> {
        let values = self.fitting(name, tensor, values)?;
        tensor
            .slice_set(&values, 0, 0)
            .map_err(failed(self.learner))
    }

    /// `values` as a tensor of the shape of `tensor`.
    fn fitting(
        &self,
        name: TensorName,
        tensor: &Tensor,
        values: ArrayViewD<'_, f64>,
    ) -> Result<Tensor, LearnError> {
        let expected: Vec<usize> = tensor.dims().iter().rev().copied().collect();
        check_shape(name, values.shape(), &expected)?;
        parameter(values, dtype(self.precision)).map_err(failed(self.learner))
    }
}

/// Rates of layers 1…N, or an error that says how many there are.
pub(crate) fn expand(
    values: &apical_learning::PerLayer,
    n_layers: usize,
    key: &str,
) -> Result<Vec<f64>, LearnError> {
    values.expand(n_layers, key).map_err(|_| LearnError::Shape {
        what: format!("`{key}`"),
        found: vec![values.values().len()],
        expected: vec![n_layers],
    })
}
