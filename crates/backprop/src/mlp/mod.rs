//! The multilayer perceptron.

mod centring;
mod learner;
mod target;

use apical_learning::{Batch, ForwardWeights, LayerRates, LearnError, Network, TensorName};
use candle_core::Tensor;
use ndarray::Array2;

use crate::convert::{failed, to_scalar};
use crate::labels::labels_of;
use crate::operation::Plastic;
use crate::optimiser::Step;
use crate::parameters::{Parameters, Pass, expand};
use crate::{BackpropSpec, Flavour, Optimiser, loss};
use centring::Means;
use target::Target;

const NAME: &str = "backprop";

/// The number of steps so far, on which Adam's bias correction depends.
const N_STEPS: TensorName = TensorName::Own {
    name: "n_steps",
    index: 0,
};

/// Backpropagation by candle's autograd.
#[derive(Debug)]
pub struct Mlp {
    parameters: Parameters,
    flavour: Flavour,
    optimiser: Optimiser,
    rates: LayerRates,
    plastic: Vec<Plastic>,
    targets: Vec<Target>,
    n_steps: u64,
    means: Means,
}

impl Mlp {
    /// A perceptron with the forward weights `start`, to the bit in single precision.
    pub fn new(
        network: &Network,
        start: &ForwardWeights<f32>,
        spec: &BackpropSpec,
    ) -> Result<Self, LearnError> {
        let parameters = Parameters::new(NAME, network, start, spec.precision)?;
        let n_layers = network.n_layers();
        let plastic = spec.frozen.plastic(n_layers, network.thresholds());
        let mut targets = Vec::new();
        for name in network.forward_names() {
            let (layer, is_plastic) = match name {
                TensorName::PyramidalThreshold { layer } => (layer, plastic[layer - 1].thresholds),
                TensorName::PyramidalFromPyramidal { to, .. } => (to, plastic[to - 1].weights),
                _ => continue,
            };
            if is_plastic {
                targets.push(Target::new(name, layer, spec.optimiser, &parameters)?);
            }
        }
        Ok(Self {
            rates: expand(&spec.rates, n_layers, "rates")?.into(),
            means: Means::new(network, spec.precision, spec.centring).map_err(failed(NAME))?,
            parameters,
            flavour: spec.flavour,
            optimiser: spec.optimiser,
            plastic,
            targets,
            n_steps: 0,
        })
    }

    /// The forward pass and the loss, summed over the samples.
    fn pass(&self, batch: Batch<'_>) -> Result<(Pass, Tensor), LearnError> {
        let desired = match self.flavour {
            Flavour::Matched => self.parameters.target_rates(batch)?,
            Flavour::Standard => self.labels(batch)?,
        };
        let inputs = self.parameters.inputs(batch.inputs)?;
        let pass = self.parameters.forward(inputs, &self.plastic)?;
        let n_layers = pass.potentials.len();
        let loss = match self.flavour {
            Flavour::Matched => loss::squared_error(&pass.rates[n_layers], &desired),
            Flavour::Standard => loss::cross_entropy(&pass.potentials[n_layers - 1], &desired),
        };
        let loss = loss.map_err(failed(NAME))?;
        if !to_scalar(&loss).map_err(failed(NAME))?.is_finite() {
            return Err(LearnError::NonFinite {
                layer: n_layers,
                quantity: "loss",
            });
        }
        Ok((pass, loss))
    }

    /// Labels as ones among zeros, `[n_samples, n_outputs]`.
    fn labels(&self, batch: Batch<'_>) -> Result<Tensor, LearnError> {
        let n_outputs = self.parameters.network.n_outputs();
        let labels = labels_of(batch, n_outputs, NAME)?;
        let mut ones = Array2::zeros((labels.len(), n_outputs));
        for (mut row, &label) in ones.rows_mut().into_iter().zip(labels) {
            row[label as usize] = 1.0;
        }
        self.parameters
            .rows("the array of labels", ones.view(), n_outputs)
    }

    /// The step number that comes next, for the tensor `target`.
    fn step(&self, target: &Target, n_samples: usize) -> Step {
        Step {
            optimiser: self.optimiser,
            rate: self.rates.of(target.layer),
            n_samples,
            number: self.n_steps + 1,
        }
    }

    /// The gradient that `target` descends, after a backward pass.
    fn gradient(&self, target: &Target, pass: &Pass) -> candle_core::Result<Tensor> {
        let own = target.gradient(pass)?;
        match pass.gradients[target.layer - 1].get() {
            Some(of_layer) => {
                let is_threshold = matches!(target.name, TensorName::PyramidalThreshold { .. });
                (self.means).centred(target.layer, is_threshold, own, of_layer)
            }
            None => Ok(own.clone()),
        }
    }

    fn own(&self, name: TensorName) -> Option<&Tensor> {
        let moments = self.targets.iter().flat_map(|target| &target.moments);
        moments
            .chain(self.means.rows())
            .find(|(of, _)| *of == name)
            .map(|(_, tensor)| tensor)
    }

    fn counts_steps(&self) -> bool {
        matches!(self.optimiser, Optimiser::Adam { .. })
    }
}
