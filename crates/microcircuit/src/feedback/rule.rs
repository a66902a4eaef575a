//! What every rule of feedback says of itself.

use apical_kernels::{Padded, Real};
use apical_learning::{SpecError, TensorName, Transfer};

use super::kind::Sizes;
use super::noise::Noise;
use crate::table::{Compartment, ConnectionId, Population, Table};

pub(super) use super::kind::{FeedbackKind, Keys};

/// What a synapse can know of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signal {
    /// The rate that arrives at it.
    PresynapticRate,
    /// The rate of the neuron that it sits on.
    PostsynapticRate,
    /// The potential that all synapses of its connection cause together.
    OwnPotential,
    /// The error of the neuron that it comes from, by which the forward synapses onto that neuron
    /// learn. Error neurons fire with it. A pyramidal neuron's axon has to carry it beside the rate,
    /// or the synapse takes that of the interneuron whose synapse it shares a spine with.
    PresynapticError,
    /// The noise in the neuron that it sits on.
    Noise,
    /// By how much the rate that arrives changes with noise in the layer that it sits in.
    Echo,
    /// The sign of the forward weight between the same two neurons: not local.
    ForwardSign,
    /// That weight: not local.
    ForwardWeight,
}

impl Signal {
    /// Whether it is at the synapse, or in the neuron that it sits on.
    pub fn is_local(self) -> bool {
        !matches!(self, Self::ForwardSign | Self::ForwardWeight)
    }
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
    /// φ.
    pub transfer: Transfer,
}

/// What the two sides of a top-down connection hold, a row per sample. What a rule does not need
/// ([`FeedbackRule::needs`]) may be empty.
pub struct Signals<'a, T> {
    /// φ.
    pub transfer: Transfer,
    /// φ(u_k) of the postsynaptic neurons.
    pub rate: &'a Padded<T>,
    /// Their rates as presynaptic factors of the forward synapses that they have above.
    pub trace: &'a Padded<T>,
    /// What the axons from above carry: r_{k+1}, or e_{k+1}.
    pub arriving: &'a Padded<T>,
    /// d_{k+1}, the postsynaptic factor of the forward synapses above, without learning rate.
    pub error: &'a Padded<T>,
    /// v̂_TD, the potential that the connection causes: its weights times what arrives.
    pub received: &'a Padded<T>,
}

/// A rule of feedback.
pub trait FeedbackRule: Sized {
    /// The rule, where it is the one that `keys` name; `sizes` and `rates` are theirs, of hidden layers
    /// at index `k − 1`. Of several rules it is the first that gives itself.
    fn named(keys: Keys<'_>, sizes: &Sizes, rates: &[f64]) -> Option<Self>;

    /// Adds the connection between a layer and the one above.
    fn connect(&self, table: &mut Table, between: Between) -> ConnectionId;

    /// What a synapse has to know.
    fn needs(&self) -> &'static [Signal];

    /// Fails on keys that do not go with the rule.
    fn check(&self, keys: Keys<'_>) -> Result<(), SpecError> {
        let _ = keys;
        Ok(())
    }

    /// Writes the factors of ΔW = post · preᵀ, `post` or `pre` times `scale`. Is called only for
    /// connections whose learning rate is not 0, of rules without [`FeedbackRule::noise`].
    fn factors<T: Real>(
        &self,
        of: Signals<'_, T>,
        scale: T,
        pre: &mut Padded<T>,
        post: &mut Padded<T>,
    ) {
        let _ = (of, scale);
        pre.values_mut().fill(T::zero());
        post.values_mut().fill(T::zero());
    }

    /// γ: the share of itself that every synapse of a pair, forward and feedback, loses at an update.
    fn decay(&self) -> f64 {
        0.0
    }

    /// The noise that it learns from at every update, in place of [`FeedbackRule::factors`].
    fn noise(&self) -> Option<Noise> {
        None
    }
}
