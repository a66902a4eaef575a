//! Noise in continuous time, and what is heard of it.
//!
//! An Ornstein-Uhlenbeck process ξ_k adds to the somata of every hidden layer what arrives at their apical
//! dendrites; rates are heard through a high-pass filter:
//!
//! ξ_k ← a ξ_k + √(1 − a²) σ z, z ~ N(0, 1), a = 1 − dt/τ_ξ
//! r̂_k ← b r̂_k + r_k(t) − r_k(t − dt),      b = 1 − dt/τ_HP
//!
//! With h the gain from ξ to a rate that follows d steps later, q = (1 − a) / (1 − a b) and C_d the
//! autocovariance of high-passed noise,
//!
//! ⟨ξ r̂⟩ = h σ² a^d q, C_0 = 2 σ² q / (1 + b), C_1 = b C_0 − (1 − a) σ² q,
//!
//! which the rule is divided by, so that its rate and gain mean what they mean in two steps. A top-down
//! synapse has to know the noise of the neuron that it sits on, or its fluctuation, and the fluctuation that
//! its axon brings. Source: Max, Kriener et al. (2024), whose noise is in the apical input: σ here is theirs
//! times λ_A / √(2 − dt/τ_ξ).

use apical_kernels::{NORMALS_PER_DRAW, Normals, Padded, Real, add_scaled};
use apical_keys::Described;
use apical_learning::{Carried, Numbers, SpecError, StoreError, Streams};
use serde::{Deserialize, Serialize};

use super::kind::FeedbackKind;
use super::noise::{Heard, Noise, lose, normals};
use crate::activity::{carry_layers, put_aside};
use crate::integrator::UpdateOrder;

/// The times of noise that feedback listens to; `feedback.phaseless` has the rest.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize, Described)]
#[serde(default, deny_unknown_fields)]
pub struct FeedbackNoise {
    /// τ_ξ, the correlation time of the noise, at least two steps, or one in a layer sweep; ten steps where
    /// nothing is said.
    #[key(
        min = 1e-6,
        max = 1e9,
        unit = "ms",
        source = "Max, Kriener et al. (2024)",
        example = "10.0"
    )]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tau_noise_ms: Option<f64>,
    /// τ_HP, of the high-pass filter through which rates are heard, at least two steps, or one in a layer
    /// sweep; ten steps where nothing is said.
    #[key(
        min = 1e-6,
        max = 1e9,
        unit = "ms",
        source = "Max, Kriener et al. (2024)",
        example = "10.0"
    )]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tau_highpass_ms: Option<f64>,
    /// Top-down weights rest for so long after the onset of every pattern, which sends a larger step
    /// through the filter than noise does.
    #[key(min = 0, unit = "ms")]
    pub delay_ms: f64,
}

/// The time of a form in continuous time.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Steps {
    /// dt, in ms.
    pub(crate) dt_ms: f64,
    /// How long a pattern is shown, in ms.
    pub(crate) presentation_ms: f64,
    /// From one advance of plasticity to the next.
    pub(crate) stride: usize,
    /// In what order layers are written.
    pub(crate) order: UpdateOrder,
}

/// Noise that feedback listens to, in steps.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct NoiseInTime {
    by: Noise,
    /// a.
    keep_noise: f64,
    /// b.
    keep_heard: f64,
    /// Whether rates follow the layer below one step later.
    lags: bool,
    /// The first step of a presentation in which top-down weights learn.
    first_step: usize,
}

