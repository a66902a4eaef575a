//! This circuit's part of an experiment's specification.

use apical_keys::Described;
use apical_learning::{Network, Numbers, PerLayer, PerLayerOr, Precision, SpecError, Word};
use serde::{Deserialize, Serialize};

use super::parameters::Parameters;
use super::sweeps::Path;
use crate::centring;
use crate::circuit::Presynaptic;
use crate::circuit::sacramento_2018::induction::Plasticity;
use crate::circuit::sacramento_2018::interneuron_rates::InterneuronRates;
use crate::circuit::sacramento_2018::keys::{Keys, keys_of, one_per_layer, zero};
use crate::circuit::sacramento_2018::table::{InterneuronKind, LateralRule, Start};
use crate::circuit::sacramento_2018::theory::update_factor;
use crate::feedback::{FeedbackKind, FeedbackScale, FeedbackStart};

/// `"error_preserving"`: λ_k = 1 / (1 − λ_I,k), with which an error neither shrinks nor grows on its way
/// through a hidden layer: v_A,k = W_{k,k+1} φ′_{k+1} (1 − λ_I,k) δ_{k+1} and δ_k = λ_k v_A,k.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ErrorPreserving;

impl Word for ErrorPreserving {
    const WORDS: &'static [(Self, &'static str, &'static str)] = &[(
        Self,
        "error_preserving",
        "λ_k = 1 / (1 − λ_I,k), with which an error neither shrinks nor grows on its way down.",
    )];
    const EXPECTED: &'static str =
        "\"error_preserving\", a number, or a list with one number per hidden layer";
}

/// λ_k.
pub type ApicalMixing = PerLayerOr<ErrorPreserving>;

/// The microcircuit in its two-step (steady-state) form.
///
/// Constants without a default are the choice of an experiment. Rates are per minibatch, averaged
/// over its samples.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Described)]
#[serde(deny_unknown_fields)]
pub struct MicrocircuitSpec {
    /// λ_N, the share of the teacher in the output potential.
    #[serde(default = "tenth")]
    #[key(min = 1e-9, max = 1)]
    pub nudging: f64,
    /// λ_k, the gain of the apical potential in the soma of hidden layers 1…N−1; `"error_preserving"` is
    /// 1 / (1 − λ_I,k).
    #[serde(default = "three_tenths")]
    #[key(max = 1e6)]
    pub apical_mixing: ApicalMixing,
    /// λ_I,k, the share of the teaching current in the interneurons of layers 1…N−1.
    #[serde(default = "tenth_per_layer")]
    #[key(min = 1e-9, max = 1)]
    pub interneuron_nudging: PerLayer,
    /// η_{k,k−1}, the learning rates of the forward weights of layers 1…N (eq. 7). Exactly one of this and `backprop_equivalent_rates`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[key(unit = "per minibatch", example = "[1.0, 0.5]")]
    pub rates: Option<PerLayer>,
    /// Rates of gradient descent; divided by the theory's factor of each layer they give η_{k,k−1}.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[key(unit = "per minibatch", example = "[1.0, 0.5]")]
    pub backprop_equivalent_rates: Option<PerLayer>,
    /// η^IP, the learning rates of the weights from pyramidal neurons to interneurons of hidden layers (eq. 8).
    #[serde(default)]
    #[key(unit = "per minibatch")]
    pub interneuron_rates: InterneuronRates,
    /// η^PI, the learning rates of the weights from interneurons to pyramidal neurons of layers 1…N−1 (eq. 9).
    #[key(unit = "per minibatch")]
    #[serde(default = "zero")]
    pub apical_rates: PerLayer,
    /// η_{k,k+1}, the learning rates of the top-down weights of layers 1…N−1 (eq. 10).
    #[key(unit = "per minibatch")]
    #[serde(default = "zero")]
    pub feedback_rates: PerLayer,
    /// How the weights begin.
    #[serde(default)]
    pub start: Start,
    /// What the top-down weights are.
    #[serde(default)]
    pub feedback: FeedbackKind,
    /// What the interneurons' weights are.
    #[serde(default)]
    pub interneurons: InterneuronKind,
    /// s in W^PP_{k,k+1} ~ U(−s, s), hidden layers 1…N−1; `"matched"` is ‖W_{k,k+1}‖ = ‖W_{k+1,k}‖;
    /// `"error_preserving"` keeps the length of errors.
    #[serde(default = "one_per_layer")]
    pub feedback_scale: FeedbackScale,
    /// Epochs before learning in which feedback is made from noise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub feedback_start: Option<FeedbackStart>,
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
    /// The share by which a minibatch moves the running means that are taken off the
    /// presynaptic rates of hidden layers in eqs. 7 and 8; 0 leaves the rates as they are. Thresholds take
    /// up the difference.
    #[serde(default)]
    #[key(min = 0, below = 1, unit = "per minibatch")]
    pub centring: f64,
    /// s in W^IP_k ~ U(−s, s), random start.
    #[serde(default = "one_per_layer")]
    pub interneuron_scale: PerLayer,
    /// s in W^PI_k ~ U(−s, s), random start.
    #[serde(default = "one_per_layer")]
    pub pyramidal_from_interneuron_scale: PerLayer,
    /// Which code computes.
    #[serde(default)]
    pub path: Path,
    /// The floating-point type.
    #[serde(default)]
    pub precision: Precision,
}

