//! A hidden layer's synapses with the layer above and with its interneurons.

use apical_kernels::{Curve, LearningRows, Padded, RankTwo, Real, Role, Strip};
use pulp::Simd;

use super::super::super::Weights;
use super::super::ContinuousParameters;
use super::super::plasticity::Learning;
use super::neurons::Neurons;

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
    /// The factors −v_A of two events.
    apical_post: [Strip<T>; 2],
    /// v̂_TD,k and the factors of two events, where top-down weights learn.
    top_down: Strip<T>,
    top_down_post: [Strip<T>; 2],
    /// c_k.
    self_predicting_factor: T,
}

/// A pass over two events: what A is to take of Δ / κ, for η = 1, at the second event and at the
/// one that follows.
#[derive(Clone, Copy)]
pub(super) struct Pass {
    pub(super) gain: f64,
    pub(super) ahead: f64,
}

impl Pass {
    #[inline(always)]
    fn update<'a, T: Real>(
        self,
        rate: f64,
        rows: [&'a [T]; 2],
        columns: [&'a [T]; 2],
    ) -> Option<RankTwo<'a, T>> {
        (rate != 0.0).then_some(RankTwo {
            rows,
            columns,
            gain: T::of(rate * self.gain),
            ahead: T::of(rate * self.ahead),
        })
    }
}

/// The same part of the strips of two events.
macro_rules! both {
    ($strips:expr, $place:expr) => {
        [&$strips[0][$place], &$strips[1][$place]]
    };
}

/// Weights, increments and filter of one connection.
type Parts<'a, T> = [Option<&'a Vec<Padded<T>>>; 3];

impl<T: Real> Hidden<T> {
    /// Layer `k` of `weights`; connections learn where `learning` is given and their rate is not 0.
    pub(super) fn new(
        p: &ContinuousParameters,
        weights: &Weights<T>,
        learning: Option<&Learning<T>>,
        k: usize,
    ) -> Self {
        let (a, d) = (
            learning.map(|own| &own.accumulated),
            learning.map(|own| &own.filter),
        );
        let n = weights.sizes()[k];
        let rates = &p.rates;
        let parts = |field: fn(&Weights<T>) -> Option<&Vec<Padded<T>>>| -> Parts<'_, T> {
            [field(weights), a.and_then(field), d.and_then(field)]
        };
        let forward = parts(|w| Some(&w.forward));
        let interneuron = parts(|w| w.interneuron_from_pyramidal.as_ref());
        let feedback = parts(|w| w.feedback.as_ref());
        let from_interneuron = parts(|w| w.pyramidal_from_interneuron.as_ref());
        Self {
            forward: transposed(forward, k + 1, rates.forward[k]).unwrap_or_else(empty),
            interneuron_from_pyramidal: transposed(interneuron, k, rates.interneuron[k - 1]),
            feedback: straight(feedback, k, rates.feedback[k - 1]).unwrap_or_else(empty),
            pyramidal_from_interneuron: straight(from_interneuron, k, rates.apical[k - 1])
                .unwrap_or_else(empty),
            apical_post: [Strip::zeros(n), Strip::zeros(n)],
            top_down: Strip::zeros(n),
            top_down_post: [Strip::zeros(n), Strip::zeros(n)],
            self_predicting_factor: T::of(weights.self_predicting_factor[k - 1]),
        }
    }

    /// v_B,k+1, v^I_k and v_A,k, each matrix after the pass where there is one.
    #[inline(always)]
    pub(super) fn drive<S: Simd>(
        &mut self,
        simd: S,
        p: &ContinuousParameters,
        k: usize,
        pass: Option<Pass>,
        all: &mut Neurons<T>,
    ) {
        let rates = &p.rates;
        let own = all.pyramidal[k - 1].padded();
        let above = all.pyramidal[k].padded();
        let lateral = all.interneurons[k - 1].padded();
        let before = both!(all.rate_before, own.clone());

        let rate = rates.forward[k];
        let rows = both!(all.post, above.clone());
        let update = pass.and_then(|by| by.update(rate, rows, before));
        let (x, out) = (&all.rate[own.clone()], &mut all.dendrite[above.clone()]);
        self.forward.dot(simd, update, x, out);

        if let Some(w_ip) = &mut self.interneuron_from_pyramidal {
            let rows = both!(all.post, lateral.clone());
            let update = pass.and_then(|by| by.update(rates.interneuron[k - 1], rows, before));
            w_ip.dot(simd, update, x, &mut all.dendrite[lateral.clone()]);
            all.add_thresholds(simd, above.clone());
            all.add_thresholds(simd, lateral.clone());
        } else {
            all.add_thresholds(simd, above.clone());
            // c_k v_B,k+1, whose place is as wide and comes before.
            let (pyramidal, interneurons) = all.dendrite.split_at_mut(lateral.start);
            let factor = T::splat(simd, self.self_predicting_factor);
            let v_i = T::vectors_mut::<S>(&mut interneurons[..above.len()]).iter_mut();
            for (v_i, &v_b) in v_i.zip(T::vectors::<S>(&pyramidal[above.clone()])) {
                *v_i = T::product(simd, factor, v_b);
            }
        }

        let rows = both!(all.rate_before, above.clone());
        let columns = both!(self.top_down_post, ..);
        let update = pass.and_then(|by| by.update(rates.feedback[k - 1], rows, columns));
        let apical = &mut all.other[own];
        self.feedback
            .accumulate(simd, update, &all.rate[above], apical, false);
        if self.feedback.learns() {
            self.top_down.copy_from_slice(apical);
        }
        let rows = both!(all.rate_before, lateral.clone());
        let columns = both!(self.apical_post, ..);
        let update = pass.and_then(|by| by.update(rates.apical[k - 1], rows, columns));
        let w_pi = &mut self.pyramidal_from_interneuron;
        w_pi.accumulate(simd, update, &all.rate[lateral], apical, true);
    }

    /// The factors of event `slot` that are not those of somata, times `scale`.
    #[inline(always)]
    pub(super) fn compare<S: Simd>(
        &mut self,
        simd: S,
        transfer: &Curve<T>,
        scale: T,
        (k, all): (usize, &Neurons<T>),
        slot: usize,
    ) {
        let place = &all.pyramidal[k - 1];
        if self.pyramidal_from_interneuron.learns() {
            let minus = T::splat(simd, -scale);
            let posts = T::vectors_mut::<S>(&mut self.apical_post[slot]).iter_mut();
            for (post, &v_a) in posts.zip(T::vectors::<S>(&all.other[place.padded()])) {
                *post = T::product(simd, minus, v_a);
            }
        }
        if self.feedback.learns() {
            let posts = &mut self.top_down_post[slot];
            T::transfer(simd, transfer, &self.top_down, posts);
            for (post, &r) in posts[..place.n].iter_mut().zip(&all.rate[place.own()]) {
                *post = scale * (r - *post);
            }
            posts[place.n..].fill(T::zero());
        }
    }

    /// Makes event `slot` one that changes nothing; the neurons' factors are cleared apart.
    pub(super) fn clear(&mut self, slot: usize) {
        self.apical_post[slot].fill(T::zero());
        self.top_down_post[slot].fill(T::zero());
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

    /// Gives back increments and filters, these times `scale`.
    pub(super) fn write_back(&self, learning: &mut Learning<T>, k: usize, scale: T) {
        let Learning {
            accumulated: a,
            filter: d,
            ..
        } = learning;
        give_transposed(
            &self.forward,
            [&mut a.forward[k + 1], &mut d.forward[k + 1]],
            scale,
        );
        if let (Some(rows), Some(a), Some(d)) = (
            &self.interneuron_from_pyramidal,
            &mut a.interneuron_from_pyramidal,
            &mut d.interneuron_from_pyramidal,
        ) {
            give_transposed(rows, [&mut a[k], &mut d[k]], scale);
        }
        for (rows, a, d) in [
            (&self.feedback, &mut a.feedback, &mut d.feedback),
            (
                &self.pyramidal_from_interneuron,
                &mut a.pyramidal_from_interneuron,
                &mut d.pyramidal_from_interneuron,
            ),
        ] {
            if let (Some(a), Some(d)) = (a, d) {
                give_straight(rows, [&mut a[k], &mut d[k]], scale);
            }
        }
    }
}