impl NoiseInTime {
    /// What `keys` and `feedback` say; `None` where feedback listens to no noise.
    ///
    /// # Errors
    /// Times out of range, and keys for feedback that has no use for them.
    pub(crate) fn new(
        feedback: FeedbackKind,
        keys: Option<&FeedbackNoise>,
        steps: Steps,
    ) -> Result<Option<Self>, SpecError> {
        let FeedbackKind::Phaseless(kind) = feedback else {
            let expected = "nothing, or `feedback.phaseless`, which alone listens to noise";
            return match keys {
                None => Ok(None),
                Some(_) => Err(SpecError::range("feedback_noise", "given", expected)),
            };
        };
        let keys = keys.copied().unwrap_or_default();
        let lags = steps.order == UpdateOrder::Simultaneous;
        let kept = |key: &'static str, tau: Option<f64>| {
            let tau = tau.unwrap_or(10.0 * steps.dt_ms);
            Numbers::MILLISECONDS.check(key, tau)?;
            let least = if lags { 2.0 } else { 1.0 };
            // A little less, as multiples of dt are rounded.
            if tau < (least - 1e-9) * steps.dt_ms {
                let expected = "at least two `dt_ms`, or one with `update_order = \"layer_sweep\"`: noise that is forgotten before it arrives teaches nothing";
                return Err(SpecError::range(key, tau, expected));
            }
            Ok((1.0 - steps.dt_ms / tau).max(0.0))
        };
        let delay_ms = keys.delay_ms;
        if !(delay_ms >= 0.0 && delay_ms < steps.presentation_ms) {
            return Err(SpecError::range(
                "feedback_noise.delay_ms",
                delay_ms,
                "0 or more and less than `presentation_ms`",
            ));
        }
        let share = kind.rate * steps.dt_ms * steps.stride as f64;
        if share > 1.0 {
            return Err(SpecError::range(
                "feedback.phaseless.rate",
                kind.rate,
                "at most 1 over the time between two advances of plasticity, in ms",
            ));
        }
        Ok(Some(Self {
            by: kind.noise(),
            keep_noise: kept("feedback_noise.tau_noise_ms", keys.tau_noise_ms)?,
            keep_heard: kept("feedback_noise.tau_highpass_ms", keys.tau_highpass_ms)?,
            lags,
            first_step: (delay_ms / steps.dt_ms).round() as usize,
        }))
    }

    /// Whether top-down weights learn in step `step` of a presentation in which plasticity advances.
    pub(crate) fn is_heeded(&self, step: usize) -> bool {
        step >= self.first_step
    }

    /// What the rule is divided by, with `attenuation` what the layer above takes of what arrives.
    fn normalised(&self, attenuation: f64) -> Noise {
        let (a, b) = (self.keep_noise, self.keep_heard);
        let variance = self.by.sigma * self.by.sigma;
        let q = (1.0 - a) / (1.0 - a * b);
        let (own, gain) = match self.by.gated {
            false => {
                let lag = if self.lags { a } else { 1.0 };
                (variance * q * lag * attenuation, self.by.gain)
            }
            true => {
                let at_once = 2.0 * variance * q / (1.0 + b);
                let later = b * at_once - (1.0 - a) * variance * q;
                let between = if self.lags { later } else { at_once };
                (at_once, self.by.gain * at_once / (between * attenuation))
            }
        };
        Noise {
            sigma: own.sqrt(),
            gain,
            gated: self.by.gated,
        }
    }
}

/// Noise and what is heard of it, a row per copy of the circuit. Index `k` is the layer; what a layer has not
/// is empty.
pub(crate) struct Listening<T> {
    normals: Normals,
    /// ξ_k, hidden layers.
    noise: Vec<Padded<T>>,
    /// r̂_k, layers 1…N.
    heard: Vec<Padded<T>>,
    /// r_k of the step before, layers 1…N.
    before: Vec<Padded<T>>,
    /// All these of all copies, as they were when last put aside.
    waiting: Vec<Padded<T>>,
    variates: Vec<f32>,
}