impl MicrocircuitSpec {
    /// Fails on values out of range, or that do not fit `network`.
    pub fn check(&self, network: &Network) -> Result<(), SpecError> {
        let n_layers = network.n_layers();
        let n_hidden = n_layers - 1;
        Numbers::SHARE.check("nudging", self.nudging)?;
        let (key, nudging) = ("interneuron_nudging", &self.interneuron_nudging);
        nudging.check_within(key, Numbers::SHARE)?;
        nudging.expand(n_hidden, key)?;
        self.apical_mixing
            .check_within(n_hidden, "apical_mixing", Numbers::GAIN_OR_NONE)?;
        let mixing = self.mixing(n_hidden)?;
        centring::check(self.centring, network)?;
        let nudging = self.interneuron_nudging.values();
        let reaches_hidden = !mixing.contains(&0.0) && !nudging.contains(&1.0);
        self.keys().check(n_layers, reaches_hidden)
    }

    fn keys(&self) -> Keys<'_> {
        keys_of!(self, self.feedback_start.as_ref())
    }

    /// λ_k of hidden layers at index `k − 1`.
    fn mixing(&self, n_hidden: usize) -> Result<Vec<f64>, SpecError> {
        let Some(values) = self.apical_mixing.values() else {
            let nudging = self
                .interneuron_nudging
                .expand(n_hidden, "interneuron_nudging")?;
            if nudging.contains(&1.0) {
                let expected =
                    "a number where `interneuron_nudging` is 1, which leaves no error to preserve";
                return Err(SpecError::range(
                    "apical_mixing",
                    "\"error_preserving\"",
                    expected,
                ));
            }
            return Ok(nudging.iter().map(|lambda| 1.0 / (1.0 - lambda)).collect());
        };
        values.expand(n_hidden, "apical_mixing")
    }
}

impl Parameters {
    /// The parameters of `spec` for `network`.
    pub fn new(spec: &MicrocircuitSpec, network: &Network) -> Result<Self, SpecError> {
        spec.check(network)?;
        let n_layers = network.n_layers();
        let n_hidden = n_layers - 1;
        let hidden = |values: &PerLayer, key| values.expand(n_hidden, key);
        let apical_mixing = spec.mixing(n_hidden)?;
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
        let mirror = |k: usize| interneuron_nudging[k - 1];
        let factors = vec![1.0; n_hidden];
        let circuit = spec.keys().circuit(network, factor, mirror, factors)?;
        Ok(Self {
            transfer: network.transfer(),
            nudging: spec.nudging,
            apical_mixing,
            interneuron_nudging,
            attenuation,
            circuit,
            plasticity: spec.plasticity,
            presynaptic: spec.presynaptic,
            feedback_start: spec.feedback_start,
        })
    }
}

fn tenth() -> f64 {
    0.1
}

fn tenth_per_layer() -> PerLayer {
    PerLayer::All(0.1)
}

fn three_tenths() -> ApicalMixing {
    PerLayer::All(0.3).into()
}
