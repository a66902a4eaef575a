//! What a learner of this circuit is made of, in whatever form it is computed.

use apical_kernels::Real;
use apical_learning::{
    ForwardWeights, LearnError, Network, Precision, Streams, TensorName, Tensors,
};
use ndarray::{ArrayD, ArrayViewD};

use super::table::Circuit;
use crate::table::Weights;

/// Neurons and their synapses.
#[derive(Clone)]
pub(super) struct Anatomy<T> {
    pub(super) network: Network,
    circuit: Circuit,
    pub(super) weights: Weights<T>,
    /// Whether W^PI_k = −W_{k,k+1}, which stays so while neither learns.
    pub(super) lateral_cancels: bool,
}

impl<T: Real> Anatomy<T> {
    /// Weights that begin as the table of `circuit` says, with forward weights `start`.
    pub(super) fn new(
        network: &Network,
        circuit: &Circuit,
        start: &ForwardWeights<f32>,
        streams: Streams,
    ) -> Self {
        let weights = Weights::new(circuit.table().clone(), start, streams);
        Self {
            network: network.clone(),
            lateral_cancels: circuit.lateral_cancels(&weights),
            circuit: circuit.clone(),
            weights,
        }
    }

    fn write(
        &mut self,
        name: TensorName,
        values: ArrayViewD<'_, f64>,
        add: bool,
    ) -> Result<(), LearnError> {
        self.weights.write(name, values, add)?;
        self.lateral_cancels = self.circuit.lateral_cancels(&self.weights);
        Ok(())
    }
}

impl<T: Real> Tensors for Anatomy<T> {
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
        self.write(name, values, false)
    }

    fn add(&mut self, name: TensorName, change: ArrayViewD<'_, f64>) -> Result<(), LearnError> {
        self.write(name, change, true)
    }
}
