//! The parts of a circuit, laid out for a presentation, and given back after it.

use std::cell::Cell;

use apical_kernels::{Curve, NORMALS_PER_DRAW, Normals, Padded, Real};
use pulp::Simd;

use super::super::coefficients::Coefficients;
use super::super::learning::Learning;
use super::super::parameters::ContinuousParameters;
use super::event::{Event, Pass};
use super::hidden::{BoundHidden, Hidden};
use super::input::Input;
use super::neurons::{BoundCells, Neurons};
use super::place::Place;
use super::step::NeuronStep;
use crate::circuit::sacramento_2018::state::State;
use crate::table::{ConnectionId, Weights};

/// What is presented, and what acts.
pub(crate) struct Shown<'a, T> {
    pub(crate) parameters: &'a ContinuousParameters,
    pub(crate) coefficients: &'a Coefficients<T>,
    pub(crate) weights: &'a Weights<T>,
    pub(crate) pattern: &'a [T],
    /// The teacher's current, if one acts.
    pub(crate) teacher: Option<&'a [T]>,
    pub(crate) start_ms: f64,
}

pub(super) struct Circuit<T> {
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
    pub(super) fn new(
        shown: &Shown<'_, T>,
        state: &State<T>,
        learning: Option<&Learning<T>>,
    ) -> Self {
        let (p, weights) = (shown.parameters, shown.weights);
        let mut neurons = Neurons::new(p, shown.coefficients, state, shown.teacher);
        for (place, b) in thresholds(&neurons, p) {
            let parts = learning.map(|l| [&l.accumulated, &l.filter]);
            let rate = p.circuit.rate(b);
            let parts = parts.filter(|_| rate != 0.0);
            let parts = parts.map(|parts| (rate, parts.map(|part| &part[b])));
            neurons.set_threshold(&place, &weights[b], parts);
        }
        let hidden = (1..state.n_layers())
            .map(|k| Hidden::new(p, weights, learning, k, &neurons))
            .collect();
        let w_1 = p.circuit.forward(1);
        let first = learning.filter(|_| p.circuit.rate(w_1) != 0.0);
        Self {
            input: Input::new(
                state.rate[0].row(0),
                shown.pattern,
                &weights[w_1],
                first.map(|l| [&l.accumulated[w_1], &l.filter[w_1]]),
                shown.coefficients.input_share,
            ),
            normals: vec![0.0; neurons.len().next_multiple_of(NORMALS_PER_DRAW)],
            neurons,
            hidden,
            curve: Curve::new(p.transfer),
            decay: 1.0,
        }
    }

    /// The parts tied together for a presentation.
    pub(super) fn bind(&mut self) -> BoundCircuit<'_, T> {
        let neurons = self.neurons.bind();
        let place = neurons.pyramidal[0].registers();
        BoundCircuit {
            input: &mut self.input,
            first_layer: &neurons.dendrite[place.clone()],
            first_posts: neurons.post.map(|post| &post[place.clone()]),
            hidden: (self.hidden.iter_mut())
                .map(|hidden| hidden.bind(&neurons))
                .collect(),
            neurons,
            normals: &mut self.normals,
            curve: &self.curve,
            decay: &mut self.decay,
        }
    }

    pub(super) fn write_back(
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
        for own in &self.hidden {
            own.write_back(learning, scale);
        }
        let p = shown.parameters;
        let Learning {
            accumulated: a,
            filter: d,
            ..
        } = learning;
        for (place, b) in thresholds(all, p) {
            if let Some(own) = all.thresholds.as_ref().filter(|_| p.circuit.rate(b) != 0.0) {
                own.give(&place, [&mut a[b], &mut d[b]], scale);
            }
        }
        let w_1 = p.circuit.forward(1);
        let first: [&mut Padded<T>; 2] = [&mut a[w_1], &mut d[w_1]];
        let first = Some(first).filter(|_| p.circuit.rate(w_1) != 0.0);
        self.input.write_back(filtered, first, self.decay);
    }
}

