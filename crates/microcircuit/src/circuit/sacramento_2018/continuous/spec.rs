//! The continuous-time circuit's part of an experiment's specification.

mod check;

use apical_keys::Described;
use apical_learning::{Network, PerLayer, Precision, SpecError};
use serde::{Deserialize, Serialize};

use super::noise::NoiseSpec;
use super::parameters::{ContinuousParameters, Increments, TeacherKind, self_predicting};
use crate::circuit::Presynaptic;
use crate::circuit::sacramento_2018::induction::Plasticity;
use crate::circuit::sacramento_2018::interneuron_rates::InterneuronRates;
use crate::circuit::sacramento_2018::keys::{keys_of, one_per_layer, zero};
use crate::circuit::sacramento_2018::table::{InterneuronKind, LateralRule, Start};
use crate::circuit::sacramento_2018::theory::update_factor;
use crate::feedback::{FeedbackKind, FeedbackNoise, FeedbackScale};
use crate::integrator::{Integrator, UpdateOrder};

/// Conductances.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Described)]
#[serde(default, deny_unknown_fields)]
pub struct Conductances {
    /// g_lk, the leak of every soma.
    #[key(min = 0, max = 1e6, unit = "1/ms", source = "Sacramento et al. (2018)")]
    pub leak: f64,
    /// g_B, from the basal dendrite to the soma of pyramidal neurons.
    #[key(
        min = 1e-9,
        max = 1e6,
        unit = "1/ms",
        source = "Sacramento et al. (2018)"
    )]
    pub basal: f64,
    /// g_D, from the dendrite to the soma of interneurons.
    #[key(
        min = 1e-9,
        max = 1e6,
        unit = "1/ms",
        source = "Sacramento et al. (2018)"
    )]
    pub dendritic: f64,
    /// g_A,k, from the apical dendrite to the soma of hidden layers 1…N−1.
    #[key(max = 1e6, unit = "1/ms", source = "Sacramento et al. (2018)")]
    pub apical: PerLayer,
    /// g_som, of the teaching currents of output neurons and interneurons.
    #[key(
        min = 1e-9,
        max = 1e6,
        unit = "1/ms",
        source = "Sacramento et al. (2018)"
    )]
    pub somatic: f64,
}

impl Default for Conductances {
    fn default() -> Self {
        Self {
            leak: 0.1,
            basal: 1.0,
            dendritic: 1.0,
            apical: PerLayer::All(0.8),
            somatic: 0.8,
        }
    }
}

