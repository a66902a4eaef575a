//! A hidden layer's synapses with the layer above and with its interneurons.

use std::cell::Cell;

use apical_kernels::{Bound, Curve, Factors, LearningRows, Real, Strip, TailSums};
use pulp::Simd;

use super::super::learning::Learning;
use super::super::parameters::ContinuousParameters;
use super::event::Pass;
use super::neurons::{BoundCells, Neurons};
use super::place::Place;
use super::stored::{Parts, Stored};
use crate::table::{ConnectionId, Weights};

/// All matrices have a row per neuron above and a column per pyramidal neuron of the layer, so that
/// registers run along the layer whether it is pre- or postsynaptic.
pub(super) struct Hidden<T> {
    /// W_{k+1,k}.
    forward: LearningRows<T>,
    /// W^IP_k; absent where interneurons are ideal.
    interneuron_from_pyramidal: Option<LearningRows<T>>,
    /// W_{k,k+1}.
    feedback: LearningRows<T>,
    /// W^PI_k.
    pyramidal_from_interneuron: LearningRows<T>,
    /// v̂_TD,k and the factors of two events, where top-down weights learn.
    top_down: Strip<T>,
    /// φ(v̂_TD,k).
    predicted: Strip<T>,
    top_down_post: [Strip<T>; 2],
    /// c_k.
    self_predicting_factor: T,
    ids: Ids,
    rates: Rates,
    places: Places,
}

/// Which connections these are.
struct Ids {
    forward: ConnectionId,
    interneuron: ConnectionId,
    feedback: ConnectionId,
    lateral: ConnectionId,
}

/// Learning rates of a layer's connections.
struct Rates {
    forward: f64,
    interneuron: f64,
    feedback: f64,
    apical: f64,
}

/// Where the layer, the one above and its interneurons stand.
struct Places {
    own: Place,
    above: Place,
    interneurons: Place,
}

impl<T: Real> Hidden<T> {
    /// Layer `k` of `weights`; connections learn where `learning` is given and their rate is not 0.
    pub(super) fn new(
        p: &ContinuousParameters,
        weights: &Weights<T>,
        learning: Option<&Learning<T>>,
        k: usize,
        all: &Neurons<T>,
    ) -> Self {
        let (a, d) = (
            learning.map(|own| &own.accumulated),
            learning.map(|own| &own.filter),
        );
        let c = &p.circuit;
        let ids = Ids {
            forward: c.forward(k + 1),
            interneuron: c.interneuron(k),
            feedback: c.feedback(k),
            lateral: c.lateral(k),
        };
        let rates = Rates {
            forward: c.rate(ids.forward),
            interneuron: c.rate(ids.interneuron),
            feedback: c.rate(ids.feedback),
            apical: c.rate(ids.lateral),
        };
        let places = Places {
            own: all.pyramidal[k - 1].clone(),
            above: all.pyramidal[k].clone(),
            interneurons: all.interneurons[k - 1].clone(),
        };
        let offset = places.above.offset();
        let of_interneurons = places.interneurons.offset();
        let n = places.own.n;
        let parts = |id: ConnectionId| -> Parts<'_, T> {
            [
                weights.stored(id),
                a.and_then(|a| a.stored(id)),
                d.and_then(|d| d.stored(id)),
            ]
        };
        Self {
            forward: (Stored::Transposed)
                .rows(parts(ids.forward), offset, rates.forward)
                .unwrap_or_else(empty),
            interneuron_from_pyramidal: (Stored::Transposed).rows(
                parts(ids.interneuron),
                of_interneurons,
                rates.interneuron,
            ),
            feedback: (Stored::Straight)
                .rows(parts(ids.feedback), offset, rates.feedback)
                .unwrap_or_else(empty),
            pyramidal_from_interneuron: (Stored::Straight)
                .rows(parts(ids.lateral), of_interneurons, rates.apical)
                .unwrap_or_else(empty),
            top_down: Strip::zeros(n),
            predicted: Strip::zeros(n),
            top_down_post: [Strip::zeros(n), Strip::zeros(n)],
            self_predicting_factor: T::of(c.ideal_factor(k).unwrap_or(1.0)),
            ids,
            rates,
            places,
        }
    }

    /// Gives back increments and filters, these times `scale`.
    pub(super) fn write_back(&self, learning: &mut Learning<T>, scale: T) {
        let Learning {
            accumulated: a,
            filter: d,
            ..
        } = learning;
        let ids = &self.ids;
        for (stored, rows, id) in [
            (Stored::Transposed, Some(&self.forward), ids.forward),
            (
                Stored::Transposed,
                self.interneuron_from_pyramidal.as_ref(),
                ids.interneuron,
            ),
            (Stored::Straight, Some(&self.feedback), ids.feedback),
            (
                Stored::Straight,
                Some(&self.pyramidal_from_interneuron),
                ids.lateral,
            ),
        ] {
            if let Some(rows) = rows.filter(|rows| rows.learns()) {
                stored.give_back(rows, [&mut a[id], &mut d[id]], scale);
            }
        }
    }
}

