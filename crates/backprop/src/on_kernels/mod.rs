//! Backpropagation on the kernels of the circuits: what dendritic learning costs is measured against it.
//!
//! u_k = W_k r_{k−1} + b_k, r_k = φ(u_k)
//! δ_N = φ′(u_N) (r_trgt − r_N), δ_k = φ′(u_k) e_k with e_k = W_{k+1}ᵀ δ_{k+1}
//! ΔW_k = η_k ⟨δ_k r_{k−1}ᵀ⟩, Δb_k = η_k ⟨δ_k⟩
//!
//! Plain descent of ½‖r_trgt − r_N‖², averaged over the minibatch. Source: Rumelhart et al. (1986).

mod learner;
mod state;

use apical_kernels::{
    Columns, Padded, Real, Start, add_scaled, all_finite, multiply, multiply_transposed,
    rank_update, rates_of_rows, subtract, times_slope,
};
use apical_learning::{Batch, ForwardWeights, LayerRates, LearnError, Network, SpecError};

use crate::KernelBackpropSpec;
use crate::operation::Plastic;
pub use state::State;

/// A multilayer perceptron on padded matrices.
#[derive(Clone)]
pub struct KernelBackprop<T> {
    network: Network,
    rates: LayerRates,
    plastic: Vec<Plastic>,
    layers: Vec<Layer<T>>,
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
    /// A perceptron with the forward weights `start`, to the bit in single precision. `T` must be the
    /// type that `spec.precision` names.
    ///
    /// # Errors
    /// Values of `spec` out of range.
    pub fn new(
        network: &Network,
        start: &ForwardWeights<f32>,
        spec: &KernelBackpropSpec,
    ) -> Result<Self, SpecError> {
        let n_layers = network.n_layers();
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
            layers: layers.collect(),
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
            rates_of_rows(transfer, potentials, rates);
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
                multiply_transposed(above, &self.layers[k].weights, error);
                see(k, error);
            }
            let at = (s.potentials[k - 1].values(), s.rates[k].values());
            times_slope(transfer, at, T::one(), s.deltas[k - 1].values_mut());
        }
    }

    fn read(&self, s: &mut State<T>, batch: Batch<'_>) -> Result<(), LearnError> {
        s.set_inputs(&self.network, batch.inputs)?;
        s.set_targets(&self.network, batch.target_rates)
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
    for (k, (plastic, layer)) in (1..).zip(plastic.iter().zip(into)) {
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
