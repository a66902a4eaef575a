//! Checked parameters of the circuit in its two-step form.

use apical_learning::Transfer;

use crate::circuit::Presynaptic;
use crate::circuit::sacramento_2018::induction::Plasticity;
use crate::circuit::sacramento_2018::table::Circuit;
use crate::circuit::sacramento_2018::theory::update_factor;
use crate::feedback::FeedbackStart;

/// Mixing factors and connections.
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
    /// The connections, with the learning rates of now.
    pub circuit: Circuit,
    /// What synapses learn from.
    pub plasticity: Plasticity,
    /// Presynaptic factors.
    pub presynaptic: Presynaptic,
    /// The epochs in which feedback is made from noise.
    pub feedback_start: Option<FeedbackStart>,
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
        let rates = (1..).zip(self.circuit.forward_rates());
        rates.map(|(k, rate)| rate * self.factor(k)).collect()
    }
}
