//! What can be recorded.

use apical_learning::Real;
use apical_microcircuit::circuit::sacramento_2018::State;
use ndarray::Array2;

/// A quantity of neurons over time. All are dimensionless.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Quantity {
    /// r_0 behind its low-pass filter.
    Input,
    /// u_k.
    Soma,
    /// v_B,k.
    Basal,
    /// v_A,k.
    Apical,
    /// v^I_k.
    Dendrite,
    /// u^I_k.
    Interneuron,
    /// φ(u_k).
    Rate,
    /// φ(u^I_k).
    InterneuronRate,
    /// u_trgt.
    Target,
}

impl Quantity {
    /// All, in the order in which they are named.
    pub(crate) const ALL: [Self; 9] = [
        Self::Input,
        Self::Soma,
        Self::Basal,
        Self::Apical,
        Self::Dendrite,
        Self::Interneuron,
        Self::Rate,
        Self::InterneuronRate,
        Self::Target,
    ];

    /// Its name in files.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Input => "input",
            Self::Soma => "soma",
            Self::Basal => "basal",
            Self::Apical => "apical",
            Self::Dendrite => "dendrite",
            Self::Interneuron => "interneuron",
            Self::Rate => "rate",
            Self::InterneuronRate => "interneuron_rate",
            Self::Target => "target",
        }
    }

    /// The neurons that have it in a network of layers `sizes`, as (layer, number).
    pub(crate) fn neurons(self, sizes: &[usize]) -> Vec<(usize, usize)> {
        let n = sizes.len() - 1;
        let layers = match self {
            Self::Input => 0..1,
            Self::Soma | Self::Basal | Self::Rate => 1..n + 1,
            Self::Apical | Self::Dendrite | Self::Interneuron | Self::InterneuronRate => 1..n,
            Self::Target => n..n + 1,
        };
        let width = |k: usize| match self {
            Self::Dendrite | Self::Interneuron | Self::InterneuronRate => sizes[k + 1],
            _ => sizes[k],
        };
        layers
            .flat_map(|k| (0..width(k)).map(move |i| (k, i)))
            .collect()
    }

    /// Its values in `layer`, a row per sample; none where it is not of the state.
    pub(super) fn of<T: Real>(self, state: &State<T>, layer: usize) -> Option<Array2<f64>> {
        Some(match self {
            Self::Input | Self::Rate => state.rate(layer),
            Self::Soma => state.soma(layer),
            Self::Basal => state.basal(layer),
            Self::Apical => state.apical(layer),
            Self::Dendrite => state.dendrite(layer),
            Self::Interneuron => state.interneuron(layer),
            Self::InterneuronRate => state.interneuron_rate(layer),
            Self::Target => return None,
        })
    }
}
