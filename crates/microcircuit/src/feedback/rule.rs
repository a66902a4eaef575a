//! What every rule of feedback says of itself.

use apical_kernels::{Padded, Real};
use apical_keys::Described;
use apical_learning::{PerLayer, SpecError, TensorName, Transfer};
use serde::{Deserialize, Serialize};

use crate::table::{Compartment, ConnectionId, Population, Table};

/// What the top-down weights W^PP_{k,k+1} are, as a specification says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, Described)]
#[serde(rename_all = "snake_case")]
pub enum FeedbackKind {
    /// Weights of their own, fixed or learned by eq. 10.
    #[default]
    Random,
    /// At every step the transpose of W^PP_{k+1,k}, and W^PI_k minus that: the ideal.
    Tied,
}

/// The keys of a specification that decide on feedback; a value per hidden layer.
#[derive(Debug, Clone, Copy)]
pub struct Keys<'a> {
    /// `feedback`.
    pub kind: FeedbackKind,
    /// `feedback_scale`.
    pub scale: &'a PerLayer,
    /// `feedback_rates`.
    pub rates: &'a PerLayer,
    /// `apical_rates`, of the lateral weights that compare with the top-down ones.
    pub lateral_rates: &'a PerLayer,
}

/// What a synapse can know of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signal {
    /// The rate that arrives at it.
    PresynapticRate,
    /// The rate of the neuron that it sits on.
    PostsynapticRate,
    /// The potential that all synapses of its connection cause together.
    OwnPotential,
    /// The weight of the forward synapse between the same two neurons: not local.
    ForwardWeight,
}

/// The two layers that a top-down connection lies between, and what is there.
#[derive(Debug, Clone, Copy)]
pub struct Between {
    /// The tensor's name.
    pub name: TensorName,
    /// The layer above.
    pub from: Population,
    /// The layer, and where feedback ends there.
    pub to: Population,
    /// Where feedback ends.
    pub onto: Compartment,
    /// The forward connection from `to` to `from`.
    pub forward: ConnectionId,
}

/// What the two sides of a top-down connection hold, a row per sample.
pub struct Signals<'a, T> {
    /// φ.
    pub transfer: Transfer,
    /// φ(u) of the postsynaptic neurons.
    pub rate: &'a Padded<T>,
    /// v̂_TD, the potential that the connection causes: its weights times the presynaptic rates.
    pub received: &'a Padded<T>,
}

/// A rule of feedback.
pub trait FeedbackRule: Sized {
    /// The rule, where it is the one that `keys` name; `scale` and `rates` are theirs, of hidden layers
    /// at index `k − 1`. Of several rules it is the first that gives itself.
    fn named(keys: Keys<'_>, scale: &[f64], rates: &[f64]) -> Option<Self>;

    /// Adds the connection between a layer and the one above.
    fn connect(&self, table: &mut Table, between: Between) -> ConnectionId;

    /// What a synapse has to know.
    fn needs(&self) -> &'static [Signal];

    /// Fails on keys that do not go with the rule.
    fn check(&self, keys: Keys<'_>) -> Result<(), SpecError> {
        let _ = keys;
        Ok(())
    }

    /// Writes the postsynaptic factors of ΔW = post · preᵀ, times `scale`; `pre` are the rates above.
    /// Is called only for connections whose learning rate is not 0.
    fn factors<T: Real>(&self, signals: Signals<'_, T>, scale: T, post: &mut Padded<T>) {
        let _ = (signals, scale);
        post.values_mut().fill(T::zero());
    }
}
