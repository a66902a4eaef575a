//! The network that all learners of a task share, and its forward starting weights.

use apical_datasets::Streams;
use apical_kernels::Transfer;
use ndarray::{Array1, Array2};
use rand::distr::{Distribution, Uniform};
use serde::Serialize;

use crate::{PerLayer, TensorName};

/// Layer sizes and transfer function, the same for every learner of a task.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Network {
    sizes: Vec<usize>,
    transfer: Transfer,
    thresholds: bool,
}

/// Why layer sizes make no network.
#[derive(Debug, thiserror::Error)]
pub enum NetworkError {
    /// Fewer than two layers.
    #[error("a network needs an input and an output layer; the sizes given are {sizes:?}")]
    TooFewLayers {
        /// The sizes given.
        sizes: Vec<usize>,
    },
    /// A layer without neurons.
    #[error("layer {layer} has no neurons; every layer needs at least one")]
    EmptyLayer {
        /// The layer.
        layer: usize,
    },
}

impl Network {
    /// A network of `sizes` neurons, from the input layer to the output layer. With `thresholds`,
    /// every neuron has a plastic weight from a unit of constant rate 1.
    pub fn new(
        sizes: Vec<usize>,
        transfer: Transfer,
        thresholds: bool,
    ) -> Result<Self, NetworkError> {
        if sizes.len() < 2 {
            return Err(NetworkError::TooFewLayers { sizes });
        }
        if let Some(layer) = sizes.iter().position(|&size| size == 0) {
            return Err(NetworkError::EmptyLayer { layer });
        }
        Ok(Self {
            sizes,
            transfer,
            thresholds,
        })
    }

    /// Neurons per layer, input to output; `N + 1` entries.
    pub fn sizes(&self) -> &[usize] {
        &self.sizes
    }

    /// The transfer function φ of every neuron.
    pub fn transfer(&self) -> Transfer {
        self.transfer
    }

    /// Whether every neuron has a learnable threshold.
    pub fn thresholds(&self) -> bool {
        self.thresholds
    }

    /// N, the number of layers above the input.
    pub fn n_layers(&self) -> usize {
        self.sizes.len() - 1
    }

    /// Input width.
    pub fn n_inputs(&self) -> usize {
        self.sizes[0]
    }

    /// Output width.
    pub fn n_outputs(&self) -> usize {
        self.sizes[self.n_layers()]
    }

    /// Number of forward weights; `None` where a computer cannot count them.
    pub fn n_forward_weights(&self) -> Option<usize> {
        let pairs = self.sizes.windows(2);
        let products = pairs.map(|pair| pair[0].checked_mul(pair[1]));
        products.reduce(|sum, n| sum?.checked_add(n?)).flatten()
    }

    /// Names of its forward weights, layer by layer, then of its thresholds where it has them.
    pub fn forward_names(&self) -> Vec<TensorName> {
        let layers = 1..=self.n_layers();
        let thresholds = layers
            .clone()
            .filter(|_| self.thresholds)
            .map(|layer| TensorName::PyramidalThreshold { layer });
        layers.map(TensorName::forward).chain(thresholds).collect()
    }

    /// The same network without its hidden layers.
    #[must_use]
    pub fn without_hidden_layers(&self) -> Self {
        Self {
            sizes: vec![self.n_inputs(), self.n_outputs()],
            ..self.clone()
        }
    }

    /// Forward starting weights from the stream `forward_weights`: W_k from U(−s_k, s_k) with
    /// `scale` s_k per layer, thresholds zero. Every learner of a task starts from these bits.
    pub fn draw_forward(&self, scale: &[f64], streams: Streams) -> ForwardWeights<f32> {
        let mut rng = streams.stream("forward_weights");
        let weights = (1..=self.n_layers())
            .map(|k| uniform([self.sizes[k], self.sizes[k - 1]], scale[k - 1], &mut rng))
            .collect();
        let thresholds = self
            .thresholds
            .then(|| self.sizes[1..].iter().map(|&n| Array1::zeros(n)).collect());
        ForwardWeights {
            weights,
            thresholds,
        }
    }

    /// One value per layer 1…N out of `values`.
    pub fn per_layer(
        &self,
        values: &PerLayer,
        what: &'static str,
    ) -> Result<Vec<f64>, crate::SpecError> {
        values.expand(self.n_layers(), what)
    }
}

/// A matrix of `shape` with entries from U(−scale, scale), drawn row by row.
pub fn uniform(shape: [usize; 2], scale: f64, rng: &mut crate::StreamRng) -> Array2<f32> {
    let scale = scale as f32;
    if scale == 0.0 {
        return Array2::zeros(shape);
    }
    let between = Uniform::new(-scale, scale).expect("a range that specifications check");
    Array2::from_shape_simple_fn(shape, || between.sample(rng))
}

/// Forward weights and thresholds of layers 1…N (index `k − 1`).
#[derive(Debug, Clone, PartialEq)]
pub struct ForwardWeights<T> {
    /// W^PP_{k,k−1}, shape `[n_k, n_{k−1}]`.
    pub weights: Vec<Array2<T>>,
    /// Thresholds `[n_k]`, where the network has them.
    pub thresholds: Option<Vec<Array1<T>>>,
}
