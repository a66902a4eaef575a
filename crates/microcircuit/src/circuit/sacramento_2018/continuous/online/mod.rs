//! One presentation to one copy of the state, step after step without leaving the first cache.
//!
//! The same physics as the plain loop ([`super::form`]) with the work arranged otherwise:
//! - the input layer works on vectors of the first layer's width ([`input`]);
//! - all neurons stand side by side, so that a step of them is a few loops ([`neurons`]);
//! - what reads and writes what is settled, and every length checked, before the first step
//!   ([`Bound`](apical_kernels::Bound)), so that a step is little beside its arithmetic;
//! - the updates of a connection from two steps and its product for the second are one pass over
//!   its memory, and the product between two passes only reads
//!   ([`LearningRows`](apical_kernels::LearningRows)); the filter Δ is kept as Δ / κ with κ the
//!   decay since onset, so that it needs no multiplication of its own;
//! - the whole loop is compiled for the instruction set, and nothing is allocated inside it.

mod circuit;
mod event;
mod hidden;
mod input;
mod neurons;
mod place;
pub mod step;
mod stored;
mod threshold;
mod work;

use apical_kernels::meter::{self, Kernel};
use apical_kernels::{Normals, Padded, Real, dispatch};
use apical_learning::LearnError;
use pulp::{Simd, WithSimd};

use super::learning::Learning;
use super::parameters::ContinuousParameters;
use super::{plasticity, somata};
use crate::circuit::Presynaptic;
use crate::circuit::sacramento_2018::induction::Plasticity;
use crate::circuit::sacramento_2018::state::State;
use crate::feedback::Feedback;
use crate::integrator::{Integrator, UpdateOrder};

use circuit::Circuit;
use event::{Event, Pass};
use step::NeuronStep;

pub(super) use circuit::Shown;

/// κ is folded into the filter before it is smaller.
const SMALLEST_DECAY: f64 = 1e-6;

/// Whether the circuit is of the kind that this loop knows.
pub(super) fn knows(p: &ContinuousParameters) -> bool {
    let c = &p.circuit;
    let knows_rule = match c.feedback_rule {
        Feedback::Fixed(_) | Feedback::LearnedEq10(_) => true,
        // Another rule, or none that is stored, has no place where nothing comes from above.
        _ => c.n_layers() == 1,
    };
    let has_steps = !matches!(p.integrator, Integrator::Adaptive(_));
    let in_order = p.update_order == UpdateOrder::Simultaneous;
    let of_the_paper =
        p.plasticity == Plasticity::RateDifference && p.presynaptic == Presynaptic::Nudged;
    knows_rule && of_the_paper && has_steps && in_order && plasticity::kept(p) > 1e-3
}

/// Carries the only copy in `state` through a presentation. Afterwards somata and filtered inputs
/// are those of its end; dendrites and rates are to be read anew.
pub(super) fn run<T: Real>(
    shown: &Shown<'_, T>,
    state: &mut State<T>,
    learning: Option<&mut Learning<T>>,
    is_plastic: bool,
    noise: Option<&mut Normals>,
    readout: Option<&mut [f64]>,
) -> Result<(), LearnError> {
    let p = shown.parameters;
    let apart = || (1, 0.0, 0.0);
    let mut circuit = meter::whole(Kernel::Onset, apart, || {
        Circuit::new(shown, state, learning.as_deref())
    });
    let of_steps = || {
        let sizes: Vec<_> = state.rate.iter().map(Padded::cols).collect();
        let (multiply_adds, bytes) = work::of_step(p, &sizes, is_plastic, size_of::<T>());
        let n = p.n_steps as f64;
        (p.n_steps as u64, n * multiply_adds, n * bytes)
    };
    let outcome = meter::whole(Kernel::Steps, of_steps, || {
        dispatch(Run {
            parameters: p,
            circuit: &mut circuit,
            is_plastic,
            noise,
            readout,
        })
    });
    let learning = learning.filter(|_| is_plastic);
    meter::whole(Kernel::End, apart, || {
        circuit.write_back(shown, state, learning);
    });
    outcome.map_err(|step| {
        let time_ms = shown.start_ms + (step + 1) as f64 * shown.parameters.dt_ms;
        let bound = shown.parameters.runaway_potential;
        match somata::check_bounded(state, bound, time_ms) {
            Err(error) => error,
            Ok(()) => unreachable!("a potential was found out of bounds"),
        }
    })
}

/// The whole presentation; fails with the step after which a potential was out of bounds.
struct Run<'a, T> {
    parameters: &'a ContinuousParameters,
    circuit: &'a mut Circuit<T>,
    is_plastic: bool,
    noise: Option<&'a mut Normals>,
    /// Sum of output rates over the readout window.
    readout: Option<&'a mut [f64]>,
}

impl<T: Real> WithSimd for Run<'_, T> {
    type Output = Result<(), usize>;

    #[inline(always)]
    fn with_simd<S: Simd>(mut self, simd: S) -> Result<(), usize> {
        let (p, mut own) = (self.parameters, self.circuit.bind());
        let (share, kept) = (plasticity::share(p), plasticity::kept(p));
        let stride_ms = plasticity::stride_ms(p);
        let first_rate = p.circuit.rate(p.circuit.forward(1));
        let limit = T::of(p.runaway_potential);
        let is_noisy = self.noise.is_some();
        // Where there is an event in every step, events alternate between two slots, the pass comes
        // with the second, and A is one event ahead of it. Otherwise every event has its pass.
        let alternates = p.plasticity_stride == 1;
        let (mut slot, mut noted) = (1, None);
        own.fire(simd);
        for step in 0..=p.n_steps {
            let is_last = step == p.n_steps;
            let event: Option<Event> = noted.take();
            let pass = match event {
                Some(Event { gain, slot: 1 }) => {
                    let goes_on = alternates && !is_last;
                    let ahead = if goes_on { stride_ms * *own.decay } else { 0.0 };
                    Some(Pass { gain, ahead })
                }
                Some(_) if is_last => {
                    own.clear(1);
                    let (gain, ahead) = (0.0, 0.0);
                    Some(Pass { gain, ahead })
                }
                _ => None,
            };
            own.read(simd, first_rate, event, pass);
            if is_last {
                break;
            }
            if let Some(sum) = &mut self.readout
                && step + p.n_readout_steps >= p.n_steps
                && let Some(output) = own.neurons.pyramidal.last()
            {
                let rates = sum.iter_mut().zip(&own.neurons.rate[output.own()]);
                rates.for_each(|(sum, r)| *sum += r.get().wide());
            }
            if let Some(noise) = &mut self.noise {
                own.draw_noise(simd, noise);
            }
            let mut event = None;
            if self.is_plastic && p.is_plastic_step(step) {
                if *own.decay < SMALLEST_DECAY && (slot == 0 || !alternates) {
                    own.fold_decay();
                }
                let gain = stride_ms * *own.decay;
                noted = Some(Event { gain, slot });
                *own.decay *= kept;
                let scale = T::of(share / *own.decay);
                own.compare(simd, scale, slot);
                event = Some((scale, slot));
                slot = if alternates { 1 - slot } else { 1 };
            }
            let now = NeuronStep {
                noted: event,
                is_noisy,
                limit,
            };
            if !own.step(simd, now) {
                return Err(step);
            }
        }
        Ok(())
    }
}
