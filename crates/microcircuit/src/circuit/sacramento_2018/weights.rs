//! The circuit's weights.

use apical_kernels::{Padded, Real};
use apical_learning::{
    ForwardWeights, LearnError, Network, SpecError, StreamRng, Streams, TensorName, uniform,
};
use ndarray::{Array1, Array2, ArrayD, ArrayViewD, Ix1, Ix2};

use super::{FeedbackKind, InterneuronKind, MicrocircuitSpec, Start};

/// Weights and thresholds. Index `k` is the layer; layers without an entry hold an empty matrix.
///
/// Matrices have a row per presynaptic and a column per postsynaptic neuron. Where feedback or
/// interneurons are tied to the forward weights they are not stored at all.
#[derive(Clone)]
pub struct Weights<T> {
    sizes: Vec<usize>,
    /// W^PP_{k,k−1}, layers 1…N.
    pub(super) forward: Vec<Padded<T>>,
    /// Thresholds of pyramidal neurons as one row, layers 1…N; zero where the network has none.
    pub(super) threshold: Vec<Padded<T>>,
    /// W^IP_k, hidden layers; absent where the interneurons are ideal.
    pub(super) interneuron_from_pyramidal: Option<Vec<Padded<T>>>,
    /// Thresholds of interneurons as one row, hidden layers.
    pub(super) interneuron_threshold: Option<Vec<Padded<T>>>,
    /// W^PP_{k,k+1}, hidden layers; absent where feedback is tied.
    pub(super) feedback: Option<Vec<Padded<T>>>,
    /// W^PI_k, hidden layers; absent where feedback is tied.
    pub(super) pyramidal_from_interneuron: Option<Vec<Padded<T>>>,
    /// Whether thresholds are learned.
    pub(super) has_thresholds: bool,
}

impl<T: Real> Weights<T> {
    /// Starting weights: forward weights `start`, the rest by `spec`. Top-down weights come from
    /// the stream `feedback_weights`, W^IP and W^PI of a random start from `interneuron_weights`
    /// and `pyramidal_from_interneuron_weights`.
    pub fn new(
        spec: &MicrocircuitSpec,
        network: &Network,
        start: &ForwardWeights<f32>,
        streams: Streams,
    ) -> Result<Self, SpecError> {
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
        // Input, hidden layers, output: the first and last entries are empty.
        let hidden = |scale: &[f64], rng: &mut StreamRng, shape: &dyn Fn(usize) -> [usize; 2]| {
            let drawn = (1..=n_hidden).map(|k| pad(&uniform(shape(k), scale[k - 1], rng)));
            with_empty_first(drawn.collect::<Vec<_>>())
        };
        let top_down = |k: usize| [sizes[k], sizes[k + 1]];
        let bottom_up = |k: usize| [sizes[k + 1], sizes[k]];
        let feedback = match spec.feedback {
            FeedbackKind::Tied => None,
            FeedbackKind::Random => Some(hidden(
                &spec.feedback_scale.expand(n_hidden, "feedback_scale")?,
                &mut streams.stream("feedback_weights"),
                &top_down,
            )),
        };
        let pyramidal_from_interneuron = match (&feedback, spec.start) {
            (None, _) => None,
            (Some(feedback), Start::SelfPredicting) => Some(feedback.iter().map(negated).collect()),
            (Some(_), Start::Random) => Some(hidden(
                &(spec.pyramidal_from_interneuron_scale)
                    .expand(n_hidden, "pyramidal_from_interneuron_scale")?,
                &mut streams.stream("pyramidal_from_interneuron_weights"),
                &top_down,
            )),
        };
        let interneuron_from_pyramidal = match (spec.interneurons, spec.start) {
            (InterneuronKind::Ideal, _) => None,
            (InterneuronKind::Learned, Start::SelfPredicting) => {
                Some(with_empty_first(forward[2..].iter().cloned()))
            }
            (InterneuronKind::Learned, Start::Random) => Some(hidden(
                &spec
                    .interneuron_scale
                    .expand(n_hidden, "interneuron_scale")?,
                &mut streams.stream("interneuron_weights"),
                &bottom_up,
            )),
        };
        let interneuron_threshold = interneuron_from_pyramidal
            .is_some()
            .then(|| with_empty_first(threshold[2..].iter().cloned()));
        Ok(Self {
            sizes,
            forward,
            threshold,
            interneuron_from_pyramidal,
            interneuron_threshold,
            feedback,
            pyramidal_from_interneuron,
            has_thresholds: network.thresholds(),
        })
    }

