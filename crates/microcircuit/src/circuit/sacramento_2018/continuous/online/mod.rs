//! One presentation to one copy of the state, step after step without leaving the first cache.
//!
//! The same physics as the plain loop ([`super::presentation`]) with the work arranged otherwise:
//! - the input layer works on vectors of the first layer's width ([`input`]);
//! - the update of a connection from the step before and its product for this step are one pass
//!   over its memory ([`LearningRows`](apical_kernels::LearningRows)), and the filter Δ is kept as
//!   Δ / κ with κ the decay since onset, so that it needs no multiplication of its own;
//! - the whole loop is compiled for the instruction set, and nothing is allocated inside it.

mod hidden;
mod input;
mod population;

use apical_kernels::{Curve, NORMALS_PER_DRAW, Normals, Padded, Real};
use apical_learning::LearnError;
use pulp::{Simd, WithSimd};

use super::super::{State, Weights};
use super::coefficients::Coefficients;
use super::plasticity::{self, Learning};
use super::{ContinuousParameters, Integrator, UpdateOrder, dynamics};

use hidden::{Gain, Hidden};
use input::Input;
use population::Population;

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
    let outcome = pulp::Arch::new().dispatch(Run {
        shown,
        circuit: &mut circuit,
        is_plastic,
        noise,
        readout,
    });
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
    /// Pyramidal neurons of layers 1…N.
    pyramidal: Vec<Population<T>>,
    /// Layers 1…N−1.
    hidden: Vec<Hidden<T>>,
    /// g_som u_trgt, padded.
    teacher: apical_kernels::Strip<T>,
    normals: Vec<f32>,
    curve: Curve<T>,
    /// κ.
    decay: f64,
}

