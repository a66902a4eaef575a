//! What the perceptron computes of a minibatch: a row per sample.

use apical_kernels::{Active, Padded, Real};
use apical_learning::{LearnError, Network, check_shape};
use ndarray::ArrayView2;

/// Potentials, rates and errors of a minibatch; nothing is carried on to the next.
#[derive(Clone)]
pub struct State<T> {
    /// r_k, index k; r_0 are the inputs.
    pub(super) rates: Vec<Padded<T>>,
    /// u_k, index k − 1.
    pub(super) potentials: Vec<Padded<T>>,
    /// δ_k, index k − 1.
    pub(super) deltas: Vec<Padded<T>>,
    /// r_trgt; in the standard flavour 1 at the label and 0 elsewhere.
    pub(super) targets: Padded<T>,
    pub(super) active_inputs: Active,
}

impl<T: Real> State<T> {
    pub(super) fn new(sizes: &[usize], n_samples: usize) -> Self {
        let layers = |sizes: &[usize]| {
            let zeros = sizes.iter().map(|&n| Padded::zeros(n_samples, n));
            zeros.collect::<Vec<_>>()
        };
        Self {
            rates: layers(sizes),
            potentials: layers(&sizes[1..]),
            deltas: layers(&sizes[1..]),
            targets: Padded::zeros(n_samples, sizes[sizes.len() - 1]),
            active_inputs: Active::default(),
        }
    }

    pub(super) fn n_samples(&self) -> usize {
        self.rates[0].rows()
    }

    pub(super) fn set_inputs(
        &mut self,
        network: &Network,
        inputs: ArrayView2<'_, f32>,
    ) -> Result<(), LearnError> {
        let n_samples = inputs.nrows();
        let expected = [n_samples.max(1), network.n_inputs()];
        check_shape("the batch of input rates", inputs.shape(), &expected)?;
        if n_samples != self.n_samples() {
            let layers = self.rates.iter_mut().chain(&mut self.potentials);
            let all = layers.chain(&mut self.deltas).chain([&mut self.targets]);
            all.for_each(|layer| layer.set_rows(n_samples));
        }
        self.rates[0].assign(inputs);
        self.active_inputs.find(&self.rates[0]);
        Ok(())
    }

    pub(super) fn set_target_rates(
        &mut self,
        network: &Network,
        target_rates: ArrayView2<'_, f32>,
    ) -> Result<(), LearnError> {
        let expected = [self.n_samples(), network.n_outputs()];
        check_shape("the array of target rates", target_rates.shape(), &expected)?;
        self.targets.assign(target_rates);
        Ok(())
    }

    /// `labels`: one a sample, each the number of an output.
    pub(super) fn set_labels(&mut self, labels: &[u32]) {
        self.targets.values_mut().fill(T::zero());
        for (b, &label) in labels.iter().enumerate() {
            self.targets.row_mut(b)[label as usize] = T::one();
        }
    }
}
