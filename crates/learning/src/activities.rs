//! What can be read of a learner's state for a batch.

use std::collections::BTreeMap;

use ndarray::{Array2, ArrayView2};

/// Whether the output layer is nudged toward the target.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Teacher {
    /// The target acts.
    On,
    /// The network runs freely.
    Off,
}

/// A quantity of a layer's neurons.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Quantity {
    /// Somatic potential u_k, `[n_samples, n_k]`.
    Soma,
    /// The error that reaches hidden layer k before it is multiplied by φ′: the apical potential
    /// v_A,k of a circuit with interneurons, B_{k,k+1} e_{k+1} of error neurons, W_{k+1}ᵀ δ_{k+1} in
    /// backprop. `[n_samples, n_k]`; positive where the
    /// rate should rise.
    HiddenError,
    /// Apical potential v_A,k, `[n_samples, n_k]`.
    Apical,
    /// u_{k+1} − u^I_k, `[n_samples, n_{k+1}]`.
    InterneuronMismatch,
}

/// The quantities that a learner has, by kind and layer; what it has not is absent.
#[derive(Debug, Clone, Default)]
pub struct Activities {
    values: BTreeMap<(Quantity, usize), Array2<f64>>,
}

impl Activities {
    /// Nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds `quantity` of `layer`.
    pub fn insert(&mut self, quantity: Quantity, layer: usize, values: Array2<f64>) {
        self.values.insert((quantity, layer), values);
    }

    /// `quantity` of `layer`, if the learner has it.
    pub fn get(&self, quantity: Quantity, layer: usize) -> Option<ArrayView2<'_, f64>> {
        self.values
            .get(&(quantity, layer))
            .map(|values| values.view())
    }
}