/// The microcircuit in continuous time.
///
/// A minibatch is one presentation: independent copies of the state, one per sample, on shared
/// weights, with weight changes averaged over the copies. A minibatch of 1 is the paper's online
/// learning. Rates are per ms.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Described)]
#[serde(deny_unknown_fields)]
pub struct ContinuousSpec {
    /// dt, the time step.
    #[key(above = 0, unit = "ms", source = "Sacramento et al. (2018)")]
    #[serde(default = "tenth")]
    pub dt_ms: f64,
    /// How long a pattern is shown: a whole number of steps.
    #[key(above = 0, unit = "ms", source = "Sacramento et al. (2018)")]
    #[serde(default = "hundred")]
    pub presentation_ms: f64,
    /// τ_0, of the low-pass filter on input rates.
    #[key(
        min = 1e-6,
        max = 1e9,
        unit = "ms",
        source = "Sacramento et al. (2018)"
    )]
    #[serde(default = "three")]
    pub tau_input_ms: f64,
    /// τ_w, of the low-pass filter on the induction terms of eqs. 7–10; 0 for
    /// none.
    #[key(min = 0, max = 1e9, unit = "ms", source = "Sacramento et al. (2018)")]
    #[serde(default = "thirty")]
    pub tau_plasticity_ms: f64,
    /// Where increments are summed during a presentation.
    #[serde(default)]
    pub increments: Increments,
    /// Plasticity, its filter included, rests for so long after the onset of every pattern.
    #[key(min = 0, unit = "ms")]
    #[serde(default)]
    pub plasticity_delay_ms: f64,
    /// Plasticity advances every so many steps by as many steps at once. 1 is exact, more is an
    /// approximation.
    #[serde(default = "one_step")]
    #[key(min = 1, unit = "steps")]
    pub plasticity_every_n_steps: usize,
    /// A prediction is the output rate averaged over the end of a presentation, which is so long.
    #[key(above = 0, unit = "ms")]
    #[serde(default = "ten")]
    pub readout_window_ms: f64,
    /// How potentials are carried from t to t + dt; the adaptive one chooses its own steps between
    /// the times n dt.
    #[serde(default)]
    pub integrator: Integrator,
    /// Prospective rates (latent equilibrium): every neuron fires with φ(u + τ du/dt), τ its own
    /// membrane time constant and du/dt the forward difference. That is φ of its steady state for
    /// the dendrites of the moment, so that potentials no longer lag, and dt and the integrator
    /// matter to the filters alone. The potentials of the state are u + τ du/dt. Needs σ = 0.
    /// Source: Haider et al. (2021), arXiv:2110.14549.
    #[serde(default)]
    pub prospective: bool,
    /// In what order layers are written; `layer_sweep` is for prospective rates.
    #[serde(default)]
    pub update_order: UpdateOrder,
    /// The conductances.
    #[serde(default)]
    pub conductances: Conductances,
    /// Noise while learning; predictions and readings are made without.
    #[serde(default)]
    pub noise: NoiseSpec,
    /// How a target acts.
    #[serde(default)]
    pub teacher: TeacherKind,
    /// η_{k,k−1}, the learning rates of the forward weights of layers 1…N (eq. 7). Exactly one of this and
    /// `backprop_equivalent_rates`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[key(unit = "1/ms", example = "[0.0011875, 0.0005]")]
    pub rates: Option<PerLayer>,
    /// Rates of gradient descent; divided by the theory's factor of each layer they give
    /// η_{k,k−1}.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[key(unit = "1/ms", example = "[0.0011875, 0.0005]")]
    pub backprop_equivalent_rates: Option<PerLayer>,
    /// η^IP, the learning rates of the weights from pyramidal neurons to interneurons of hidden layers (eq. 8); `"mirror"` is η^IP_k = η_{k+1,k} c_k / λ_I.
    #[serde(default)]
    #[key(unit = "1/ms")]
    pub interneuron_rates: InterneuronRates,
    /// η^PI, the learning rates of the weights from interneurons to pyramidal neurons of layers 1…N−1 (eq. 9).
    #[key(unit = "1/ms")]
    #[serde(default = "zero")]
    pub apical_rates: PerLayer,
    /// η_{k,k+1}, the learning rates of the top-down weights of layers 1…N−1 (eq. 10).
    #[key(unit = "1/ms")]
    #[serde(default = "zero")]
    pub feedback_rates: PerLayer,
    /// How the weights begin; self-predicting is W^IP_k = c_k W^PP_{k+1,k} with
    /// c_k = g_B / (g_lk + g_B + g_A,k+1) · (g_lk + g_D) / g_D.
    #[serde(default)]
    pub start: Start,
    /// What the top-down weights are.
    #[serde(default)]
    pub feedback: FeedbackKind,
    /// What the interneurons' weights are; ideal ones are c_k W^PP_{k+1,k}.
    #[serde(default)]
    pub interneurons: InterneuronKind,
    /// s in W^PP_{k,k+1} ~ U(−s, s), hidden layers 1…N−1.
    #[serde(default = "one_per_layer")]
    pub feedback_scale: FeedbackScale,
    /// The times of the noise that `feedback.phaseless` listens to, which needs prospective rates. That noise
    /// is in hidden layers while the circuit learns.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub feedback_noise: Option<FeedbackNoise>,
    /// How W^PI follows top-down weights that learn; `"paired"` where these learn by another rule than
    /// eq. 10.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lateral_rule: Option<LateralRule>,
    /// What basal synapses and those of interneurons learn from.
    #[serde(default)]
    pub plasticity: Plasticity,
    /// Which rates of hidden layers are presynaptic factors of eqs. 7 and 8.
    #[serde(default)]
    pub presynaptic: Presynaptic,
    /// s in W^IP_k ~ U(−s, s), random start.
    #[serde(default = "one_per_layer")]
    pub interneuron_scale: PerLayer,
    /// s in W^PI_k ~ U(−s, s), random start.
    #[serde(default = "one_per_layer")]
    pub pyramidal_from_interneuron_scale: PerLayer,
    /// A somatic potential beyond ± this ends the run as a runaway.
    #[serde(default = "five_hundred")]
    #[key(min = 1e-3, max = 1e30)]
    pub runaway_potential: f64,
    /// The floating-point type.
    #[serde(default)]
    pub precision: Precision,
}

