//! What is varied: coupling, depth, width.

use apical_keys::Described;
use apical_learning::PerLayer;
use serde::{Deserialize, Serialize};

use super::super::setting::NetworkSpec;
use super::WeakCoupling;

/// Couplings g_A = g_som, in 1/ms.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Described)]
#[serde(deny_unknown_fields)]
pub(super) struct CouplingSweep {
    /// g_A = g_som.
    #[key(min = 1e-8, max = 1e6, unit = "1/ms")]
    pub(super) couplings: Vec<f64>,
}

/// Hidden layers of equal width.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Described)]
#[serde(deny_unknown_fields)]
pub(super) struct DepthSweep {
    /// Numbers of hidden layers.
    #[key(min = 1, max = 1000)]
    pub(super) n_hidden: Vec<usize>,
    /// Neurons of each hidden layer.
    #[key(min = 1, unit = "neurons")]
    pub(super) width: usize,
    /// g_A = g_som.
    #[key(min = 1e-8, max = 1e6, unit = "1/ms")]
    pub(super) coupling: f64,
}

/// Two hidden layers of equal width.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Described)]
#[serde(deny_unknown_fields)]
pub(super) struct WidthSweep {
    /// Neurons of each hidden layer.
    #[key(min = 1, unit = "neurons")]
    pub(super) widths: Vec<usize>,
    /// g_A = g_som.
    #[key(min = 1e-8, max = 1e6, unit = "1/ms")]
    pub(super) coupling: f64,
}

/// What is varied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sweep {
    Coupling,
    Depth,
    Width,
}

impl Sweep {
    pub(super) const ALL: [Self; 3] = [Self::Coupling, Self::Depth, Self::Width];

    /// The key of its places.
    pub(super) fn key(self) -> &'static str {
        match self {
            Self::Coupling => "coupling.couplings",
            Self::Depth => "depth.n_hidden",
            Self::Width => "width.widths",
        }
    }

    /// Its name in records and files.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Coupling => "coupling",
            Self::Depth => "depth",
            Self::Width => "width",
        }
    }
}

/// A place in a sweep.
pub(super) struct Place {
    pub(super) sweep: Sweep,
    pub(super) x: f64,
    pub(super) network: NetworkSpec,
    pub(super) coupling: f64,
}

impl WeakCoupling {
    /// Layers N of the network at `x` of `sweep`.
    pub(super) fn n_layers(&self, sweep: Sweep, x: f64) -> usize {
        match sweep {
            Sweep::Coupling => self.network.sizes.len() - 1,
            Sweep::Depth => x as usize + 1,
            Sweep::Width => 3,
        }
    }

    /// All places of all sweeps.
    pub(super) fn places(&self) -> Vec<Place> {
        let sizes = &self.network.sizes;
        let scaled = |hidden: Vec<usize>| {
            let mut all = vec![sizes[0]];
            all.extend(hidden);
            all.push(sizes[sizes.len() - 1]);
            let scale = self.network.forward_scale.values()[0];
            let below = all[..all.len() - 1].iter();
            let each = below.map(|&n| scale * (10.0 / n as f64).sqrt()).collect();
            NetworkSpec {
                sizes: all,
                forward_scale: PerLayer::Each(each),
                ..self.network.clone()
            }
        };
        let couplings = self.coupling.couplings.iter().map(|&coupling| Place {
            sweep: Sweep::Coupling,
            x: coupling,
            network: self.network.clone(),
            coupling,
        });
        let depths = self.depth.n_hidden.iter().map(|&n| Place {
            sweep: Sweep::Depth,
            x: n as f64,
            network: scaled(vec![self.depth.width; n]),
            coupling: self.depth.coupling,
        });
        let widths = self.width.widths.iter().map(|&width| Place {
            sweep: Sweep::Width,
            x: width as f64,
            network: scaled(vec![width; 2]),
            coupling: self.width.coupling,
        });
        couplings.chain(depths).chain(widths).collect()
    }
}