/// [`Circuit`] while a presentation goes on, its parts tied together.
pub(super) struct BoundCircuit<'a, T> {
    input: &'a mut Input<T>,
    /// v_B of the first layer, and its postsynaptic factors at two events.
    first_layer: &'a [Cell<T>],
    first_posts: [&'a [Cell<T>]; 2],
    pub(super) neurons: BoundCells<'a, T>,
    hidden: Vec<BoundHidden<'a, T>>,
    normals: &'a mut [f32],
    curve: &'a Curve<T>,
    pub(super) decay: &'a mut f64,
}

impl<T: Real> BoundCircuit<'_, T> {
    /// r = φ(u), at the first step.
    #[inline(always)]
    pub(super) fn fire<S: Simd>(&self, simd: S) {
        self.neurons.fire(simd, self.curve);
    }

    /// Dendritic potentials of now, after the event of the step before and, where it is due, the
    /// pass over connections.
    #[inline(always)]
    pub(super) fn read<S: Simd>(
        &mut self,
        simd: S,
        first_rate: f64,
        event: Option<Event>,
        pass: Option<Pass>,
    ) {
        let all = &self.neurons;
        if let Some(event) = event {
            all.learn_thresholds(simd, T::of(event.gain), event.slot);
        }
        let first_pass = pass.map(|by| by.times(first_rate));
        (self.input).drive(simd, first_pass, self.first_posts, self.first_layer);
        all.add_thresholds(&all.pyramidal[0]);
        for hidden in &mut self.hidden {
            hidden.drive(simd, pass, all);
        }
    }

    /// Notes in `slot` what an event needs beside the neurons' factors, these times `scale`.
    #[inline(always)]
    pub(super) fn compare<S: Simd>(&mut self, simd: S, scale: T, slot: usize) {
        for hidden in &mut self.hidden {
            hidden.compare(simd, self.curve, scale, &self.neurons, slot);
        }
        self.input.keep_rates(slot);
    }

    /// Neurons and filtered inputs of t + dt; whether all somata lie within the limit.
    #[inline(always)]
    pub(super) fn step<S: Simd>(&mut self, simd: S, now: NeuronStep<T>) -> bool {
        self.input.step();
        self.neurons.step(simd, self.curve, now)
    }

    /// Draws the noise of the next step.
    #[inline(always)]
    pub(super) fn draw_noise<S: Simd>(&mut self, simd: S, noise: &mut Normals) {
        noise.fill_with(simd, self.normals);
        self.neurons.take_noise(self.normals);
    }

    /// Makes event `slot` one that changes nothing.
    #[cold]
    pub(super) fn clear(&mut self, slot: usize) {
        self.neurons.clear(slot);
        self.hidden.iter_mut().for_each(|own| own.clear(slot));
    }

    /// Makes κ 1 again.
    #[cold]
    pub(super) fn fold_decay(&mut self) {
        let factor = T::of(*self.decay);
        self.neurons.scale_trace(factor);
        let hidden = self.hidden.iter_mut();
        hidden.for_each(|own| own.scale_trace(factor));
        self.input.scale_trace(*self.decay);
        *self.decay = 1.0;
    }
}

/// The thresholds that are stored, and where their neurons stand.
fn thresholds<T: Real>(all: &Neurons<T>, p: &ContinuousParameters) -> Vec<(Place, ConnectionId)> {
    let c = &p.circuit;
    let pyramidal = (1..)
        .zip(&all.pyramidal)
        .map(|(k, at)| (at, c.threshold(k)));
    let interneurons = (1..).zip(&all.interneurons);
    let interneurons = interneurons
        .filter(|&(k, _)| c.ideal_factor(k).is_none())
        .map(|(k, at)| (at, c.interneuron_threshold(k)));
    (pyramidal.chain(interneurons))
        .filter_map(|(at, b)| Some((at.clone(), b?)))
        .collect()
}