impl ContinuousParameters {
    /// The parameters of `spec` for `network`.
    pub fn new(spec: &ContinuousSpec, network: &Network) -> Result<Self, SpecError> {
        spec.check(network)?;
        let n_layers = network.n_layers();
        let n_hidden = n_layers - 1;
        let g = &spec.conductances;
        let mut apical = g.apical.expand(n_hidden, "conductances.apical")?;
        apical.push(0.0);
        let total = |k: usize| g.leak + g.basal + apical[k - 1];
        let nudging = g.somatic / (g.leak + g.basal + g.somatic);
        let apical_mixing: Vec<f64> = (1..=n_hidden).map(|k| apical[k - 1] / total(k)).collect();
        let lambda_i = g.somatic / (g.leak + g.dendritic + g.somatic);
        let interneuron_nudging = vec![lambda_i; n_hidden];
        let attenuation: Vec<f64> = (1..=n_layers).map(|k| g.basal / total(k)).collect();
        let interneuron_attenuation = g.dendritic / (g.leak + g.dendritic);
        let factor = |k| {
            update_factor(
                k,
                nudging,
                &apical_mixing,
                &interneuron_nudging,
                &attenuation,
            )
        };
        let mirror = |k: usize| lambda_i / (attenuation[k] / interneuron_attenuation);
        let factors = self_predicting(&attenuation, interneuron_attenuation);
        let circuit = keys_of!(spec, None).circuit(network, factor, mirror, factors)?;
        let steps = |ms: f64| (ms / spec.dt_ms).round() as usize;
        let n_steps = steps(spec.presentation_ms);
        Ok(Self {
            transfer: network.transfer(),
            leak: g.leak,
            basal: g.basal,
            dendritic: g.dendritic,
            somatic: g.somatic,
            nudging,
            apical_mixing,
            interneuron_nudging,
            interneuron_attenuation,
            circuit,
            dt_ms: spec.dt_ms,
            n_steps,
            n_readout_steps: steps(spec.readout_window_ms).clamp(1, n_steps),
            first_plastic_step: steps(spec.plasticity_delay_ms).min(n_steps - 1),
            plasticity_stride: spec.plasticity_every_n_steps,
            tau_input_ms: spec.tau_input_ms,
            tau_plasticity_ms: spec.tau_plasticity_ms,
            increments: spec.increments,
            plasticity: spec.plasticity,
            presynaptic: spec.presynaptic,
            integrator: spec.integrator,
            prospective: spec.prospective,
            update_order: spec.update_order,
            noise: spec.noise,
            feedback_noise: spec.listens()?,
            teacher: spec.teacher,
            runaway_potential: spec.runaway_potential,
            apical,
            attenuation,
        })
    }
}

fn tenth() -> f64 {
    0.1
}

fn three() -> f64 {
    3.0
}

fn ten() -> f64 {
    10.0
}

fn thirty() -> f64 {
    30.0
}

fn hundred() -> f64 {
    100.0
}

fn five_hundred() -> f64 {
    500.0
}

fn one_step() -> usize {
    1
}
