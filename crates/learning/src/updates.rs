//! Proposed changes of a learner's tensors.

use ndarray::{Array2, ArrayD, ArrayView2, Axis, Ix2};

use crate::{Network, TensorName};

/// What one minibatch would change: a change per tensor, and the next state of an optimiser.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Updates {
    changes: Vec<(TensorName, ArrayD<f64>)>,
    next: Vec<(TensorName, ArrayD<f64>)>,
}

impl Updates {
    /// No change.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds the change of the tensor `name`, to be added to it.
    pub fn push_change(&mut self, name: TensorName, change: ArrayD<f64>) {
        self.changes.push((name, change));
    }

    /// Adds what an error δ_k of `layer` k changes, averaged over the batch:
    /// ΔW_k = η_k δ_k r_{k−1}ᵀ, and Δb_k = η_k δ_k where `network` has thresholds.
    /// `error` is `[n_samples, n_k]`, `presynaptic` `[n_samples, n_{k−1}]`.
    pub fn push_layer(
        &mut self,
        network: &Network,
        layer: usize,
        rate: f64,
        error: &Array2<f64>,
        presynaptic: &Array2<f64>,
    ) {
        let eta = rate / error.nrows() as f64;
        let change = eta * error.t().dot(presynaptic);
        self.push_change(TensorName::forward(layer), change.into_dyn());
        if network.thresholds() {
            let change = eta * error.sum_axis(Axis(0));
            self.push_change(TensorName::PyramidalThreshold { layer }, change.into_dyn());
        }
    }

    /// Adds the next value of a tensor that is replaced rather than changed, such as an
    /// optimiser's moment.
    pub fn push_next(&mut self, name: TensorName, value: ArrayD<f64>) {
        self.next.push((name, value));
    }

    /// Adds `share` of the changes of `other`; what is replaced rather than changed is left out.
    pub fn add_share(&mut self, other: &Self, share: f64) {
        for (name, change) in &other.changes {
            match self.changes.iter_mut().find(|(own, _)| own == name) {
                Some((_, sum)) => sum.scaled_add(share, change),
                None => self.changes.push((*name, change * share)),
            }
        }
    }

    /// Changes by name, in the learner's order.
    pub fn changes(&self) -> &[(TensorName, ArrayD<f64>)] {
        &self.changes
    }

    /// Tensors to be replaced, by name.
    pub fn next(&self) -> &[(TensorName, ArrayD<f64>)] {
        &self.next
    }

    /// The change of the matrix `name`, if it is among these.
    pub fn matrix(&self, name: TensorName) -> Option<ArrayView2<'_, f64>> {
        self.changes
            .iter()
            .find(|(of, _)| *of == name)
            .and_then(|(_, change)| change.view().into_dimensionality::<Ix2>().ok())
    }
}
