//! Numbers that stay the same for every step of a presentation.

use apical_kernels::Real;

use super::parameters::ContinuousParameters;

/// One step of du/dt = I − G u with noise.
#[derive(Clone, Copy)]
pub(crate) struct Soma<T> {
    /// 1 − gain · G: what is kept of u.
    pub(crate) keep: T,
    /// What I is multiplied by, in ms.
    pub(crate) gain: T,
    /// Standard deviation of the noise of one step.
    pub(crate) noise: f64,
}

/// The coefficients of every soma and filter. Index `k` is the layer.
pub(crate) struct Coefficients<T> {
    /// Pyramidal neurons of layers 1…N.
    pub(crate) pyramidal: Vec<Soma<T>>,
    /// Interneurons.
    pub(crate) interneuron: Soma<T>,
    /// Share of the supplied rate in the filtered input rate after one step.
    pub(crate) input_share: T,
    /// What is kept of the filtered input rate before its share of the difference is added: 1, or 0
    /// where rates of change are written.
    pub(crate) input_keep: T,
}

impl<T: Real> Coefficients<T> {
    pub(crate) fn new(p: &ContinuousParameters, is_taught: bool) -> Self {
        let soma = |total: f64| {
            // A prospective soma is its own steady state for the dendrites of the moment.
            let (gain, kept) = match p.prospective {
                true => (1.0 / total, 0.0),
                false => {
                    let gain = p.integrator.gain(p.dt_ms, total);
                    (gain, 1.0 - gain * total)
                }
            };
            Soma {
                keep: T::of(kept),
                gain: T::of(gain),
                noise: p.noise.scale(p.integrator, p.dt_ms, total),
            }
        };
        let input_rate = 1.0 / p.tau_input_ms;
        let share = p.integrator.gain(p.dt_ms, input_rate) * input_rate;
        Self::with(p, is_taught, soma, (share, 1.0))
    }

    /// Coefficients with which a step writes du/dt in place of u + du.
    pub(crate) fn of_change(p: &ContinuousParameters, is_taught: bool) -> Self {
        let soma = |total: f64| Soma {
            keep: T::of(-total),
            gain: T::one(),
            noise: 0.0,
        };
        Self::with(p, is_taught, soma, (1.0 / p.tau_input_ms, 0.0))
    }

    fn with(
        p: &ContinuousParameters,
        is_taught: bool,
        soma: impl Fn(f64) -> Soma<T>,
        (input_share, input_keep): (f64, f64),
    ) -> Self {
        let teacher = if is_taught { p.somatic } else { 0.0 };
        let n = p.attenuation.len();
        let pyramidal = (0..=n).map(|k| {
            let own = if k == n { teacher } else { 0.0 };
            let apical = if k == 0 { 0.0 } else { p.apical[k - 1] };
            soma(p.leak + p.basal + apical + own)
        });
        Self {
            pyramidal: pyramidal.collect(),
            interneuron: soma(p.leak + p.dendritic + p.somatic),
            input_share: T::of(input_share),
            input_keep: T::of(input_keep),
        }
    }
}
