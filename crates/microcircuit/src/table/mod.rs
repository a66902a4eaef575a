//! What every circuit is made of: populations, and the connections between them.
//!
//! A circuit is a [`Table`]. Allocation, initial draws, names, reading, writing, saving, places for
//! changes and learning rates follow from it, once for all circuits ([`Weights`]).

mod likeness;
mod preserving;
mod tissue;
mod weights;

use std::ops::Index;

use apical_learning::{TensorName, Transfer};

pub use tissue::Tissue;
pub use weights::Weights;

/// Neurons of one kind in one layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Population {
    /// What they are.
    pub kind: Kind,
    /// Layers count from 0 (input) to N (output).
    pub layer: usize,
    /// How many they are.
    pub n: usize,
}

/// A kind of neuron.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Pyramidal neurons; in layer 0 the rates of the input.
    Pyramidal,
    /// Lateral interneurons.
    Interneuron,
    /// Error neurons, one for each pyramidal neuron of their layer.
    Error,
    /// The unit of constant rate 1 that thresholds come from.
    One,
}

/// Where a connection ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Compartment {
    /// The basal dendrite of pyramidal neurons.
    Basal,
    /// Their apical dendrite.
    Apical,
    /// The dendrite of interneurons or error neurons.
    Dendrite,
}

/// The place of a connection in its table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ConnectionId(usize);

/// The synapses from one population to a compartment of another.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Connection {
    /// The tensor's name.
    pub name: TensorName,
    /// Postsynaptic neurons.
    pub to: Population,
    /// Where it ends.
    pub onto: Compartment,
    /// Presynaptic neurons.
    pub from: Population,
    /// What its weights are.
    pub values: Values,
}

impl Connection {
    /// Thresholds are weights from a unit of constant rate 1.
    pub fn is_threshold(&self) -> bool {
        self.from.kind == Kind::One
    }

    /// The tensor's shape: `[n_post, n_pre]`, or `[n_post]` of thresholds.
    pub fn shape(&self) -> Vec<usize> {
        match self.is_threshold() {
            true => vec![self.to.n],
            false => vec![self.to.n, self.from.n],
        }
    }
}

/// What the weights of a connection are.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Values {
    /// Weights of their own.
    Stored {
        /// How they begin.
        start: Start,
        /// Their learning rate; 0 where they are fixed.
        rate: f64,
    },
    /// Weights of their own that do not learn, and at every moment look like another connection in
    /// some way.
    Following {
        /// How they begin.
        start: Draw,
        /// What they follow.
        likeness: Likeness,
    },
    /// At every moment what another connection is: nothing is stored.
    Derived(Source),
    /// The identity: each neuron to its partner, with weight 1. Nothing is stored.
    OneToOne,
}

/// How stored weights begin.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Start {
    /// As the network's forward weights and thresholds, which are the same for every learner.
    Network,
    /// Drawn from U(−scale, scale). Connections of the same stream are drawn in the table's order.
    Drawn {
        /// The stream's name.
        stream: &'static str,
        /// Half the width.
        scale: f64,
    },
    /// The identity, plus U(−scale, scale) on every entry.
    NearOneToOne {
        /// The stream's name.
        stream: &'static str,
        /// Half the width.
        scale: f64,
    },
    /// Drawn, and then made to look like another connection in some way.
    Like(Draw, Likeness),
    /// As another connection of the table begins.
    Derived(Source),
}

/// Values that no other connection decides.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Draw {
    /// As [`Start::Drawn`].
    Uniform {
        /// The stream's name.
        stream: &'static str,
        /// Half the width.
        scale: f64,
    },
    /// The same everywhere.
    Constant(f64),
}

/// In what weights look like another connection between the same neurons the other way.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Likeness {
    /// The connection, a stored one that stands before.
    pub to: ConnectionId,
    /// Each weight has the sign of that of the other connection between the same two neurons.
    pub signs: bool,
    /// How large all weights together are.
    pub norm: Norm,
}

/// How large weights are that look like others, by their Frobenius norm.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Norm {
    /// As they were.
    Own,
    /// As the others.
    Same,
    /// So that an error keeps its length through them and slopes of this φ.
    ErrorPreserving(Transfer),
}

