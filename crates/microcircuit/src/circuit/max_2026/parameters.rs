//! Checked parameters, the same in every form of the circuit.

use apical_learning::Transfer;

use super::table::Circuit;
use super::theory::update_factor;
use crate::circuit::Presynaptic;
use crate::feedback::FeedbackStart;

/// Mixing factors and connections.
#[derive(Debug, Clone, PartialEq)]
pub struct Parameters {
    /// φ of every representation neuron; error neurons are linear.
    pub transfer: Transfer,
    /// λ_T.
    pub nudging: f64,
    /// λ_A,k of layers 1…N at index `k − 1`.
    pub apical_mixing: Vec<f64>,
    /// λ_D,k of hidden layers at index `k − 1`.
    pub error_mixing: Vec<f64>,
    /// α_k of layers 1…N at index `k − 1`.
    pub attenuation: Vec<f64>,
    /// The phase before learning in which feedback is made.
    pub feedback_start: Option<FeedbackStart>,
    /// Which rates forward synapses learn with.
    pub presynaptic: Presynaptic,
    /// The connections, with the learning rates of now.
    pub circuit: Circuit,
}

impl Parameters {
    /// The theory's factor of layer `k`; see [`update_factor`].
    pub fn factor(&self, k: usize) -> f64 {
        update_factor(k, self.nudging, &self.error_mixing, &self.attenuation)
    }

    /// The rates of gradient descent that the forward rates correspond to by theory.
    pub fn equivalent_rates(&self) -> Vec<f64> {
        let rates = (1..).zip(self.circuit.forward_rates());
        rates.map(|(k, rate)| rate * self.factor(k)).collect()
    }
}
