//! Transfer functions r = φ(u), their slopes φ′ and inverses.

use std::fmt;

use apical_keys::Described;
use serde::{Deserialize, Serialize};

use crate::Real;

/// A transfer function from somatic potential to firing rate.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, Described)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Transfer {
    /// φ(u) = 1 / (1 + exp(−u)).
    Logistic,
    /// φ(u) = γ log(1 + exp(β (u − θ))). Source: Sacramento et al. (2018), sec. 3.
    Softplus {
        /// γ, the scale of the rate.
        #[key(min = 1e-9, max = 1e6)]
        gamma: f64,
        /// β, the steepness in 1/potential.
        #[key(min = 1e-9, max = 1e6)]
        beta: f64,
        /// θ, the soft threshold in potential.
        #[key(min = -1e6, max = 1e6)]
        theta: f64,
    },
    /// φ(u) = tanh(u).
    Tanh,
    /// φ(u) = max(0, u).
    Relu,
}

/// As a specification says it.
impl fmt::Display for Transfer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Logistic => f.write_str("logistic"),
            Self::Softplus { gamma, beta, theta } => {
                write!(f, "softplus with gamma {gamma}, beta {beta}, theta {theta}")
            }
            Self::Tanh => f.write_str("tanh"),
            Self::Relu => f.write_str("relu"),
        }
    }
}

impl Transfer {
    /// φ(u), the rate at potential `u`.
    #[inline]
    pub fn rate<T: Real>(self, u: T) -> T {
        match self {
            Self::Logistic => T::one() / (T::one() + (-u).exp()),
            Self::Softplus { gamma, beta, theta } => {
                let x = T::of(beta) * (u - T::of(theta));
                T::of(gamma) * (x.max(T::zero()) + (-x.abs()).exp().ln_1p())
            }
            Self::Tanh => u.tanh(),
            Self::Relu => u.max(T::zero()),
        }
    }

    /// φ′(u), the slope of the rate at potential `u`; 0 for ReLU at 0.
    #[inline]
    pub fn slope<T: Real>(self, u: T) -> T {
        match self {
            Self::Logistic => {
                let r = self.rate(u);
                r * (T::one() - r)
            }
            Self::Softplus { gamma, beta, theta } => {
                let x = T::of(beta) * (u - T::of(theta));
                T::of(gamma) * T::of(beta) * Self::Logistic.rate(x)
            }
            Self::Tanh => {
                let r = u.tanh();
                T::one() - r * r
            }
            Self::Relu => {
                if u > T::zero() {
                    T::one()
                } else {
                    T::zero()
                }
            }
        }
    }

    /// φ⁻¹(r), the potential at which the rate is `r`; `None` where no finite potential gives it.
    pub fn potential(self, rate: f64) -> Option<f64> {
        let u = match self {
            Self::Logistic => (rate / (1.0 - rate)).ln(),
            Self::Softplus { gamma, beta, theta } => {
                // Far above the threshold eˣ − 1 overflows, and its logarithm is x.
                let x = rate / gamma;
                let log = if x > 700.0 { x } else { x.exp_m1().ln() };
                theta + log / beta
            }
            Self::Tanh => rate.atanh(),
            Self::Relu if rate >= 0.0 => rate,
            Self::Relu => return None,
        };
        u.is_finite().then_some(u)
    }
}
