//! All neurons of the circuit side by side: somata, rates, and what their plasticity needs.

use std::cell::Cell;

use apical_kernels::{Curve, LearningRows, Padded, Real, STRIP, Strip};
use pulp::Simd;

use super::super::coefficients::{Coefficients, Soma};
use super::super::parameters::ContinuousParameters;
use super::place::Place;
use super::step::{BoundNeurons, Constants, NeuronStep, NeuronStrips, NotedStrips};
use super::threshold::{BoundThresholds, Thresholds};
use crate::circuit::sacramento_2018::state::State;

/// Pyramidal neurons of layers 1…N and after them the interneurons of layers 1…N−1, so that a step of
/// all of them is a single loop. The output layer begins in the middle of a register where the columns
/// of the layer below have no padding; all others have registers of their own.
pub(super) struct Neurons<T> {
    /// Of layer `k` at index `k − 1`.
    pub(super) pyramidal: Vec<Place>,
    /// Of layer `k` at index `k − 1`.
    pub(super) interneurons: Vec<Place>,
    /// u.
    pub(super) soma: Strip<T>,
    /// r = φ(u); zero in the padding.
    pub(super) rate: Strip<T>,
    /// v_B or v^I.
    pub(super) dendrite: Strip<T>,
    /// What drives the soma beside its dendrite: v_A of a hidden layer, the teacher's current of
    /// the output layer, the somata above interneurons.
    pub(super) other: Strip<T>,
    /// The rates of the two events of an update.
    pub(super) rate_before: [Strip<T>; 2],
    /// Their postsynaptic factors, share / κ (φ(u) − φ(v̂)).
    pub(super) post: [Strip<T>; 2],
    /// For both −share / κ times `other`, of hidden layers the factors −v_A.
    pub(super) apical_post: [Strip<T>; 2],
    /// The noise of the next step, if there is any, before its scale.
    noise: Strip<T>,
    constants: Constants<Strip<T>>,
    /// Absent where no neuron has one.
    pub(super) thresholds: Option<Thresholds<T>>,
}

impl<T: Real> Neurons<T> {
    /// The somata of `state`'s only copy; `teacher` is g_som u_trgt where one acts.
    pub(super) fn new(
        p: &ContinuousParameters,
        c: &Coefficients<T>,
        state: &State<T>,
        teacher: Option<&[T]>,
    ) -> Self {
        let n = state.n_layers();
        let mut end = 0;
        let mut pyramidal = Vec::new();
        for k in 1..=n {
            let (start, own) = (end, state.soma[k].cols());
            // The output layer is no presynaptic one, whose registers begin with it.
            end = match k + 1 == n {
                true => start + LearningRows::<T>::padded(state.soma[n].cols(), own),
                false => (start + own).next_multiple_of(STRIP),
            };
            pyramidal.push(Place { start, n: own });
        }
        // Interneurons stand as the neurons above them do.
        let mut interneurons = pyramidal[1..].to_vec();
        if let Some(shift) = interneurons.first().map(|first| end - first.start) {
            interneurons.iter_mut().for_each(|own| own.start += shift);
            end = (end + shift).next_multiple_of(STRIP);
        }
        let zeros = || Strip::zeros(end);
        let mut own = Self {
            pyramidal,
            interneurons,
            soma: zeros(),
            rate: zeros(),
            dendrite: zeros(),
            other: zeros(),
            rate_before: [zeros(), zeros()],
            post: [zeros(), zeros()],
            apical_post: [zeros(), zeros()],
            noise: zeros(),
            constants: Constants {
                keep: zeros(),
                of_dendrite: zeros(),
                of_other: zeros(),
                of_noise: zeros(),
                attenuation: zeros(),
                mask: zeros(),
            },
            thresholds: None,
        };
        for k in 1..=n {
            let of_other = match (k < n, teacher) {
                (true, _) => p.apical[k - 1],
                (false, Some(current)) => {
                    let place = own.pyramidal[k - 1].own();
                    own.other[place].copy_from_slice(current);
                    1.0
                }
                (false, None) => 0.0,
            };
            let place = own.pyramidal[k - 1].clone();
            let conductances = [p.basal, of_other];
            own.fill(&place, c.pyramidal[k], conductances, p.attenuation[k - 1]);
            own.soma[place.own()].copy_from_slice(state.soma[k].row(0));
        }
        for k in 1..n {
            let place = own.interneurons[k - 1].clone();
            let conductances = [p.dendritic, p.somatic];
            own.fill(
                &place,
                c.interneuron,
                conductances,
                p.interneuron_attenuation,
            );
            own.soma[place.own()].copy_from_slice(state.interneuron[k].row(0));
        }
        own
    }

    fn fill(&mut self, place: &Place, soma: Soma<T>, of: [f64; 2], attenuation: f64) {
        let c = &mut self.constants;
        for (strip, value) in [
            (&mut c.keep, soma.keep),
            (&mut c.of_dendrite, soma.gain * T::of(of[0])),
            (&mut c.of_other, soma.gain * T::of(of[1])),
            (&mut c.of_noise, T::of(soma.noise)),
            (&mut c.attenuation, T::of(attenuation)),
            (&mut c.mask, T::one()),
        ] {
            strip[place.own()].fill(value);
        }
    }

    /// Gives a layer thresholds, with rate, increments and traces where they learn.
    pub(super) fn set_threshold(
        &mut self,
        place: &Place,
        weight: &Padded<T>,
        learning: Option<(f64, [&Padded<T>; 2])>,
    ) {
        let n = self.soma.len();
        let own = (self.thresholds).get_or_insert_with(|| Thresholds::zeros(n));
        own.take(place, weight, learning);
    }

