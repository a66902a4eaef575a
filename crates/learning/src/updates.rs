//! Proposed changes of a learner's tensors.

use ndarray::{ArrayD, ArrayView2, Ix2};

use crate::TensorName;

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

    /// Adds the next value of a tensor that is replaced rather than changed, such as an
    /// optimiser's moment.
    pub fn push_next(&mut self, name: TensorName, value: ArrayD<f64>) {
        self.next.push((name, value));
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
