//! What a learner is made of: tensors by name.

use apical_kernels::Real;
use ndarray::{Array1, ArrayD, ArrayView2, ArrayViewD, Ix1, Ix2};

use crate::{ForwardWeights, LearnError, Network, Precision, TensorName};

/// The tensors of a network, by name. Saving, loading, applying changes and the forward network are
/// made of these alone. [`TensorTable`] is one ready made; a learner that holds its tensors otherwise
/// implements this itself.
pub trait Tensors {
    /// The network whose tensors these are.
    fn network(&self) -> &Network;

    /// The type in which they are held and saved.
    fn precision(&self) -> Precision;

    /// The names of what is stored, in the order in which it is saved.
    fn names(&self) -> Vec<TensorName>;

    /// The tensor `name` in double precision, if there is one. Matrices are `[n_post, n_pre]`. Also
    /// answers names outside [`Tensors::names`] that are derived, such as tied feedback.
    fn get(&self, name: TensorName) -> Option<ArrayD<f64>>;

    /// Replaces the stored tensor `name`.
    ///
    /// # Errors
    /// If there is none, or its shape differs.
    fn set(&mut self, name: TensorName, values: ArrayViewD<'_, f64>) -> Result<(), LearnError>;

    /// As [`Tensors::set`], for all tensors in turn that were stored together: what follows another tensor
    /// is set to what it was, and does not follow.
    ///
    /// # Errors
    /// As [`Tensors::set`].
    fn restore(&mut self, name: TensorName, values: ArrayViewD<'_, f64>) -> Result<(), LearnError> {
        self.set(name, values)
    }

    /// Adds `change` to the stored tensor `name`.
    ///
    /// # Errors
    /// As [`Tensors::set`].
    fn add(&mut self, name: TensorName, change: ArrayViewD<'_, f64>) -> Result<(), LearnError> {
        let now = self.get(name).ok_or(LearnError::NoTensor { name })?;
        check_shape(name, change.shape(), now.shape())?;
        self.set(name, (now + change).view())
    }

    /// Forward weights and thresholds of all layers.
    fn forward_weights(&self) -> ForwardWeights<f64> {
        let layers = 1..=self.network().n_layers();
        let get = |name| self.get(name);
        ForwardWeights {
            weights: layers
                .clone()
                .filter_map(|k| {
                    get(TensorName::forward(k))?
                        .into_dimensionality::<Ix2>()
                        .ok()
                })
                .collect(),
            thresholds: layers
                .map(|layer| {
                    get(TensorName::PyramidalThreshold { layer })?
                        .into_dimensionality::<Ix1>()
                        .ok()
                })
                .collect::<Option<Vec<Array1<f64>>>>()
                .filter(|_| self.network().thresholds()),
        }
    }
}

/// Fails unless the shape `found` of `what` is the one `expected`.
pub fn check_shape(
    what: impl ToString,
    found: &[usize],
    expected: &[usize],
) -> Result<(), LearnError> {
    if found == expected {
        return Ok(());
    }
    Err(LearnError::Shape {
        what: what.to_string(),
        found: found.to_vec(),
        expected: expected.to_vec(),
    })
}

/// Tensors as arrays.
#[derive(Debug, Clone)]
pub struct TensorTable<T> {
    network: Network,
    tensors: Vec<(TensorName, ArrayD<T>)>,
}

impl<T: Real> TensorTable<T> {
    /// Forward weights, and thresholds where the network has them, that begin as `start`.
    pub fn new(network: &Network, start: &ForwardWeights<f32>) -> Self {
        let mut table = Self {
            network: network.clone(),
            tensors: Vec::new(),
        };
        for (k, w) in (1..).zip(&start.weights) {
            table.push(TensorName::forward(k), of(w.view().into_dyn()));
        }
        for (layer, b) in (1..).zip(start.thresholds.iter().flatten()) {
            table.push(
                TensorName::PyramidalThreshold { layer },
                of(b.view().into_dyn()),
            );
        }
        table
    }

    /// Adds the tensor `name`.
    pub fn push(&mut self, name: TensorName, values: ArrayD<T>) {
        self.tensors.push((name, values));
    }

    /// The matrix `name`, `[n_post, n_pre]`.
    ///
    /// # Panics
    /// If there is no such matrix.
    pub fn matrix(&self, name: TensorName) -> ArrayView2<'_, T> {
        let found = self.tensors.iter().find(|(own, _)| *own == name);
        let matrix = found.and_then(|(_, values)| values.view().into_dimensionality().ok());
        matrix.unwrap_or_else(|| panic!("there is no matrix `{name}`"))
    }

    /// W_{k,k−1} of layers k = 1…N in turn.
    pub fn forward(&self) -> impl Iterator<Item = ArrayView2<'_, T>> {
        (1..=self.network.n_layers()).map(|k| self.matrix(TensorName::forward(k)))
    }
}

fn of<T: Real>(values: ArrayViewD<'_, f32>) -> ArrayD<T> {
    values.mapv(|value| T::of(f64::from(value)))
}

impl<T: Real> Tensors for TensorTable<T> {
    fn network(&self) -> &Network {
        &self.network
    }

    fn precision(&self) -> Precision {
        Precision::of::<T>()
    }

    fn names(&self) -> Vec<TensorName> {
        self.tensors.iter().map(|(name, _)| *name).collect()
    }

    fn get(&self, name: TensorName) -> Option<ArrayD<f64>> {
        let found = self.tensors.iter().find(|(own, _)| *own == name);
        found.map(|(_, values)| values.mapv(T::wide))
    }

    fn set(&mut self, name: TensorName, values: ArrayViewD<'_, f64>) -> Result<(), LearnError> {
        let found = self.tensors.iter_mut().find(|(own, _)| *own == name);
        let (_, own) = found.ok_or(LearnError::NoTensor { name })?;
        check_shape(name, values.shape(), own.shape())?;
        own.zip_mut_with(&values, |own, &value| *own = T::of(value));
        Ok(())
    }
}
