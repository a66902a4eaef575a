//! Checked parameters of the circuit in continuous time.

use apical_learning::{Network, SpecError, Transfer};

use super::super::table::{Choices, Circuit, LearningRates};
use super::super::update_factor;
use super::{ContinuousSpec, Increments, Integrator, NoiseSpec, TeacherKind, UpdateOrder};
use crate::feedback::Feedback;

/// Conductances, the mixing factors that follow from them, times in steps, and learning rates.
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
    /// Learning rates of the specification, per ms.
    pub rates: LearningRates,
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
    /// How potentials are carried from t to t + dt.
    pub integrator: Integrator,
    /// Whether rates are prospective.
    pub prospective: bool,
    /// In what order layers are written.
    pub update_order: UpdateOrder,
    /// Noise while learning.
    pub noise: NoiseSpec,
    /// How a target acts.
    pub teacher: TeacherKind,
    /// A somatic potential beyond ± this is a runaway.
    pub runaway_potential: f64,
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
        let rates = spec.rate_keys().resolve(n_layers, factor, mirror)?;
        let feedback = Feedback::new(spec.feedback_keys(), n_hidden)?;
        let choices = Choices {
            start: spec.start,
            interneurons: spec.interneurons,
            interneuron_scale: (spec.interneuron_scale).expand(n_hidden, "interneuron_scale")?,
            lateral_scale: (spec.pyramidal_from_interneuron_scale)
                .expand(n_hidden, "pyramidal_from_interneuron_scale")?,
            self_predicting_factor: self_predicting(&attenuation, interneuron_attenuation),
            rates: &rates,
        };
        let circuit = Circuit::new(network, feedback, &choices);
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
            rates,
            circuit,
            dt_ms: spec.dt_ms,
            n_steps,
            n_readout_steps: steps(spec.readout_window_ms).clamp(1, n_steps),
            first_plastic_step: steps(spec.plasticity_delay_ms).min(n_steps - 1),
            plasticity_stride: spec.plasticity_every_n_steps,
            tau_input_ms: spec.tau_input_ms,
            tau_plasticity_ms: spec.tau_plasticity_ms,
            increments: spec.increments,
            integrator: spec.integrator,
            prospective: spec.prospective,
            update_order: spec.update_order,
            noise: spec.noise,
            teacher: spec.teacher,
            runaway_potential: spec.runaway_potential,
            apical,
            attenuation,
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

    /// Rates of gradient descent per presentation that the forward rates correspond to by theory,
    /// for a state that has settled: η times the factor times the time with plasticity.
    pub fn equivalent_rates(&self) -> Vec<f64> {
        (1..=self.circuit.n_layers())
            .map(|k| {
                let rate = self.circuit.rate(self.circuit.forward(k));
                rate * self.factor(k) * self.plastic_ms()
            })
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

fn self_predicting(attenuation: &[f64], of_interneuron: f64) -> Vec<f64> {
    (attenuation[1..].iter())
        .map(|attenuation| attenuation / of_interneuron)
        .collect()
}