impl Likeness {
    /// That of the norm alone.
    pub fn of_norm(to: ConnectionId, norm: Norm) -> Self {
        Self {
            to,
            signs: false,
            norm,
        }
    }
}

/// Another connection, seen in some way.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Source {
    /// The connection; it stands before the one that is derived from it.
    pub of: ConnectionId,
    /// How it is seen.
    pub how: How,
}

/// How a connection follows from another.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum How {
    /// Pre- and postsynaptic neurons change places.
    Transposed,
    /// Times a factor; −1 is the negative.
    Scaled(f64),
}

/// The connections of a circuit, in the order in which they are saved.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Table {
    connections: Vec<Connection>,
}

impl Table {
    /// Adds a connection.
    pub fn push(&mut self, connection: Connection) -> ConnectionId {
        self.connections.push(connection);
        ConnectionId(self.connections.len() - 1)
    }

    /// All connections, with their places.
    pub fn connections(&self) -> impl Iterator<Item = (ConnectionId, &Connection)> {
        (0..).map(ConnectionId).zip(&self.connections)
    }

    /// The connection `name`.
    pub fn find(&self, name: TensorName) -> Option<ConnectionId> {
        let mut all = self.connections();
        all.find_map(|(id, connection)| (connection.name == name).then_some(id))
    }

    /// The connection that `id` is derived from in the end, itself if it is stored; whether it is
    /// transposed, and times what.
    pub fn source(&self, id: ConnectionId) -> (ConnectionId, bool, f64) {
        let Values::Derived(Source { of, how }) = self[id].values else {
            return (id, false, 1.0);
        };
        let (of, is_transposed, factor) = self.source(of);
        match how {
            How::Transposed => (of, !is_transposed, factor),
            How::Scaled(by) => (of, is_transposed, by * factor),
        }
    }

    /// Whether `id` is at every moment the negative of `other`.
    pub fn is_negative(&self, id: ConnectionId, other: ConnectionId) -> bool {
        let ((of, is_transposed, factor), other) = (self.source(id), self.source(other));
        (of, is_transposed, -factor) == other
    }

    /// The learning rate of a connection; 0 of those that follow others, which have none of their own.
    pub fn rate(&self, id: ConnectionId) -> f64 {
        match self[id].values {
            Values::Stored { rate, .. } => rate,
            Values::Following { .. } | Values::Derived(_) | Values::OneToOne => 0.0,
        }
    }

    /// Whether a connection has values of its own.
    pub fn is_stored(&self, id: ConnectionId) -> bool {
        match self[id].values {
            Values::Stored { .. } | Values::Following { .. } => true,
            Values::Derived(_) | Values::OneToOne => false,
        }
    }

    /// Synapses of the connections that `counts` takes.
    pub fn n_synapses(&self, counts: impl Fn(ConnectionId) -> bool) -> u64 {
        let counted = self.connections().filter(|&(id, _)| counts(id));
        let n = counted.map(|(_, it)| (it.to.n as u64).saturating_mul(it.from.n as u64));
        n.fold(0, u64::saturating_add)
    }

    /// The connections that learn.
    pub fn plastic(&self) -> impl Iterator<Item = (ConnectionId, &Connection)> {
        self.connections().filter(|&(id, _)| self.rate(id) != 0.0)
    }

    /// A share of all learning rates.
    pub fn rates(&self, share: f64) -> Rates {
        let rates = self.connections().map(|(id, _)| self.rate(id) * share);
        Rates(rates.collect())
    }
}

impl Index<ConnectionId> for Table {
    type Output = Connection;

    fn index(&self, id: ConnectionId) -> &Connection {
        &self.connections[id.0]
    }
}

/// The learning rates of now, by connection.
#[derive(Debug, Clone, PartialEq)]
pub struct Rates(Vec<f64>);

impl Index<ConnectionId> for Rates {
    type Output = f64;

    fn index(&self, id: ConnectionId) -> &f64 {
        &self.0[id.0]
    }
}
