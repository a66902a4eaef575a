//! What the tables of all circuits have: forward weights, thresholds, feedback, and the learning rates of
//! now.

use std::sync::Arc;

use crate::feedback::Feedback;
use crate::table::{ConnectionId, Rates, Table};

/// Connections that every circuit has, in its table.
#[derive(Debug, Clone, PartialEq)]
pub struct Pathways {
    table: Arc<Table>,
    /// Where feedback comes from.
    pub(crate) feedback_rule: Feedback,
    forward: Vec<ConnectionId>,
    threshold: Vec<ConnectionId>,
    feedback: Vec<ConnectionId>,
    rates: Rates,
    share: f64,
}

impl Pathways {
    /// The whole `table` of a circuit, and where in it these connections stand, from below.
    pub(crate) fn new(
        table: Table,
        feedback_rule: Feedback,
        forward: Vec<ConnectionId>,
        threshold: Vec<ConnectionId>,
        feedback: Vec<ConnectionId>,
    ) -> Self {
        Self {
            rates: table.rates(1.0),
            share: 1.0,
            table: Arc::new(table),
            feedback_rule,
            forward,
            threshold,
            feedback,
        }
    }

    /// The table.
    pub fn table(&self) -> &Arc<Table> {
        &self.table
    }

    /// N.
    pub(crate) fn n_layers(&self) -> usize {
        self.forward.len()
    }

    /// Synapses from hidden layers to those above.
    pub(crate) fn n_hidden_synapses(&self) -> usize {
        let synapses = |&id: &ConnectionId| self.table[id].to.n * self.table[id].from.n;
        self.forward[1..].iter().map(synapses).sum()
    }

    /// W_{k,k−1}, layers 1…N.
    pub(crate) fn forward(&self, k: usize) -> ConnectionId {
        self.forward[k - 1]
    }

    /// b_k, layers 1…N, if the network has thresholds.
    pub(crate) fn threshold(&self, k: usize) -> Option<ConnectionId> {
        self.threshold.get(k - 1).copied()
    }

    /// W_{k,k+1} or B_{k,k+1}, hidden layers; without what is added to it for good.
    pub(crate) fn feedback(&self, k: usize) -> ConnectionId {
        self.feedback[k - 1]
    }

    /// The learning rate of a connection now.
    pub(crate) fn rate(&self, id: ConnectionId) -> f64 {
        self.rates[id]
    }

    /// γ of now: the share that a pair of synapses, forward and feedback, loses at an update.
    pub(crate) fn decay(&self) -> f64 {
        self.feedback_rule.decay() * self.share
    }

    /// η_{k,k−1} of now, of layers 1…N at index `k − 1`.
    pub fn forward_rates(&self) -> Vec<f64> {
        self.forward.iter().map(|&id| self.rates[id]).collect()
    }

    /// Sets all learning rates to a share of the specification's.
    pub(crate) fn set_rate_share(&mut self, share: f64) {
        self.rates = self.table.rates(share);
        self.share = share;
    }
}
