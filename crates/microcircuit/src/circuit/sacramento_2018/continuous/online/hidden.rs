//! A hidden layer's synapses with the layer above, and its interneurons.

use apical_kernels::{Curve, LearningRows, Padded, RankOne, Real, Role, Strip};
use pulp::Simd;

use super::super::super::Weights;
use super::super::ContinuousParameters;
use super::super::plasticity::Learning;
use super::population::Population;

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
    pub(super) interneurons: Population<T>,
    /// v_A,k.
    pub(super) apical: Strip<T>,
    apical_post: Strip<T>,
    /// v̂_TD,k and its rate, where top-down weights learn.
    top_down: Strip<T>,
    top_down_post: Strip<T>,
    /// c_k.
    self_predicting_factor: T,
}

/// The update that is still to come, connection by connection: what Δ / κ is multiplied by for the
/// increments, η times the time between advances times κ.
#[derive(Clone, Copy)]
pub(super) struct Gain(pub(super) f64);

impl Gain {
    #[inline(always)]
    fn update<'a, T: Real>(
        self,
        rate: f64,
        row: &'a [T],
        column: &'a [T],
    ) -> Option<RankOne<'a, T>> {
        let gain = T::of(rate * self.0);
        (rate != 0.0).then_some(RankOne { gain, row, column })
    }
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
        interneurons: Population<T>,
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
            interneurons,
            apical: Strip::zeros(n),
            apical_post: Strip::zeros(n),
            top_down: Strip::zeros(n),
            top_down_post: Strip::zeros(n),
            self_predicting_factor: T::of(weights.self_predicting_factor[k - 1]),
        }
    }

    /// v_B,k+1, v^I_k and v_A,k, each matrix brought up to date first where `pending` is given.
    #[inline(always)]
    pub(super) fn drive<S: Simd>(
        &mut self,
        simd: S,
        p: &ContinuousParameters,
        k: usize,
        pending: Option<Gain>,
        own: &mut Population<T>,
        above: &mut Population<T>,
    ) {
        let rates = &p.rates;
        let gain = |rate: f64| pending.and_then(|by| (rate != 0.0).then(|| T::of(rate * by.0)));
        let forward =
            pending.and_then(|by| by.update(rates.forward[k], &above.post, &own.rate_before));
        self.forward
            .dot(simd, forward, &own.rate, &mut above.dendrite);
        above.add_threshold(simd, gain(rates.forward[k]));
        let i = &mut self.interneurons;
        let rate = rates.interneuron[k - 1];
        if let Some(w_ip) = &mut self.interneuron_from_pyramidal {
            let update = pending.and_then(|by| by.update(rate, &i.post, &own.rate_before));
            w_ip.dot(simd, update, &own.rate, &mut i.dendrite);
            i.add_threshold(simd, gain(rate));
        } else {
            let factor = T::splat(simd, self.self_predicting_factor);
            let v_i = T::vectors_mut::<S>(&mut i.dendrite).iter_mut();
            for (v_i, &v_b) in v_i.zip(T::vectors::<S>(&above.dendrite)) {
                *v_i = T::product(simd, factor, v_b);
            }
        }
        let rate = rates.feedback[k - 1];
        let update =
            pending.and_then(|by| by.update(rate, &above.rate_before, &self.top_down_post));
        (self.feedback).accumulate(simd, update, &above.rate, &mut self.apical, false);
        if self.feedback.learns() {
            self.top_down.copy_from_slice(&self.apical);
        }
        let rate = rates.apical[k - 1];
        let update = pending.and_then(|by| by.update(rate, &i.rate_before, &self.apical_post));
        let w_pi = &mut self.pyramidal_from_interneuron;
        w_pi.accumulate(simd, update, &i.rate, &mut self.apical, true);
    }

    /// Postsynaptic factors of the next update, times `scale`; `own` still has its rates.
    #[inline(always)]
    pub(super) fn compare<S: Simd>(
        &mut self,
        simd: S,
        transfer: &Curve<T>,
        scale: T,
        own: &Population<T>,
    ) {
        if self.pyramidal_from_interneuron.learns() {
            let minus = T::splat(simd, -scale);
            let posts = T::vectors_mut::<S>(&mut self.apical_post).iter_mut();
            for (post, &v_a) in posts.zip(T::vectors::<S>(&self.apical)) {
                *post = T::product(simd, minus, v_a);
            }
        }
        if self.feedback.learns() {
            let n = own.len();
            T::transfer(simd, transfer, &self.top_down, &mut self.top_down_post);
            for (post, &r) in self.top_down_post[..n].iter_mut().zip(&own.rate[..n]) {
                *post = scale * (r - *post);
            }
            self.top_down_post[n..].fill(T::zero());
        }
        if self
            .interneuron_from_pyramidal
            .as_ref()
            .is_some_and(LearningRows::learns)
        {
            self.interneurons.compare(simd, transfer, scale);
        }
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
        self.interneurons.scale_trace(factor);
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
        if let (Some(a), Some(d)) = (&mut a.interneuron_threshold, &mut d.interneuron_threshold) {
            self.interneurons
                .return_threshold([&mut a[k], &mut d[k]], scale);
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
                rows.row_mut(i, role).copy_from_slice(part[layer].row(i));
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
                for (out, &value) in rows.row_mut(i, role).iter_mut().zip(column) {
                    *out = value;
                }
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
        increments
            .row_mut(i)
            .copy_from_slice(rows.row(i, Role::Increment));
        let pairs = filter.row_mut(i).iter_mut().zip(rows.row(i, Role::Trace));
        pairs.for_each(|(out, &d)| *out = scale * d);
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
            for (out, &value) in column.zip(rows.row(i, *role)) {
                *out = factor * value;
            }
        }
    }
}
