//! What a learner of a circuit is made of.

use std::sync::Arc;

use apical_kernels::Real;
use apical_learning::{
    ForwardWeights, LearnError, Network, Precision, Streams, TensorName, Tensors,
};
use ndarray::{Array1, ArrayD, ArrayViewD};

use super::{Table, Weights};
use crate::centring::Means;

/// Neurons and their synapses.
#[derive(Clone)]
pub struct Tissue<T> {
    /// Sizes and transfer function.
    pub network: Network,
    /// All weights.
    pub weights: Weights<T>,
    /// r̄_k, where presynaptic rates are centred.
    pub(crate) means: Option<Means<T>>,
}

impl<T: Real> Tissue<T> {
    /// Weights that begin as `table` says, with forward weights `start`.
    pub fn new(
        network: &Network,
        table: &Arc<Table>,
        start: &ForwardWeights<f32>,
        streams: Streams,
    ) -> Self {
        Self {
            network: network.clone(),
            weights: Weights::new(table.clone(), start, streams),
            means: None,
        }
    }

    /// Replaces r̄_k; nothing where `name` is of something else.
    fn set_mean(
        &mut self,
        name: TensorName,
        values: ArrayViewD<'_, f64>,
    ) -> Option<Result<(), LearnError>> {
        self.means.as_mut()?.set(name, values)
    }

    fn write(
        &mut self,
        name: TensorName,
        values: ArrayViewD<'_, f64>,
        add: bool,
    ) -> Result<(), LearnError> {
        self.weights.write(name, values, add)?;
        self.weights.follow();
        Ok(())
    }
}

impl<T: Real> Tensors for Tissue<T> {
    fn network(&self) -> &Network {
        &self.network
    }

    fn precision(&self) -> Precision {
        Precision::of::<T>()
    }

    fn names(&self) -> Vec<TensorName> {
        let means = self.means.iter().flat_map(Means::names);
        self.weights.names().into_iter().chain(means).collect()
    }

    fn get(&self, name: TensorName) -> Option<ArrayD<f64>> {
        let mean = self.means.as_ref().and_then(|means| means.get(name));
        mean.map(Array1::into_dyn)
            .or_else(|| self.weights.tensor(name))
    }

    fn set(&mut self, name: TensorName, values: ArrayViewD<'_, f64>) -> Result<(), LearnError> {
        let mean = self.set_mean(name, values.view());
        mean.unwrap_or_else(|| self.write(name, values, false))
    }

    fn restore(&mut self, name: TensorName, values: ArrayViewD<'_, f64>) -> Result<(), LearnError> {
        let mean = self.set_mean(name, values.view());
        mean.unwrap_or_else(|| self.weights.write(name, values, false))
    }

    fn add(&mut self, name: TensorName, change: ArrayViewD<'_, f64>) -> Result<(), LearnError> {
        self.write(name, change, true)
    }
}
