//! This form's part of an experiment's specification.

use apical_keys::Described;
use apical_learning::{Network, Numbers, PerLayer, Precision, SpecError};
use serde::{Deserialize, Serialize};

use crate::centring;
use crate::circuit::Presynaptic;
use crate::circuit::max_2026::parameters::Parameters;
use crate::circuit::max_2026::spec::{keys_of, one_per_layer};
use crate::circuit::max_2026::theory::update_factor;
use crate::feedback::{FeedbackKind, FeedbackScale, FeedbackStart};

/// The error-neuron microcircuit in its two-step (steady-state) form.
///
/// Rates are per minibatch, averaged over its samples. With the defaults, tied feedback and
/// `presynaptic = "bottom_up"` the circuit makes the steps of gradient descent on the squared error of
/// rates.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Described)]
#[serde(deny_unknown_fields)]
pub struct ErrorNeuronsSpec {
    /// λ_T, the share of the teacher in the output's error neurons.
    #[serde(default = "one")]
    #[key(min = 1e-9, max = 1)]
    pub nudging: f64,
    /// λ_A,k, the gain of the apical potential in the soma of layers 1…N.
    #[serde(default = "tenth_per_layer")]
    #[key(max = 1e6)]
    pub apical_mixing: PerLayer,
    /// λ_D,k, the gain of the dendrite in error neurons of layers 1…N−1.
    #[serde(default = "one_per_layer")]
    #[key(max = 1e6)]
    pub error_mixing: PerLayer,
    /// α_k, the attenuation of the basal drive of layers 1…N.
    #[serde(default = "one_per_layer")]
    #[key(min = 1e-9, max = 1)]
    pub attenuation: PerLayer,
    /// η_{k,k−1}, the learning rates of the forward weights of layers 1…N. Exactly one of this and `backprop_equivalent_rates`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[key(unit = "per minibatch", example = "[1.0, 0.5]")]
    pub rates: Option<PerLayer>,
    /// Rates of gradient descent; divided by the theory's factor of each layer they give η_{k,k−1}.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[key(unit = "per minibatch", example = "[1.0, 0.5]")]
    pub backprop_equivalent_rates: Option<PerLayer>,
    /// Which rates of the layer below forward synapses learn with.
    #[serde(default)]
    pub presynaptic: Presynaptic,
    /// The share by which a minibatch moves the running means that are taken off the rates of hidden layers
    /// where they are presynaptic factors; 0 leaves the rates as they are. Thresholds take up the difference.
    #[serde(default, skip_serializing_if = "is_none")]
    #[key(min = 0, below = 1, unit = "per minibatch")]
    pub centring: f64,
    /// What the weights B_{k,k+1} from error neurons to those below are.
    #[serde(default)]
    pub feedback: FeedbackKind,
    /// s in B_{k,k+1} ~ U(−s, s), hidden layers 1…N−1; `"matched"` is ‖B_{k,k+1}‖ = ‖W_{k+1,k}‖;
    /// `"error_preserving"` keeps the length of errors.
    #[serde(default = "one_per_layer")]
    pub feedback_scale: FeedbackScale,
    /// Epochs before learning in which feedback is made from noise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub feedback_start: Option<FeedbackStart>,
    /// s of what is drawn once from U(−s, s) and added to every B for good.
    #[serde(default)]
    #[key(min = 0, max = 1e12)]
    pub feedback_offset: f64,
    /// s in Q, A = 1 + U(−s, s), on every entry, between neurons and their error neurons.
    #[serde(default)]
    #[key(min = 0, max = 1e12)]
    pub lateral_deviation: f64,
    /// The floating-point type.
    #[serde(default)]
    pub precision: Precision,
}

impl ErrorNeuronsSpec {
    /// Fails on values out of range, or that do not fit `network`.
    pub fn check(&self, network: &Network) -> Result<(), SpecError> {
        let n_layers = network.n_layers();
        let gain = Numbers::GAIN_OR_NONE;
        Numbers::SHARE.check("nudging", self.nudging)?;
        for (key, values, n, range) in [
            ("attenuation", &self.attenuation, n_layers, Numbers::SHARE),
            ("apical_mixing", &self.apical_mixing, n_layers, gain),
            ("error_mixing", &self.error_mixing, n_layers - 1, gain),
        ] {
            values.check_within(key, range)?;
            values.expand(n, key)?;
        }
        centring::check(self.centring, network)?;
        let is_blocked = self.error_mixing.values().contains(&0.0);
        keys_of!(self, self.feedback_start.as_ref())
            .check(n_layers, is_blocked.then_some("`error_mixing`"))
    }
}

impl Parameters {
    /// The parameters of `spec` for `network`.
    pub fn new(spec: &ErrorNeuronsSpec, network: &Network) -> Result<Self, SpecError> {
        spec.check(network)?;
        let n_layers = network.n_layers();
        let error_mixing = spec.error_mixing.expand(n_layers - 1, "error_mixing")?;
        let attenuation = spec.attenuation.expand(n_layers, "attenuation")?;
        let factor = |k| update_factor(k, spec.nudging, &error_mixing, &attenuation);
        Ok(Self {
            transfer: network.transfer(),
            nudging: spec.nudging,
            apical_mixing: spec.apical_mixing.expand(n_layers, "apical_mixing")?,
            circuit: keys_of!(spec, spec.feedback_start.as_ref()).circuit(network, factor)?,
            presynaptic: spec.presynaptic,
            feedback_start: spec.feedback_start,
            error_mixing,
            attenuation,
        })
    }
}

/// A share of 0 is left out, so that copies of specifications without the key, and their digests, are what
/// they were before there was one.
fn is_none(centring: &f64) -> bool {
    *centring == 0.0
}

fn one() -> f64 {
    1.0
}

fn tenth_per_layer() -> PerLayer {
    PerLayer::All(0.1)
}