    /// Weights of the same shapes, all zero: a place for changes.
    #[must_use]
    pub fn zeros_like(&self) -> Self {
        let zeros = |matrices: &Vec<Padded<T>>| {
            matrices
                .iter()
                .map(|m| Padded::zeros(m.rows(), m.cols()))
                .collect::<Vec<_>>()
        };
        Self {
            sizes: self.sizes.clone(),
            forward: zeros(&self.forward),
            threshold: zeros(&self.threshold),
            interneuron_from_pyramidal: self.interneuron_from_pyramidal.as_ref().map(zeros),
            interneuron_threshold: self.interneuron_threshold.as_ref().map(zeros),
            feedback: self.feedback.as_ref().map(zeros),
            pyramidal_from_interneuron: self.pyramidal_from_interneuron.as_ref().map(zeros),
            has_thresholds: self.has_thresholds,
        }
    }

    /// N.
    pub fn n_layers(&self) -> usize {
        self.sizes.len() - 1
    }

    /// Names of the stored tensors, in the order in which they are saved.
    pub fn names(&self) -> Vec<TensorName> {
        let n = self.n_layers();
        let mut names: Vec<TensorName> = (1..=n).map(TensorName::forward).collect();
        if self.has_thresholds {
            names.extend((1..=n).map(|layer| TensorName::PyramidalThreshold { layer }));
        }
        if self.interneuron_from_pyramidal.is_some() {
            names.extend((1..n).map(|layer| TensorName::InterneuronFromPyramidal { layer }));
            if self.has_thresholds {
                names.extend((1..n).map(|layer| TensorName::InterneuronThreshold { layer }));
            }
        }
        if self.feedback.is_some() {
            names.extend((1..n).map(TensorName::feedback));
            names.extend((1..n).map(|layer| TensorName::PyramidalFromInterneuron { layer }));
        }
        names
    }

    /// The tensor `name`, `[n_post, n_pre]` or `[n]`. Tied weights are answered from what they are
    /// tied to.
    pub fn tensor(&self, name: TensorName) -> Option<ArrayD<f64>> {
        if let Some((matrix, is_threshold)) = self.stored(name) {
            let wide = matrix.transposed().mapv(T::wide);
            return Some(if is_threshold {
                wide.column(0).to_owned().into_dyn()
            } else {
                wide.into_dyn()
            });
        }
        match name {
            TensorName::PyramidalFromPyramidal { to, from }
                if from == to + 1 && self.is_hidden(to) && self.feedback.is_none() =>
            {
                Some(self.forward[from].view().mapv(T::wide).into_dyn())
            }
            TensorName::PyramidalFromInterneuron { layer }
                if self.is_hidden(layer) && self.feedback.is_none() =>
            {
                Some(
                    self.forward[layer + 1]
                        .view()
                        .mapv(|w| -w.wide())
                        .into_dyn(),
                )
            }
            TensorName::InterneuronFromPyramidal { layer }
                if self.is_hidden(layer) && self.interneuron_from_pyramidal.is_none() =>
            {
                self.tensor(TensorName::forward(layer + 1))
            }
            TensorName::InterneuronThreshold { layer }
                if self.is_hidden(layer) && self.interneuron_from_pyramidal.is_none() =>
            {
                self.tensor(TensorName::PyramidalThreshold { layer: layer + 1 })
            }
            _ => None,
        }
    }

    /// Adds `values` to the stored tensor `name`, or replaces it by them.
    pub fn write(
        &mut self,
        name: TensorName,
        values: ArrayViewD<'_, f64>,
        add: bool,
    ) -> Result<(), LearnError> {
        let (matrix, is_threshold) = self.stored_mut(name).ok_or(LearnError::NoTensor { name })?;
        let expected = if is_threshold {
            vec![matrix.cols()]
        } else {
            vec![matrix.cols(), matrix.rows()]
        };
        if values.shape() != expected {
            return Err(LearnError::Shape {
                what: name.to_string(),
                found: values.shape().to_vec(),
                expected,
            });
        }
        let post_by_pre = if is_threshold {
            let row: Option<Array1<f64>> = values.to_owned().into_dimensionality::<Ix1>().ok();
            row.map(|row| row.insert_axis(ndarray::Axis(1)))
        } else {
            values.to_owned().into_dimensionality::<Ix2>().ok()
        };
        if let Some(post_by_pre) = post_by_pre {
            let mut target = matrix.view_mut();
            ndarray::Zip::from(&mut target)
                .and(post_by_pre.t())
                .for_each(|w, &value| {
                    *w = if add { *w + T::of(value) } else { T::of(value) };
                });
        }
        Ok(())
    }

