//! The synapses of a hidden layer while a presentation goes on.

use std::cell::Cell;

use apical_kernels::{Bound, Curve, Factors, Real, Strip, TailSums};
use pulp::Simd;

use super::super::Pass;
use super::super::neurons::BoundCells;
use super::{Hidden, Places, Rates};

/// [`Hidden`] tied to the neurons.
pub(in super::super) struct BoundHidden<'a, T> {
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
    pub(in super::super) fn bind<'a>(&'a mut self, all: &BoundCells<'a, T>) -> BoundHidden<'a, T> {
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
    pub(in super::super) fn drive<S: Simd>(
        &mut self,
        simd: S,
        pass: Option<Pass>,
        all: &BoundCells<'_, T>,
    ) {
        let rates = self.rates;
        let gains = |rate: f64| pass.map(|by| by.times(rate).gains());

        let mut tail = TailSums::zeros(simd);
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
    pub(in super::super) fn compare<S: Simd>(
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
    pub(in super::super) fn clear(&mut self, slot: usize) {
        (self.top_down_post[slot].iter()).for_each(|post| post.set(T::zero()));
    }

    pub(in super::super) fn scale_trace(&mut self, factor: T) {
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
