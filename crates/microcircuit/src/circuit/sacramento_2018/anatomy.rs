//! What a learner of this circuit is made of, in whatever form it is computed.

use std::ops::{Deref, DerefMut};
use std::sync::Arc;

use apical_kernels::Real;
use apical_learning::{
    ForwardWeights, LearnError, Network, Precision, Streams, TensorName, Tensors,
};
use ndarray::{ArrayD, ArrayViewD};

use crate::table::{Table, Tissue, Weights};

/// Neurons and their synapses.
#[derive(Clone)]
pub(super) struct Anatomy<T> {
    tissue: Tissue<T>,
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
        let tissue = Tissue::new(network, table, start, streams);
        Self {
            lateral_cancels: lateral_cancels(&tissue.weights),
            tissue,
        }
    }

    /// Looks again whether W^PI_k = −W_{k,k+1}, after weights changed that do not learn.
    pub(super) fn compare_lateral(&mut self) {
        self.lateral_cancels = lateral_cancels(&self.tissue.weights);
    }
}

impl<T> Deref for Anatomy<T> {
    type Target = Tissue<T>;

    fn deref(&self) -> &Tissue<T> {
        &self.tissue
    }
}

impl<T> DerefMut for Anatomy<T> {
    fn deref_mut(&mut self) -> &mut Tissue<T> {
        &mut self.tissue
    }
}

/// Whether W^PI_k is the negative of W_{k,k+1} in every hidden layer whatever is learned: because it is
/// derived from it, or because it is so now and neither learns.
fn lateral_cancels<T: Real>(w: &Weights<T>) -> bool {
    let table = w.table();
    let is_fixed = |id| table.rate(id) == 0.0;
    let stays = |id, above| is_fixed(id) && is_fixed(above) && w.is_negative(id, above);
    table.connections().all(|(id, connection)| {
        let TensorName::PyramidalFromInterneuron { layer } = connection.name else {
            return true;
        };
        let cancels = |above| table.is_negative(id, above) || stays(id, above);
        table.find(TensorName::feedback(layer)).is_some_and(cancels)
    })
}

impl<T: Real> Tensors for Anatomy<T> {
    fn network(&self) -> &Network {
        self.tissue.network()
    }

    fn precision(&self) -> Precision {
        self.tissue.precision()
    }

    fn names(&self) -> Vec<TensorName> {
        self.tissue.names()
    }

    fn get(&self, name: TensorName) -> Option<ArrayD<f64>> {
        self.tissue.get(name)
    }

    fn set(&mut self, name: TensorName, values: ArrayViewD<'_, f64>) -> Result<(), LearnError> {
        self.tissue.set(name, values)?;
        self.compare_lateral();
        Ok(())
    }

    fn restore(&mut self, name: TensorName, values: ArrayViewD<'_, f64>) -> Result<(), LearnError> {
        self.tissue.restore(name, values)?;
        self.compare_lateral();
        Ok(())
    }

    fn add(&mut self, name: TensorName, change: ArrayViewD<'_, f64>) -> Result<(), LearnError> {
        self.tissue.add(name, change)?;
        self.compare_lateral();
        Ok(())
    }
}
