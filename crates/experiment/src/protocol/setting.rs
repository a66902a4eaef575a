//! What specifications of protocols share.

use apical_keys::{Described, Shape};
use apical_learning::{
    ForwardWeights, KeyPath, Needs, Network, Numbers, PerLayer, Real, SpecError, StreamRng,
    Streams, Transfer, check_transfer,
};
use apical_microcircuit::kind::CONTINUOUS;
use apical_microcircuit::{Continuous, ContinuousSpec};
use ndarray::Array2;
use rand::RngExt;
use serde::{Deserialize, Serialize};

use crate::memory;

/// Layer sizes, transfer function and forward starting weights.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Described)]
#[serde(deny_unknown_fields)]
pub struct NetworkSpec {
    /// Neurons of each layer, input to output.
    #[key(min = 1, least = 2, unit = "neurons", example = "[30, 20, 10]")]
    pub sizes: Vec<usize>,
    /// φ of every neuron.
    pub transfer: Transfer,
    /// Whether every neuron has a learnable threshold.
    #[serde(default)]
    pub thresholds: bool,
    /// s_k: forward starting weights are drawn from U(−s_k, s_k).
    pub forward_scale: PerLayer,
}

impl NetworkSpec {
    /// The network.
    pub fn network(&self) -> Result<Network, SpecError> {
        let expected = "at least an input and an output layer, none of them empty";
        let network = Network::new(self.sizes.clone(), self.transfer, self.thresholds);
        let network = network.map_err(|_| {
            SpecError::range("network.sizes", format!("{:?}", self.sizes), expected)
        })?;
        check_transfer(self.transfer).map_err(|error| error.within(KeyPath::of(["network"])))?;
        let found = format!("{:?}", self.sizes);
        let n_bytes = memory::of_run(&network, 1, Needs::default(), false);
        memory::check_key("network.sizes", found, n_bytes)?;
        self.forward_scale
            .check_not_negative("network.forward_scale")?;
        self.forward_scale
            .expand(network.n_layers(), "network.forward_scale")?;
        Ok(network)
    }

    /// Bytes that the largest of `circuits` needs at least, with `n_rows` samples in it together.
    pub(crate) fn n_bytes<'a>(
        &self,
        n_rows: usize,
        circuits: impl IntoIterator<Item = &'a ContinuousSpec>,
    ) -> u64 {
        let network = Network::new(self.sizes.clone(), self.transfer, self.thresholds);
        network.map_or(0, |network| {
            let needs = circuits
                .into_iter()
                .map(|spec| (CONTINUOUS.needs)(spec, &network));
            let n_bytes = needs.map(|needs| memory::of_run(&network, n_rows, needs, false));
            n_bytes.max().unwrap_or(0)
        })
    }

    /// The same, with at least one hidden layer.
    pub(crate) fn with_hidden_layer(&self) -> Result<Network, SpecError> {
        let network = self.network()?;
        if network.n_layers() < 2 {
            let found = format!("{:?}", self.sizes);
            let expected = "at least one hidden layer";
            return Err(SpecError::range("network.sizes", found, expected));
        }
        Ok(network)
    }

    /// The circuit of `spec` with starting weights from `streams`.
    pub fn circuit<T: Real>(
        &self,
        spec: &ContinuousSpec,
        streams: Streams,
    ) -> Result<Continuous<T>, SpecError> {
        Continuous::new(&self.network()?, &self.start(streams)?, spec, streams)
    }

    /// Forward starting weights from `streams`.
    pub fn start(&self, streams: Streams) -> Result<ForwardWeights<f32>, SpecError> {
        let network = self.network()?;
        let scale = self
            .forward_scale
            .expand(network.n_layers(), "forward_scale")?;
        Ok(network.draw_forward(&scale, streams))
    }
}

/// The interval that uniform random numbers are drawn from.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(crate) struct Interval(f64, f64);

impl Described for Interval {
    const SHAPE: &'static Shape = &Shape::List {
        of: f64::SHAPE,
        least: 2,
        most: 2,
    };
}

impl Interval {
    /// Fails unless the ends are potentials or rates, and in order.
    pub(crate) fn check(self, key: &'static str) -> Result<(), SpecError> {
        let Self(from, to) = self;
        if Numbers::SIGNED.contains(from) && Numbers::SIGNED.contains(to) && from < to {
            return Ok(());
        }
        let found = format!("[{from}, {to}]");
        let expected = "two numbers from -1e6 to 1e6, the lower one first";
        Err(SpecError::range(key, found, expected))
    }

    /// Uniform random numbers `[n_rows, n_columns]`.
    pub(crate) fn draw(self, shape: [usize; 2], rng: &mut StreamRng) -> Array2<f32> {
        Array2::from_shape_simple_fn(shape, || rng.random_range(self.0..self.1) as f32)
    }
}

/// How many parts of `part_ms` make the `whole_ms` at `key`.
pub(crate) fn whole_number(
    key: impl Into<KeyPath>,
    whole_ms: f64,
    part_ms: f64,
    expected: &'static str,
) -> Result<usize, SpecError> {
    let n = whole_ms / part_ms;
    if (0.5..=1e9).contains(&n) && (n - n.round()).abs() <= 1e-6 * n {
        return Ok(n.round() as usize);
    }
    let found = format!("{whole_ms:?} at {part_ms:?} ms");
    Err(SpecError::range(key, found, expected))
}

/// The key of the condition `name` in a specification.
pub(crate) fn condition_key(name: &str) -> KeyPath {
    KeyPath::of(["condition", name])
}

/// Fails where the circuit under `key` is not one for `network`.
pub(crate) fn check_circuit(
    spec: &ContinuousSpec,
    network: &Network,
    key: KeyPath,
) -> Result<(), SpecError> {
    spec.check(network).map_err(|error| error.within(key))
}

/// About `n` counts from 1 to `last`, each a constant factor above the one before, without repetition.
pub(crate) fn logarithmic_counts(n: usize, last: usize) -> Vec<usize> {
    let top = (last.max(1) as f64).ln();
    let mut counts: Vec<usize> = (0..n)
        .map(|i| (top * i as f64 / (n.max(2) - 1) as f64).exp().round() as usize)
        .collect();
    counts.push(last);
    counts.sort_unstable();
    counts.dedup();
    counts
}

/// `n` counts up to `last`, evenly spaced.
pub(crate) fn even_counts(n: usize, last: usize) -> Vec<usize> {
    let mut counts: Vec<usize> = (1..=n).map(|i| (last * i).div_ceil(n)).collect();
    counts.dedup();
    counts
}

/// The mean over rows of their squared norm.
pub(crate) fn mean_square_norm(rows: ndarray::ArrayView2<'_, f64>) -> f64 {
    rows.iter().map(|x| x * x).sum::<f64>() / rows.nrows() as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_end_where_they_should() {
        assert_eq!(logarithmic_counts(4, 1000), [1, 10, 100, 1000]);
        assert_eq!(logarithmic_counts(9, 3), [1, 2, 3]);
        assert_eq!(even_counts(4, 10), [3, 5, 8, 10]);
        assert_eq!(even_counts(5, 2), [1, 2]);
    }
}
