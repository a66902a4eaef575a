//! Dendritic potentials (eqs. 3–5): instantaneous functions of the rates.

use apical_kernels::{
    Columns, Padded, Real, Start, add_scaled, multiply, multiply_transposed, rates, subtract,
};
use apical_learning::Transfer;

use super::super::{State, Weights};
use super::plasticity::Learning;
use super::{ContinuousParameters, HeldInput, Increments};

/// Synapses that transmit with `weights` plus, where a connection learns, its increments in
/// `accumulated`.
pub(super) struct Synapses<'a, T> {
    pub(super) parameters: &'a ContinuousParameters,
    pub(super) weights: &'a Weights<T>,
    pub(super) accumulated: Option<&'a Weights<T>>,
    /// Whether W^PI_k = −W_{k,k+1}, so that one product serves both.
    pub(super) lateral_cancels: bool,
}

impl<'a, T: Real> Synapses<'a, T> {
    /// Synapses with the increments of `learning`, or with the weights that it holds.
    pub(super) fn of(
        parameters: &'a ContinuousParameters,
        weights: &'a Weights<T>,
        learning: Option<&'a Learning<T>>,
        lateral_cancels: bool,
    ) -> Self {
        let held = learning.map(|own| &own.accumulated);
        let (weights, accumulated) = match (parameters.increments, held) {
            (Increments::InWeights, Some(held)) => (held, None),
            (_, held) => (weights, held),
        };
        Self {
            parameters,
            weights,
            accumulated,
            lateral_cancels,
        }
    }

    /// Rates and dendritic potentials of all the state's somata.
    pub(super) fn read(&self, s: &mut State<T>) {
        let transfer = self.parameters.transfer;
        let n = s.n_layers();
        for k in 1..=n {
            phi(transfer, &s.soma[k], &mut s.rate[k]);
        }
        for k in 1..n {
            phi(transfer, &s.interneuron[k], &mut s.interneuron_rate[k]);
        }
        for k in 1..=n {
            self.basal(k, s);
        }
        for k in 1..n {
            self.dendrite(k, s);
            self.apical(k, s);
        }
    }

    /// What a sweep begins with: rates of now, and apical potentials of these.
    pub(super) fn begin(&self, s: &mut State<T>) {
        let n = s.n_layers();
        for k in 1..=n {
            phi(self.parameters.transfer, &s.soma[k], &mut s.rate[k]);
        }
        for k in 1..n {
            let transfer = self.parameters.transfer;
            phi(transfer, &s.interneuron[k], &mut s.interneuron_rate[k]);
            self.apical(k, s);
        }
    }

    /// Takes the input rates of now as those that stay.
    pub(super) fn hold_input(&self, learns: bool, s: &mut State<T>) {
        let learns = learns && self.parameters.rates.forward[0] != 0.0;
        let columns = Columns::Some(&s.active_inputs);
        let increments = self.accumulated.filter(|_| learns).map(|a| &a.forward[1]);
        let weights = [Some(&self.weights.forward[1]), increments];
        s.held_input = Some(HeldInput::new(&s.rate[0], columns, weights, learns));
    }

    /// v_B,k = W_{k,k−1} r_{k−1} + b_k.
    pub(super) fn basal(&self, k: usize, s: &mut State<T>) {
        let rate = self.parameters.rates.forward[k - 1];
        let increments = self.accumulated.filter(|_| rate != 0.0);
        if let (1, Some(held)) = (k, &s.held_input) {
            let own = &self.weights.threshold[1];
            return held.drive(
                [Some(own), increments.map(|a| &a.threshold[1])],
                &mut s.basal[1],
            );
        }
        let columns = match k {
            1 => Columns::Some(&s.active_inputs),
            _ => Columns::All,
        };
        drive(
            (&s.rate[k - 1], columns),
            (&self.weights.forward[k], &self.weights.threshold[k]),
            increments.map(|a| (&a.forward[k], &a.threshold[k])),
            &mut s.basal[k],
        );
    }

