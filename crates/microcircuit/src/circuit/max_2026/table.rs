//! The circuit as a table of its connections.

use std::ops::{Deref, DerefMut};

use apical_kernels::Real;
use apical_learning::{Network, TensorName};
use ndarray::ArrayD;

use crate::circuit::Pathways;
use crate::feedback::{Between, Feedback};
use crate::table::{
    self, Compartment, Connection, ConnectionId, Kind, Population, Table, Values, Weights,
};

/// What a specification decides of the connections.
pub(crate) struct Choices {
    /// η_{k,k−1} of layers 1…N at index `k − 1`.
    pub(crate) rates: Vec<f64>,
    /// Where B comes from.
    pub(crate) feedback: Feedback,
    /// s of what is drawn once from U(−s, s) and added to every B; 0 for nothing.
    pub(crate) feedback_offset: f64,
    /// s in Q, A = 1 + U(−s, s), on every entry; 0 for exactly one to one.
    pub(crate) lateral_deviation: f64,
}

/// The circuit's table, and where the connections of its equations stand in it.
#[derive(Debug, Clone, PartialEq)]
pub struct Circuit {
    pathways: Pathways,
    offset: Vec<ConnectionId>,
    error_from_pyramidal: Vec<ConnectionId>,
    pyramidal_from_error: Vec<ConnectionId>,
}

impl Circuit {
    /// The circuit of `network`.
    pub(crate) fn new(network: &Network, by: Choices) -> Self {
        let mut t = Table::default();
        let of = |kind, layer: usize| Population {
            kind,
            layer,
            n: network.sizes()[layer],
        };
        let pyramidal = |k| of(Kind::Pyramidal, k);
        let errors = |k| of(Kind::Error, k);
        let one = Population {
            kind: Kind::One,
            layer: 0,
            n: 1,
        };
        let (layers, hidden) = (1..=network.n_layers(), 1..network.n_layers());
        let drawn = |start| Values::Stored { start, rate: 0.0 };

        // Basal dendrites, from below.
        let of_network = |k: usize| Values::Stored {
            start: table::Start::Network,
            rate: by.rates[k - 1],
        };
        let mut basal = |name, k, from| {
            t.push(Connection {
                name,
                to: pyramidal(k),
                onto: Compartment::Basal,
                from,
                values: of_network(k),
            })
        };
        let forward: Vec<_> = (layers.clone())
            .map(|k| basal(TensorName::forward(k), k, pyramidal(k - 1)))
            .collect();
        let threshold: Vec<_> = (layers.clone().filter(|_| network.thresholds()))
            .map(|layer| basal(TensorName::PyramidalThreshold { layer }, layer, one))
            .collect();

        // Dendrites of error neurons, from the error neurons above.
        let feedback: Vec<_> = (hidden.clone())
            .map(|k| {
                let between = Between {
                    name: TensorName::ErrorFromError { to: k, from: k + 1 },
                    from: errors(k + 1),
                    to: errors(k),
                    onto: Compartment::Dendrite,
                    forward: forward[k],
                    transfer: network.transfer(),
                };
                by.feedback.connect(&mut t, between)
            })
            .collect();
        let offset: Vec<_> = (hidden.filter(|_| by.feedback_offset > 0.0))
            .map(|k| {
                let stream = "feedback_offset";
                t.push(Connection {
                    name: TensorName::own(stream, k),
                    to: errors(k),
                    onto: Compartment::Dendrite,
                    from: errors(k + 1),
                    values: drawn(table::Start::Drawn {
                        stream,
                        scale: by.feedback_offset,
                    }),
                })
            })
            .collect();

        // Between a neuron and its error neuron.
        let mut lateral = |name, to, onto, from| {
            let (stream, scale) = ("lateral_weights", by.lateral_deviation);
            let values = match scale > 0.0 {
                true => drawn(table::Start::NearOneToOne { stream, scale }),
                false => Values::OneToOne,
            };
            t.push(Connection {
                name,
                to,
                onto,
                from,
                values,
            })
        };
        let error_from_pyramidal: Vec<_> = (layers.clone())
            .map(|layer| {
                let name = TensorName::ErrorFromPyramidal { layer };
                let (to, from) = (errors(layer), pyramidal(layer));
                lateral(name, to, Compartment::Dendrite, from)
            })
            .collect();
        let pyramidal_from_error: Vec<_> = layers
            .map(|layer| {
                let name = TensorName::PyramidalFromError { layer };
                let (to, from) = (pyramidal(layer), errors(layer));
                lateral(name, to, Compartment::Apical, from)
            })
            .collect();

        Self {
            pathways: Pathways::new(t, by.feedback, forward, threshold, feedback),
            offset,
            error_from_pyramidal,
            pyramidal_from_error,
        }
    }

    /// What is added to B_{k,k+1} for good, hidden layers, if anything is.
    pub(crate) fn offset(&self, k: usize) -> Option<ConnectionId> {
        self.offset.get(k - 1).copied()
    }

    /// Q_k, layers 1…N.
    pub(crate) fn error_from_pyramidal(&self, k: usize) -> ConnectionId {
        self.error_from_pyramidal[k - 1]
    }

    /// A_k, layers 1…N.
    pub(crate) fn pyramidal_from_error(&self, k: usize) -> ConnectionId {
        self.pyramidal_from_error[k - 1]
    }

    /// The tensor `name` of `weights`; of B_{k,k+1} with its offset.
    pub(crate) fn tensor<T: Real>(
        &self,
        weights: &Weights<T>,
        name: TensorName,
    ) -> Option<ArrayD<f64>> {
        let tensor = weights.tensor(name)?;
        let TensorName::ErrorFromError { to, .. } = name else {
            return Some(tensor);
        };
        let offset = self.offset(to).map(|id| self.table()[id].name);
        Some(match offset.and_then(|name| weights.tensor(name)) {
            Some(offset) => tensor + offset,
            None => tensor,
        })
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
