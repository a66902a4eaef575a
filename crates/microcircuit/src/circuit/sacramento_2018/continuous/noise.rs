//! Somatic noise σ ξ(t).

use apical_kernels::{Padded, Real};
use apical_learning::{SpecError, StreamRng};
use rand_distr::{Distribution, StandardNormal};
use serde::{Deserialize, Serialize};

use super::Integrator;

/// What one step adds to a potential.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Discretisation {
    /// √dt σ N(0, 1), so that the noise does not depend on the step; with exponential Euler the
    /// exact standard deviation of the Ornstein-Uhlenbeck process over dt.
    #[default]
    EulerMaruyama,
    /// dt σ N(0, 1), as in public codes of the paper; weaker the smaller the step.
    PaperCodes,
}

/// The noise on somata of hidden and output pyramidal neurons and of interneurons.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NoiseSpec {
    /// σ, in potential per √ms with `euler_maruyama`, per ms with `paper_codes`.
    #[serde(default)]
    pub sigma: f64,
    /// What one step adds.
    #[serde(default)]
    pub discretisation: Discretisation,
}

impl NoiseSpec {
    /// Fails on values out of range.
    pub(super) fn check(&self) -> Result<(), SpecError> {
        if self.sigma.is_finite() && self.sigma >= 0.0 {
            return Ok(());
        }
        Err(SpecError::range(
            "noise.sigma",
            self.sigma,
            "a finite number of 0 or more",
        ))
    }

    /// Standard deviation of what one step of `dt` ms adds to a soma of total conductance `rate`.
    pub(super) fn scale(&self, integrator: Integrator, dt: f64, rate: f64) -> f64 {
        self.sigma
            * match self.discretisation {
                Discretisation::EulerMaruyama => integrator.noise_scale(dt, rate),
                Discretisation::PaperCodes => dt,
            }
    }
}

/// Adds `scale` · N(0, 1) to every potential, neuron by neuron, sample by sample.
pub(super) fn add<T: Real>(potentials: &mut Padded<T>, scale: f64, rng: &mut StreamRng) {
    for b in 0..potentials.rows() {
        for u in potentials.row_mut(b) {
            let standard: f64 = StandardNormal.sample(rng);
            *u += T::of(scale * standard);
        }
    }
}
