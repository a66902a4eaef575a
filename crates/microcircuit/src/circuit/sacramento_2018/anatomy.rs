//! What a learner of this circuit is made of, in whatever form it is computed.

use std::sync::Arc;

use apical_kernels::Real;
use apical_learning::{
    ForwardWeights, LearnError, Network, Precision, Streams, TensorName, Tensors,
};
use ndarray::{ArrayD, ArrayViewD};

use crate::table::{Table, Weights};

/// Neurons and their synapses.
#[derive(Clone)]
pub(super) struct Anatomy<T> {
    pub(super) network: Network,
    pub(super) weights: Weights<T>,
    /// Whether W^PI_k = −W_{k,k+1}, which stays so while neither learns.
    pub(super) lateral_cancels: bool,
}

impl<T: Real> Anatomy<T> {
    /// Weights that begin as `table` says, with forward weights `start`.
    pub(super) fn new(
        network: &Network,
        table: &Arc<Table>,
        start: &ForwardWeights<f32>,
        streams: Streams,
    ) -> Self {
        let weights = Weights::new(table.clone(), start, streams);
        Self {
            network: network.clone(),
            lateral_cancels: lateral_cancels(&weights),
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
        self.lateral_cancels = lateral_cancels(&self.weights);
        Ok(())
    }
}

/// Whether W^PI_k is the negative of W_{k,k+1} in every hidden layer whatever is learned.
fn lateral_cancels<T: Real>(w: &Weights<T>) -> bool {
    let table = w.table();
    let is_fixed = |id| table.rate(id) == 0.0;
    table.connections().all(|(id, connection)| {
        let TensorName::PyramidalFromInterneuron { layer } = connection.name else {
            return true;
        };
        let cancels = |above| is_fixed(id) && is_fixed(above) && w.is_negative(id, above);
        table.find(TensorName::feedback(layer)).is_some_and(cancels)
    })
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
