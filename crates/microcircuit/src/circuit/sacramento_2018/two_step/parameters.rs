//! Checked parameters of the circuit in its two-step form.

use apical_learning::Transfer;

use crate::circuit::sacramento_2018::table::{Circuit, LearningRates};
use crate::circuit::sacramento_2018::theory::update_factor;

/// Mixing factors and learning rates.
#[derive(Debug, Clone, PartialEq)]
pub struct Parameters {
    /// φ of every neuron.
    pub transfer: Transfer,
    /// λ_N.
    pub nudging: f64,
    /// λ_k of hidden layers at index `k − 1`.
    pub apical_mixing: Vec<f64>,
    /// λ_I,k of hidden layers at index `k − 1`.
    pub interneuron_nudging: Vec<f64>,
    /// α_k of layers 1…N at index `k − 1`; 1 in this form, where the soma takes v_B whole.
    pub attenuation: Vec<f64>,
    /// Learning rates of the specification.
    pub rates: LearningRates,
    /// The connections, with the learning rates of now.
    pub circuit: Circuit,
}

impl Parameters {
    /// The theory's factor of layer `k`; see [`update_factor`].
    pub fn factor(&self, k: usize) -> f64 {
        update_factor(
            k,
            self.nudging,
            &self.apical_mixing,
            &self.interneuron_nudging,
            &self.attenuation,
        )
    }

    /// The rates of gradient descent that the forward rates correspond to by theory.
    pub fn equivalent_rates(&self) -> Vec<f64> {
        (1..=self.circuit.n_layers())
            .map(|k| self.circuit.rate(self.circuit.forward(k)) * self.factor(k))
            .collect()
    }
}
