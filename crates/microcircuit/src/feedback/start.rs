//! A phase before learning in which feedback is made from noise. It sees inputs, or none, and no target.

use apical_kernels::{Columns, Normals, Padded, Real, Start, multiply, rates};
use apical_keys::Described;
use apical_learning::{Counts, SpecError};
use serde::{Deserialize, Serialize};

use super::noise::{self, Echo, Noise, Pair};

const N_EPOCHS_KEY: &str = "feedback_start.n_epochs";
const N_EPOCHS: Counts = Counts::new(999_999, "from 1 to 999999, or no `feedback_start`");

/// What is shown while feedback is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, Described)]
#[serde(rename_all = "snake_case")]
pub enum StartRule {
    /// Noise on top of the training inputs: phaseless alignment learning (PAL; Max, Kriener et al., 2024) as a phase of its own.
    #[default]
    Phaseless,
    /// Noise in place of rates, and no input: the weight mirror. Source: Akrout et al. (2019).
    WeightMirror,
}

/// The first epochs, in which nothing but feedback learns: each W_{k,k+1} becomes the mean of
/// s/σ² ξ_k r̂_{k+1}ᵀ over all samples so far, with noise in one layer at a time.
///
/// These epochs are among those of the training. n samples leave an angle of atan √(n_k / n) to what
/// the noise converges to, n_k the neurons of the layer.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, Described)]
#[serde(deny_unknown_fields)]
pub struct FeedbackStart {
    /// How many epochs; fewer than the training has.
    #[key(min = 1, max = 999999)]
    pub n_epochs: usize,
    /// What is shown.
    #[serde(default)]
    pub rule: StartRule,
    /// σ, the standard deviation of the noise.
    #[key(min = 1e-6, max = 1e3)]
    #[serde(default = "noise::tenth")]
    pub sigma: f64,
    #[key(min = 1e-6, max = 1e3)]
    /// s, the gain; about 1/φ′², of the weight mirror 1/φ′.
    #[serde(default = "noise::eighteen")]
    pub gain: f64,
    /// Whether at the end ‖W_{k,k+1}‖ is made ‖W_{k+1,k}‖.
    #[serde(default)]
    pub rescale: bool,
}

impl FeedbackStart {
    /// Fails on values out of range.
    pub fn check(&self) -> Result<(), SpecError> {
        N_EPOCHS.check(N_EPOCHS_KEY, self.n_epochs)?;
        noise::check(
            "feedback_start.sigma",
            self.sigma,
            "feedback_start.gain",
            self.gain,
        )
    }

    /// Its epochs, with the key that says how many.
    pub(crate) fn epochs(&self) -> (&'static str, usize) {
        (N_EPOCHS_KEY, self.n_epochs)
    }

    /// The noise that it is made of.
    pub fn noise(&self) -> Noise {
        Noise {
            sigma: self.sigma,
            gain: self.gain,
            gated: false,
        }
    }

    /// Noise in the lower layer of `pair`, and what answers; `thresholds` are those of the layer above.
    pub fn echo<T: Real>(
        &self,
        pair: &Pair<'_, T>,
        thresholds: Start<'_, T>,
        normals: &mut Normals,
    ) -> Echo<T> {
        let noise = noise::draw(normals, self.sigma, pair.below.0.shape());
        match self.rule {
            StartRule::Phaseless => Echo::of(noise, pair),
            StartRule::WeightMirror => {
                let shape = pair.above.0.shape();
                let mut drive = Padded::zeros(shape.0, shape.1);
                multiply(&noise, Columns::All, pair.forward, thresholds, &mut drive);
                let attenuation = T::of(pair.attenuation);
                drive
                    .values_mut()
                    .iter_mut()
                    .for_each(|v| *v *= attenuation);
                let mut above = Padded::zeros(shape.0, shape.1);
                for b in 0..shape.0 {
                    rates(pair.transfer, drive.row(b), above.row_mut(b));
                }
                Echo {
                    own: noise.clone(),
                    noise,
                    above,
                }
            }
        }
    }
}
