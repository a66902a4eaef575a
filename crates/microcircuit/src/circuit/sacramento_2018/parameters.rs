//! Checked parameters of the circuit in its two-step form.

use apical_learning::{Network, SpecError, Transfer};

use super::table::{Circuit, LearningRates};
use super::{MicrocircuitSpec, update_factor};
use crate::feedback::Feedback;

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
    /// The parameters of `spec` for `network`.
    pub fn new(spec: &MicrocircuitSpec, network: &Network) -> Result<Self, SpecError> {
        spec.check(network)?;
        let n_layers = network.n_layers();
        let n_hidden = n_layers - 1;
        let hidden = |values: &apical_learning::PerLayer, key| values.expand(n_hidden, key);
        let apical_mixing = hidden(&spec.apical_mixing, "apical_mixing")?;
        let interneuron_nudging = hidden(&spec.interneuron_nudging, "interneuron_nudging")?;
        let attenuation = vec![1.0; n_layers];
        let factor = |k| {
            update_factor(
                k,
                spec.nudging,
                &apical_mixing,
                &interneuron_nudging,
                &attenuation,
            )
        };
        let rates = spec
            .rate_keys()
            .resolve(n_layers, factor, |k| interneuron_nudging[k - 1])?;
        let feedback = Feedback::new(spec.feedback_keys(), n_hidden)?;
        let circuit = Circuit::new(network, feedback, &spec.choices(n_hidden, &rates)?);
        Ok(Self {
            transfer: network.transfer(),
            nudging: spec.nudging,
            apical_mixing,
            interneuron_nudging,
            attenuation,
            rates,
            circuit,
        })
    }

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