    /// Forward weights and thresholds in double precision.
    pub fn forward_weights(&self) -> ForwardWeights<f64> {
        ForwardWeights {
            weights: (self.forward[1..].iter())
                .map(|w| w.transposed().mapv(T::wide))
                .collect(),
            thresholds: self.has_thresholds.then(|| {
                (self.threshold[1..].iter())
                    .map(|b| b.row(0).iter().map(|v| v.wide()).collect())
                    .collect()
            }),
        }
    }

    /// Whether W^PI_k = −W^PP_{k,k+1} in every hidden layer, to the bit.
    pub fn lateral_cancels_feedback(&self) -> bool {
        match (&self.feedback, &self.pyramidal_from_interneuron) {
            (Some(feedback), Some(lateral)) => {
                let mut pairs = feedback.iter().zip(lateral);
                pairs.all(|(f, l)| f.values().iter().zip(l.values()).all(|(&f, &l)| f == -l))
            }
            _ => true,
        }
    }

    fn is_hidden(&self, layer: usize) -> bool {
        (1..self.n_layers()).contains(&layer)
    }

    fn stored(&self, name: TensorName) -> Option<(&Padded<T>, bool)> {
        let (field, layer) = self.place(name)?;
        let matrices = match field {
            Field::Forward => &self.forward,
            Field::Threshold => &self.threshold,
            Field::InterneuronFromPyramidal => self.interneuron_from_pyramidal.as_ref()?,
            Field::InterneuronThreshold => self.interneuron_threshold.as_ref()?,
            Field::Feedback => self.feedback.as_ref()?,
            Field::PyramidalFromInterneuron => self.pyramidal_from_interneuron.as_ref()?,
        };
        Some((&matrices[layer], field.is_threshold()))
    }

    fn stored_mut(&mut self, name: TensorName) -> Option<(&mut Padded<T>, bool)> {
        let (field, layer) = self.place(name)?;
        let matrices = match field {
            Field::Forward => &mut self.forward,
            Field::Threshold => &mut self.threshold,
            Field::InterneuronFromPyramidal => self.interneuron_from_pyramidal.as_mut()?,
            Field::InterneuronThreshold => self.interneuron_threshold.as_mut()?,
            Field::Feedback => self.feedback.as_mut()?,
            Field::PyramidalFromInterneuron => self.pyramidal_from_interneuron.as_mut()?,
        };
        Some((&mut matrices[layer], field.is_threshold()))
    }

    /// Where the tensor `name` would be stored.
    fn place(&self, name: TensorName) -> Option<(Field, usize)> {
        let n = self.n_layers();
        let (field, layer, layers) = match name {
            TensorName::PyramidalFromPyramidal { to, from } if from + 1 == to => {
                (Field::Forward, to, 1..n + 1)
            }
            TensorName::PyramidalFromPyramidal { to, from } if from == to + 1 => {
                (Field::Feedback, to, 1..n)
            }
            TensorName::PyramidalThreshold { layer } => (Field::Threshold, layer, 1..n + 1),
            TensorName::InterneuronFromPyramidal { layer } => {
                (Field::InterneuronFromPyramidal, layer, 1..n)
            }
            TensorName::InterneuronThreshold { layer } => {
                (Field::InterneuronThreshold, layer, 1..n)
            }
            TensorName::PyramidalFromInterneuron { layer } => {
                (Field::PyramidalFromInterneuron, layer, 1..n)
            }
            TensorName::PyramidalFromPyramidal { .. } | TensorName::Own { .. } => return None,
        };
        let exists = layers.contains(&layer) && (self.has_thresholds || !field.is_threshold());
        exists.then_some((field, layer))
    }
}

#[derive(Clone, Copy)]
enum Field {
    Forward,
    Threshold,
    InterneuronFromPyramidal,
    InterneuronThreshold,
    Feedback,
    PyramidalFromInterneuron,
}

impl Field {
    fn is_threshold(self) -> bool {
        matches!(self, Self::Threshold | Self::InterneuronThreshold)
    }
}

fn pad<T: Real>(post_by_pre: &Array2<f32>) -> Padded<T> {
    Padded::from_transposed(post_by_pre.view())
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
