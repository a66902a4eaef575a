//! What can be recorded.

use super::TargetKind;

/// A model of a circuit in continuous time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Model {
    /// With interneurons.
    Sacramento2018,
    /// With error neurons.
    Max2026,
}

/// A quantity of neurons over time. All are dimensionless.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quantity {
    /// r_0, behind its low-pass filter where there is one.
    Input,
    /// u_k.
    Soma,
    /// v_B,k.
    Basal,
    /// v̂_k = α_k v_B,k.
    Prediction,
    /// v_A,k.
    Apical,
    /// v^I_k.
    Dendrite,
    /// u^I_k.
    Interneuron,
    /// e_k.
    Error,
    /// φ(u_k).
    Rate,
    /// φ(u^I_k).
    InterneuronRate,
    /// u_trgt, or r_trgt of error neurons.
    Target,
}

impl Model {
    /// What can be recorded of it, in the order in which it is named.
    pub fn quantities(self) -> &'static [Quantity] {
        use Quantity::*;
        match self {
            Self::Sacramento2018 => &[
                Input,
                Soma,
                Basal,
                Apical,
                Dendrite,
                Interneuron,
                Rate,
                InterneuronRate,
                Target,
            ],
            Self::Max2026 => &[Input, Soma, Prediction, Apical, Error, Rate, Target],
        }
    }

    /// What its teacher gives.
    pub(super) fn target_kind(self) -> TargetKind {
        match self {
            Self::Sacramento2018 => TargetKind::Potentials,
            Self::Max2026 => TargetKind::Rates,
        }
    }

    /// The neurons that have `quantity` in a network of layers `sizes`, as (layer, number).
    pub fn neurons(self, quantity: Quantity, sizes: &[usize]) -> Vec<(usize, usize)> {
        let n = sizes.len() - 1;
        let layers = match (quantity, self) {
            (Quantity::Input, _) => 0..1,
            (
                Quantity::Soma
                | Quantity::Basal
                | Quantity::Prediction
                | Quantity::Error
                | Quantity::Rate,
                _,
            )
            | (Quantity::Apical, Self::Max2026) => 1..n + 1,
            (
                Quantity::Apical
                | Quantity::Dendrite
                | Quantity::Interneuron
                | Quantity::InterneuronRate,
                _,
            ) => 1..n,
            (Quantity::Target, _) => n..n + 1,
        };
        let width = |k: usize| match quantity {
            Quantity::Dendrite | Quantity::Interneuron | Quantity::InterneuronRate => sizes[k + 1],
            _ => sizes[k],
        };
        layers
            .flat_map(|k| (0..width(k)).map(move |i| (k, i)))
            .collect()
    }
}

impl Quantity {
    /// Its name in files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Input => "input",
            Self::Soma => "soma",
            Self::Basal => "basal",
            Self::Prediction => "prediction",
            Self::Apical => "apical",
            Self::Dendrite => "dendrite",
            Self::Interneuron => "interneuron",
            Self::Error => "error",
            Self::Rate => "rate",
            Self::InterneuronRate => "interneuron_rate",
            Self::Target => "target",
        }
    }
}
