//! The circuit as a table of its connections.

use std::ops::{Deref, DerefMut};

use apical_keys::Described;
use apical_learning::{Network, TensorName};
use serde::{Deserialize, Serialize};

use crate::circuit::Pathways;
use crate::feedback::{Between, Feedback};
use crate::table::{
    self, Compartment, Connection, ConnectionId, How, Kind, Population, Source, Table, Values,
};

/// How the weights begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, Described)]
#[serde(rename_all = "snake_case")]
pub enum Start {
    /// W^IP_k = c_k W^PP_{k+1,k}, c_k 1 in two steps, and W^PI_k = −W^PP_{k,k+1}: without a teacher every
    /// apical potential is zero.
    #[default]
    SelfPredicting,
    /// W^IP and W^PI drawn like all other weights.
    Random,
}

/// What the interneurons' dendritic weights W^IP are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, Described)]
#[serde(rename_all = "snake_case")]
pub enum InterneuronKind {
    /// Weights of their own, learned by eq. 8.
    #[default]
    Learned,
    /// At every step the forward weights W^PP_{k+1,k}: the ideal.
    Ideal,
}

/// How W^PI_k follows top-down weights that learn.
///
/// A rule of feedback asks for an error or an echo of the neuron that a top-down axon comes from. The
/// interneuron of that neuron has both as its own: d^I_k = φ′(v̂^I_k)(u^I_k − v̂^I_k) / λ_I is d_{k+1}
/// while W^IP_k mirrors W_{k+1,k}, and so is the echo of its rate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Described)]
#[serde(rename_all = "snake_case")]
pub enum LateralRule {
    /// The two synapses at a spine, from a neuron above and from its interneuron, change by the same
    /// amount with opposite signs, by what the interneuron's brings: W^PI_k = −W_{k,k+1}. Local at the
    /// interneuron's synapse; its neighbour takes part in the change.
    Paired,
    /// Each synapse learns by the rule for itself: W_{k,k+1} by what its axon brings beside the rate, an
    /// error or an echo; W^PI_k by the same of the interneuron, with the opposite sign.
    Own,
    /// Eq. 9 at `apical_rates`, W_{k,k+1} by what its axon brings.
    Eq9,
}

/// Learning rates of a specification, one per layer; zero where a connection is fixed. Those of
/// feedback are its rule's.
pub(crate) struct LearningRates {
    /// η_{k,k−1} of layers 1…N at index `k − 1` (eq. 7).
    pub(crate) forward: Vec<f64>,
    /// η^IP_k of hidden layers at index `k − 1` (eq. 8).
    pub(crate) interneuron: Vec<f64>,
    /// η^PI_k of hidden layers at index `k − 1` (eq. 9).
    pub(crate) apical: Vec<f64>,
}

/// What a specification decides of the connections; of hidden layers at index `k − 1`.
pub(crate) struct Choices {
    /// How W^IP and W^PI begin.
    pub(crate) start: Start,
    /// What W^IP is.
    pub(crate) interneurons: InterneuronKind,
    /// s in W^IP_k ~ U(−s, s), random start.
    pub(crate) interneuron_scale: Vec<f64>,
    /// s in W^PI_k ~ U(−s, s), random start.
    pub(crate) lateral_scale: Vec<f64>,
    /// c_k in the self-predicting W^IP_k = c_k W^PP_{k+1,k}, thresholds alike; 1 where no dendritic
    /// drive is attenuated.
    pub(crate) self_predicting_factor: Vec<f64>,
    /// How W^PI follows.
    pub(crate) lateral_rule: LateralRule,
    /// Learning rates.
    pub(crate) rates: LearningRates,
}

/// The circuit's table, and where the connections of its equations stand in it.
#[derive(Debug, Clone, PartialEq)]
pub struct Circuit {
    pathways: Pathways,
    /// How W^PI follows.
    pub(crate) lateral_rule: LateralRule,
    interneuron: Vec<ConnectionId>,
    interneuron_threshold: Vec<ConnectionId>,
    lateral: Vec<ConnectionId>,
}

