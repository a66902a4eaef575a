//! This circuit's part of an experiment's specification.

use apical_keys::Described;
use apical_learning::{Network, Numbers, PerLayer, Precision, SpecError};
use serde::{Deserialize, Serialize};

use super::parameters::Parameters;
use super::sweeps::Path;
use crate::circuit::sacramento_2018::interneuron_rates::InterneuronRates;
use crate::circuit::sacramento_2018::keys::{keys_of, one_per_layer, zero};
use crate::circuit::sacramento_2018::table::{InterneuronKind, Start};
use crate::circuit::sacramento_2018::theory::update_factor;
use crate::feedback::FeedbackKind;

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
    /// λ_k, the gain of the apical potential in the soma of hidden layers 1…N−1.
    #[serde(default = "three_tenths")]
    #[key(max = 1e6)]
    pub apical_mixing: PerLayer,
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
    /// s in W^PP_{k,k+1} ~ U(−s, s), hidden layers 1…N−1.
    #[serde(default = "one_per_layer")]
    pub feedback_scale: PerLayer,
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
        for (key, values, range) in [
            (
                "interneuron_nudging",
                &self.interneuron_nudging,
                Numbers::SHARE,
            ),
            ("apical_mixing", &self.apical_mixing, Numbers::GAIN_OR_NONE),
        ] {
            values.check_within(key, range)?;
            values.expand(n_hidden, key)?;
        }
        let mixing = self.apical_mixing.values();
        let nudging = self.interneuron_nudging.values();
        let reaches_hidden = !mixing.contains(&0.0) && !nudging.contains(&1.0);
        keys_of!(self).check(n_layers, reaches_hidden)
    }
}

impl Parameters {
    /// The parameters of `spec` for `network`.
    pub fn new(spec: &MicrocircuitSpec, network: &Network) -> Result<Self, SpecError> {
        spec.check(network)?;
        let n_layers = network.n_layers();
        let n_hidden = n_layers - 1;
        let hidden = |values: &PerLayer, key| values.expand(n_hidden, key);
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
        let mirror = |k: usize| interneuron_nudging[k - 1];
        let factors = vec![1.0; n_hidden];
        let circuit = keys_of!(spec).circuit(network, factor, mirror, factors)?;
        Ok(Self {
            transfer: network.transfer(),
            nudging: spec.nudging,
            apical_mixing,
            interneuron_nudging,
            attenuation,
            circuit,
        })
    }
}

fn tenth() -> f64 {
    0.1
}

fn tenth_per_layer() -> PerLayer {
    PerLayer::All(0.1)
}

fn three_tenths() -> PerLayer {
    PerLayer::All(0.3)
}
