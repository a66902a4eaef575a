//! The exact gradient, by candle's autograd, in double precision where nothing else is asked for.

use apical_learning::{
    Batch, ForwardNetwork, Gradient, GradientReference, LearnError, OutputError, Precision,
    TensorName, check_shape,
};
use candle_core::{DType, Tensor, Var};
use ndarray::Ix1;

use crate::convert::{dtype, failed, parameter, rows, to_array, to_matrix, to_rows};
use crate::operation::{Plastic, layer, rate};
use crate::{keep_to_one_thread, loss};

const NAME: &str = "the reference gradient";

/// Backprop's gradient at any learner's forward weights, the reference of alignment.
#[derive(Debug, Clone, Copy, Default)]
pub struct CandleReference;

impl GradientReference for CandleReference {
    fn gradient_in(
        &self,
        network: &ForwardNetwork,
        error: OutputError,
        batch: Batch<'_>,
        precision: Precision,
    ) -> Result<Gradient, LearnError> {
        keep_to_one_thread();
        check(network, batch)?;
        differentiate(network, error, batch, dtype(precision)).map_err(failed(NAME))
    }
}

fn check(network: &ForwardNetwork, batch: Batch<'_>) -> Result<(), LearnError> {
    let weights = &network.weights.weights;
    let n_samples = batch.n_samples();
    let mut n_pre = batch.inputs.ncols();
    check_shape(
        "the batch of input rates",
        &[n_samples, n_pre],
        &[n_samples.max(1), n_pre],
    )?;
    check_shape(
        "the list of attenuations",
        &[network.attenuation.len()],
        &[weights.len()],
    )?;
    if let Some(thresholds) = &network.weights.thresholds {
        check_shape(
            "the list of thresholds",
            &[thresholds.len()],
            &[weights.len()],
        )?;
    }
    for (k, matrix) in (1..).zip(weights) {
        let n_post = matrix.nrows();
        check_shape(TensorName::forward(k), matrix.shape(), &[n_post, n_pre])?;
        if let Some(thresholds) = &network.weights.thresholds {
            let name = TensorName::PyramidalThreshold { layer: k };
            check_shape(name, thresholds[k - 1].shape(), &[n_post])?;
        }
        n_pre = n_post;
    }
    let expected = [n_samples, n_pre];
    check_shape(
        "the array of target potentials",
        batch.target_potentials.shape(),
        &expected,
    )?;
    check_shape(
        "the array of target rates",
        batch.target_rates.shape(),
        &expected,
    )
}

/// u_k = α_k (W_k r_{k−1} + b_k), r_k = φ(u_k), and back.
fn differentiate(
    network: &ForwardNetwork,
    error: OutputError,
    batch: Batch<'_>,
    dtype: DType,
) -> candle_core::Result<Gradient> {
    let has_thresholds = network.weights.thresholds.is_some();
    let plastic = Plastic {
        weights: true,
        thresholds: has_thresholds,
    };
    let mut rates = rows(batch.inputs, dtype)?;
    let mut potentials = rates.clone();
    let mut gradients = Vec::new();
    for (index, matrix) in network.weights.weights.iter().enumerate() {
        let weights = Var::from_tensor(&parameter(matrix.view().into_dyn(), dtype)?)?;
        let thresholds = match &network.weights.thresholds {
            Some(thresholds) => parameter(thresholds[index].view().into_dyn(), dtype)?,
            None => Tensor::zeros(matrix.nrows(), dtype, rates.device())?,
        };
        let (drive, gradient) = layer(&rates, &weights, &thresholds, plastic)?;
        potentials = match network.attenuation[index] {
            1.0 => drive,
            attenuation => drive.affine(attenuation, 0.0)?,
        };
        rates = rate(&potentials, network.transfer)?;
        gradients.push(gradient);
    }
    let loss = match error {
        OutputError::Potential => {
            let targets = rows(batch.target_potentials, dtype)?;
            loss::potential_error(&rates, &potentials, &targets)?
        }
        OutputError::SquaredError => {
            loss::squared_error(&rates, &rows(batch.target_rates, dtype)?)?
        }
    };
    loss.backward()?;
    let mean = -1.0 / batch.n_samples() as f64;
    let mut descent = Gradient {
        weights: Vec::new(),
        thresholds: Vec::new(),
        hidden_errors: Vec::new(),
    };
    for gradient in &gradients {
        let gradient = gradient
            .get()
            .ok_or_else(|| candle_core::Error::Msg("a layer got no gradient".to_owned()))?;
        if let Some(weights) = &gradient.weights {
            descent.weights.push(to_matrix(weights)? * mean);
        }
        if let Some(thresholds) = &gradient.thresholds {
            let vector = to_array(thresholds)?.into_dimensionality::<Ix1>();
            let vector = vector.expect("the gradient of thresholds is a vector");
            descent.thresholds.push(vector * mean);
        }
        if let Some(errors) = &gradient.inputs {
            descent.hidden_errors.push(-to_rows(errors)?);
        }
    }
    Ok(descent)
}
