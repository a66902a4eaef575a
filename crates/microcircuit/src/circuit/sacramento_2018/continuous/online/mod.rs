//! One presentation to one copy of the state, step after step without leaving the first cache.
//!
//! The same physics as the plain loop ([`super::presentation`]) with the work arranged otherwise:
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
mod hidden;
mod input;
mod neurons;

use std::any::Any;

use apical_kernels::{Gains, NeuronStep, Normals, Real, dispatch};
use apical_learning::LearnError;
use pulp::{Simd, WithSimd};

use super::super::{State, Weights};
use super::coefficients::Coefficients;
use super::plasticity::{self, Learning};
use super::{ContinuousParameters, Integrator, UpdateOrder, dynamics};

use circuit::Circuit;

/// κ is folded into the filter before it is smaller.
const SMALLEST_DECAY: f64 = 1e-6;

/// Whether the circuit is of the kind that this loop knows.
pub(super) fn knows<T: Real>(p: &ContinuousParameters, weights: &Weights<T>) -> bool {
    let has_feedback = weights.n_layers() == 1 || weights.feedback.is_some();
    let has_steps = !matches!(p.integrator, Integrator::Adaptive(_));
    let in_order = p.update_order == UpdateOrder::Simultaneous;
    has_feedback && has_steps && in_order && plasticity::kept(p) > 1e-3
}

/// What is presented, and what acts.
pub(super) struct Shown<'a, T> {
    pub(super) parameters: &'a ContinuousParameters,
    pub(super) coefficients: &'a Coefficients<T>,
    pub(super) weights: &'a Weights<T>,
    pub(super) pattern: &'a [T],
    /// The teacher's current, if one acts.
    pub(super) teacher: Option<&'a [T]>,
    pub(super) start_ms: f64,
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
    let mut circuit = Circuit::new(shown, state, learning.as_deref());
    let outcome = carry(&mut circuit, shown.parameters, is_plastic, noise, readout);
    let learning = learning.filter(|_| is_plastic);
    circuit.write_back(shown, state, learning);
    outcome.map_err(|step| {
        let time_ms = shown.start_ms + (step + 1) as f64 * shown.parameters.dt_ms;
        let bound = shown.parameters.runaway_potential;
        match dynamics::check_bounded(state, bound, time_ms) {
            Err(error) => error,
            Ok(()) => unreachable!("a potential was found out of bounds"),
        }
    })
}

/// An event of plasticity that is noted and not yet in the weights: what A takes of Δ / κ, for
/// η = 1, and where its factors are.
#[derive(Clone, Copy)]
struct Event {
    gain: f64,
    slot: usize,
}

/// A pass over two events: what A is to take of Δ / κ, for η = 1, at the second event and at the
/// one that follows.
#[derive(Clone, Copy)]
struct Pass {
    gain: f64,
    ahead: f64,
}

impl Pass {
    /// With rate η.
    #[inline(always)]
    fn times(self, rate: f64) -> Self {
        Self {
            gain: rate * self.gain,
            ahead: rate * self.ahead,
        }
    }

    #[inline(always)]
    fn gains<T: Real>(self) -> Gains<T> {
        Gains {
            gain: T::of(self.gain),
            ahead: T::of(self.ahead),
        }
    }
}

/// Runs a `Circuit<f32>` or `Circuit<f64>` through a presentation; fails with the step after which a
/// potential was out of bounds. Not generic, so that the loop is compiled with this crate alone and
/// not again with every one that names its type.
#[inline(never)]
fn carry(
    circuit: &mut dyn Any,
    parameters: &ContinuousParameters,
    is_plastic: bool,
    noise: Option<&mut Normals>,
    readout: Option<&mut [f64]>,
) -> Result<(), usize> {
    if let Some(circuit) = circuit.downcast_mut::<Circuit<f32>>() {
        return dispatch(Run {
            parameters,
            circuit,
            is_plastic,
            noise,
            readout,
        });
    }
    let circuit = circuit.downcast_mut::<Circuit<f64>>();
    dispatch(Run {
        parameters,
        circuit: circuit.expect("`Real` is f32 or f64"),
        is_plastic,
        noise,
        readout,
    })
}

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
            own.read(simd, p.rates.forward[0], event, pass);
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
