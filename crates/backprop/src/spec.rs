//! This crate's part of an experiment's specification.

use apical_keys::Described;
use apical_learning::{Network, Numbers, PerLayer, Precision, SpecError};
use serde::{Deserialize, Serialize};

use crate::operation::Plastic;

/// Output layer and loss of the multilayer perceptron.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, Described)]
#[serde(rename_all = "snake_case")]
pub enum Flavour {
    /// Like the circuit: r_N = φ(u_N), loss ½‖r_trgt − r_N‖².
    #[default]
    Matched,
    /// As usual for classification: the softmax of u_N, cross-entropy to the labels.
    Standard,
}

/// How gradients become steps. g is the gradient averaged over the minibatch.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize, Described)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Optimiser {
    /// ΔW = −rate g.
    #[default]
    Sgd,
    /// v ← momentum v + g, ΔW = −rate v. Source: Polyak (1964), without damping.
    Momentum {
        /// Share of the velocity that is kept.
        #[key(min = 0, below = 1, source = "Polyak (1964)")]
        #[serde(default = "point_nine")]
        momentum: f64,
    },
    /// ΔW = −rate m̂ / (√ŝ + ε) with bias-corrected moments. Source: Kingma & Ba (2015), algorithm 1.
    Adam {
        /// β₁, share of the first moment that is kept.
        #[key(min = 0, below = 1, source = "Kingma & Ba (2015)")]
        #[serde(default = "point_nine")]
        beta1: f64,
        /// β₂, share of the second moment that is kept.
        #[key(min = 0, below = 1, source = "Kingma & Ba (2015)")]
        #[serde(default = "point_nine_nine_nine")]
        beta2: f64,
        /// ε.
        #[key(min = 1e-30, max = 1e6, source = "Kingma & Ba (2015)")]
        #[serde(default = "ten_to_minus_eight")]
        epsilon: f64,
    },
}

/// What is kept at its starting values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, Described)]
#[serde(rename_all = "snake_case")]
pub enum Frozen {
    /// Nothing.
    #[default]
    None,
    /// All hidden layers, weights and thresholds: only the output layer learns.
    Hidden,
    /// The weights between hidden layers, W_{k,k−1} with 1 < k < N; thresholds learn. Source:
    /// Sacramento et al. (2018), sec. 4 (2.11 % on MNIST).
    HiddenToHidden,
}

/// The multilayer perceptron.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Described)]
#[serde(deny_unknown_fields)]
pub struct BackpropSpec {
    /// Output layer and loss.
    pub flavour: Flavour,
    /// Learning rates of layers 1…N; thresholds learn at the rate of their layer.
    #[key(unit = "per minibatch")]
    pub rates: PerLayer,
    /// How gradients become steps.
    #[serde(default)]
    pub optimiser: Optimiser,
    /// What does not learn.
    #[serde(default)]
    pub frozen: Frozen,
    /// The share by which a minibatch moves the running means that are taken off the rates of
    /// hidden layers where they are presynaptic factors; 0 leaves the rates as they are. Thresholds take
    /// up the difference. The control for circuits that centre theirs; needs plain descent.
    #[serde(default)]
    #[key(min = 0, below = 1, unit = "per minibatch")]
    pub centring: f64,
    /// Floating-point type.
    #[serde(default)]
    pub precision: Precision,
}

impl BackpropSpec {
    /// Fails on values that are out of range or do not fit `network`.
    pub fn check(&self, network: &Network) -> Result<(), SpecError> {
        check_per_layer(&self.rates, network.n_layers(), "rates")?;
        check_share("centring", self.centring)?;
        let refused = match self.optimiser {
            _ if self.centring == 0.0 => None,
            _ if !network.thresholds() => {
                Some("0 in a network without thresholds, which take up the mean")
            }
            Optimiser::Sgd => None,
            _ => Some("0, or `optimiser = \"sgd\"`, whose steps a threshold can make up for"),
        };
        if let Some(expected) = refused {
            return Err(SpecError::range("centring", self.centring, expected));
        }
        self.optimiser
            .check()
            .map_err(|error| error.within("optimiser"))
    }
}

impl Optimiser {
    fn check(self) -> Result<(), SpecError> {
        match self {
            Self::Sgd => Ok(()),
            Self::Momentum { momentum } => check_share("momentum.momentum", momentum),
            Self::Adam {
                beta1,
                beta2,
                epsilon,
            } => {
                check_share("adam.beta1", beta1)?;
                check_share("adam.beta2", beta2)?;
                EPSILON.check("adam.epsilon", epsilon)
            }
        }
    }
}

