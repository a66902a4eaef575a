//! One presentation to one copy of the state, step after step without leaving the first cache.
//!
//! The same physics as the plain loop ([`super::presentation`]) with the work arranged otherwise:
//! - the input layer works on vectors of the first layer's width ([`input`]);
//! - all neurons stand side by side, so that a step of them is a few loops ([`neurons`]);
//! - the updates of a connection from two steps and its product for the second are one pass over
//!   its memory, and the product between two passes only reads
//!   ([`LearningRows`](apical_kernels::LearningRows)); the filter Δ is kept as Δ / κ with κ the
//!   decay since onset, so that it needs no multiplication of its own;
//! - the whole loop is compiled for the instruction set, and nothing is allocated inside it.

mod hidden;
mod input;
mod neurons;

use std::any::Any;

use apical_kernels::{Curve, NORMALS_PER_DRAW, Normals, Padded, Real};
use apical_learning::LearnError;
use pulp::{Simd, WithSimd};

use super::super::{LearningRates, State, Weights};
use super::coefficients::Coefficients;
use super::plasticity::{self, Learning};
use super::{ContinuousParameters, Integrator, UpdateOrder, dynamics};

use hidden::Hidden;
use input::Input;
use neurons::Neurons;

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

struct Circuit<T> {
    input: Input<T>,
    neurons: Neurons<T>,
    /// Layers 1…N−1.
    hidden: Vec<Hidden<T>>,
    normals: Vec<f32>,
    curve: Curve<T>,
    /// κ.
    decay: f64,
}

impl<T: Real> Circuit<T> {
    fn new(shown: &Shown<'_, T>, state: &State<T>, learning: Option<&Learning<T>>) -> Self {
        let (p, weights) = (shown.parameters, shown.weights);
        let n = weights.n_layers();
        let mut neurons = Neurons::new(p, shown.coefficients, state, shown.teacher);
        if weights.has_thresholds {
            set_thresholds(&mut neurons, p, weights, learning);
        }
        let hidden = (1..n)
            .map(|k| Hidden::new(p, weights, learning, k, &neurons))
            .collect();
        let first = learning.filter(|_| p.rates.forward[0] != 0.0);
        Self {
            input: Input::new(
                state.rate[0].row(0),
                shown.pattern,
                &weights.forward[1],
                first.map(|l| [&l.accumulated.forward[1], &l.filter.forward[1]]),
                shown.coefficients.input_share,
            ),
            normals: vec![0.0; neurons.len().next_multiple_of(NORMALS_PER_DRAW)],
            neurons,
            hidden,
            curve: Curve::new(p.transfer),
            decay: 1.0,
        }
    }

    fn write_back(
        &self,
        shown: &Shown<'_, T>,
        state: &mut State<T>,
        learning: Option<&mut Learning<T>>,
    ) {
        let all = &self.neurons;
        for (k, place) in (1..).zip(&all.pyramidal) {
            let somata = state.soma[k].row_mut(0);
            somata.copy_from_slice(&all.soma[place.own()]);
        }
        for (k, place) in (1..).zip(&all.interneurons) {
            let somata = state.interneuron[k].row_mut(0);
            somata.copy_from_slice(&all.soma[place.own()]);
        }
        let scale = T::of(self.decay);
        let filtered = state.rate[0].row_mut(0);
        let Some(learning) = learning else {
            return self.input.write_back(filtered, None, self.decay);
        };
        for (k, own) in (1..).zip(&self.hidden) {
            own.write_back(learning, k, scale);
        }
        let rates = &shown.parameters.rates;
        return_thresholds(all, rates, learning, scale);
        let Learning {
            accumulated: a,
            filter: d,
            ..
        } = learning;
        let first: [&mut Padded<T>; 2] = [&mut a.forward[1], &mut d.forward[1]];
        let first = Some(first).filter(|_| rates.forward[0] != 0.0);
        self.input.write_back(filtered, first, self.decay);
    }

    /// Dendritic potentials of now, after the event of the step before and, where it is due, the
    /// pass over connections.
    #[inline(always)]
    fn read<S: Simd>(
        &mut self,
        simd: S,
        p: &ContinuousParameters,
        event: Option<Event>,
        pass: Option<Pass>,
    ) {
        let all = &mut self.neurons;
        if let Some(event) = event {
            all.learn_thresholds(simd, T::of(event.gain), event.slot);
        }
        let (rate, place) = (p.rates.forward[0], all.pyramidal[0].registers());
        let first_pass = match pass {
            Some(by) => {
                let posts = [&all.post[0][place.clone()], &all.post[1][place.clone()]];
                Some((by.times(rate), posts))
            }
            None => None,
        };
        (self.input).drive(simd, first_pass, &mut all.dendrite[place]);
        all.add_thresholds(all.pyramidal[0].own());
        for hidden in &mut self.hidden {
            hidden.drive(simd, pass, all);
        }
    }

    /// Makes event `slot` one that changes nothing.
    #[cold]
    fn clear(&mut self, slot: usize) {
        self.neurons.post[slot].fill(T::zero());
        self.neurons.apical_post[slot].fill(T::zero());
        self.hidden.iter_mut().for_each(|own| own.clear(slot));
    }

