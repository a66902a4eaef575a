//! φ of many potentials at a time.

pub(crate) mod double;
pub(crate) mod single;

use std::f64::consts::{LN_2, LOG2_E};

use crate::{Real, Transfer};

/// φ with its constants as they are needed, made once.
#[derive(Debug, Clone)]
pub struct Curve<T> {
    transfer: Transfer,
    softplus: SoftplusConstants<T>,
}

/// Softplus in powers of two: with x = β (u − θ) log₂ e it is
/// γ ln 2 / 2 (x + |x|) + γ log(1 + 2^−|x|).
#[derive(Debug, Clone, Default)]
struct SoftplusConstants<T> {
    /// γ ln 2 / 2.
    half: T,
    /// β log₂ e.
    slope: T,
    /// −β θ log₂ e.
    shift: T,
    /// γ times [`LOG1P`].
    log1p: [T; 8],
}

impl<T: Real> Curve<T> {
    /// The curve of `transfer`.
    pub fn new(transfer: Transfer) -> Self {
        let softplus = match transfer {
            Transfer::Softplus { gamma, beta, theta } => SoftplusConstants {
                half: T::of(0.5 * gamma * LN_2),
                slope: T::of(beta * LOG2_E),
                shift: T::of(-beta * theta * LOG2_E),
                log1p: LOG1P.map(|c| T::of(gamma * c)),
            },
            _ => SoftplusConstants::default(),
        };
        Self { transfer, softplus }
    }
}

/// What does not change of a neuron.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Constant {
    /// Share of the soma that is kept.
    Keep = 0,
    /// What the dendrite is multiplied by.
    OfDendrite = 1,
    /// What the other drive is multiplied by.
    OfOther = 2,
    /// What the noise is multiplied by.
    OfNoise = 3,
    /// v̂ is this times the dendrite.
    Attenuation = 4,
    /// One, or zero in the padding.
    Mask = 5,
}

/// Number of values that every neuron has as [`Constant`]s.
pub const N_CONSTANTS: usize = 6;

/// A step of neurons, all slices of the same length, whole strips; `constants` has N_CONSTANTS
/// strips in place of each.
///
/// Where it `is_noted` for plasticity, first `rate_before` = rate and `post` =
/// scale (rate − φ(attenuation · dendrite)), in the padding anything, and `post_of_other` =
/// −scale · other. Then `soma` becomes
/// keep · soma + of_dendrite · dendrite + of_other · other + of_noise · noise, and `rate` is
/// mask · φ(soma).
#[doc(hidden)]
pub struct StepOfNeurons<'a, T> {
    pub soma: &'a mut [T],
    pub rate: &'a mut [T],
    pub dendrite: &'a [T],
    pub other: &'a [T],
    pub noise: &'a [T],
    pub is_noisy: bool,
    pub constants: &'a [T],
    pub rate_before: &'a mut [T],
    pub post: &'a mut [T],
    pub post_of_other: &'a mut [T],
    pub scale: T,
    pub is_noted: bool,
    pub limit: T,
}

/// log(1 + y) / y for y in [0, 1] to 1.7e-7, by powers of y: the polynomial of least greatest
/// error (Remez).
const LOG1P: [f64; 8] = [
    0.999_999_82,
    -0.499_976_99,
    0.332_801_73,
    -0.245_235_86,
    0.178_255_08,
    -0.108_857_96,
    0.044_944_484,
    -0.008_783_307_9,
];