impl<T: Real> Listening<T> {
    pub(crate) fn new(sizes: &[usize], n_copies: usize, streams: Streams) -> Self {
        let n = sizes.len() - 1;
        let layers = |last: usize| -> Vec<Padded<T>> {
            let width = |k: usize| if (1..=last).contains(&k) { sizes[k] } else { 0 };
            (0..=n).map(|k| Padded::zeros(n_copies, width(k))).collect()
        };
        let mut own = Self {
            normals: normals(streams),
            noise: layers(n - 1),
            heard: layers(n),
            before: layers(n),
            waiting: Vec::new(),
            variates: Vec::new(),
        };
        own.waiting = own.carried().map(|m| m.clone()).collect();
        own
    }

    fn carried(&mut self) -> impl Iterator<Item = &mut Padded<T>> {
        let heard = self.heard.iter_mut().chain(&mut self.before);
        self.noise.iter_mut().chain(heard)
    }

    /// Shows `carried` all of it.
    pub(crate) fn carry(&mut self, carried: &mut Carried<'_>) -> Result<(), StoreError> {
        carried.normals("noise_stream", &mut self.normals)?;
        carry_layers(&mut carried.within("noise"), &mut self.noise)?;
        carry_layers(&mut carried.within("heard"), &mut self.heard)?;
        carry_layers(&mut carried.within("before"), &mut self.before)?;
        carry_layers(&mut carried.within("waiting"), &mut self.waiting)
    }

    /// Makes `n_copies` copies take part.
    pub(crate) fn set_copies(&mut self, n_copies: usize) {
        let mut waiting = std::mem::take(&mut self.waiting);
        for (waiting, own) in waiting.iter_mut().zip(self.carried()) {
            let mut next = Padded::zeros(n_copies, own.cols());
            put_aside(own, waiting, &mut next);
            *own = next;
        }
        self.waiting = waiting;
    }

    /// The noise of the next step.
    pub(crate) fn drift(&mut self, by: &NoiseInTime) {
        let a = by.keep_noise;
        let (keep, add) = (T::of(a), T::of((1.0 - a * a).sqrt() * by.by.sigma));
        for noise in self.noise.iter_mut().filter(|noise| noise.cols() > 0) {
            let n_drawn = noise.cols().next_multiple_of(NORMALS_PER_DRAW);
            self.variates.resize(n_drawn, 0.0);
            for b in 0..noise.rows() {
                self.normals.fill(&mut self.variates);
                for (x, &z) in noise.row_mut(b).iter_mut().zip(&self.variates) {
                    *x = keep * *x + add * T::of(f64::from(z));
                }
            }
        }
    }

    /// Adds the noise of layer k to its somata.
    pub(crate) fn add(&self, k: usize, soma: &mut Padded<T>) {
        add_scaled(soma.values_mut(), T::one(), self.noise[k].values());
    }

    /// Hears the rates of a step, of layers 0…N.
    pub(crate) fn hear(&mut self, by: &NoiseInTime, rates: &[Padded<T>]) {
        let keep = T::of(by.keep_heard);
        let layers = self.heard.iter_mut().zip(&mut self.before).zip(rates);
        for ((heard, before), rate) in layers.skip(1) {
            let values = heard.values_mut().iter_mut().zip(before.values_mut());
            for ((heard, before), &r) in values.zip(rate.values()) {
                *heard = keep * *heard + (r - *before);
                *before = r;
            }
        }
    }

    /// Adds to `into` what is heard between layers k and k + 1 over `rate` times one advance: changes of
    /// `weights` plus `into`, or of `into` alone. `attenuation` is that of layer k + 1.
    pub(crate) fn teach(
        &self,
        by: &NoiseInTime,
        k: usize,
        (rate, attenuation): (f64, f64),
        weights: Option<&Padded<T>>,
        into: &mut Padded<T>,
    ) {
        let heard = Heard {
            noise: &self.noise[k],
            own: &self.heard[k],
            above: &self.heard[k + 1],
        };
        let by = by.normalised(attenuation);
        let lost = heard.lost(by, rate);
        lose(&lost, None, into);
        if let Some(weights) = weights {
            lose(&lost, Some(weights), into);
        }
        heard.teach(by, rate, 1.0, into);
    }
}