    /// Makes κ 1 again.
    #[cold]
    fn fold_decay(&mut self) {
        let factor = T::of(self.decay);
        if let Some(own) = &mut self.neurons.threshold {
            own.trace.iter_mut().for_each(|d| *d *= factor);
        }
        let hidden = self.hidden.iter_mut();
        hidden.for_each(|own| own.scale_trace(factor));
        self.input.scale_trace(self.decay);
        self.decay = 1.0;
    }
}

fn set_thresholds<T: Real>(
    all: &mut Neurons<T>,
    p: &ContinuousParameters,
    weights: &Weights<T>,
    learning: Option<&Learning<T>>,
) {
    for (k, place) in (1..).zip(all.pyramidal.clone()) {
        let rate = p.rates.forward[k - 1];
        let parts = learning.map(|l| [&l.accumulated.threshold[k], &l.filter.threshold[k]]);
        let parts = parts.filter(|_| rate != 0.0).map(|parts| (rate, parts));
        all.set_threshold(&place, &weights.threshold[k], parts);
    }
    let Some(b) = &weights.interneuron_threshold else {
        return;
    };
    for (k, place) in (1..).zip(all.interneurons.clone()) {
        let rate = p.rates.interneuron[k - 1];
        let parts = learning.and_then(|l| {
            let a = l.accumulated.interneuron_threshold.as_ref()?;
            let d = l.filter.interneuron_threshold.as_ref()?;
            Some([&a[k], &d[k]])
        });
        let parts = parts.filter(|_| rate != 0.0).map(|parts| (rate, parts));
        all.set_threshold(&place, &b[k], parts);
    }
}

fn return_thresholds<T: Real>(
    all: &Neurons<T>,
    rates: &LearningRates,
    learning: &mut Learning<T>,
    scale: T,
) {
    let Some(own) = &all.threshold else {
        return;
    };
    let Learning {
        accumulated: a,
        filter: d,
        ..
    } = learning;
    for (k, place) in (1..).zip(&all.pyramidal) {
        if rates.forward[k - 1] != 0.0 {
            own.give(place, [&mut a.threshold[k], &mut d.threshold[k]], scale);
        }
    }
    if let (Some(a), Some(d)) = (&mut a.interneuron_threshold, &mut d.interneuron_threshold) {
        for (k, place) in (1..).zip(&all.interneurons) {
            if rates.interneuron[k - 1] != 0.0 {
                own.give(place, [&mut a[k], &mut d[k]], scale);
            }
        }
    }
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
        return pulp::Arch::new().dispatch(Run {
            parameters,
            circuit,
            is_plastic,
            noise,
            readout,
        });
    }
    let circuit = circuit.downcast_mut::<Circuit<f64>>();
    pulp::Arch::new().dispatch(Run {
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
        let (p, own) = (self.parameters, self.circuit);
        let (share, kept) = (plasticity::share(p), plasticity::kept(p));
        let stride_ms = plasticity::stride_ms(p);
        let limit = T::of(p.runaway_potential);
        // Where there is an event in every step, events alternate between two slots, the pass comes
        // with the second, and A is one event ahead of it. Otherwise every event has its pass.
        let alternates = p.plasticity_stride == 1;
        let (mut slot, mut noted) = (1, None);
        own.neurons.fire(simd, &own.curve);
        for step in 0..=p.n_steps {
            let is_last = step == p.n_steps;
            let event: Option<Event> = noted.take();
            let pass = match event {
                Some(Event { gain, slot: 1 }) => {
                    let goes_on = alternates && !is_last;
                    let ahead = if goes_on { stride_ms * own.decay } else { 0.0 };
                    Some(Pass { gain, ahead })
                }
                Some(_) if is_last => {
                    own.clear(1);
                    let (gain, ahead) = (0.0, 0.0);
                    Some(Pass { gain, ahead })
                }
                _ => None,
            };
            own.read(simd, p, event, pass);
            if is_last {
                break;
            }
            if let Some(sum) = &mut self.readout
                && step + p.n_readout_steps >= p.n_steps
                && let Some(output) = own.neurons.pyramidal.last()
            {
                let rates = sum.iter_mut().zip(&own.neurons.rate[output.own()]);
                rates.for_each(|(sum, r)| *sum += r.wide());
            }
            if let Some(noise) = &mut self.noise {
                noise.fill_with(simd, &mut own.normals);
                own.neurons.take_noise(&own.normals);
            }
            let mut event = None;
            if self.is_plastic && p.is_plastic_step(step) {
                if own.decay < SMALLEST_DECAY && (slot == 0 || !alternates) {
                    own.fold_decay();
                }
                let gain = stride_ms * own.decay;
                noted = Some(Event { gain, slot });
                own.decay *= kept;
                let scale = T::of(share / own.decay);
                for hidden in &mut own.hidden {
                    hidden.compare(simd, &own.curve, scale, &own.neurons, slot);
                }
                own.input.keep_rates(slot);
                event = Some((scale, slot));
                slot = if alternates { 1 - slot } else { 1 };
            }
            own.input.step();
            if !own.neurons.step(simd, &own.curve, event, limit) {
                return Err(step);
            }
        }
        Ok(())
    }
}
