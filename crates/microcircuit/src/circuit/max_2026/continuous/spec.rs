//! This form's part of an experiment's specification.

use apical_keys::Described;
use apical_learning::{Network, Numbers, PerLayer, Precision, SpecError};
use serde::{Deserialize, Serialize};

use super::parameters::{ContinuousParameters, PlasticityReads};
use crate::circuit::Presynaptic;
use crate::circuit::max_2026::parameters::Parameters;
use crate::circuit::max_2026::spec::{keys_of, one_per_layer};
use crate::circuit::max_2026::theory::update_factor;
use crate::feedback::{FeedbackKind, FeedbackNoise, FeedbackScale, NoiseInTime, Steps};
use crate::integrator::UpdateOrder;

const RUNAWAY: Numbers = Numbers::new(1e-3, 1e30, "a number from 1e-3 to 1e30");

/// Most steps of a presentation: minutes of computing, so that a slip of the pen does not hang.
const MOST_STEPS: f64 = 1e8;

/// Conductances.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Described)]
#[serde(default, deny_unknown_fields)]
pub struct Conductances {
    /// g_l, the leak of every soma.
    #[key(min = 0, max = 1e6, unit = "1/ms", source = "Max et al. (2026)")]
    pub leak: f64,
    /// g_bas, from the basal dendrite to the soma of representation neurons.
    #[key(min = 1e-9, max = 1e6, unit = "1/ms", source = "Max et al. (2026)")]
    pub basal: f64,
    /// g_api,k, from the apical dendrite to the soma of layers 1…N.
    #[key(max = 1e6, unit = "1/ms", source = "Max et al. (2026)")]
    pub apical: PerLayer,
    /// g_den, from the dendrite to the soma of error neurons in hidden layers.
    #[key(min = 0, max = 1e6, unit = "1/ms", source = "Max et al. (2026)")]
    pub dendritic: f64,
    /// g_tgt, from the teacher to the soma of error neurons in the output layer.
    #[key(min = 1e-9, max = 1e6, unit = "1/ms", source = "Max et al. (2026)")]
    pub target: f64,
}

impl Default for Conductances {
    fn default() -> Self {
        Self {
            leak: 0.03,
            basal: 0.1,
            apical: PerLayer::All(0.06),
            dendritic: 0.1,
            target: 0.06,
        }
    }
}

/// The error-neuron microcircuit in continuous time, with prospective rates.
///
/// Every neuron fires with φ(u + τ du/dt), du/dt the forward difference, which is φ of its steady state
/// for the dendrites of the moment; dt/τ drops out of the potentials, and dt matters to plasticity
/// alone, which is always on. A minibatch is one presentation: independent copies of the state, one per
/// sample, on shared weights, with weight changes averaged over the copies. The state is carried over
/// from pattern to pattern. Rates are per ms.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Described)]
#[serde(deny_unknown_fields)]
pub struct ErrorNeuronsContinuousSpec {
    /// dt, the time step.
    #[serde(default = "hundredth")]
    #[key(above = 0, unit = "ms", source = "Max et al. (2026)")]
    pub dt_ms: f64,
    /// How long a pattern is shown: a whole number of steps.
    #[serde(default = "fifth")]
    #[key(above = 0, unit = "ms", source = "Max et al. (2026)")]
    pub presentation_ms: f64,
    /// For so long after the onset of a pattern the target of the one before still acts.
    #[serde(default)]
    #[key(min = 0, unit = "ms")]
    pub target_delay_ms: f64,
    /// In what order layers are written. In a layer sweep rates go up with the errors that the last
    /// step left, then errors go down.
    #[serde(default)]
    pub update_order: UpdateOrder,
    /// Which apical potential plasticity reads in a layer sweep.
    #[serde(default)]
    pub plasticity_reads: PlasticityReads,
    /// The conductances.
    #[serde(default)]
    pub conductances: Conductances,
    /// η_{k,k−1}, the learning rates of the forward weights of layers 1…N. Exactly one of this and `backprop_equivalent_rates`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[key(unit = "1/ms", example = "[1.0, 0.5]")]
    pub rates: Option<PerLayer>,
    /// Rates of gradient descent; divided by the theory's factor of each layer they give
    /// η_{k,k−1}.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[key(unit = "1/ms", example = "[1.0, 0.5]")]
    pub backprop_equivalent_rates: Option<PerLayer>,
    /// What the weights B_{k,k+1} from error neurons to those below are.
    #[serde(default)]
    pub feedback: FeedbackKind,
    /// The times of the noise that `feedback.phaseless` listens to, which is in hidden representation neurons
    /// while the circuit learns.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub feedback_noise: Option<FeedbackNoise>,
    /// s in B_{k,k+1} ~ U(−s, s), hidden layers 1…N−1; `"matched"` is ‖B_{k,k+1}‖ = ‖W_{k+1,k}‖;
    /// `"error_preserving"` keeps the length of errors.
    #[serde(default = "one_per_layer")]
    pub feedback_scale: FeedbackScale,
    /// s of what is drawn once from U(−s, s) and added to every B for good.
    #[serde(default)]
    #[key(min = 0, max = 1e12)]
    pub feedback_offset: f64,
    /// s in Q, A = 1 + U(−s, s), on every entry, between neurons and their error neurons.
    #[serde(default)]
    #[key(min = 0, max = 1e12)]
    pub lateral_deviation: f64,
    /// A somatic potential beyond ± this ends the run as a runaway.
    #[serde(default = "five_hundred")]
    #[key(min = 1e-3, max = 1e30)]
    pub runaway_potential: f64,
    /// The floating-point type.
    #[serde(default)]
    pub precision: Precision,
}

