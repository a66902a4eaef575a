//! Backpropagation on the kernels of the circuits: what dendritic learning costs is measured against it.
//!
//! u_k = W_k r_{k−1} + b_k, r_k = φ(u_k)
//! δ_N = φ′(u_N) (r_trgt − r_N), δ_k = φ′(u_k) e_k with e_k = W_{k+1}ᵀ δ_{k+1}
//! ΔW_k = η_k ⟨δ_k r_{k−1}ᵀ⟩, Δb_k = η_k ⟨δ_k⟩
//!
//! Plain descent of ½‖r_trgt − r_N‖², averaged over the minibatch. Source: Rumelhart et al. (1986). In the standard
//! flavour r_N = softmax(u_N) and δ_N = y − r_N, with y 1 at the label and 0 elsewhere: descent of the cross-entropy. With feedback
//! of its own e_k = B_k δ_{k+1}, B_k fixed. Source: Lillicrap et al. (2016).

mod learner;
mod state;

use apical_kernels::{
    Columns, Padded, Real, Start, add_scaled, all_finite, exponential, multiply,
    multiply_transposed, rank_update, rates_of_rows, subtract, times_slope,
};
use apical_learning::{
    Batch, ForwardWeights, LayerRates, LearnError, Network, SpecError, Streams, uniform,
};

use crate::labels::labels_of;
use crate::operation::Plastic;
use crate::{Flavour, KernelBackpropSpec};
pub use state::State;

const NAME: &str = "kernel_backprop";

/// A multilayer perceptron on padded matrices.
#[derive(Clone)]
pub struct KernelBackprop<T> {
    network: Network,
    flavour: Flavour,
    rates: LayerRates,
    plastic: Vec<Plastic>,
    layers: Vec<Layer<T>>,
    /// B_k, `[n_k, n_{k+1}]`, index k − 1; none where errors take the transposed forward weights.
    feedback: Vec<Padded<T>>,
}

/// What a layer is made of.
#[derive(Clone)]
struct Layer<T> {
    /// W_k, `[n_{k−1}, n_k]`.
    weights: Padded<T>,
    /// b_k, `[1, n_k]`; zero in a network without thresholds.
    thresholds: Padded<T>,
}

impl<T: Real> KernelBackprop<T> {
    /// A perceptron with the forward weights `start`, to the bit in single precision; feedback is drawn from
    /// the stream `feedback`. `T` must be the type that `spec.precision` names.
    ///
    /// # Errors
    /// Values of `spec` out of range.
    pub fn new(
        network: &Network,
        start: &ForwardWeights<f32>,
        spec: &KernelBackpropSpec,
        streams: Streams,
    ) -> Result<Self, SpecError> {
        let (n_layers, sizes) = (network.n_layers(), network.sizes());
        let mut feedback = Vec::new();
        if let Some(scale) = &spec.feedback_scale {
            let mut rng = streams.stream("feedback");
            for (k, scale) in (1..).zip(scale.expand(n_layers - 1, "feedback_scale")?) {
                let drawn = uniform([sizes[k], sizes[k + 1]], scale, &mut rng);
                feedback.push(Padded::from_transposed(drawn.t()));
            }
        }
        let thresholds = start.thresholds.as_ref();
        let layers = start.weights.iter().enumerate().map(|(index, weights)| {
            let mut row = Padded::zeros(1, weights.nrows());
            if let Some(values) = thresholds {
                row.assign(values[index].view().insert_axis(ndarray::Axis(0)));
            }
            Layer {
                weights: Padded::from_transposed(weights.view()),
                thresholds: row,
            }
        });
        Ok(Self {
            rates: LayerRates::new(&spec.rates, network)?,
            plastic: spec.frozen.plastic(n_layers, network.thresholds()),
            flavour: spec.flavour,
            layers: layers.collect(),
            feedback,
            network: network.clone(),
        })
    }

