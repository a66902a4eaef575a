//! Learning rates by layer, with the share of them that is set.

use crate::{Network, PerLayer, SpecError};

/// η_k of layers 1…N as a specification states them, and the share of them that holds now.
#[derive(Debug, Clone, PartialEq)]
pub struct LayerRates {
    full: Vec<f64>,
    share: f64,
}

impl From<Vec<f64>> for LayerRates {
    /// η_k of layers 1…N in turn, at a share of 1.
    fn from(full: Vec<f64>) -> Self {
        Self { full, share: 1.0 }
    }
}

impl LayerRates {
    /// The rates that the key `rates` states for `network`, at a share of 1.
    ///
    /// # Errors
    /// Rates that are negative or not finite, and a list of another length than layers.
    pub fn new(rates: &PerLayer, network: &Network) -> Result<Self, SpecError> {
        rates.check_not_negative("rates")?;
        Ok(rates.expand(network.n_layers(), "rates")?.into())
    }

    /// See [`crate::Learner::set_rate_share`].
    pub fn set_share(&mut self, share: f64) {
        self.share = share;
    }

    /// η_k of `layer`, counted from 1.
    pub fn of(&self, layer: usize) -> f64 {
        self.full[layer - 1] * self.share
    }

    /// Of all layers.
    pub fn all(&self) -> Vec<f64> {
        self.full.iter().map(|rate| rate * self.share).collect()
    }
}