impl<T: Real> Circuit<T> {
    fn new(shown: &Shown<'_, T>, state: &State<T>, learning: Option<&Learning<T>>) -> Self {
        let (p, weights) = (shown.parameters, shown.weights);
        let n = weights.n_layers();
        let pyramidal = (1..=n).map(|k| {
            let mut own = Population::new(state.soma[k].row(0), p.attenuation[k - 1]);
            if weights.has_thresholds {
                let learning = learning.filter(|_| p.rates.forward[k - 1] != 0.0);
                let parts = learning.map(|l| [&l.accumulated.threshold[k], &l.filter.threshold[k]]);
                own.set_threshold(&weights.threshold[k], parts);
            }
            own
        });
        let hidden = (1..n).map(|k| {
            let potentials = state.interneuron[k].row(0);
            let mut own = Population::new(potentials, p.interneuron_attenuation);
            if let (true, Some(b)) = (weights.has_thresholds, &weights.interneuron_threshold) {
                let learning = learning.filter(|_| p.rates.interneuron[k - 1] != 0.0);
                let parts = learning.and_then(|l| {
                    Some([
                        &l.accumulated.interneuron_threshold.as_ref()?[k],
                        &l.filter.interneuron_threshold.as_ref()?[k],
                    ])
                });
                own.set_threshold(&b[k], parts);
            }
            Hidden::new(p, weights, learning, k, own)
        });
        let first = learning.filter(|_| p.rates.forward[0] != 0.0);
        let n_somata: usize = (1..=n).map(|k| state.soma[k].cols()).sum::<usize>()
            + (1..n).map(|k| state.interneuron[k].cols()).sum::<usize>();
        let mut teacher = apical_kernels::Strip::zeros(state.soma[n].cols());
        if let Some(current) = shown.teacher {
            teacher[..current.len()].copy_from_slice(current);
        }
        Self {
            input: Input::new(
                state.rate[0].row(0),
                shown.pattern,
                &weights.forward[1],
                first.map(|l| [&l.accumulated.forward[1], &l.filter.forward[1]]),
                shown.coefficients.input_share,
            ),
            pyramidal: pyramidal.collect(),
            hidden: hidden.collect(),
            teacher,
            normals: vec![0.0; n_somata.next_multiple_of(NORMALS_PER_DRAW)],
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
        let (p, n) = (shown.parameters, self.pyramidal.len());
        for (k, own) in (1..).zip(&self.pyramidal) {
            state.soma[k].row_mut(0).copy_from_slice(own.somata());
        }
        for (k, own) in (1..).zip(&self.hidden) {
            let interneurons = own.interneurons.somata();
            state.interneuron[k]
                .row_mut(0)
                .copy_from_slice(interneurons);
        }
        let scale = T::of(self.decay);
        let filtered = state.rate[0].row_mut(0);
        let Some(learning) = learning else {
            return self.input.write_back(filtered, None, self.decay);
        };
        for (k, own) in (1..n).zip(&self.hidden) {
            own.write_back(learning, k, scale);
        }
        let Learning {
            accumulated: a,
            filter: d,
            ..
        } = learning;
        if shown.weights.has_thresholds {
            for (k, own) in (1..).zip(&self.pyramidal) {
                if p.rates.forward[k - 1] != 0.0 {
                    own.return_threshold([&mut a.threshold[k], &mut d.threshold[k]], scale);
                }
            }
        }
        let first: [&mut Padded<T>; 2] = [&mut a.forward[1], &mut d.forward[1]];
        let first = Some(first).filter(|_| p.rates.forward[0] != 0.0);
        self.input.write_back(filtered, first, self.decay);
    }

    /// Rates and dendritic potentials of now, after the update which is still to come.
    #[inline(always)]
    fn read<S: Simd>(&mut self, simd: S, p: &ContinuousParameters, pending: Option<Gain>) {
        for own in &mut self.pyramidal {
            own.fire(simd, &self.curve);
        }
        for own in &mut self.hidden {
            own.interneurons.fire(simd, &self.curve);
        }
        let first = &mut self.pyramidal[0];
        let gain = pending.and_then(|by| {
            let rate = p.rates.forward[0];
            (rate != 0.0).then_some(rate * by.0)
        });
        (self.input).drive(simd, gain, &first.post, &mut first.dendrite);
        first.add_threshold(simd, gain.map(T::of));
        for (k, hidden) in (1..).zip(&mut self.hidden) {
            if let [own, above] = &mut self.pyramidal[k - 1..=k] {
                hidden.drive(simd, p, k, pending, own, above);
            }
        }
    }

    /// Postsynaptic factors of the next update; rates become those before.
    #[inline(always)]
    fn compare<S: Simd>(&mut self, simd: S, p: &ContinuousParameters, share: f64) {
        let scale = T::of(share / self.decay);
        for (own, &rate) in self.pyramidal.iter_mut().zip(&p.rates.forward) {
            if rate != 0.0 {
                own.compare(simd, &self.curve, scale);
            }
        }
        for (hidden, own) in self.hidden.iter_mut().zip(&mut self.pyramidal) {
            hidden.compare(simd, &self.curve, scale, own);
        }
        for own in &mut self.pyramidal {
            own.keep_rates();
        }
        for own in &mut self.hidden {
            own.interneurons.keep_rates();
        }
        self.input.keep_rates();
    }

    /// Somata of t + dt (eqs. 1 and 2).
    #[inline(always)]
    fn advance<S: Simd>(
        &mut self,
        simd: S,
        p: &ContinuousParameters,
        c: &Coefficients<T>,
        teaches: bool,
    ) {
        // Interneurons read the somata of time t above them.
        for (own, above) in self.hidden.iter_mut().zip(&self.pyramidal[1..]) {
            let taught = Some((T::of(p.somatic), &above.soma[..]));
            (own.interneurons).step(simd, c.interneuron, T::of(p.dendritic), taught);
        }
        let n = self.pyramidal.len();
        for (k, own) in self.pyramidal.iter_mut().enumerate() {
            let other = match self.hidden.get(k) {
                Some(hidden) => Some((T::of(p.apical[k]), &hidden.apical[..])),
                None => (teaches && k + 1 == n).then_some((T::one(), &self.teacher[..])),
            };
            own.step(simd, c.pyramidal[k + 1], T::of(p.basal), other);
        }
    }

    #[inline(always)]
    fn add_noise<S: Simd>(&mut self, simd: S, c: &Coefficients<T>, noise: &mut Normals) {
        noise.fill_with(simd, &mut self.normals);
        let mut z = &self.normals[..];
        for (own, soma) in self.pyramidal.iter_mut().zip(&c.pyramidal[1..]) {
            let (own_z, rest) = z.split_at(own.len());
            own.add_noise(T::of(soma.noise), own_z);
            z = rest;
        }
        for own in &mut self.hidden {
            let own = &mut own.interneurons;
            let (own_z, rest) = z.split_at(own.len());
            own.add_noise(T::of(c.interneuron.noise), own_z);
            z = rest;
        }
    }

    #[inline(always)]
    fn is_within<S: Simd>(&self, simd: S, limit: T) -> bool {
        // Loops rather than closures, which are not always inlined into code for `S`.
        let mut is_within = true;
        for own in &self.pyramidal {
            is_within &= own.is_within(simd, limit);
        }
        for own in &self.hidden {
            is_within &= own.interneurons.is_within(simd, limit);
        }
        is_within
    }

    /// Makes κ 1 again.
    #[cold]
    fn fold_decay(&mut self) {
        let factor = T::of(self.decay);
        self.pyramidal
            .iter_mut()
            .for_each(|own| own.scale_trace(factor));
        self.hidden
            .iter_mut()
            .for_each(|own| own.scale_trace(factor));
        self.input.scale_trace(self.decay);
        self.decay = 1.0;
    }
}

struct Run<'a, T> {
    shown: &'a Shown<'a, T>,
    circuit: &'a mut Circuit<T>,
    is_plastic: bool,
    noise: Option<&'a mut Normals>,
    /// Sum of output rates over the readout window.
    readout: Option<&'a mut [f64]>,
}

impl<T: Real> WithSimd for Run<'_, T> {
    /// The step after which a potential was out of bounds.
    type Output = Result<(), usize>;

    #[inline(always)]
    fn with_simd<S: Simd>(mut self, simd: S) -> Result<(), usize> {
        let (p, c, own) = (self.shown.parameters, self.shown.coefficients, self.circuit);
        let (share, kept) = (plasticity::share(p), plasticity::kept(p));
        let stride_ms = plasticity::stride_ms(p);
        let limit = T::of(p.runaway_potential);
        let teaches = self.shown.teacher.is_some();
        let mut pending = None;
        for step in 0..=p.n_steps {
            own.read(simd, p, pending.take());
            if step == p.n_steps {
                break;
            }
            if let Some(sum) = &mut self.readout
                && step + p.n_readout_steps >= p.n_steps
                && let Some(output) = own.pyramidal.last()
            {
                let rates = sum.iter_mut().zip(output.rates());
                rates.for_each(|(sum, r)| *sum += r.wide());
            }
            own.advance(simd, p, c, teaches);
            // Off the chain from soma to soma, so that it overlaps the next step's rates.
            if self.is_plastic && p.is_plastic_step(step) {
                if own.decay < SMALLEST_DECAY {
                    own.fold_decay();
                }
                pending = Some(Gain(stride_ms * own.decay));
                own.decay *= kept;
                own.compare(simd, p, share);
            }
            own.input.step();
            if let Some(noise) = &mut self.noise {
                own.add_noise(simd, c, noise);
            }
            if !own.is_within(simd, limit) {
                return Err(step);
            }
        }
        Ok(())
    }
}
