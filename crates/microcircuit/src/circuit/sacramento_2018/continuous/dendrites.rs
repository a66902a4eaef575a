//! Dendritic potentials (eqs. 3–5): instantaneous functions of the rates.

use apical_kernels::{Columns, Padded, Real, Start, add_scaled, multiply, rates_of_rows, subtract};

use super::learning::Learning;
use super::parameters::{ContinuousParameters, Increments};
use crate::circuit::sacramento_2018::{held_input::HeldInput, state::State};
use crate::table::{ConnectionId, Weights};

/// Synapses that transmit with `weights` plus, where a connection learns, its increments in
/// `accumulated`.
pub(crate) struct Synapses<'a, T> {
    pub(crate) parameters: &'a ContinuousParameters,
    pub(crate) weights: &'a Weights<T>,
    pub(crate) accumulated: Option<&'a Weights<T>>,
    /// Whether W^PI_k = −W_{k,k+1}, so that one product serves both.
    pub(crate) lateral_cancels: bool,
}

impl<'a, T: Real> Synapses<'a, T> {
    /// Synapses with the increments of `learning`, or with the weights that it holds.
    pub(crate) fn of(
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
    pub(crate) fn read(&self, s: &mut State<T>) {
        let transfer = self.parameters.transfer;
        let n = s.n_layers();
        for k in 1..=n {
            rates_of_rows(transfer, &s.soma[k], &mut s.rate[k]);
        }
        for k in 1..n {
            rates_of_rows(transfer, &s.interneuron[k], &mut s.interneuron_rate[k]);
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
    pub(crate) fn begin(&self, s: &mut State<T>) {
        let n = s.n_layers();
        for k in 1..=n {
            rates_of_rows(self.parameters.transfer, &s.soma[k], &mut s.rate[k]);
        }
        for k in 1..n {
            let transfer = self.parameters.transfer;
            rates_of_rows(transfer, &s.interneuron[k], &mut s.interneuron_rate[k]);
            self.apical(k, s);
        }
    }

    /// Takes the input rates of now as those that stay.
    pub(crate) fn hold_input(&self, learns: bool, s: &mut State<T>) {
        let w_1 = self.parameters.circuit.forward(1);
        let increments = self.increments(w_1).filter(|_| learns);
        let learns = learns && self.parameters.circuit.rate(w_1) != 0.0;
        let columns = s.active_inputs.columns();
        let weights = [Some(&self.weights[w_1]), increments.map(|a| &a[w_1])];
        s.held_input = Some(HeldInput::new(&s.rate[0], columns, weights, learns));
    }

    /// v_B,k = W_{k,k−1} r_{k−1} + b_k.
    pub(crate) fn basal(&self, k: usize, s: &mut State<T>) {
        let c = &self.parameters.circuit;
        let (w, b) = (c.forward(k), c.threshold(k));
        if let (1, Some(held)) = (k, &s.held_input) {
            let own = b.map(|b| &self.weights[b]);
            let increments = b.and_then(|b| Some(&self.increments(b)?[b]));
            return held.drive([own, increments], &mut s.basal[1]);
        }
        let columns = match k {
            1 => s.active_inputs.columns(),
            _ => Columns::All,
        };
        self.drive((&s.rate[k - 1], columns), (w, b), &mut s.basal[k]);
    }

    /// v^I_k = W^IP_k r_k + b^I_k; with ideal interneurons c_k v_B,k+1 of the same rates.
    pub(crate) fn dendrite(&self, k: usize, s: &mut State<T>) {
        let c = &self.parameters.circuit;
        if let Some(factor) = c.ideal_factor(k) {
            let factor = T::of(factor);
            let pairs = s.dendrite[k].values_mut().iter_mut();
            for (v_i, &v_b) in pairs.zip(s.basal[k + 1].values()) {
                *v_i = factor * v_b;
            }
            return;
        }
        let own = (c.interneuron(k), c.interneuron_threshold(k));
        self.drive((&s.rate[k], Columns::All), own, &mut s.dendrite[k]);
    }

    /// v_A,k = W_{k,k+1} r_{k+1} + W^PI_k r^I_k.
    pub(crate) fn apical(&self, k: usize, s: &mut State<T>) {
        let c = &self.parameters.circuit;
        let (w_td, w_pi) = (c.feedback(k), c.lateral(k));
        let (w, table) = (self.weights, self.weights.table());
        let (below, above) = s.scratch.split_at_mut(k + 1);
        let (own, difference) = (&mut below[k], &mut above[0]);
        let (r, r_i, v_a) = (&s.rate[k + 1], &s.interneuron_rate[k], &mut s.apical[k]);
        if self.lateral_cancels || table.is_negative(w_pi, w_td) {
            subtract(r.values(), r_i.values(), difference.values_mut());
            w.transmit(w_td, difference, Start::Zero, v_a);
            if let Some(a) = self.increments(w_td) {
                a.transmit(w_td, difference, Start::Zero, own);
                add_scaled(v_a.values_mut(), T::one(), own.values());
            }
            return;
        }
        w.transmit(w_td, r, Start::Zero, v_a);
        w.transmit(w_pi, r_i, Start::Output, v_a);
        for (id, rates) in [(w_td, r), (w_pi, r_i)] {
            if let Some(a) = self.increments(id) {
                a.transmit(id, rates, Start::Output, v_a);
            }
        }
    }

    /// out = (W + A) x + b + a.
    fn drive(
        &self,
        (x, columns): (&Padded<T>, Columns<'_>),
        (w, b): (ConnectionId, Option<ConnectionId>),
        out: &mut Padded<T>,
    ) {
        let own = self.weights.row(b);
        multiply(x, columns, &self.weights[w], own, out);
        let Some(a) = self.increments(w) else {
            return;
        };
        multiply(x, columns, &a[w], Start::Output, out);
        if let Some(b) = b {
            for sample in 0..out.rows() {
                for (out, &a) in out.row_mut(sample).iter_mut().zip(a[b].row(0)) {
                    *out += a;
                }
            }
        }
    }

    /// The increments of a connection, where what it is or is derived from learns.
    fn increments(&self, id: ConnectionId) -> Option<&'a Weights<T>> {
        let (of, ..) = self.weights.table().source(id);
        let learns = self.parameters.circuit.rate(of) != 0.0;
        self.accumulated.filter(|_| learns)
    }
}
