//! Somatic noise σ ξ(t).

use apical_kernels::{NORMALS_PER_DRAW, Normals, Padded, Real};
use apical_keys::Described;
use apical_learning::{Numbers, SpecError, StreamRng};
use rand::Rng;
use serde::{Deserialize, Serialize};

use crate::circuit::sacramento_2018::state::State;
use crate::integrator::Integrator;

/// What one step adds to a potential.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, Described)]
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
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize, Described)]
#[serde(deny_unknown_fields)]
pub struct NoiseSpec {
    /// σ, in potential per √ms with `euler_maruyama`, per ms with `paper_codes`.
    #[serde(default)]
    #[key(min = 0, max = 1e6)]
    pub sigma: f64,
    /// What one step adds.
    #[serde(default)]
    pub discretisation: Discretisation,
}

impl NoiseSpec {
    /// Fails on values out of range.
    pub(crate) fn check(&self) -> Result<(), SpecError> {
        Numbers::GAIN_OR_NONE.check("noise.sigma", self.sigma)
    }

    /// Standard deviation of what one step of `dt` ms adds to a soma of total conductance `rate`.
    pub(crate) fn scale(&self, integrator: Integrator, dt: f64, rate: f64) -> f64 {
        self.sigma
            * match self.discretisation {
                Discretisation::EulerMaruyama => integrator.noise_scale(dt, rate),
                Discretisation::PaperCodes => dt,
            }
    }
}

/// The session's stream of noise, and room for the variates of one step.
#[derive(Clone)]
pub(crate) struct Noise {
    pub(crate) normals: Normals,
    variates: Vec<f32>,
}

impl Noise {
    /// A stream of its own from `rng`.
    pub(crate) fn new(rng: &mut StreamRng) -> Self {
        Self {
            normals: Normals::new(|| rng.next_u32()),
            variates: Vec::new(),
        }
    }

    /// Adds noise to all somata, copy by copy: pyramidal neurons of layers 1…N, then interneurons, with
    /// the standard deviations `pyramidal` by layer and `interneuron`.
    pub(crate) fn add<T: Real>(
        &mut self,
        pyramidal: impl Fn(usize) -> f64,
        interneuron: f64,
        s: &mut State<T>,
    ) {
        let n = s.n_layers();
        let width = |somata: &[Padded<T>]| somata.iter().map(Padded::cols).sum::<usize>();
        let n_somata = width(&s.soma[1..]) + width(&s.interneuron);
        let n_drawn = (n_somata * s.n_samples()).next_multiple_of(NORMALS_PER_DRAW);
        self.variates.resize(n_drawn, 0.0);
        self.normals.fill(&mut self.variates);
        let mut z = self.variates.iter();
        for b in 0..s.n_samples() {
            let layers = s.soma[1..].iter_mut().zip((1..).map(&pyramidal));
            let interneurons = s.interneuron[1..n].iter_mut().map(|m| (m, interneuron));
            for (somata, scale) in layers.chain(interneurons) {
                let scale = T::of(scale);
                for (u, &z) in somata.row_mut(b).iter_mut().zip(&mut z) {
                    *u += scale * T::of(f64::from(z));
                }
            }
        }
    }
}
