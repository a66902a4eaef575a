//! One step of a linear equation du/dt = I − G u with I held.

use serde::{Deserialize, Serialize};

/// How potentials and filters are carried from t to t + dt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Integrator {
    /// u + dt (I − G u), the paper's. Unstable from dt = 2 / G.
    #[default]
    Euler,
    /// u + (1 − exp(−G dt)) / G · (I − G u), exact for a constant I. Stable at any dt as far as one
    /// neuron alone goes.
    ExponentialEuler,
}

/// In what order the layers of a circuit with prospective rates are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UpdateOrder {
    /// Every layer reads time t before any writes t + dt.
    #[default]
    Simultaneous,
    /// Layers 1…N, then interneurons, each with the rates that this step has already given; apical
    /// potentials are those that the last step left.
    LayerSweep,
}

impl Integrator {
    /// What I − G u is multiplied by, in ms; `rate` is G ≥ 0 in 1/ms.
    pub(super) fn gain(self, dt: f64, rate: f64) -> f64 {
        match self {
            Self::ExponentialEuler if rate > 0.0 => -(-rate * dt).exp_m1() / rate,
            _ => dt,
        }
    }

    /// Standard deviation of ∫ ξ dt over one step of du/dt = −G u + ξ, in √ms.
    pub(super) fn noise_scale(self, dt: f64, rate: f64) -> f64 {
        self.gain(dt, 2.0 * rate).sqrt()
    }
}
