//! Phaseless alignment learning (PAL): feedback that listens to noise while the circuit learns.
//!
//! ΔW_{k,k+1} = p (s/σ² ξ_k r̂_{k+1}ᵀ − W_{k,k+1})
//!
//! with ξ_k the noise in the neurons of layer k and r̂_{k+1} by how much it moves the rates above. At
//! rest that is s E[φ′_k W_{k+1,k}ᵀ φ′_{k+1}]: the signs of the transpose, and its direction as far as
//! slopes are alike. Gated, what a synapse loses goes with the fluctuation of the neuron that it sits on,
//!
//! ΔW_{k,k+1} = p/σ² (s r̂_k r̂_{k+1}ᵀ − diag(r̂_k²) W_{k,k+1})
//!
//! and the postsynaptic slope drops out: s E[W_{k+1,k}ᵀ φ′_{k+1}]. All of it is local: a synapse has to know
//! the noise, or the fluctuation, of the neuron that it sits on, and the fluctuation that its axon brings.
//! In continuous time noise is a process of its own and r̂ is what a high-pass filter lets through, for good
//! and with every pattern: see `in_time.rs`.
//! Source: Max, Kriener et al. (2024, arXiv:2212.10249); the gated form is an addition.

use apical_keys::Described;
use apical_learning::{Numbers, SpecError};
use serde::{Deserialize, Serialize};

use super::fixed;
use super::kind::Sizes;
use super::noise::{self, Noise};
use super::rule::{Between, FeedbackKind, FeedbackRule, Keys, Signal};
use crate::table::{ConnectionId, Table};

/// The share by which a minibatch, or a ms, moves the weights.
const RATE: Numbers = Numbers::new(
    1e-9,
    1.0,
    "a number from 1e-9 to 1: the share by which a minibatch, or a ms, moves the weights",
);

/// What a specification says of feedback that listens to noise.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, Described)]
#[serde(deny_unknown_fields)]
pub struct Phaseless {
    /// p, the share by which a minibatch moves the average; in continuous time per ms.
    #[key(min = 1e-9, max = 1, unit = "per minibatch, or 1/ms")]
    pub rate: f64,
    /// σ, the standard deviation of the noise in the soma; in continuous time that of a process whose times
    /// `feedback_noise` has.
    #[key(min = 1e-6, max = 1e3)]
    #[serde(default = "noise::tenth")]
    pub sigma: f64,
    #[key(min = 1e-6, max = 1e3)]
    /// s, the gain; about 1/φ′², gated 1/φ′.
    #[serde(default = "noise::eighteen")]
    pub gain: f64,
    /// Whether what is lost goes with the postsynaptic fluctuation.
    #[serde(default)]
    pub gated: bool,
}

impl Phaseless {
    /// The noise that it listens to.
    pub(super) fn noise(self) -> Noise {
        Noise {
            sigma: self.sigma,
            gain: self.gain,
            gated: self.gated,
        }
    }
}

/// The rule of [`Phaseless`] feedback.
#[derive(Debug, Clone, PartialEq)]
pub struct PhaselessRule {
    kind: Phaseless,
    sizes: Sizes,
}

impl FeedbackRule for PhaselessRule {
    fn named(keys: Keys<'_>, sizes: &Sizes, _: &[f64]) -> Option<Self> {
        let FeedbackKind::Phaseless(kind) = keys.kind else {
            return None;
        };
        let sizes = sizes.clone();
        Some(Self { kind, sizes })
    }

    fn connect(&self, table: &mut Table, between: Between) -> ConnectionId {
        table.push(fixed::drawn(between, &self.sizes, self.kind.rate))
    }

    fn needs(&self) -> &'static [Signal] {
        match self.kind.gated {
            true => &[Signal::Echo, Signal::PostsynapticRate],
            false => &[Signal::Noise, Signal::Echo],
        }
    }

    fn check(&self, keys: Keys<'_>) -> Result<(), SpecError> {
        let Phaseless {
            rate, sigma, gain, ..
        } = self.kind;
        RATE.check("feedback.phaseless.rate", rate)?;
        noise::check(
            "feedback.phaseless.sigma",
            sigma,
            "feedback.phaseless.gain",
            gain,
        )?;
        keys.forbid_rates(
            &[("feedback_rates", keys.rates)],
            "0 with `feedback.phaseless`, whose rate is `feedback.phaseless.rate`",
        )
    }

    fn noise(&self) -> Option<Noise> {
        Some(self.kind.noise())
    }
}
