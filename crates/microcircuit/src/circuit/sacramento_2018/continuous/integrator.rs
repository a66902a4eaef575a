//! How the equations are carried from t to t + dt.

use std::fmt;

use serde::de::{self, Deserializer, MapAccess, Visitor};
use serde::{Deserialize, Serialize};

/// How potentials and filters are carried from t to t + dt.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Integrator {
    /// u + dt (I − G u), the paper's. Unstable from dt = 2 / G.
    #[default]
    Euler,
    /// u + (1 − exp(−G dt)) / G · (I − G u), exact for a constant I. Stable at any dt as far as one
    /// neuron alone goes.
    ExponentialEuler,
    /// Steps of their own length between the times n dt, with the error of each controlled:
    /// Dormand and Prince's pair of orders 5 and 4. For σ = 0. In a specification `"adaptive"` or
    /// `{ adaptive = { relative = 1e-6, absolute = 1e-6 } }`.
    Adaptive(Tolerances),
}

/// What the error of one adaptive step may be: `absolute + relative · |y|` for every potential,
/// filtered input rate, filter Δ and increment y.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Tolerances {
    /// Share of the value; 1e-6.
    pub relative: f64,
    /// In the unit of the value; 1e-6.
    pub absolute: f64,
}

impl Default for Tolerances {
    fn default() -> Self {
        Self {
            relative: 1e-6,
            absolute: 1e-6,
        }
    }
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

impl<'de> Deserialize<'de> for Integrator {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(NameOrTable)
    }
}

struct NameOrTable;

impl<'de> Visitor<'de> for NameOrTable {
    type Value = Integrator;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("\"euler\", \"exponential_euler\", \"adaptive\" or { adaptive = { … } }")
    }

    fn visit_str<E: de::Error>(self, name: &str) -> Result<Integrator, E> {
        match name {
            "euler" => Ok(Integrator::Euler),
            "exponential_euler" => Ok(Integrator::ExponentialEuler),
            "adaptive" => Ok(Integrator::Adaptive(Tolerances::default())),
            _ => Err(E::unknown_variant(
                name,
                &["euler", "exponential_euler", "adaptive"],
            )),
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Integrator, A::Error> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Table {
            adaptive: Tolerances,
        }
        let table = Table::deserialize(de::value::MapAccessDeserializer::new(map))?;
        Ok(Integrator::Adaptive(table.adaptive))
    }
}
