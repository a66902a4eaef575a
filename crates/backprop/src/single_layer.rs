//! The control without hidden layers.

use apical_learning::{LearnError, Network, PerLayer, Streams};

use crate::{BackpropSpec, Flavour, Frozen, Mlp, Optimiser, SingleLayerSpec};

/// A matched perceptron of the input and output layers of `network`, with forward weights of its
/// own from `streams`.
pub fn single_layer(
    network: &Network,
    spec: &SingleLayerSpec,
    streams: Streams,
) -> Result<Mlp, LearnError> {
    let network = network.without_hidden_layers();
    let start = network.draw_forward(&[spec.forward_scale], streams);
    let spec = BackpropSpec {
        flavour: Flavour::Matched,
        rates: PerLayer::All(spec.rate),
        optimiser: Optimiser::Sgd,
        frozen: Frozen::None,
        centring: 0.0,
        precision: spec.precision,
    };
    Mlp::new(&network, &start, &spec)
}
