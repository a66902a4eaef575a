//! The reference gradients of a batch, and what rounding makes of them.

use ndarray::{Array1, Array2};

use crate::{
    Batch, ForwardNetwork, Gradient, GradientReference, LearnError, OutputError, Precision,
};

/// The gradients of both references.
pub type TwoGradients = [(OutputError, Gradient); 2];

/// For both references, by layer, what rounding amounts to in the gradient.
pub type Floors = [Vec<f64>; 2];

/// Gradients at one network.
pub struct References<'a> {
    /// What computes them.
    pub reference: &'a dyn GradientReference,
    /// The network.
    pub forward: &'a ForwardNetwork,
    /// r̄_k that the learner takes off presynaptic rates; empty where it takes off nothing.
    pub mean_rates: &'a [Array1<f64>],
}

impl References<'_> {
    /// Those of `batch`, computed in `precision`.
    ///
    /// # Errors
    /// As [`GradientReference::gradient_in`].
    pub fn of(&self, batch: Batch<'_>, precision: Precision) -> Result<TwoGradients, LearnError> {
        let of = |error| -> Result<Gradient, LearnError> {
            let gradient = self
                .reference
                .gradient_in(self.forward, error, batch, precision);
            let mut gradient = gradient?;
            gradient.centre(self.mean_rates);
            Ok(gradient)
        };
        let [potential, squared_error] = OutputError::ALL;
        Ok([
            (potential, of(potential)?),
            (squared_error, of(squared_error)?),
        ])
    }
}

/// ‖∇ − ∇′‖ of every layer (index `k − 1`) for both references: what the rounding of ∇′ amounts to.
pub(super) fn floors(gradients: &TwoGradients, rounded: &TwoGradients) -> Floors {
    [0, 1].map(|index| {
        let layers = (gradients[index].1.weights.iter()).zip(&rounded[index].1.weights);
        let distance = |(a, b): (&Array2<f64>, &Array2<f64>)| {
            let squares = (a - b).mapv(|d| d * d);
            squares.sum().sqrt()
        };
        layers.map(distance).collect()
    })
}

/// An output error this small beside the potentials may be rounding: single precision resolves 6e-8 of them, and
/// sums over a layer lose up to three digits more.
const SMALL_ERROR: f64 = 1e-3;

/// Whether the error of the output potentials is so small that rounding may matter in the gradient.
pub(super) fn is_error_small(
    forward: &ForwardNetwork,
    batch: Batch<'_>,
) -> Result<bool, LearnError> {
    let pass = forward.pass(batch.inputs)?;
    let Some(potentials) = pass.potentials.last() else {
        return Ok(false);
    };
    let (mut error, mut size) = (0.0, 0.0);
    for (u, target) in potentials.iter().zip(batch.target_potentials) {
        let target = f64::from(*target);
        error += (target - u).powi(2);
        size += target * target + u * u;
    }
    Ok(error < SMALL_ERROR * SMALL_ERROR * size)
}