impl Frozen {
    /// What learns in layers 1…N (index `k − 1`).
    pub(crate) fn plastic(self, n_layers: usize, thresholds: bool) -> Vec<Plastic> {
        let of_layer = |k: usize| Plastic {
            weights: match self {
                Self::None => true,
                Self::Hidden => k == n_layers,
                Self::HiddenToHidden => k == 1 || k == n_layers,
            },
            thresholds: thresholds && (self != Self::Hidden || k == n_layers),
        };
        (1..=n_layers).map(of_layer).collect()
    }
}

/// Backpropagation on the kernels of the circuits, with plain descent: the same network, loss and steps as
/// candle's. What dendritic learning costs beside backprop is its ratio to this. With `feedback_scale` it is
/// feedback alignment, whose steps are those of `feedback_alignment`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Described)]
#[serde(deny_unknown_fields)]
pub struct KernelBackpropSpec {
    /// Output layer and loss.
    #[serde(default)]
    pub flavour: Flavour,
    /// Learning rates of layers 1…N; thresholds learn at the rate of their layer.
    #[key(unit = "per minibatch")]
    pub rates: PerLayer,
    /// What does not learn.
    #[serde(default)]
    pub frozen: Frozen,
    /// s_k: where given, errors reach hidden layer k = 1…N−1 through fixed weights drawn from U(−s_k, s_k), not
    /// through the transposed forward weights. Source: Lillicrap et al. (2016).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub feedback_scale: Option<PerLayer>,
    /// Floating-point type.
    #[serde(default)]
    pub precision: Precision,
}

impl KernelBackpropSpec {
    /// Fails on values that are out of range or do not fit `network`.
    pub fn check(&self, network: &Network) -> Result<(), SpecError> {
        check_per_layer(&self.rates, network.n_layers(), "rates")?;
        match &self.feedback_scale {
            Some(scale) => check_per_layer(scale, network.n_layers() - 1, "feedback_scale"),
            None => Ok(()),
        }
    }
}

/// Feedback alignment, layer by layer or straight from the output: the error travels through fixed
/// random weights. Source: Lillicrap et al. (2016); Nøkland (2016).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Described)]
#[serde(deny_unknown_fields)]
pub struct FeedbackAlignmentSpec {
    /// Learning rates of layers 1…N; thresholds learn at the rate of their layer.
    #[key(unit = "per minibatch")]
    pub rates: PerLayer,
    /// s_k: feedback into hidden layer k is drawn from U(−s_k, s_k), k = 1…N−1.
    pub feedback_scale: PerLayer,
    /// Floating-point type.
    #[serde(default)]
    pub precision: Precision,
}

impl FeedbackAlignmentSpec {
    /// Fails on values that are out of range or do not fit `network`.
    pub fn check(&self, network: &Network) -> Result<(), SpecError> {
        check_per_layer(&self.rates, network.n_layers(), "rates")?;
        check_per_layer(
            &self.feedback_scale,
            network.n_layers() - 1,
            "feedback_scale",
        )
    }
}

/// Input connected straight to the output: the matched flavour without hidden layers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Described)]
#[serde(deny_unknown_fields)]
pub struct SingleLayerSpec {
    /// Learning rate.
    #[key(min = 0, max = 1e12, unit = "per minibatch")]
    pub rate: f64,
    /// s: weights start from U(−s, s).
    #[key(min = 0, max = 1e12)]
    pub forward_scale: f64,
    /// Floating-point type.
    #[serde(default)]
    pub precision: Precision,
}

impl SingleLayerSpec {
    /// Fails on values that are out of range.
    pub fn check(&self, _network: &Network) -> Result<(), SpecError> {
        PerLayer::All(self.rate).check_not_negative("rate")?;
        PerLayer::All(self.forward_scale).check_not_negative("forward_scale")
    }
}

/// What is added to a root, and must not be lost there.
const EPSILON: Numbers = Numbers::new(1e-30, 1e6, "a number from 1e-30 to 1e6");

fn check_per_layer(values: &PerLayer, n_layers: usize, key: &str) -> Result<(), SpecError> {
    values.check_not_negative(key)?;
    values.expand(n_layers, key).map(|_| ())
}

fn check_share(key: &str, share: f64) -> Result<(), SpecError> {
    if (0.0..1.0).contains(&share) && (share as f32) < 1.0 {
        Ok(())
    } else {
        Err(SpecError::range(
            key,
            share,
            "at least 0 and below 1, in single precision too",
        ))
    }
}

fn point_nine() -> f64 {
    0.9
}

fn point_nine_nine_nine() -> f64 {
    0.999
}

fn ten_to_minus_eight() -> f64 {
    1e-8
}