fn empty<T: Real>() -> LearningRows<T> {
    LearningRows::zeros(0, 0, false)
}

const ROLES: [Role; 3] = [Role::Weight, Role::Increment, Role::Trace];

/// Rows of what is stored with a row per presynaptic neuron, these being the neurons above.
fn straight<T: Real>(parts: Parts<'_, T>, layer: usize, rate: f64) -> Option<LearningRows<T>> {
    let weights = &parts[0]?[layer];
    let learns = rate != 0.0 && parts[1].is_some();
    let mut rows = LearningRows::zeros(weights.rows(), weights.cols(), learns);
    for (part, role) in parts.into_iter().zip(ROLES) {
        if let Some(part) = part.filter(|_| learns || role == Role::Weight) {
            for i in 0..weights.rows() {
                rows.set_row(i, role, part[layer].row(i).iter().copied());
            }
        }
    }
    Some(rows)
}

/// Rows of what is stored with a column per postsynaptic neuron, these being the neurons above.
fn transposed<T: Real>(parts: Parts<'_, T>, layer: usize, rate: f64) -> Option<LearningRows<T>> {
    let weights = &parts[0]?[layer];
    let learns = rate != 0.0 && parts[1].is_some();
    let mut rows = LearningRows::zeros(weights.cols(), weights.rows(), learns);
    for (part, role) in parts.into_iter().zip(ROLES) {
        if let Some(part) = part.filter(|_| learns || role == Role::Weight) {
            let (values, stride) = (part[layer].values(), part[layer].stride());
            for i in 0..weights.cols() {
                let column = values[i..].iter().step_by(stride);
                rows.set_row(i, role, column.copied().take(weights.rows()));
            }
        }
    }
    Some(rows)
}

fn give_straight<T: Real>(rows: &LearningRows<T>, own: [&mut Padded<T>; 2], scale: T) {
    if !rows.learns() {
        return;
    }
    let [increments, filter] = own;
    for i in 0..rows.n_rows() {
        let pairs = increments.row_mut(i).iter_mut();
        for (out, a) in pairs.zip(rows.row(i, Role::Increment)) {
            *out = a;
        }
        let pairs = filter.row_mut(i).iter_mut().zip(rows.row(i, Role::Trace));
        pairs.for_each(|(out, d)| *out = scale * d);
    }
}

fn give_transposed<T: Real>(rows: &LearningRows<T>, own: [&mut Padded<T>; 2], scale: T) {
    if !rows.learns() {
        return;
    }
    for ((to, role), factor) in own.into_iter().zip(&ROLES[1..]).zip([T::one(), scale]) {
        let stride = to.stride();
        for i in 0..rows.n_rows() {
            let column = to.values_mut()[i..].iter_mut().step_by(stride);
            for (out, value) in column.zip(rows.row(i, *role)) {
                *out = factor * value;
            }
        }
    }
}
