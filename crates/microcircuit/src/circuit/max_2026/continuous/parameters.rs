//! Checked parameters of the circuit in continuous time.

use apical_keys::Described;
use serde::{Deserialize, Serialize};

use crate::circuit::max_2026::parameters::Parameters;
use crate::feedback::NoiseInTime;
use crate::integrator::UpdateOrder;

/// Which apical potential plasticity reads in a layer sweep.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, Described)]
#[serde(rename_all = "snake_case")]
pub enum PlasticityReads {
    /// The one in the soma, u_k − v̂_k: of the errors that the last step left.
    #[default]
    Soma,
    /// The one in the apical dendrite: of the errors that this step gave.
    ApicalDendrite,
}

/// Mixing factors, connections, and times in steps.
#[derive(Debug, Clone, PartialEq)]
pub struct ContinuousParameters {
    /// What all forms share. Learning rates are per ms.
    pub circuit: Parameters,
    /// dt, in ms.
    pub dt_ms: f64,
    /// Steps of a presentation.
    pub n_steps: usize,
    /// For so many steps after onset the target of the pattern before still acts.
    pub target_delay_steps: usize,
    /// In what order layers are written.
    pub update_order: UpdateOrder,
    /// Which apical potential plasticity reads in a layer sweep.
    pub plasticity_reads: PlasticityReads,
    /// The noise that feedback listens to.
    pub feedback_noise: Option<NoiseInTime>,
    /// A somatic potential beyond ± this is a runaway.
    pub runaway_potential: f64,
}

impl ContinuousParameters {
    /// The theory's factor of layer `k` for the authors' rule, whose change has λ_A,k in it.
    pub fn factor(&self, k: usize) -> f64 {
        self.circuit.apical_mixing[k - 1] * self.circuit.factor(k)
    }

    /// Rates of gradient descent per presentation that the forward rates correspond to by theory, for a
    /// state that has settled: η times the factor times the length of a presentation.
    pub fn equivalent_rates(&self) -> Vec<f64> {
        let presentation_ms = self.n_steps as f64 * self.dt_ms;
        let rates = (1..).zip(self.circuit.circuit.forward_rates());
        rates
            .map(|(k, rate)| rate * self.factor(k) * presentation_ms)
            .collect()
    }
}
