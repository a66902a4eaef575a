//! A tensor that learns.

use apical_learning::{LearnError, TensorName};
use candle_core::Tensor;

use super::NAME;
use crate::Optimiser;
use crate::convert::failed;
use crate::parameters::{Parameters, Pass};

/// A tensor that learns, with its moments.
#[derive(Debug)]
pub(super) struct Target {
    pub(super) name: TensorName,
    pub(super) layer: usize,
    pub(super) moments: Vec<(TensorName, Tensor)>,
}

impl Target {
    pub(super) fn new(
        name: TensorName,
        layer: usize,
        optimiser: Optimiser,
        parameters: &Parameters,
    ) -> Result<Self, LearnError> {
        let tensor = parameters.find(name).ok_or(LearnError::NoTensor { name })?;
        let is_threshold = matches!(name, TensorName::PyramidalThreshold { .. });
        let moment = |&(of_weights, of_thresholds): &(&'static str, &'static str)| {
            let name = TensorName::Own {
                name: if is_threshold {
                    of_thresholds
                } else {
                    of_weights
                },
                index: layer,
            };
            Ok((name, tensor.zeros_like().map_err(failed(NAME))?))
        };
        Ok(Self {
            name,
            layer,
            moments: optimiser
                .moments()
                .iter()
                .map(moment)
                .collect::<Result<_, _>>()?,
        })
    }

    /// The gradient of this tensor, after a backward pass.
    pub(super) fn gradient<'a>(&self, pass: &'a Pass) -> candle_core::Result<&'a Tensor> {
        let gradient = pass.gradients[self.layer - 1].get();
        gradient
            .and_then(|gradient| match self.name {
                TensorName::PyramidalThreshold { .. } => gradient.thresholds.as_ref(),
                _ => gradient.weights.as_ref(),
            })
            .ok_or_else(|| candle_core::Error::Msg(format!("no gradient of {}", self.name)))
    }

    pub(super) fn moment_tensors(&self) -> Vec<Tensor> {
        self.moments
            .iter()
            .map(|(_, tensor)| tensor.clone())
            .collect()
    }
}
