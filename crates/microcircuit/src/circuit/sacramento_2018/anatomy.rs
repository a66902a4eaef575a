//! What a learner of this circuit is made of, in whatever form it is computed.

use std::sync::Arc;

use apical_kernels::Real;
use apical_learning::{
    ForwardWeights, LearnError, Network, Precision, Streams, TensorName, Tensors,
};
use ndarray::{Array1, ArrayD, ArrayViewD};

use crate::centring::Means;
use crate::table::{Table, Weights};

/// Neurons and their synapses.
#[derive(Clone)]
pub(super) struct Anatomy<T> {
    pub(super) network: Network,
    pub(super) weights: Weights<T>,
    /// Whether W^PI_k = −W_{k,k+1}, which stays so while neither learns.
    pub(super) lateral_cancels: bool,
    /// r̄_k, where presynaptic rates are centred.
    pub(super) means: Option<Means<T>>,
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
            means: None,
        }
    }

    /// Looks again whether W^PI_k = −W_{k,k+1}, after weights changed that do not learn.
    pub(super) fn compare_lateral(&mut self) {
        self.lateral_cancels = lateral_cancels(&self.weights);
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
        self.compare_lateral();
        Ok(())
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
        mean.unwrap_or_else(|| {
            self.weights.write(name, values, false)?;
            self.compare_lateral();
            Ok(())
        })
    }

    fn add(&mut self, name: TensorName, change: ArrayViewD<'_, f64>) -> Result<(), LearnError> {
        self.write(name, change, true)
    }
}
