//! Noise in a layer, what answers above, and what feedback learns of it.

use apical_kernels::{
    Columns, NORMALS_PER_DRAW, Normals, Padded, Real, Start, add_scaled, multiply, rank_update,
    rates, subtract,
};
use apical_learning::{Numbers, SpecError, Streams, Transfer};
use rand::Rng;

/// Noise that feedback listens to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Noise {
    /// σ, its standard deviation in the soma.
    pub sigma: f64,
    /// s, the gain of what is learned.
    pub gain: f64,
    /// Whether what is lost goes with the postsynaptic fluctuation.
    pub gated: bool,
}

/// A layer and the one above in the pass without a teacher, a row per sample.
pub struct Pair<'a, T> {
    /// φ.
    pub transfer: Transfer,
    /// v̂_k and φ(v̂_k).
    pub below: (&'a Padded<T>, &'a Padded<T>),
    /// v̂_{k+1} and φ(v̂_{k+1}).
    pub above: (&'a Padded<T>, &'a Padded<T>),
    /// W_{k+1,k}, a row per neuron of layer k.
    pub forward: &'a Padded<T>,
    /// α_{k+1}: v̂_{k+1} changes by that share of what arrives.
    pub attenuation: f64,
}

/// Noise and what it moves, a row per sample.
pub struct Echo<T> {
    /// ξ_k.
    pub noise: Padded<T>,
    /// r̂_k = φ(v̂_k + ξ_k) − φ(v̂_k).
    pub own: Padded<T>,
    /// r̂_{k+1}: the same of the layer above, in which there is no noise of its own.
    pub above: Padded<T>,
}

impl<T: Real> Echo<T> {
    /// The answer to `noise`. In continuous time a high-pass filter would give it; here it is the
    /// difference of two passes over the same pattern.
    pub fn of(noise: Padded<T>, pair: &Pair<'_, T>) -> Self {
        let own = moved(pair.transfer, pair.below, T::one(), &noise);
        let mut drive = Padded::zeros(noise.rows(), pair.forward.cols());
        multiply(&own, Columns::All, pair.forward, Start::Zero, &mut drive);
        let above = moved(pair.transfer, pair.above, T::of(pair.attenuation), &drive);
        Self { noise, own, above }
    }

    /// Moves `into` by a share `p` towards what the echo says of it, or adds that change to `into`
    /// where `weights` are the weights and `into` is a place for changes. `sign` is −1 for weights that
    /// learn the negative.
    pub fn teach(
        &self,
        by: Noise,
        p: f64,
        sign: f64,
        weights: Option<&Padded<T>>,
        into: &mut Padded<T>,
    ) {
        let heard = Heard {
            noise: &self.noise,
            own: &self.own,
            above: &self.above,
        };
        lose(&heard.lost(by, p), weights, into);
        heard.teach(by, p, sign, into);
    }
}

/// As [`Echo`], borrowed.
pub(crate) struct Heard<'a, T> {
    /// ξ_k.
    pub(crate) noise: &'a Padded<T>,
    /// r̂_k.
    pub(crate) own: &'a Padded<T>,
    /// r̂_{k+1}.
    pub(crate) above: &'a Padded<T>,
}

impl<T: Real> Heard<'_, T> {
    fn per_variance(&self, by: Noise, p: f64) -> f64 {
        p / (by.sigma * by.sigma * self.noise.rows() as f64)
    }

    /// The shares that the synapses onto each neuron of layer k lose.
    pub(crate) fn lost(&self, by: Noise, p: f64) -> Vec<T> {
        let mut lost = vec![T::of(p); self.own.cols()];
        if by.gated {
            let per_variance = T::of(self.per_variance(by, p));
            lost.fill(T::zero());
            for b in 0..self.own.rows() {
                for (lost, &r) in lost.iter_mut().zip(self.own.row(b)) {
                    *lost += per_variance * r * r;
                }
            }
        }
        lost
    }

    /// Adds the rest of what is heard.
    pub(crate) fn teach(&self, by: Noise, p: f64, sign: f64, into: &mut Padded<T>) {
        let mut post = match by.gated {
            true => self.own.clone(),
            false => self.noise.clone(),
        };
        let scale = T::of(sign * by.gain * self.per_variance(by, p));
        post.values_mut().iter_mut().for_each(|x| *x *= scale);
        rank_update(self.above, Columns::All, &post, into);
    }
}

/// w_ji ← (1 − lost_i) w_ji, or what that changes of `weights`.
pub(crate) fn lose<T: Real>(lost: &[T], weights: Option<&Padded<T>>, into: &mut Padded<T>) {
    for j in 0..into.rows() {
        let row = into.row_mut(j).iter_mut().zip(lost);
        match weights {
            None => row.for_each(|(w, &lost)| *w -= lost * *w),
            Some(weights) => {
                let changes = row.zip(weights.row(j));
                changes.for_each(|((change, &lost), &w)| *change -= lost * w);
            }
        }
    }
}

/// φ(v + factor · x) − φ(v).
pub(crate) fn moved<T: Real>(
    transfer: Transfer,
    (v, rate): (&Padded<T>, &Padded<T>),
    factor: T,
    x: &Padded<T>,
) -> Padded<T> {
    let mut sum = v.clone();
    add_scaled(sum.values_mut(), factor, x.values());
    let mut with = Padded::zeros(x.rows(), x.cols());
    for b in 0..x.rows() {
        rates(transfer, sum.row(b), with.row_mut(b));
    }
    subtract(with.values(), rate.values(), sum.values_mut());
    sum
}

/// The noise of a session.
pub(crate) fn normals(streams: Streams) -> Normals {
    let mut rng = streams.stream("feedback_noise");
    Normals::new(|| rng.next_u32())
}

/// Noise of standard deviation `sigma`, `[n_samples, n]`.
pub(crate) fn draw<T: Real>(normals: &mut Normals, sigma: f64, shape: (usize, usize)) -> Padded<T> {
    let mut noise = Padded::zeros(shape.0, shape.1);
    let mut row = vec![0.0; shape.1.next_multiple_of(NORMALS_PER_DRAW)];
    for b in 0..shape.0 {
        normals.fill(&mut row);
        for (out, &x) in noise.row_mut(b).iter_mut().zip(&row) {
            *out = T::of(sigma * f64::from(x));
        }
    }
    noise
}

/// Fails on noise or gain that teaches nothing.
const SIGMA: Numbers = Numbers::new(
    1e-6,
    1e3,
    "a number from 1e-6 to 1e3: without noise this feedback learns nothing",
);
const GAIN: Numbers = Numbers::new(1e-6, 1e3, "a number from 1e-6 to 1e3");

pub(super) fn check(
    sigma_key: &'static str,
    sigma: f64,
    gain_key: &'static str,
    gain: f64,
) -> Result<(), SpecError> {
    SIGMA.check(sigma_key, sigma)?;
    GAIN.check(gain_key, gain)
}

pub(super) fn tenth() -> f64 {
    0.1
}

pub(super) fn eighteen() -> f64 {
    18.0
}
