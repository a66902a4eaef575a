//! A learner and its reference gradients on one minibatch.

use ndarray::{Array1, Array2, ArrayView2, Axis, Ix2};

use super::vector::Products;
use crate::alignment::{Floors, TwoGradients};
use crate::{
    Activities, Batch, ForwardNetwork, ForwardPass, Gradient, Metric, OutputError, Quantity,
    Reading, StreamRng, Streams, TensorName, Updates,
};

/// What alignment metrics read: everything of one minibatch.
pub struct AlignmentSample<'a> {
    /// The samples.
    pub batch: Batch<'a>,
    /// The learner's proposed changes.
    pub updates: &'a Updates,
    /// What it proposes when everything is rounded anew, or why that is not known.
    pub again: Result<&'a Updates, &'a str>,
    /// Its state with the teacher on.
    pub nudged: &'a Activities,
    /// Its state without a teacher.
    pub free: &'a Activities,
    /// Its forward network.
    pub forward: &'a ForwardNetwork,
    /// r̄_k that it takes off the rates of hidden layers (index `k − 1`); empty where it takes off nothing.
    pub mean_rates: &'a [Array1<f64>],
    /// Its equivalent rates, per layer.
    pub equivalent_rates: Option<&'a [f64]>,
    /// Its feedback weights into hidden layers 1…N−1 (index `k − 1`): the layer they come from, and
    /// `[n_k, n_from]`.
    pub feedback: &'a [Option<(usize, Array2<f64>)>],
    /// The reference gradients.
    pub gradients: &'a TwoGradients,
    /// The reference gradients of the same batch with its samples in reverse order, where they were asked for.
    pub reversed: Option<&'a TwoGradients>,
    /// For both references, by layer, what rounding in the learner's precision amounts to in the gradient; absent
    /// where the output error is far above it.
    pub floors: Option<&'a Floors>,
    /// For every layer 1…N (index `k − 1`) a cycle of its neurons, drawn for this minibatch, under
    /// which none keeps its place; `None` for a layer of one neuron.
    pub cycles: &'a [Option<Vec<usize>>],
    /// Where random numbers come from.
    pub streams: Streams,
    /// Which minibatch it is, from 0.
    pub index: usize,
}

/// How far above rounding a gradient's norm must stand to have a direction: at ten times the floor a perfect update
/// may stand 6° off.
const ABOVE_FLOOR: f64 = 10.0;

impl AlignmentSample<'_> {
    /// N.
    pub fn n_layers(&self) -> usize {
        self.forward.weights.weights.len()
    }

    /// The proposed change of W_{k,k−1}, `[n_k, n_{k−1}]`, or why there is none.
    pub fn change(&self, k: usize) -> Result<ArrayView2<'_, f64>, String> {
        self.updates
            .matrix(TensorName::forward(k))
            .ok_or_else(|| "this layer is not plastic".to_owned())
    }

    /// Random numbers for `what`, of this minibatch alone.
    pub(super) fn stream(&self, what: &str) -> StreamRng {
        self.streams.stream(&format!("{what}.{}", self.index))
    }

    /// What the forward network computes of the samples.
    pub(super) fn pass(&self) -> Result<ForwardPass, String> {
        let pass = self.forward.pass(self.batch.inputs);
        pass.map_err(|error| error.to_string())
    }

    /// r_{k−1} as layer k's weights learn from them: less their means where the learner takes these off.
    pub(super) fn presynaptic(&self, pass: &ForwardPass, k: usize) -> Array2<f64> {
        let mean = k
            .checked_sub(2)
            .and_then(|index| self.mean_rates.get(index));
        match mean {
            Some(mean) => &pass.rates[k - 1] - mean,
            None => pass.rates[k - 1].clone(),
        }
    }

    /// ‖∇_k‖ over what rounding amounts to in it, or why that is not known.
    pub(super) fn over_floor(&self, k: usize, of: OutputError) -> Result<f64, String> {
        let floors = self.floors.ok_or("rounding was not measured")?;
        let mut references = self.gradients.iter().zip(floors);
        let found = references.find(|((reference, _), _)| *reference == of);
        let ((_, gradient), floors) = found.ok_or("there is no such reference")?;
        let norm = Products::of(
            gradient.weights[k - 1].view(),
            gradient.weights[k - 1].view(),
        );
        match norm.aa.sqrt() {
            0.0 => Err("the reference's norm is 0".to_owned()),
            // Rounding that does not show is at most that of double precision.
            norm => Ok(norm / floors[k - 1].max(f64::EPSILON * norm)),
        }
    }

    /// Fails where the gradient of layer k is known not to stand above its rounding.
    pub(super) fn check_above_floor(&self, k: usize, of: OutputError) -> Result<(), String> {
        match self.over_floor(k, of) {
            Ok(times) if times < ABOVE_FLOOR => Err(format!(
                "the reference gradient is {times:.2} times what rounding in the learner's precision makes of it; \
                 an angle needs {ABOVE_FLOOR} times"
            )),
            _ => Ok(()),
        }
    }

    /// The products of layer k's change, divided by the layer's equivalent rate where there is one,
    /// and a gradient: so that layers enter a sum with the weight that the gradient gives them, not
    /// with that of their rates.
    pub(super) fn at_equal_rates(&self, k: usize, products: Products) -> Products {
        let rate = self.equivalent_rates.map_or(1.0, |rates| rates[k - 1]);
        if rate == 0.0 {
            return products;
        }
        Products {
            ab: products.ab / rate,
            aa: products.aa / (rate * rate),
            bb: products.bb,
        }
    }

    /// The proposed change of W_{k,k−1} with its rows, one per neuron of layer k, moved by the
    /// layer's cycle, or why there is none.
    pub fn shuffled_change(&self, k: usize) -> Result<Array2<f64>, String> {
        let change = self.change(k)?;
        match &self.cycles[k - 1] {
            Some(cycle) => Ok(change.select(Axis(0), cycle)),
            None => Err("a layer of one neuron has no other row to take".to_owned()),
        }
    }
}

