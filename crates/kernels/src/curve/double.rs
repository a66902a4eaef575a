//! φ in double precision, by code that compilers turn into vector code.

use pulp::Simd;

use super::{BoundNeurons, Constant, Curve, N_CONSTANTS, NeuronStep};
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
pub(crate) fn step<S: Simd>(
    simd: S,
    by: &Curve<f64>,
    BoundNeurons(own): &BoundNeurons<'_, f64>,
    now: NeuronStep<f64>,
) -> bool {
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
        if let Some((scale, slot)) = now.noted {
            let noted = &own.noted[slot];
            for ((out, v), attenuation) in (potential.iter_mut())
                .zip(&own.dendrite[at.clone()])
                .zip(of(Constant::Attenuation))
            {
                *out = attenuation * v.get();
            }
            transfer(simd, by, &potential, &mut rate);
            for (i, predicted) in at.clone().zip(&rate) {
                noted.post[i].set(scale * (own.rate[i].get() - predicted));
                noted.post_of_other[i].set(-scale * own.other[i].get());
                noted.rate_before[i].set(own.rate[i].get());
            }
        }
        for (j, i) in at.clone().enumerate() {
            let kept = of(Constant::Keep)[j] * own.soma[i].get();
            let driven = kept + of(Constant::OfOther)[j] * own.other[i].get();
            let mut driven = driven + of(Constant::OfDendrite)[j] * own.dendrite[i].get();
            if now.is_noisy {
                driven += of(Constant::OfNoise)[j] * own.noise[i].get();
            }
            potential[j] = driven;
            own.soma[i].set(driven);
            is_within &= driven.abs() <= now.limit;
        }
        transfer(simd, by, &potential, &mut rate);
        for ((r, rate), mask) in own.rate[at].iter().zip(&rate).zip(of(Constant::Mask)) {
            r.set(mask * rate);
        }
    }
    is_within
}
