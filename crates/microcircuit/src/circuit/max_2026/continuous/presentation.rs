//! One presentation of a pattern to every copy of the state.

use std::ops::Deref;

use apical_kernels::{Padded, Real, all_finite};
use apical_learning::{LearnError, Teacher};

use super::parameters::{ContinuousParameters, PlasticityReads};
use crate::circuit::max_2026::dynamics::{
    apical, fire, hidden_error, nudge, output_error, predict,
};
use crate::circuit::max_2026::plasticity;
use crate::circuit::max_2026::state::State;
use crate::feedback::{Listening, NoiseInTime};
use crate::integrator::UpdateOrder;
use crate::table::Weights;

/// Is shown the state of a step.
pub(super) type Seen<'a, T> = &'a mut (dyn FnMut(usize, &State<T>) + 'a);

/// The weights of a presentation.
pub(super) enum Synapses<'a, T> {
    /// Without plasticity.
    Still(&'a Weights<T>),
    /// Changes are added at once.
    Learning(&'a mut Weights<T>),
}

impl<T> Deref for Synapses<'_, T> {
    type Target = Weights<T>;

    fn deref(&self) -> &Weights<T> {
        match self {
            Self::Still(weights) => weights,
            Self::Learning(weights) => weights,
        }
    }
}

/// Carries `s`, whose inputs are set, through one presentation. `target` is what acts from the delayed
/// onset of teaching on; `is_taught` says whether the target in the state acts before.
pub(super) fn run<T: Real>(
    p: &ContinuousParameters,
    w: &mut Synapses<'_, T>,
    s: &mut State<T>,
    (is_taught, target): (bool, Option<&Padded<T>>),
    mut listening: Option<&mut Listening<T>>,
    seen: Seen<'_, T>,
) -> Result<(), LearnError> {
    let of = |is_taught| match is_taught {
        true => Teacher::On,
        false => Teacher::Off,
    };
    let mut teacher = of(is_taught);
    for k in 1..=s.n_layers() {
        fire(
            p.circuit.transfer,
            &s.soma[k],
            &mut s.rate[k],
            &mut s.slope[k],
        );
    }
    for step in 0..p.n_steps {
        if step == p.target_delay_steps {
            teacher = of(target.is_some());
            if let Some(target) = target {
                s.target.values_mut().copy_from_slice(target.values());
            }
        }
        if let (Some(by), Some(listening)) = (&p.feedback_noise, &mut listening) {
            listening.drift(by);
        }
        match p.update_order {
            UpdateOrder::Simultaneous => simultaneous(p, w, teacher, listening.as_deref(), s),
            UpdateOrder::LayerSweep => sweep(p, w, teacher, listening.as_deref(), s),
        }
        if let (Some(by), Some(listening)) = (&p.feedback_noise, &mut listening) {
            listening.hear(by, &s.rate);
            if by.is_heeded(step) {
                listen(p, by, w, listening);
            }
        }
        seen(step, s);
    }
    check_bounded(p, s)
}

/// Everything of t + dt from everything of t.
fn simultaneous<T: Real>(
    p: &ContinuousParameters,
    w: &mut Synapses<'_, T>,
    teacher: Teacher,
    listening: Option<&Listening<T>>,
    s: &mut State<T>,
) {
    let n = s.n_layers();
    for k in 1..=n {
        predict(&p.circuit, w, k, s);
        nudge(&p.circuit, w, k, s);
        if let Some(listening) = listening.filter(|_| k < n) {
            listening.add(k, &mut s.soma[k]);
        }
    }
    // From below, so that the errors above are still those of t.
    for k in 1..n {
        hidden_error(&p.circuit, w, k, s);
    }
    output_error(&p.circuit, w, teacher, s);
    learn(p, w, s);
    for k in 1..=n {
        fire(
            p.circuit.transfer,
            &s.soma[k],
            &mut s.rate[k],
            &mut s.slope[k],
        );
    }
}

/// Rates up with this step's rates and the last step's errors, then errors down.
fn sweep<T: Real>(
    p: &ContinuousParameters,
    w: &mut Synapses<'_, T>,
    teacher: Teacher,
    listening: Option<&Listening<T>>,
    s: &mut State<T>,
) {
    let n = s.n_layers();
    for k in 1..=n {
        predict(&p.circuit, w, k, s);
        nudge(&p.circuit, w, k, s);
        if let Some(listening) = listening.filter(|_| k < n) {
            listening.add(k, &mut s.soma[k]);
        }
        fire(
            p.circuit.transfer,
            &s.soma[k],
            &mut s.rate[k],
            &mut s.slope[k],
        );
    }
    output_error(&p.circuit, w, teacher, s);
    for k in (1..n).rev() {
        hidden_error(&p.circuit, w, k, s);
    }
    if p.plasticity_reads == PlasticityReads::ApicalDendrite {
        (1..=n).for_each(|k| apical(&p.circuit, w, k, s));
    }
    learn(p, w, s);
}

/// dW_{k,k−1}/dt = η (u_k − v̂_k) r_{k−1}ᵀ, with λ_A,k v_A,k for the difference.
fn learn<T: Real>(p: &ContinuousParameters, w: &mut Synapses<'_, T>, s: &mut State<T>) {
    if let Synapses::Learning(weights) = w {
        let scale = |k: usize| p.circuit.apical_mixing[k - 1] * p.dt_ms;
        plasticity::add_changes(&p.circuit, None, scale, None, s, weights);
        weights.follow();
    }
}

/// What feedback learns from noise.
fn listen<T: Real>(
    p: &ContinuousParameters,
    by: &NoiseInTime,
    w: &mut Synapses<'_, T>,
    listening: &Listening<T>,
) {
    if let Synapses::Learning(weights) = w {
        let c = &p.circuit.circuit;
        for k in 1..c.n_layers() {
            let id = c.feedback(k);
            let of = (c.rate(id) * p.dt_ms, p.circuit.attenuation[k]);
            listening.teach(by, k, of, None, &mut weights[id]);
        }
    }
}

fn check_bounded<T: Real>(p: &ContinuousParameters, s: &State<T>) -> Result<(), LearnError> {
    let bound = T::of(p.runaway_potential);
    for k in 1..=s.n_layers() {
        let (u, e) = (s.soma[k].values(), s.error[k].values());
        if !all_finite(u) || !all_finite(e) || u.iter().any(|u| u.abs() > bound) {
            return Err(LearnError::Runaway {
                layer: k,
                quantity: "somatic potential",
                bound: p.runaway_potential,
                time_ms: p.n_steps as f64 * p.dt_ms,
            });
        }
    }
    Ok(())
}
