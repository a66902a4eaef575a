//! φ of many potentials at a time.

pub(crate) mod double;
pub(crate) mod single;
#[cfg(test)]
mod tests;

use std::cell::Cell;
use std::f64::consts::{LN_2, LOG2_E};

use pulp::Simd;

use crate::{Real, STRIP, Transfer};

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

/// Neurons side by side, everything in whole strips of the same number, `constants` with
/// N_CONSTANTS strips for each.
#[doc(hidden)]
pub struct NeuronStrips<'a, T> {
    pub soma: &'a [Cell<T>],
    pub rate: &'a [Cell<T>],
    pub dendrite: &'a [Cell<T>],
    pub other: &'a [Cell<T>],
    pub noise: &'a [Cell<T>],
    pub constants: &'a [T],
    /// What is noted of two events.
    pub noted: [NotedStrips<'a, T>; 2],
}

/// What is noted of neurons for plasticity.
#[doc(hidden)]
#[derive(Clone, Copy)]
pub struct NotedStrips<'a, T> {
    pub rate_before: &'a [Cell<T>],
    pub post: &'a [Cell<T>],
    pub post_of_other: &'a [Cell<T>],
}

/// [`NeuronStrips`] whose lengths are checked.
#[doc(hidden)]
pub struct BoundNeurons<'a, T>(NeuronStrips<'a, T>);

/// What happens in a step of neurons.
#[doc(hidden)]
#[derive(Clone, Copy)]
pub struct NeuronStep<T> {
    /// A scale and where the event is noted, if it is.
    pub noted: Option<(T, usize)>,
    /// Whether there is noise.
    pub is_noisy: bool,
    /// Greatest size that a soma may have.
    pub limit: T,
}

impl<'a, T: Real> NeuronStrips<'a, T> {
    /// Checks all lengths, once for all steps.
    ///
    /// # Panics
    /// If one does not fit.
    pub fn bind(self) -> BoundNeurons<'a, T> {
        let n = self.soma.len();
        let noted = self
            .noted
            .iter()
            .flat_map(|own| [own.rate_before, own.post, own.post_of_other]);
        let mut others = [self.rate, self.dendrite, self.other, self.noise]
            .into_iter()
            .chain(noted);
        let fits = n.is_multiple_of(STRIP) && self.constants.len() == N_CONSTANTS * n;
        assert!(fits && others.all(|own| own.len() == n), "lengths");
        BoundNeurons(self)
    }
}

impl<T: Real> BoundNeurons<'_, T> {
    /// A step of all neurons; whether all somata lie within the limit, and none is NaN.
    ///
    /// Where it is noted for plasticity, first `rate_before` = rate and `post` =
    /// scale (rate − φ(attenuation · dendrite)), in the padding anything, and `post_of_other` =
    /// −scale · other. Then `soma` becomes
    /// keep · soma + of_dendrite · dendrite + of_other · other + of_noise · noise, and `rate` is
    /// mask · φ(soma).
    ///
    /// # Panics
    /// If there is no such slot.
    #[inline(always)]
    pub fn step<S: Simd>(&self, simd: S, transfer: &Curve<T>, now: NeuronStep<T>) -> bool {
        T::step(simd, transfer, self, now)
    }
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