    /// Number of neurons, without padding.
    pub(super) fn len(&self) -> usize {
        self.pyramidal
            .iter()
            .chain(&self.interneurons)
            .map(|own| own.n)
            .sum()
    }
}

/// [`Neurons`] as neurons and synapses read and write them in turn.
pub(super) struct BoundCells<'a, T> {
    pub(super) pyramidal: &'a [Place],
    pub(super) interneurons: &'a [Place],
    soma: &'a [Cell<T>],
    pub(super) rate: &'a [Cell<T>],
    pub(super) dendrite: &'a [Cell<T>],
    pub(super) other: &'a [Cell<T>],
    noise: &'a [Cell<T>],
    pub(super) rate_before: [&'a [Cell<T>]; 2],
    pub(super) post: [&'a [Cell<T>]; 2],
    pub(super) apical_post: [&'a [Cell<T>]; 2],
    thresholds: Option<BoundThresholds<'a, T>>,
    neurons: BoundNeurons<'a, T>,
    /// What the interneurons are taught by, and where it is taken to.
    taught: Option<[&'a [Cell<T>]; 2]>,
}

impl<T: Real> Neurons<T> {
    pub(super) fn bind(&mut self) -> BoundCells<'_, T> {
        let [soma, rate, dendrite, other, noise] = [
            &mut self.soma,
            &mut self.rate,
            &mut self.dendrite,
            &mut self.other,
            &mut self.noise,
        ]
        .map(|strip| strip.cells());
        let rate_before = pair(&mut self.rate_before);
        let post = pair(&mut self.post);
        let apical_post = pair(&mut self.apical_post);
        let noted = [0, 1].map(|slot| NotedStrips {
            rate_before: rate_before[slot],
            post: post[slot],
            post_of_other: apical_post[slot],
        });
        let strips = NeuronStrips {
            soma,
            rate,
            dendrite,
            other,
            noise,
            constants: self.constants.cells(),
            noted,
        };
        // Interneurons stand as the neurons above them do.
        let taught = match (self.interneurons.first(), self.pyramidal.get(1)) {
            (Some(first), Some(above)) => {
                let taught = &other[first.start..];
                Some([&soma[above.start..][..taught.len()], taught])
            }
            _ => None,
        };
        BoundCells {
            pyramidal: &self.pyramidal,
            interneurons: &self.interneurons,
            soma,
            rate,
            dendrite,
            other,
            noise,
            rate_before,
            post,
            apical_post,
            thresholds: self.thresholds.as_mut().map(Thresholds::bind),
            neurons: strips.bind(),
            taught,
        }
    }
}

fn pair<T: Real>([first, second]: &mut [Strip<T>; 2]) -> [&[Cell<T>]; 2] {
    [first.cells(), second.cells()]
}

impl<T: Real> BoundCells<'_, T> {
    /// r = φ(u), at the first step.
    #[inline(always)]
    pub(super) fn fire<S: Simd>(&self, simd: S, transfer: &Curve<T>) {
        let (mut somata, mut rates) =
            (Strip::zeros(self.soma.len()), Strip::zeros(self.soma.len()));
        (somata.iter_mut().zip(self.soma)).for_each(|(u, soma)| *u = soma.get());
        T::transfer(simd, transfer, &somata, &mut rates);
        self.rate.iter().for_each(|r| r.set(T::zero()));
        for own in (self.pyramidal.iter().chain(self.interneurons)).map(Place::own) {
            let pairs = self.rate[own.clone()].iter().zip(&rates[own]);
            pairs.for_each(|(out, &r)| out.set(r));
        }
    }

    /// Somata (eqs. 1 and 2) and rates of t + dt; whether all somata lie within ± `limit`. Where a
    /// scale and a slot are given the event of time t is noted there: postsynaptic factors
    /// scale (φ(u) − φ(v̂)) and rates.
    #[inline(always)]
    pub(super) fn step<S: Simd>(&self, simd: S, transfer: &Curve<T>, now: NeuronStep<T>) -> bool {
        // The somata of time t teach interneurons.
        if let Some([somata, taught]) = self.taught {
            let somata = T::cell_vectors::<S>(somata);
            for (taught, soma) in T::cell_vectors::<S>(taught).iter().zip(somata) {
                taught.set(soma.get());
            }
        }
        self.neurons.step(simd, transfer, now)
    }

    /// Thresholds learn from event `slot`.
    #[inline(always)]
    pub(super) fn learn_thresholds<S: Simd>(&self, simd: S, gain: T, slot: usize) {
        if let Some(own) = &self.thresholds {
            own.learn(simd, gain, self.post[slot]);
        }
    }

    /// Adds thresholds to the potentials of a layer's dendrites.
    #[inline(always)]
    pub(super) fn add_thresholds(&self, place: &Place) {
        if let Some(own) = &self.thresholds {
            own.add(place, self.dendrite);
        }
    }

    /// Multiplies the thresholds' traces.
    pub(super) fn scale_trace(&self, factor: T) {
        if let Some(own) = &self.thresholds {
            own.scale_trace(factor);
        }
    }

    /// Makes event `slot` one that changes nothing.
    pub(super) fn clear(&self, slot: usize) {
        for post in [self.post[slot], self.apical_post[slot]] {
            post.iter().for_each(|post| post.set(T::zero()));
        }
    }

    /// Takes the noise of the next step from variates without padding.
    #[inline(always)]
    pub(super) fn take_noise(&self, mut z: &[f32]) {
        for place in self.pyramidal.iter().chain(self.interneurons) {
            let (own, rest) = z.split_at(place.n);
            for (noise, &z) in self.noise[place.own()].iter().zip(own) {
                noise.set(T::of(f64::from(z)));
            }
            z = rest;
        }
    }
}