impl Circuit {
    /// The circuit of `network`.
    pub(crate) fn new(network: &Network, feedback_rule: Feedback, by: &Choices) -> Self {
        let mut t = Table::default();
        let population = |kind, layer, n| Population { kind, layer, n };
        let pyramidal = |k| population(Kind::Pyramidal, k, network.sizes()[k]);
        let interneurons = |k| population(Kind::Interneuron, k, network.sizes()[k + 1]);
        let one = population(Kind::One, 0, 1);
        let layers = || 1..=network.n_layers();
        let hidden = || 1..network.n_layers();
        let with_thresholds = |_: &usize| network.thresholds();
        let mut connect = |name, to, onto, from, values| {
            t.push(Connection {
                name,
                to,
                onto,
                from,
                values,
            })
        };

        // Basal dendrites, from below (eq. 7).
        let of_network = |k: usize| Values::Stored {
            start: table::Start::Network,
            rate: by.rates.forward[k - 1],
        };
        let forward: Vec<_> = layers()
            .map(|k| {
                let (name, below) = (TensorName::forward(k), pyramidal(k - 1));
                connect(name, pyramidal(k), Compartment::Basal, below, of_network(k))
            })
            .collect();
        let threshold: Vec<_> = (layers().filter(with_thresholds))
            .map(|layer| {
                let name = TensorName::PyramidalThreshold { layer };
                let to = pyramidal(layer);
                connect(name, to, Compartment::Basal, one, of_network(layer))
            })
            .collect();

        // Interneurons, from their layer (eq. 8): they predict what `of`, the layer above, gets.
        let predicting = |k: usize, of: ConnectionId, start: Option<table::Start>| {
            let how = How::Scaled(by.self_predicting_factor[k - 1]);
            let source = Source { of, how };
            match by.interneurons {
                InterneuronKind::Ideal => Values::Derived(source),
                InterneuronKind::Learned => Values::Stored {
                    start: start.unwrap_or(table::Start::Derived(source)),
                    rate: by.rates.interneuron[k - 1],
                },
            }
        };
        let drawn = |stream, scale: f64| match by.start {
            Start::SelfPredicting => None,
            Start::Random => Some(table::Start::Drawn { stream, scale }),
        };
        let interneuron: Vec<_> = hidden()
            .map(|layer| {
                let name = TensorName::InterneuronFromPyramidal { layer };
                let start = drawn("interneuron_weights", by.interneuron_scale[layer - 1]);
                let (to, from) = (interneurons(layer), pyramidal(layer));
                let values = predicting(layer, forward[layer], start);
                connect(name, to, Compartment::Dendrite, from, values)
            })
            .collect();
        let interneuron_threshold: Vec<_> = (hidden().filter(with_thresholds))
            .map(|layer| {
                let name = TensorName::InterneuronThreshold { layer };
                let values = predicting(layer, threshold[layer], None);
                let to = interneurons(layer);
                connect(name, to, Compartment::Dendrite, one, values)
            })
            .collect();

        // Apical dendrites, from above, and from the interneurons (eq. 9), which take that away.
        let feedback: Vec<_> = hidden()
            .map(|k| {
                let between = Between {
                    name: TensorName::feedback(k),
                    from: pyramidal(k + 1),
                    to: pyramidal(k),
                    onto: Compartment::Apical,
                    forward: forward[k],
                    transfer: network.transfer(),
                };
                feedback_rule.connect(&mut t, between)
            })
            .collect();
        let lateral: Vec<_> = hidden()
            .map(|layer| {
                let of = feedback[layer - 1];
                let how = How::Scaled(-1.0);
                let negative = Source { of, how };
                let stream = "pyramidal_from_interneuron_weights";
                let start = drawn(stream, by.lateral_scale[layer - 1]);
                let stored = |rate| Values::Stored {
                    start: start.unwrap_or(table::Start::Derived(negative)),
                    rate,
                };
                let values = match (t[of].values, by.lateral_rule) {
                    (Values::Derived(_) | Values::Following { .. } | Values::OneToOne, _)
                    | (_, LateralRule::Paired) => Values::Derived(negative),
                    (_, LateralRule::Own) => stored(t.rate(of)),
                    (_, LateralRule::Eq9) => stored(by.rates.apical[layer - 1]),
                };
                t.push(Connection {
                    name: TensorName::PyramidalFromInterneuron { layer },
                    to: pyramidal(layer),
                    onto: Compartment::Apical,
                    from: interneurons(layer),
                    values,
                })
            })
            .collect();

        Self {
            pathways: Pathways::new(t, feedback_rule, forward, threshold, feedback),
            lateral_rule: by.lateral_rule,
            interneuron,
            interneuron_threshold,
            lateral,
        }
    }

    /// W^IP_k, hidden layers.
    pub(crate) fn interneuron(&self, k: usize) -> ConnectionId {
        self.interneuron[k - 1]
    }

    /// b^I_k, hidden layers, if the network has thresholds.
    pub(crate) fn interneuron_threshold(&self, k: usize) -> Option<ConnectionId> {
        self.interneuron_threshold.get(k - 1).copied()
    }

    /// W^PI_k, hidden layers.
    pub(crate) fn lateral(&self, k: usize) -> ConnectionId {
        self.lateral[k - 1]
    }

    /// c_k where W^IP_k is c_k W_{k+1,k} at every moment, so that v^I_k = c_k v_B,k+1 of the same
    /// rates.
    pub(crate) fn ideal_factor(&self, k: usize) -> Option<f64> {
        match self.table()[self.interneuron(k)].values {
            Values::Derived(Source {
                how: How::Scaled(factor),
                ..
            }) => Some(factor),
            _ => None,
        }
    }
}

impl Deref for Circuit {
    type Target = Pathways;

    fn deref(&self) -> &Pathways {
        &self.pathways
    }
}

impl DerefMut for Circuit {
    fn deref_mut(&mut self) -> &mut Pathways {
        &mut self.pathways
    }
}