/// [`Hidden`] tied to the neurons.
pub(super) struct BoundHidden<'a, T> {
    forward: Bound<'a, T>,
    interneuron_from_pyramidal: Option<Bound<'a, T>>,
    feedback: Bound<'a, T>,
    pyramidal_from_interneuron: Bound<'a, T>,
    top_down: &'a mut Strip<T>,
    predicted: &'a mut Strip<T>,
    top_down_post: [&'a [Cell<T>]; 2],
    /// v_A of the layer.
    apical: &'a [Cell<T>],
    self_predicting_factor: T,
    rates: &'a Rates,
    places: &'a Places,
}

impl<T: Real> Hidden<T> {
    pub(super) fn bind<'a>(&'a mut self, all: &BoundCells<'a, T>) -> BoundHidden<'a, T> {
        let places = &self.places;
        let (own, above) = (places.own.registers(), places.above.registers());
        let lateral = places.interneurons.registers();
        let [first, second] = &mut self.top_down_post;
        let top_down_post = [first.cells(), second.cells()];
        let slots = [0, 1];
        let onto = |rows: &std::ops::Range<usize>| {
            slots.map(|slot| Factors {
                rows: &all.post[slot][rows.clone()],
                columns: &all.rate_before[slot][own.clone()],
            })
        };
        let of_feedback = slots.map(|slot| Factors {
            rows: &all.rate_before[slot][above.clone()],
            columns: top_down_post[slot],
        });
        let of_apical = slots.map(|slot| Factors {
            rows: &all.rate_before[slot][lateral.clone()],
            columns: &all.apical_post[slot][own.clone()],
        });
        let rate = &all.rate[own.clone()];
        let apical = &all.other[own.clone()];
        BoundHidden {
            forward: (self.forward).bind(&all.dendrite[above.clone()], rate, onto(&above)),
            interneuron_from_pyramidal: (self.interneuron_from_pyramidal.as_mut())
                .map(|w_ip| w_ip.bind(&all.dendrite[lateral.clone()], rate, onto(&lateral))),
            feedback: (self.feedback).bind(&all.rate[above.clone()], apical, of_feedback),
            pyramidal_from_interneuron: (self.pyramidal_from_interneuron).bind(
                &all.rate[lateral.clone()],
                apical,
                of_apical,
            ),
            top_down: &mut self.top_down,
            predicted: &mut self.predicted,
            top_down_post,
            apical,
            self_predicting_factor: self.self_predicting_factor,
            rates: &self.rates,
            places,
        }
    }
}

impl<T: Real> BoundHidden<'_, T> {
    /// v_B,k+1, v^I_k and v_A,k, each matrix after the pass where there is one.
    #[inline(always)]
    pub(super) fn drive<S: Simd>(&mut self, simd: S, pass: Option<Pass>, all: &BoundCells<'_, T>) {
        let rates = self.rates;
        let gains = |rate: f64| pass.map(|by| by.times(rate).gains());

        let mut tail = TailSums::zeros();
        (self.feedback).accumulate(simd, gains(rates.feedback), &mut tail, false);
        if self.feedback.learns() {
            self.feedback.write_tail(simd, &tail);
            for (v, apical) in self.top_down.iter_mut().zip(self.apical) {
                *v = apical.get();
            }
        }
        let w_pi = &mut self.pyramidal_from_interneuron;
        w_pi.accumulate(simd, gains(rates.apical), &mut tail, true);
        self.feedback.write_tail(simd, &tail);

        self.forward.dot(simd, gains(rates.forward));
        all.add_thresholds(&self.places.above);
        if let Some(w_ip) = &mut self.interneuron_from_pyramidal {
            w_ip.dot(simd, gains(rates.interneuron));
            all.add_thresholds(&self.places.interneurons);
        } else {
            // c_k v_B,k+1.
            let (above, interneurons) = (self.places.above.own(), self.places.interneurons.own());
            let pairs = all.dendrite[interneurons].iter().zip(&all.dendrite[above]);
            pairs.for_each(|(v_i, v_b)| v_i.set(self.self_predicting_factor * v_b.get()));
        }
    }

    /// The factors of event `slot` that neurons do not note themselves, times `scale`.
    #[inline(always)]
    pub(super) fn compare<S: Simd>(
        &mut self,
        simd: S,
        transfer: &Curve<T>,
        scale: T,
        all: &BoundCells<'_, T>,
        slot: usize,
    ) {
        if self.feedback.learns() {
            let place = &self.places.own;
            T::transfer(simd, transfer, self.top_down, self.predicted);
            let posts = &self.top_down_post[slot][..place.n];
            let pairs = posts.iter().zip(&all.rate[place.own()]);
            for ((post, r), predicted) in pairs.zip(&self.predicted[..]) {
                post.set(scale * (r.get() - *predicted));
            }
        }
    }

    /// Makes event `slot` one that changes nothing; the neurons' factors are cleared apart.
    pub(super) fn clear(&mut self, slot: usize) {
        (self.top_down_post[slot].iter()).for_each(|post| post.set(T::zero()));
    }

    pub(super) fn scale_trace(&mut self, factor: T) {
        let own = [
            Some(&mut self.forward),
            self.interneuron_from_pyramidal.as_mut(),
            Some(&mut self.feedback),
            Some(&mut self.pyramidal_from_interneuron),
        ];
        for rows in own.into_iter().flatten().filter(|rows| rows.learns()) {
            rows.scale_trace(factor);
        }
    }
}

fn empty<T: Real>() -> LearningRows<T> {
    LearningRows::zeros(0, 0, 0, false)
}