    /// v^I_k = W^IP_k r_k + b^I_k; with ideal interneurons c_k v_B,k+1 of the same rates.
    pub(super) fn dendrite(&self, k: usize, s: &mut State<T>) {
        let Some(own) = interneuron_weights(self.weights, k) else {
            let factor = T::of(self.weights.self_predicting_factor[k - 1]);
            let pairs = s.dendrite[k].values_mut().iter_mut();
            for (v_i, &v_b) in pairs.zip(s.basal[k + 1].values()) {
                *v_i = factor * v_b;
            }
            return;
        };
        let rate = self.parameters.rates.interneuron[k - 1];
        let increments = self.accumulated.filter(|_| rate != 0.0);
        let increments = increments.and_then(|a| interneuron_weights(a, k));
        drive(
            (&s.rate[k], Columns::All),
            own,
            increments,
            &mut s.dendrite[k],
        );
    }

    /// v_A,k = W_{k,k+1} r_{k+1} + W^PI_k r^I_k.
    pub(super) fn apical(&self, k: usize, s: &mut State<T>) {
        let rates = &self.parameters.rates;
        let (r, r_i, v_a) = (&s.rate[k + 1], &s.interneuron_rate[k], &mut s.apical[k]);
        let w = self.weights;
        if let (true, Some(w_td)) = (self.lateral_cancels, &w.feedback) {
            let difference = &mut s.scratch[k + 1];
            subtract(r.values(), r_i.values(), difference.values_mut());
            return multiply(difference, Columns::All, &w_td[k], Start::Zero, v_a);
        }
        if let (Some(w_td), Some(w_pi)) = (&w.feedback, &w.pyramidal_from_interneuron) {
            multiply(r, Columns::All, &w_td[k], Start::Zero, v_a);
            multiply(r_i, Columns::All, &w_pi[k], Start::Output, v_a);
            let a_td = self.accumulated.and_then(|a| a.feedback.as_ref());
            if let Some(a_td) = a_td.filter(|_| rates.feedback[k - 1] != 0.0) {
                multiply(r, Columns::All, &a_td[k], Start::Output, v_a);
            }
            let a_pi = (self.accumulated).and_then(|a| a.pyramidal_from_interneuron.as_ref());
            if let Some(a_pi) = a_pi.filter(|_| rates.apical[k - 1] != 0.0) {
                multiply(r_i, Columns::All, &a_pi[k], Start::Output, v_a);
            }
            return;
        }
        // Tied: v_A,k is the transposed forward weights times r_{k+1} − r^I_k.
        let (below, above) = s.scratch.split_at_mut(k + 1);
        let (own, difference) = (&mut below[k], &mut above[0]);
        subtract(r.values(), r_i.values(), difference.values_mut());
        multiply_transposed(difference, &w.forward[k + 1], v_a);
        if let Some(a) = self.accumulated.filter(|_| rates.forward[k] != 0.0) {
            multiply_transposed(difference, &a.forward[k + 1], own);
            add_scaled(v_a.values_mut(), T::one(), own.values());
        }
    }
}

/// W^IP_k and its thresholds, where interneurons have weights of their own.
fn interneuron_weights<T: Real>(w: &Weights<T>, k: usize) -> Option<(&Padded<T>, &Padded<T>)> {
    let (w_ip, b_i) = (
        w.interneuron_from_pyramidal.as_ref()?,
        w.interneuron_threshold.as_ref()?,
    );
    Some((&w_ip[k], &b_i[k]))
}

/// out = (W + A) x + b + a.
fn drive<T: Real>(
    (x, columns): (&Padded<T>, Columns<'_>),
    (w, b): (&Padded<T>, &Padded<T>),
    increments: Option<(&Padded<T>, &Padded<T>)>,
    out: &mut Padded<T>,
) {
    multiply(x, columns, w, Start::Row(b.row(0)), out);
    if let Some((a_w, a_b)) = increments {
        multiply(x, columns, a_w, Start::Output, out);
        for sample in 0..out.rows() {
            for (out, &a) in out.row_mut(sample).iter_mut().zip(a_b.row(0)) {
                *out += a;
            }
        }
    }
}

/// r = φ(u) for all samples; the padding is left zero.
pub(super) fn phi<T: Real>(transfer: Transfer, u: &Padded<T>, r: &mut Padded<T>) {
    for b in 0..u.rows() {
        rates(transfer, u.row(b), r.row_mut(b));
    }
}