    /// Potentials and rates of the minibatch in `s`.
    fn forward(&self, s: &mut State<T>) -> Result<(), LearnError> {
        let transfer = self.network.transfer();
        for (k, layer) in (1..).zip(&self.layers) {
            let columns = match k {
                1 => s.active_inputs.columns(),
                _ => Columns::All,
            };
            let start = Start::Row(layer.thresholds.row(0));
            let [below, rates] = s.rates.get_disjoint_mut([k - 1, k]).expect("layers");
            let potentials = &mut s.potentials[k - 1];
            multiply(below, columns, &layer.weights, start, potentials);
            if !all_finite(potentials.values()) {
                return Err(LearnError::NonFinite {
                    layer: k,
                    quantity: "somatic potential",
                });
            }
            if self.flavour == Flavour::Standard && k == self.layers.len() {
                softmax(potentials, rates);
            } else {
                rates_of_rows(transfer, potentials, rates);
            }
        }
        Ok(())
    }

    /// δ_k from the top down to the lowest layer that learns; `see` is shown e_k of hidden layers.
    fn backward(&self, s: &mut State<T>, mut see: impl FnMut(usize, &Padded<T>)) {
        let (n, transfer) = (self.layers.len(), self.network.transfer());
        let learns = |plastic: &Plastic| plastic.weights || plastic.thresholds;
        let lowest = self.plastic.iter().position(learns).unwrap_or(n - 1);
        let error = s.deltas[n - 1].values_mut();
        subtract(s.targets.values(), s.rates[n].values(), error);
        for k in (lowest + 1..=n).rev() {
            if k < n {
                let [error, above] = s.deltas.get_disjoint_mut([k - 1, k]).expect("layers");
                let downwards = self.feedback.get(k - 1);
                let downwards = downwards.unwrap_or(&self.layers[k].weights);
                multiply_transposed(above, downwards, error);
                see(k, error);
            } else if self.flavour == Flavour::Standard {
                continue;
            }
            let at = (s.potentials[k - 1].values(), s.rates[k].values());
            times_slope(transfer, at, T::one(), s.deltas[k - 1].values_mut());
        }
    }

    fn read(&self, s: &mut State<T>, batch: Batch<'_>) -> Result<(), LearnError> {
        s.set_inputs(&self.network, batch.inputs)?;
        self.set_targets(s, batch)
    }

    fn set_targets(&self, s: &mut State<T>, batch: Batch<'_>) -> Result<(), LearnError> {
        match self.flavour {
            Flavour::Matched => s.set_target_rates(&self.network, batch.target_rates),
            Flavour::Standard => {
                s.set_labels(labels_of(batch, self.network.n_outputs(), NAME)?);
                Ok(())
            }
        }
    }
}

/// r = exp(u) / Σ exp(u) in each row, in double precision.
fn softmax<T: Real>(potentials: &Padded<T>, rates: &mut Padded<T>) {
    for b in 0..potentials.rows() {
        let row = potentials.row(b);
        let largest = row.iter().fold(f64::NEG_INFINITY, |a, u| a.max(u.wide()));
        let shifted = |u: T| exponential::exp(u.wide() - largest);
        let total: f64 = row.iter().map(|&u| shifted(u)).sum();
        for (r, &u) in rates.row_mut(b).iter_mut().zip(row) {
            *r = T::of(shifted(u) / total);
        }
    }
}

/// Adds ΔW_k and Δb_k to `into`; δ_k become steps.
fn add_changes<T: Real>(
    rates: &LayerRates,
    plastic: &[Plastic],
    s: &mut State<T>,
    into: &mut [Layer<T>],
) {
    let per_sample = 1.0 / s.n_samples() as f64;
    // From the top down: what was read last is still in a cache, and what is read next will be.
    for (index, (plastic, layer)) in plastic.iter().zip(into).enumerate().rev() {
        let k = index + 1;
        if !plastic.weights && !plastic.thresholds {
            continue;
        }
        let step = T::of(rates.of(k) * per_sample);
        let columns = match k {
            1 => s.active_inputs.columns(),
            _ => Columns::All,
        };
        let deltas = &mut s.deltas[k - 1];
        deltas.values_mut().iter_mut().for_each(|d| *d = step * *d);
        if plastic.weights {
            rank_update(&s.rates[k - 1], columns, deltas, &mut layer.weights);
        }
        if plastic.thresholds {
            for b in 0..deltas.rows() {
                add_scaled(layer.thresholds.row_mut(0), T::one(), deltas.row(b));
            }
        }
    }
}
