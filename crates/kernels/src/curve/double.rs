//! φ in double precision, by code that compilers turn into vector code.

use pulp::Simd;

use super::{Constant, Curve, N_CONSTANTS, StepOfNeurons};
use crate::exponential::{exp, log1p_of_unit};
use crate::{STRIP, Transfer};

#[inline(always)]
fn logistic(u: f64) -> f64 {
    1.0 / (1.0 + exp(-u))
}

#[inline(always)]
pub(crate) fn transfer<S: Simd>(_: S, transfer: &Curve<f64>, u: &[f64], r: &mut [f64]) {
    let pairs = u.iter().zip(r);
    match transfer.transfer {
        Transfer::Logistic => pairs.for_each(|(&u, r)| *r = logistic(u)),
        Transfer::Softplus { gamma, beta, theta } => pairs.for_each(|(&u, r)| {
            let x = beta * (u - theta);
            let positive = (x + x.abs()) * 0.5;
            *r = gamma * (positive + log1p_of_unit(exp(-x.abs())));
        }),
        // tanh(u) = 2 / (1 + exp(−2u)) − 1.
        Transfer::Tanh => pairs.for_each(|(&u, r)| *r = logistic(u + u) * 2.0 - 1.0),
        // NaN must stay NaN.
        Transfer::Relu => pairs.for_each(|(&u, r)| *r = (u + u.abs()) * 0.5),
    }
}

#[inline(always)]
pub(crate) fn step<S: Simd>(simd: S, by: &Curve<f64>, own: StepOfNeurons<'_, f64>) -> bool {
    let mut is_within = true;
    let (mut potential, mut rate) = ([0.0; STRIP], [0.0; STRIP]);
    let constants = own
        .constants
        .as_chunks::<STRIP>()
        .0
        .as_chunks::<N_CONSTANTS>()
        .0;
    for (strip, constants) in constants.iter().enumerate() {
        let at = strip * STRIP..(strip + 1) * STRIP;
        let of = |role: Constant| &constants[role as usize];
        if own.is_noted {
            for ((out, v), attenuation) in (potential.iter_mut())
                .zip(&own.dendrite[at.clone()])
                .zip(of(Constant::Attenuation))
            {
                *out = attenuation * v;
            }
            transfer(simd, by, &potential, &mut rate);
            for (i, predicted) in at.clone().zip(&rate) {
                own.post[i] = own.scale * (own.rate[i] - predicted);
                own.post_of_other[i] = -own.scale * own.other[i];
                own.rate_before[i] = own.rate[i];
            }
        }
        for (j, i) in at.clone().enumerate() {
            let kept = of(Constant::Keep)[j] * own.soma[i];
            let driven = kept + of(Constant::OfOther)[j] * own.other[i];
            let driven = driven + of(Constant::OfDendrite)[j] * own.dendrite[i];
            own.soma[i] = driven + of(Constant::OfNoise)[j] * own.noise[i];
            is_within &= own.soma[i].abs() <= own.limit;
        }
        transfer(simd, by, &own.soma[at.clone()], &mut rate);
        for ((r, rate), mask) in own.rate[at].iter_mut().zip(&rate).zip(of(Constant::Mask)) {
            *r = mask * rate;
        }
    }
    is_within
}
