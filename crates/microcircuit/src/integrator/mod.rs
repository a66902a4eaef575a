//! How equations are carried from t to t + dt: one method a file, none of which knows a circuit.

#[doc(hidden)]
pub mod adaptive;
mod euler;
mod exponential_euler;

use std::fmt;

use apical_keys::{Choice, Choices, Described, Shape};
use serde::de::{self, Deserializer, MapAccess, Visitor};
use serde::{Deserialize, Serialize};

pub use adaptive::{Pace, Tolerances};

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

/// In what order the layers of a circuit with prospective rates are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, Described)]
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
    /// What dy/dt is multiplied by to give a step of y, in ms, for dy/dt = I − G y; `rate` is G ≥ 0 in
    /// 1/ms.
    pub(crate) fn gain(self, dt: f64, rate: f64) -> f64 {
        match self {
            Self::ExponentialEuler => exponential_euler::gain(dt, rate),
            Self::Euler | Self::Adaptive(_) => euler::gain(dt),
        }
    }

    /// Standard deviation of ∫ ξ dt over one step of dy/dt = −G y + ξ, in √ms.
    pub(crate) fn noise_scale(self, dt: f64, rate: f64) -> f64 {
        self.gain(dt, 2.0 * rate).sqrt()
    }
}

impl Described for Integrator {
    const SHAPE: &'static Shape = &Shape::Choice(Choices {
        meaning: "How potentials and filters are carried from t to t + dt.",
        all: || {
            let choice = |name, meaning, shape| Choice {
                name,
                meaning,
                shape,
            };
            let adaptive = "Steps of their own length between the times n dt, with the error of each controlled: Dormand and Prince's pair of orders 5 and 4. For σ = 0.";
            vec![
                choice(
                    "euler",
                    "u + dt (I − G u), the paper's. Unstable from dt = 2 / G.",
                    None,
                ),
                choice(
                    "exponential_euler",
                    "u + (1 − exp(−G dt)) / G · (I − G u), exact for a constant I. Stable at any dt as far as one neuron alone goes.",
                    None,
                ),
                choice("adaptive", adaptive, None),
                choice("adaptive", adaptive, Some(Tolerances::SHAPE)),
            ]
        },
    });
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
