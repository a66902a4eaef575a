//! Which rates of the layer below a synapse learns with.

use apical_keys::Described;
use serde::{Deserialize, Serialize};

/// Which rates of hidden layers are presynaptic factors.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, Described)]
#[serde(rename_all = "snake_case")]
pub enum Presynaptic {
    /// φ(u_k), with what came from above: what the axon carries.
    #[default]
    Nudged,
    /// φ(v̂_k), of the basal drive alone: in two steps that of the bottom-up pass.
    BottomUp,
}
