//! Steps of plain gradient descent, momentum and Adam, in place.

use candle_core::{Result, Tensor};

use crate::Optimiser;
use crate::operation::{AddNormalised, AddScaled, FollowGradient, FollowSquare};

/// One step of one tensor.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Step {
    pub(crate) optimiser: Optimiser,
    pub(crate) rate: f64,
    /// The gradients are sums over this many samples.
    pub(crate) n_samples: usize,
    /// The number of this step, from 1.
    pub(crate) number: u64,
}

impl Step {
    /// Brings `moments` up to date with `gradient` and adds the step to `target`.
    pub(crate) fn take(
        &self,
        target: &Tensor,
        gradient: &Tensor,
        moments: &[Tensor],
    ) -> Result<()> {
        let mean = 1.0 / self.n_samples as f64;
        match (self.optimiser, moments) {
            (Optimiser::Momentum { momentum }, [velocity]) => {
                let follow = FollowGradient {
                    keep: momentum,
                    gain: mean,
                };
                velocity.inplace_op2(gradient, &follow)?;
                let factor = -self.rate;
                target.inplace_op2(velocity, &AddScaled { factor })
            }
            (
                Optimiser::Adam {
                    beta1,
                    beta2,
                    epsilon,
                },
                [first, second],
            ) => {
                let follow = FollowGradient {
                    keep: beta1,
                    gain: (1.0 - beta1) * mean,
                };
                first.inplace_op2(gradient, &follow)?;
                let follow = FollowSquare {
                    keep: beta2,
                    scale: mean,
                };
                second.inplace_op2(gradient, &follow)?;
                let step = AddNormalised {
                    factor: -self.rate,
                    m_correction: 1.0 / (1.0 - beta1.powf(self.number as f64)),
                    s_correction: 1.0 / (1.0 - beta2.powf(self.number as f64)),
                    epsilon,
                };
                target.inplace_op3(first, second, &step)
            }
            _ => {
                let factor = -self.rate * mean;
                target.inplace_op2(gradient, &AddScaled { factor })
            }
        }
    }
}

impl Optimiser {
    /// Names of the moments of weights and of thresholds.
    pub(crate) fn moments(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::Sgd => &[],
            Self::Momentum { .. } => &[("velocity", "threshold_velocity")],
            Self::Adam { .. } => &[
                ("first_moment", "threshold_first_moment"),
                ("second_moment", "threshold_second_moment"),
            ],
        }
    }
}
