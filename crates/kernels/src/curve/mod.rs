//! φ of many potentials at a time.

use std::f64::consts::{LN_2, LOG2_E};

use pulp::Simd;

use crate::{Real, Transfer};

/// φ with its constants as they are needed, made once.
#[derive(Debug, Clone)]
pub struct Curve<T> {
    transfer: Transfer,
    softplus: SoftplusConstants<T>,
}

/// Softplus, in double precision as it is written, in single precision in powers of two: with
/// x = β (u − θ) log₂ e it is γ ln 2 / 2 (x + |x|) + γ log(1 + 2^−|x|).
#[derive(Debug, Clone, Default)]
struct SoftplusConstants<T> {
    gamma: T,
    beta: T,
    theta: T,
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
                gamma: T::of(gamma),
                beta: T::of(beta),
                theta: T::of(theta),
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

impl<T: Real> Curve<T> {
    /// Calls `with` with the curve, its kind known to the compiler.
    #[doc(hidden)]
    #[inline(always)]
    pub fn visit<S: Simd, W: WithCurve<T, S>>(&self, with: W) -> W::Output {
        T::visit(self, with)
    }
}

/// `M` times `N` registers of instruction set `S`.
#[doc(hidden)]
pub type Registers<T, S, const M: usize, const N: usize> = [[<T as Real>::Vector<S>; N]; M];

/// A curve whose kind the compiler knows.
#[doc(hidden)]
pub trait InRegisters<T: Real, S: Simd>: Copy {
    /// φ of several registers at a time: the latency of one is filled with the others.
    fn rates<const M: usize, const N: usize>(
        self,
        simd: S,
        u: Registers<T, S, M, N>,
    ) -> Registers<T, S, M, N>;
}

/// What is done with a curve once its kind is known, so that no loop asks for it again.
#[doc(hidden)]
pub trait WithCurve<T: Real, S: Simd> {
    type Output;

    fn with_curve<C: InRegisters<T, S>>(self, curve: C) -> Self::Output;
}

#[derive(Clone, Copy)]
struct Logistic;
#[derive(Clone, Copy)]
struct Softplus<'a, T>(&'a SoftplusConstants<T>);
#[derive(Clone, Copy)]
struct Tanh;
#[derive(Clone, Copy)]
struct Relu;

/// Calls `$body` with the curve `$of`, its kind known to the compiler.
macro_rules! with_curve {
    ($of:ident, |$curve:ident| $body:expr) => {
        match $of.transfer {
            Transfer::Logistic => {
                let $curve = Logistic;
                $body
            }
            Transfer::Softplus { .. } => {
                let $curve = Softplus(&$of.softplus);
                $body
            }
            Transfer::Tanh => {
                let $curve = Tanh;
                $body
            }
            Transfer::Relu => {
                let $curve = Relu;
                $body
            }
        }
    };
}

pub(crate) mod double;
pub(crate) mod single;

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
