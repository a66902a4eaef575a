//! The circuit's weights.

mod start;

use apical_kernels::{Padded, Real};
use apical_learning::{ForwardWeights, LearnError, TensorName};
use ndarray::{Array1, ArrayD, ArrayViewD, Ix1, Ix2};

use super::LearningRates;

pub use start::WeightStart;

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
    /// c_k of hidden layers at index `k − 1`; ideal interneurons hold c_k W^PP_{k+1,k}.
    pub(super) self_predicting_factor: Vec<f64>,
}

impl<T: Real> Weights<T> {
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
            self_predicting_factor: self.self_predicting_factor.clone(),
        }
    }

    /// Neurons per layer, input to output.
    pub fn sizes(&self) -> &[usize] {
        &self.sizes
    }

    /// N.
    pub fn n_layers(&self) -> usize {
        self.sizes.len() - 1
    }

    /// Synapses from a hidden layer to the one above.
    pub(super) fn n_hidden_synapses(&self) -> usize {
        self.sizes[1..]
            .windows(2)
            .map(|pair| pair[0] * pair[1])
            .sum()
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
                let forward = self.tensor(TensorName::forward(layer + 1))?;
                Some(forward * self.self_predicting_factor[layer - 1])
            }
            TensorName::InterneuronThreshold { layer }
                if self.is_hidden(layer) && self.interneuron_from_pyramidal.is_none() =>
            {
                let threshold = self.tensor(TensorName::PyramidalThreshold { layer: layer + 1 })?;
                Some(threshold * self.self_predicting_factor[layer - 1])
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

    /// The same, and for good: neither of the two learns.
    pub(super) fn lateral_cancels_for_good(&self, rates: &LearningRates) -> bool {
        let fixed = |rates: &[f64]| rates.iter().all(|&rate| rate == 0.0);
        fixed(&rates.apical) && fixed(&rates.feedback) && self.lateral_cancels_feedback()
    }

    /// The learning rate of the tensor `name` among `rates`; 0 where it is fixed.
    pub(super) fn rate_of(name: TensorName, rates: &LearningRates) -> f64 {
        let (rates, layer) = match name {
            TensorName::PyramidalFromPyramidal { to, from } if from < to => (&rates.forward, to),
            TensorName::PyramidalFromPyramidal { to, .. } => (&rates.feedback, to),
            TensorName::PyramidalThreshold { layer } => (&rates.forward, layer),
            TensorName::InterneuronFromPyramidal { layer }
            | TensorName::InterneuronThreshold { layer } => (&rates.interneuron, layer),
            TensorName::PyramidalFromInterneuron { layer } => (&rates.apical, layer),
            TensorName::Own { .. } => return 0.0,
        };
        rates[layer - 1]
    }

    /// Every stored matrix, thresholds included, always in the same order.
    pub(super) fn matrices_mut(&mut self) -> impl Iterator<Item = &mut Padded<T>> {
        let optional = [
            &mut self.interneuron_from_pyramidal,
            &mut self.interneuron_threshold,
            &mut self.feedback,
            &mut self.pyramidal_from_interneuron,
        ];
        (self.forward.iter_mut().chain(&mut self.threshold))
            .chain(optional.into_iter().flatten().flatten())
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
