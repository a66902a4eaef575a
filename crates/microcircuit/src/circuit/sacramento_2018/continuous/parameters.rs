//! Checked parameters of the circuit in continuous time.

use apical_keys::Described;
use apical_learning::Transfer;
use serde::{Deserialize, Serialize};

use super::noise::NoiseSpec;
use crate::circuit::Presynaptic;
use crate::circuit::sacramento_2018::induction::Plasticity;
use crate::circuit::sacramento_2018::table::Circuit;
use crate::circuit::sacramento_2018::theory::update_factor;
use crate::feedback::NoiseInTime;
use crate::integrator::{Integrator, UpdateOrder};

/// How a target acts on an output soma. Both give the same current g_som (u_trgt − u_N).
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize, Described)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum TeacherKind {
    /// The current i = g_som (u_trgt − u_N).
    #[default]
    Potential,
    /// A pair of conductances: i = g_exc (E_exc − u_N) + g_inh (E_inh − u_N) with
    /// g_exc = g_som (u_trgt − E_inh) / (E_exc − E_inh) and g_inh = g_som − g_exc. Targets must lie
    /// between the two reversal potentials.
    Conductances {
        /// E_exc.
        #[key(example = "4.667")]
        excitatory_reversal: f64,
        /// E_inh, below E_exc.
        #[key(example = "-0.333")]
        inhibitory_reversal: f64,
    },
}

/// Where the increments of a presentation are summed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, Described)]
#[serde(rename_all = "snake_case")]
pub enum Increments {
    /// Apart from the weights, and moved into them when the presentation ends: exact in single
    /// precision however small a step's increment is.
    #[default]
    Apart,
    /// In the weights, which is faster. For plasticity without a filter, at rates whose increments
    /// are large against the rounding of a weight.
    InWeights,
}

/// Conductances, the mixing factors that follow from them, and times in steps.
#[derive(Debug, Clone, PartialEq)]
pub struct ContinuousParameters {
    /// φ of every neuron.
    pub transfer: Transfer,
    /// g_lk, in 1/ms.
    pub leak: f64,
    /// g_B, in 1/ms.
    pub basal: f64,
    /// g_D, in 1/ms.
    pub dendritic: f64,
    /// g_A,k of layers 1…N at index `k − 1`, in 1/ms; 0 in the output layer.
    pub apical: Vec<f64>,
    /// g_som, in 1/ms.
    pub somatic: f64,
    /// λ_N = g_som / (g_lk + g_B + g_som).
    pub nudging: f64,
    /// λ_k = g_A,k / (g_lk + g_B + g_A,k) of hidden layers at index `k − 1`.
    pub apical_mixing: Vec<f64>,
    /// λ_I,k = g_som / (g_lk + g_D + g_som) of hidden layers at index `k − 1`.
    pub interneuron_nudging: Vec<f64>,
    /// α_k = g_B / (g_lk + g_B + g_A,k) of layers 1…N at index `k − 1`: v̂_B,k = α_k v_B,k.
    pub attenuation: Vec<f64>,
    /// g_D / (g_lk + g_D): v̂^I_k is this times v^I_k.
    pub interneuron_attenuation: f64,
    /// The connections, with the learning rates of now.
    pub circuit: Circuit,
    /// dt, in ms.
    pub dt_ms: f64,
    /// Steps of a presentation.
    pub n_steps: usize,
    /// Steps at the end of a presentation over which a prediction is averaged.
    pub n_readout_steps: usize,
    /// The first step of a presentation with plasticity.
    pub first_plastic_step: usize,
    /// Steps by which plasticity advances at once.
    pub plasticity_stride: usize,
    /// τ_0, in ms.
    pub tau_input_ms: f64,
    /// τ_w, in ms; 0 without a filter.
    pub tau_plasticity_ms: f64,
    /// Where increments are summed.
    pub increments: Increments,
    /// What synapses learn from.
    pub plasticity: Plasticity,
    /// Presynaptic factors.
    pub presynaptic: Presynaptic,
    /// How potentials are carried from t to t + dt.
    pub integrator: Integrator,
    /// Whether rates are prospective.
    pub prospective: bool,
    /// In what order layers are written.
    pub update_order: UpdateOrder,
    /// Noise while learning.
    pub noise: NoiseSpec,
    /// The noise that feedback listens to.
    pub feedback_noise: Option<NoiseInTime>,
    /// How a target acts.
    pub teacher: TeacherKind,
    /// A somatic potential beyond ± this is a runaway.
    pub runaway_potential: f64,
}

impl ContinuousParameters {
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

    /// Rates of gradient descent per presentation that the forward rates correspond to by theory,
    /// for a state that has settled: η times the factor times the time with plasticity.
    pub fn equivalent_rates(&self) -> Vec<f64> {
        let rates = (1..).zip(self.circuit.forward_rates());
        rates
            .map(|(k, rate)| rate * self.factor(k) * self.plastic_ms())
            .collect()
    }

    /// Whether plasticity advances in step `step` of a presentation.
    pub fn is_plastic_step(&self, step: usize) -> bool {
        step >= self.first_plastic_step
            && (step - self.first_plastic_step).is_multiple_of(self.plasticity_stride)
    }

    /// How long plasticity is on in a presentation, in ms.
    pub fn plastic_ms(&self) -> f64 {
        let steps = self.n_steps - self.first_plastic_step;
        (steps.div_ceil(self.plasticity_stride) * self.plasticity_stride) as f64 * self.dt_ms
    }

    /// c_k of hidden layers at index `k − 1`: the self-predicting W^IP_k is c_k W^PP_{k+1,k}.
    pub fn self_predicting_factor(&self) -> Vec<f64> {
        self_predicting(&self.attenuation, self.interneuron_attenuation)
    }
}

/// c_k from α of layers 1…N and that of interneurons.
pub(crate) fn self_predicting(attenuation: &[f64], of_interneuron: f64) -> Vec<f64> {
    (attenuation[1..].iter())
        .map(|attenuation| attenuation / of_interneuron)
        .collect()
}