impl ErrorNeuronsContinuousSpec {
    /// Fails on values out of range, or that do not fit `network`.
    pub fn check(&self, network: &Network) -> Result<(), SpecError> {
        let n_layers = network.n_layers();
        let g = &self.conductances;
        for (key, value, range) in [
            ("conductances.leak", g.leak, Numbers::GAIN_OR_NONE),
            ("conductances.basal", g.basal, Numbers::GAIN),
            ("conductances.dendritic", g.dendritic, Numbers::GAIN_OR_NONE),
            ("conductances.target", g.target, Numbers::GAIN),
            ("dt_ms", self.dt_ms, Numbers::MILLISECONDS),
            (
                "presentation_ms",
                self.presentation_ms,
                Numbers::MILLISECONDS,
            ),
            ("runaway_potential", self.runaway_potential, RUNAWAY),
        ] {
            range.check(key, value)?;
        }
        if g.leak + g.dendritic == 0.0 {
            let expected = "above 0 where the leak is 0";
            return Err(SpecError::range("conductances.dendritic", 0, expected));
        }
        let key = "conductances.apical";
        g.apical.check_within(key, Numbers::GAIN_OR_NONE)?;
        g.apical.expand(n_layers, key)?;
        self.check_times()?;
        let blocked = match (g.dendritic, g.apical.values().contains(&0.0)) {
            (0.0, _) => Some("`conductances.dendritic`"),
            (_, true) => Some("`conductances.apical`"),
            _ => None,
        };
        self.feedback.check_in_time()?;
        self.listens()?;
        keys_of!(self, None).check(n_layers, blocked)
    }

    /// The noise that feedback listens to.
    fn listens(&self) -> Result<Option<NoiseInTime>, SpecError> {
        let steps = Steps {
            dt_ms: self.dt_ms,
            presentation_ms: self.presentation_ms,
            stride: 1,
            order: self.update_order,
        };
        NoiseInTime::new(self.feedback, self.feedback_noise.as_ref(), steps)
    }

    fn check_times(&self) -> Result<(), SpecError> {
        let n_steps = self.presentation_ms / self.dt_ms;
        let is_whole = (n_steps - n_steps.round()).abs() <= 1e-6 * n_steps;
        if !(0.5..=MOST_STEPS).contains(&n_steps) || !is_whole {
            return Err(SpecError::range(
                "presentation_ms",
                format!("{:?} at a dt_ms of {:?}", self.presentation_ms, self.dt_ms),
                "a whole number of steps, at most a hundred million",
            ));
        }
        if !(self.target_delay_ms >= 0.0 && self.target_delay_ms < self.presentation_ms) {
            return Err(SpecError::range(
                "target_delay_ms",
                self.target_delay_ms,
                "0 or more and less than `presentation_ms`",
            ));
        }
        if self.plasticity_reads == PlasticityReads::ApicalDendrite
            && self.update_order == UpdateOrder::Simultaneous
        {
            return Err(SpecError::range(
                "plasticity_reads",
                "\"apical_dendrite\"",
                "\"soma\" without `update_order = \"layer_sweep\"`: in a simultaneous step both are the same",
            ));
        }
        Ok(())
    }
}

impl ContinuousParameters {
    /// The parameters of `spec` for `network`.
    ///
    /// # Errors
    /// As [`ErrorNeuronsContinuousSpec::check`].
    pub fn new(spec: &ErrorNeuronsContinuousSpec, network: &Network) -> Result<Self, SpecError> {
        spec.check(network)?;
        let n_layers = network.n_layers();
        let g = &spec.conductances;
        let apical = g.apical.expand(n_layers, "conductances.apical")?;
        let total = |g_a: &f64| g.leak + g.basal + g_a;
        let apical_mixing: Vec<f64> = apical.iter().map(|g_a| g_a / total(g_a)).collect();
        let attenuation: Vec<f64> = apical.iter().map(|g_a| g.basal / total(g_a)).collect();
        let error_mixing = vec![g.dendritic / (g.leak + g.dendritic); n_layers - 1];
        let nudging = g.target / (g.leak + g.target);
        let factor = |k: usize| {
            apical_mixing[k - 1] * update_factor(k, nudging, &error_mixing, &attenuation)
        };
        let steps = |ms: f64| (ms / spec.dt_ms).round() as usize;
        Ok(Self {
            dt_ms: spec.dt_ms,
            n_steps: steps(spec.presentation_ms),
            target_delay_steps: steps(spec.target_delay_ms),
            update_order: spec.update_order,
            plasticity_reads: spec.plasticity_reads,
            feedback_noise: spec.listens()?,
            runaway_potential: spec.runaway_potential,
            circuit: Parameters {
                transfer: network.transfer(),
                nudging,
                presynaptic: Presynaptic::BottomUp,
                feedback_start: None,
                circuit: keys_of!(spec, None).circuit(network, factor)?,
                apical_mixing,
                error_mixing,
                attenuation,
            },
        })
    }
}

fn hundredth() -> f64 {
    0.01
}

fn fifth() -> f64 {
    0.2
}

fn five_hundred() -> f64 {
    500.0
}
