//! A small step of the weights, and how much the loss falls along it.

use ndarray::{Array2, ArrayView2};

use super::vector::NORM_FLOOR;
use super::{AlignmentSample, loss_fall};
use crate::{Gradient, OutputError};

/// The gradient step is so long that the loss would fall by this share of itself if it were linear.
const SHARE: f64 = 0.01;

/// Steps from one minibatch's weights, for the loss of one reference.
pub(super) struct Steps<'a, 's> {
    of: &'a AlignmentSample<'s>,
    reference: OutputError,
    gradient: &'a Gradient,
    from: Array2<f64>,
    loss: f64,
}

/// A change of a layer: its number from 1, its direction, and the factor of it.
type Part<'a> = (usize, ArrayView2<'a, f64>, f64);

impl<'a, 's> Steps<'a, 's> {
    pub(super) fn new(
        of: &'a AlignmentSample<'s>,
        reference: OutputError,
        gradient: &'a Gradient,
    ) -> Result<Self, String> {
        let mut pass = of.pass()?;
        let from = pass.potentials.pop().ok_or("the network has no layer")?;
        let loss = loss_fall::loss(of.forward.transfer, reference, from.view(), of.batch);
        Ok(Self {
            of,
            reference,
            gradient,
            from,
            loss,
        })
    }

    /// The fall of the loss along the changes of `layers` over that along the gradient, each layer's step as long
    /// as the gradient's there.
    pub(super) fn at_equal_layer_norms(&self, layers: &[usize]) -> Result<f64, String> {
        let (steps, rate) = self.gradient_steps(layers)?;
        let mut own = Vec::new();
        for (k, gradient, _) in &steps {
            let change = self.of.change(*k)?;
            let [norm, of_gradient] = [norm(&change, "learner")?, norm(gradient, "reference")?];
            own.push((*k, change, rate * of_gradient / norm));
        }
        self.ratio(&own, &steps)
    }

    /// The same with one factor for all changes, by which they are together as long as the gradient.
    pub(super) fn at_equal_total_norm(&self, layers: &[usize]) -> Result<f64, String> {
        let (steps, rate) = self.gradient_steps(layers)?;
        let mut changes = Vec::new();
        for k in layers {
            changes.push((*k, self.of.change(*k)?, 1.0));
        }
        let (total, of_gradient) = (total(&changes, "learner")?, total(&steps, "reference")?);
        for (_, _, factor) in &mut changes {
            *factor = rate * of_gradient / total;
        }
        self.ratio(&changes, &steps)
    }

    /// The gradient's step in `layers`, and the rate of it.
    fn gradient_steps(&self, layers: &[usize]) -> Result<(Vec<Part<'a>>, f64), String> {
        let part = |k: &usize| (*k, self.gradient.weights[k - 1].view(), 1.0);
        let mut steps: Vec<Part<'a>> = layers.iter().map(part).collect();
        for k in layers {
            self.of.check_above_floor(*k, self.reference)?;
        }
        let rate = SHARE * self.loss / total(&steps, "reference")?.powi(2);
        for (_, _, factor) in &mut steps {
            *factor = rate;
        }
        Ok((steps, rate))
    }

    fn ratio(&self, own: &[Part<'_>], gradient: &[Part<'_>]) -> Result<f64, String> {
        let along_gradient = self.fall(gradient)?;
        match along_gradient > 0.0 {
            true => Ok(self.fall(own)? / along_gradient),
            false => Err("the loss does not fall along the gradient".to_owned()),
        }
    }

    /// The mean fall of the loss over samples where the weights are changed by `parts`.
    fn fall(&self, parts: &[Part<'_>]) -> Result<f64, String> {
        let mut network = self.of.forward.clone();
        for (k, direction, factor) in parts {
            network.weights.weights[k - 1].scaled_add(*factor, direction);
            // Weights that learn from r − r̄ leave b + W r̄ as it is.
            let mean = k
                .checked_sub(2)
                .and_then(|index| self.of.mean_rates.get(index));
            if let (Some(mean), Some(thresholds)) = (mean, &mut network.weights.thresholds) {
                thresholds[k - 1].scaled_add(-factor, &direction.dot(mean));
            }
        }
        let pass = network.pass(self.of.batch.inputs);
        let pass = pass.map_err(|error| error.to_string())?;
        let to = pass.potentials.last().ok_or("the network has no layer")?;
        let transfer = network.transfer;
        let falls = loss_fall::falls(
            transfer,
            self.reference,
            self.from.view(),
            to.view(),
            self.of.batch,
        );
        falls
            .mean()
            .ok_or_else(|| "there are no samples".to_owned())
    }
}

fn total(parts: &[Part<'_>], whose: &str) -> Result<f64, String> {
    let squares = parts.iter().map(|(_, direction, _)| squared(direction));
    checked(squares.sum::<f64>().sqrt(), whose)
}

fn norm(direction: &ArrayView2<'_, f64>, whose: &str) -> Result<f64, String> {
    checked(squared(direction).sqrt(), whose)
}

fn squared(direction: &ArrayView2<'_, f64>) -> f64 {
    direction.iter().map(|d| d * d).sum()
}

fn checked(norm: f64, whose: &str) -> Result<f64, String> {
    match norm > NORM_FLOOR && norm.is_finite() {
        true => Ok(norm),
        false => Err(format!("the {whose}'s norm {norm:e} gives no direction")),
    }
}
