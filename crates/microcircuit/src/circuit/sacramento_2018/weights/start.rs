//! How the circuit's weights begin.

use apical_kernels::{Padded, Real};
use apical_learning::{ForwardWeights, Network, StreamRng, Streams, uniform};
use ndarray::Array2;

use super::super::{FeedbackKind, InterneuronKind, Start};
use super::Weights;

/// How weights begin; a value per hidden layer where there are several (index `k − 1`).
#[derive(Debug, Clone, PartialEq)]
pub struct WeightStart {
    /// How W^IP and W^PI begin.
    pub start: Start,
    /// What the top-down weights are.
    pub feedback: FeedbackKind,
    /// What the interneurons' weights are.
    pub interneurons: InterneuronKind,
    /// s in W^PP_{k,k+1} ~ U(−s, s).
    pub feedback_scale: Vec<f64>,
    /// s in W^IP_k ~ U(−s, s), random start.
    pub interneuron_scale: Vec<f64>,
    /// s in W^PI_k ~ U(−s, s), random start.
    pub pyramidal_from_interneuron_scale: Vec<f64>,
    /// c_k in the self-predicting W^IP_k = c_k W^PP_{k+1,k}, thresholds alike; 1 where no dendritic
    /// drive is attenuated.
    pub self_predicting_factor: Vec<f64>,
}

impl<T: Real> Weights<T> {
    /// Starting weights: forward weights `start`, the rest as `by` says. Top-down weights come from
    /// the stream `feedback_weights`, W^IP and W^PI of a random start from `interneuron_weights`
    /// and `pyramidal_from_interneuron_weights`.
    pub fn new(
        by: &WeightStart,
        network: &Network,
        start: &ForwardWeights<f32>,
        streams: Streams,
    ) -> Self {
        let sizes = network.sizes().to_vec();
        let n_hidden = network.n_layers() - 1;
        let forward = with_empty_first(start.weights.iter().map(|w| pad(w)));
        let threshold = with_empty_first((1..sizes.len()).map(|k| {
            let mut row = Padded::zeros(1, sizes[k]);
            if let Some(thresholds) = &start.thresholds {
                let values = thresholds[k - 1].view().insert_axis(ndarray::Axis(0));
                row.assign(values);
            }
            row
        }));
        let factor = by.self_predicting_factor.as_slice();
        // Index 0 is empty.
        let hidden = |scale: &[f64], rng: &mut StreamRng, shape: &dyn Fn(usize) -> [usize; 2]| {
            let drawn = (1..=n_hidden).map(|k| pad(&uniform(shape(k), scale[k - 1], rng)));
            with_empty_first(drawn.collect::<Vec<_>>())
        };
        let top_down = |k: usize| [sizes[k], sizes[k + 1]];
        let bottom_up = |k: usize| [sizes[k + 1], sizes[k]];
        let feedback = match by.feedback {
            FeedbackKind::Tied => None,
            FeedbackKind::Random => Some(hidden(
                &by.feedback_scale,
                &mut streams.stream("feedback_weights"),
                &top_down,
            )),
        };
        let pyramidal_from_interneuron = match (&feedback, by.start) {
            (None, _) => None,
            (Some(feedback), Start::SelfPredicting) => Some(feedback.iter().map(negated).collect()),
            (Some(_), Start::Random) => Some(hidden(
                &by.pyramidal_from_interneuron_scale,
                &mut streams.stream("pyramidal_from_interneuron_weights"),
                &top_down,
            )),
        };
        let interneuron_from_pyramidal = match (by.interneurons, by.start) {
            (InterneuronKind::Ideal, _) => None,
            (InterneuronKind::Learned, Start::SelfPredicting) => {
                Some(with_empty_first(scaled(&forward[2..], factor)))
            }
            (InterneuronKind::Learned, Start::Random) => Some(hidden(
                &by.interneuron_scale,
                &mut streams.stream("interneuron_weights"),
                &bottom_up,
            )),
        };
        let interneuron_threshold = interneuron_from_pyramidal
            .is_some()
            .then(|| with_empty_first(scaled(&threshold[2..], factor)));
        Self {
            sizes,
            forward,
            threshold,
            interneuron_from_pyramidal,
            interneuron_threshold,
            feedback,
            pyramidal_from_interneuron,
            has_thresholds: network.thresholds(),
            self_predicting_factor: by.self_predicting_factor.clone(),
        }
    }
}

fn pad<T: Real>(post_by_pre: &Array2<f32>) -> Padded<T> {
    Padded::from_transposed(post_by_pre.view())
}

/// Each matrix times its factor.
fn scaled<T: Real>(matrices: &[Padded<T>], factors: &[f64]) -> Vec<Padded<T>> {
    let mut scaled = matrices.to_vec();
    for (matrix, &factor) in scaled.iter_mut().zip(factors) {
        for value in matrix.values_mut() {
            *value *= T::of(factor);
        }
    }
    scaled
}

fn negated<T: Real>(matrix: &Padded<T>) -> Padded<T> {
    let mut negated = matrix.clone();
    for value in negated.values_mut() {
        *value = -*value;
    }
    negated
}

/// Puts an empty matrix at index 0, so that indices are layers.
fn with_empty_first<T: Real>(matrices: impl IntoIterator<Item = Padded<T>>) -> Vec<Padded<T>> {
    std::iter::once(Padded::zeros(0, 0))
        .chain(matrices)
        .collect()
}
