//! What a learner of a circuit is made of.

use std::sync::Arc;

use apical_kernels::Real;
use apical_learning::{
    ForwardWeights, LearnError, Network, Precision, Streams, TensorName, Tensors,
};
use ndarray::{ArrayD, ArrayViewD};

use super::{Table, Weights};

/// Neurons and their synapses.
#[derive(Clone)]
pub struct Tissue<T> {
    /// Sizes and transfer function.
    pub network: Network,
    /// All weights.
    pub weights: Weights<T>,
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
        }
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
        self.weights.names()
    }

    fn get(&self, name: TensorName) -> Option<ArrayD<f64>> {
        self.weights.tensor(name)
    }

    fn set(&mut self, name: TensorName, values: ArrayViewD<'_, f64>) -> Result<(), LearnError> {
        self.weights.write(name, values, false)?;
        self.weights.follow();
        Ok(())
    }

    fn restore(&mut self, name: TensorName, values: ArrayViewD<'_, f64>) -> Result<(), LearnError> {
        self.weights.write(name, values, false)
    }

    fn add(&mut self, name: TensorName, change: ArrayViewD<'_, f64>) -> Result<(), LearnError> {
        self.weights.write(name, change, true)?;
        self.weights.follow();
        Ok(())
    }
}