/// The errors that reach hidden layer k with the teacher on, `[n_samples, n_k]`, or why there are none.
pub(super) fn hidden_error<'a>(
    sample: &'a AlignmentSample<'_>,
    k: usize,
) -> Result<ArrayView2<'a, f64>, String> {
    let errors = sample.nudged.get(Quantity::HiddenError, k);
    errors.ok_or_else(|| "the learner has no error at this layer".to_owned())
}

/// The products of the feedback weights into hidden layer k and the transposed forward weights between it and
/// the layer that they come from, or why there are none.
pub(super) fn feedback(sample: &AlignmentSample<'_>, k: usize) -> Result<Products, String> {
    let feedback = sample.feedback.get(k - 1).and_then(Option::as_ref);
    let (from, feedback) = feedback.ok_or("the learner has no feedback into this layer")?;
    let weights = &sample.forward.weights.weights;
    let path: Array2<f64> = weights[k + 1..*from]
        .iter()
        .fold(weights[k].clone(), |path, w| w.dot(&path));
    Ok(Products::of(feedback.view(), path.t()))
}

/// For both references, a reading per layer and one over all layers together.
///
/// `products` gives the products of layer k to a reference and its gradient, or why there are none; such layers have
/// no part in the sum over all layers.
pub(super) fn per_layer_and_all(
    sample: &AlignmentSample<'_>,
    metric: Metric,
    products: impl Fn(usize, OutputError, &Gradient) -> Result<Products, String>,
    value: impl Fn(Products) -> Result<f64, String>,
) -> Vec<Reading> {
    let mut readings = Vec::new();
    for (reference, gradient) in sample.gradients {
        let layers: Vec<_> = (1..=sample.n_layers())
            .map(|k| products(k, *reference, gradient))
            .collect();
        for (index, layer) in layers.iter().enumerate() {
            let of_layer = layer.clone().and_then(&value);
            readings.push(
                Reading::new(metric, of_layer)
                    .of_layer(Some(index + 1))
                    .against(*reference),
            );
        }
        let all = layers
            .into_iter()
            .flatten()
            .fold(Products::default(), Products::and);
        readings.push(Reading::new(metric, value(all)).against(*reference));
    }
    readings
}

/// A matrix out of a tensor, if it is one.
pub(crate) fn matrix(tensor: ndarray::ArrayD<f64>) -> Option<Array2<f64>> {
    tensor.into_dimensionality::<Ix2>().ok()
}
