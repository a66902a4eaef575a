//! Small networks, batches and comparisons.

use apical_backprop::{BackpropSpec, Flavour, Frozen, Optimiser};
use apical_learning::{
    Batch, EncodedPart, ForwardNetwork, ForwardWeights, Network, PerLayer, Precision, Streams,
    Transfer, uniform,
};
use ndarray::{Array1, ArrayD};

pub(crate) const TRANSFERS: [Transfer; 4] = [
    Transfer::Logistic,
    Transfer::Softplus {
        gamma: 0.5,
        beta: 1.5,
        theta: 0.3,
    },
    Transfer::Tanh,
    Transfer::Relu,
];

pub(crate) const OPTIMISERS: [Optimiser; 3] = [
    Optimiser::Sgd,
    Optimiser::Momentum { momentum: 0.9 },
    Optimiser::Adam {
        beta1: 0.9,
        beta2: 0.999,
        epsilon: 1e-8,
    },
];

pub(crate) fn network(sizes: &[usize], transfer: Transfer, thresholds: bool) -> Network {
    Network::new(sizes.to_vec(), transfer, thresholds).unwrap()
}

/// Forward weights from U(−0.8, 0.8), thresholds from U(−0.3, 0.3).
pub(crate) fn start(network: &Network, seed: u64) -> ForwardWeights<f32> {
    let streams = Streams::new(seed);
    let mut start = network.draw_forward(&vec![0.8; network.n_layers()], streams);
    let mut rng = streams.stream("thresholds");
    start.thresholds = start.thresholds.map(|thresholds| {
        let draw = |b: Array1<f32>| uniform([1, b.len()], 0.3, &mut rng).row(0).to_owned();
        thresholds.into_iter().map(draw).collect()
    });
    start
}

/// `n_samples` random samples with labels.
pub(crate) fn samples(network: &Network, n_samples: usize, seed: u64) -> EncodedPart {
    let mut rng = Streams::new(seed).stream("samples");
    let target_potentials = uniform([n_samples, network.n_outputs()], 1.0, &mut rng);
    EncodedPart {
        inputs: uniform([n_samples, network.n_inputs()], 1.0, &mut rng),
        target_rates: target_potentials.mapv(|u| network.transfer().rate(f64::from(u)) as f32),
        target_potentials,
        labels: Some(
            (0..n_samples)
                .map(|i| (i % network.n_outputs()) as u32)
                .collect(),
        ),
    }
}

pub(crate) fn spec(flavour: Flavour, optimiser: Optimiser, precision: Precision) -> BackpropSpec {
    BackpropSpec {
        flavour,
        rates: PerLayer::All(0.3),
        optimiser,
        frozen: Frozen::None,
        centring: 0.0,
        precision,
    }
}

/// In double precision, without attenuation.
pub(crate) fn widened(network: &Network, start: &ForwardWeights<f32>) -> ForwardNetwork {
    let thresholds = start.thresholds.as_ref();
    ForwardNetwork {
        weights: ForwardWeights {
            weights: start.weights.iter().map(|w| w.mapv(f64::from)).collect(),
            thresholds: thresholds.map(|all| all.iter().map(|b| b.mapv(f64::from)).collect()),
        },
        attenuation: vec![1.0; network.n_layers()],
        transfer: network.transfer(),
    }
}

/// Samples in reverse order of memory: the batch is not contiguous.
pub(crate) fn reversed(batch: Batch<'_>) -> Batch<'_> {
    let mut batch = batch;
    batch.inputs.invert_axis(ndarray::Axis(0));
    batch.target_rates.invert_axis(ndarray::Axis(0));
    batch.target_potentials.invert_axis(ndarray::Axis(0));
    batch.labels = None;
    batch
}

/// max |a − b| / max |b|, over all entries.
pub(crate) fn distance(a: &ArrayD<f64>, b: &ArrayD<f64>) -> f64 {
    assert_eq!(a.shape(), b.shape());
    let largest = |values: ArrayD<f64>| values.iter().fold(0.0_f64, |m, v| m.max(v.abs()));
    let scale = largest(b.clone());
    assert!(scale > 0.0, "nothing to compare with");
    largest(a - b) / scale
}
