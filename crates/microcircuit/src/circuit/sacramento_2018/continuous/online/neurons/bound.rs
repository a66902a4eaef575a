//! The neurons while a presentation goes on.

use std::cell::Cell;

use apical_kernels::{BoundNeurons, Curve, NeuronStep, NeuronStrips, NotedStrips, Real, Strip};
use pulp::Simd;

use super::{Neurons, Place, Threshold};

/// [`Neurons`] as neurons and synapses read and write them in turn.
pub(in super::super) struct BoundCells<'a, T> {
    pub(in super::super) pyramidal: &'a [Place],
    pub(in super::super) interneurons: &'a [Place],
    soma: &'a [Cell<T>],
    pub(in super::super) rate: &'a [Cell<T>],
    pub(in super::super) dendrite: &'a [Cell<T>],
    pub(in super::super) other: &'a [Cell<T>],
    noise: &'a [Cell<T>],
    pub(in super::super) rate_before: [&'a [Cell<T>]; 2],
    pub(in super::super) post: [&'a [Cell<T>]; 2],
    pub(in super::super) apical_post: [&'a [Cell<T>]; 2],
    threshold: Option<BoundThreshold<'a, T>>,
    neurons: BoundNeurons<'a, T>,
    /// What the interneurons are taught by, and where it is taken to.
    taught: Option<[&'a [Cell<T>]; 2]>,
}

struct BoundThreshold<'a, T> {
    weight: &'a [T],
    increment: &'a [Cell<T>],
    trace: &'a [Cell<T>],
    rate: &'a [T],
}

impl<T: Real> Neurons<T> {
    pub(in super::super) fn bind(&mut self) -> BoundCells<'_, T> {
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
            constants: &self.constants,
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
            threshold: self.threshold.as_mut().map(BoundThreshold::of),
            neurons: strips.bind(),
            taught,
        }
    }
}

fn pair<T: Real>([first, second]: &mut [Strip<T>; 2]) -> [&[Cell<T>]; 2] {
    [first.cells(), second.cells()]
}

impl<'a, T: Real> BoundThreshold<'a, T> {
    fn of(own: &'a mut Threshold<T>) -> Self {
        Self {
            weight: &own.weight,
            increment: own.increment.cells(),
            trace: own.trace.cells(),
            rate: &own.rate,
        }
    }
}

impl<T: Real> BoundCells<'_, T> {
    /// r = φ(u), at the first step.
    #[inline(always)]
    pub(in super::super) fn fire<S: Simd>(&self, simd: S, transfer: &Curve<T>) {
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
    pub(in super::super) fn step<S: Simd>(
        &self,
        simd: S,
        transfer: &Curve<T>,
        now: NeuronStep<T>,
    ) -> bool {
        // The somata of time t teach interneurons.
        if let Some([somata, taught]) = self.taught {
            let somata = T::cell_vectors::<S>(somata);
            for (taught, soma) in T::cell_vectors::<S>(taught).iter().zip(somata) {
                taught.set(soma.get());
            }
        }
        self.neurons.step(simd, transfer, now)
    }

    /// Thresholds learn from event `slot`: a += gain η d, d += post.
    #[inline(always)]
    pub(in super::super) fn learn_thresholds<S: Simd>(&self, simd: S, gain: T, slot: usize) {
        if let Some(own) = &self.threshold {
            let gain = T::splat(simd, gain);
            let rates = T::vectors::<S>(own.rate);
            let increments = T::cell_vectors::<S>(own.increment);
            let traces = T::cell_vectors::<S>(own.trace);
            let posts = T::cell_vectors::<S>(self.post[slot]);
            let pairs = increments.iter().zip(traces);
            for (((a, d), &rate), post) in pairs.zip(rates).zip(posts) {
                let gain = T::product(simd, gain, rate);
                a.set(T::multiply_add(simd, gain, d.get(), a.get()));
                d.set(T::sum(simd, d.get(), post.get()));
            }
        }
    }

    /// Adds thresholds to the potentials of a layer's dendrites.
    #[inline(always)]
    pub(in super::super) fn add_thresholds(&self, place: &Place) {
        if let Some(own) = &self.threshold {
            for i in place.own() {
                let b = own.weight[i] + own.increment[i].get();
                self.dendrite[i].set(self.dendrite[i].get() + b);
            }
        }
    }

    /// Multiplies the thresholds' traces.
    pub(in super::super) fn scale_trace(&self, factor: T) {
        if let Some(own) = &self.threshold {
            (own.trace.iter()).for_each(|d| d.set(factor * d.get()));
        }
    }

    /// Makes event `slot` one that changes nothing.
    pub(in super::super) fn clear(&self, slot: usize) {
        for post in [self.post[slot], self.apical_post[slot]] {
            post.iter().for_each(|post| post.set(T::zero()));
        }
    }

    /// Takes the noise of the next step from variates without padding.
    #[inline(always)]
    pub(in super::super) fn take_noise(&self, mut z: &[f32]) {
        for place in self.pyramidal.iter().chain(self.interneurons) {
            let (own, rest) = z.split_at(place.n);
            for (noise, &z) in self.noise[place.own()].iter().zip(own) {
                noise.set(T::of(f64::from(z)));
            }
            z = rest;
        }
    }
}
