//! How large forward weights begin.

use apical_learning::{Network, PerLayerOr, SpecError, Transfer, Word};

/// `"fan_in"`: s_k = √3 g / √n_{k−1}, a variance of g²/n_{k−1}, with 1/g the root mean square of φ′ on both
/// sides of 0: while potentials stay near 0, what rates differ by keeps its variance from layer to
/// layer. g is 4 for the logistic function, 1 for tanh (Glorot and Bengio 2010), √2 for ReLU (He et al. 2015).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct FanIn;

impl Word for FanIn {
    const WORDS: &'static [(Self, &'static str, &'static str)] = &[(
        Self,
        "fan_in",
        "√3 g / √n_{k−1}, with which rates keep their variance from layer to layer while potentials are near 0: 1/g is the slope of φ there (of ReLU the root mean square on both sides), so that g is 4 for the logistic function.",
    )];
    const EXPECTED: &'static str = "\"fan_in\", a number, or a list with one number per layer";
}

/// s_k.
pub type ForwardScale = PerLayerOr<FanIn>;

/// s_k of layers 1…N at index `k − 1`.
pub(super) fn expand(scale: &ForwardScale, network: &Network) -> Result<Vec<f64>, SpecError> {
    if let Some(values) = scale.values() {
        return values.expand(network.n_layers(), "forward_scale");
    }
    let gain = gain(network.transfer());
    let n_from = network.sizes().iter().take(network.n_layers());
    Ok(n_from.map(|n| gain * (3.0 / *n as f64).sqrt()).collect())
}

fn gain(transfer: Transfer) -> f64 {
    let beside = f64::EPSILON;
    let slopes = [-beside, beside].map(|u| transfer.slope(u));
    (0.5 * slopes.map(|slope| slope * slope).iter().sum::<f64>())
        .sqrt()
        .recip()
}

#[cfg(test)]
mod tests {
    use apical_learning::PerLayer;

    use super::*;

    #[test]
    fn by_fan_in_every_layer_has_its_own() {
        let network =
            |transfer| Network::new(vec![48, 3, 12, 2], transfer, true).expect("a network");
        let of = |transfer| expand(&PerLayerOr::Word(FanIn), &network(transfer)).expect("a scale");
        let close = |found: Vec<f64>, expected: [f64; 3]| {
            let pairs = found.iter().zip(expected);
            assert!(
                pairs.clone().all(|(a, b)| (a - b).abs() < 1e-12),
                "{found:?}"
            );
            assert_eq!(pairs.len(), 3);
        };
        close(of(Transfer::Logistic), [1.0, 4.0, 2.0]);
        close(of(Transfer::Tanh), [0.25, 1.0, 0.5]);
        close(
            of(Transfer::Relu),
            [0.25, 1.0, 0.5].map(|s| s * 2.0_f64.sqrt()),
        );
        let numbers = ForwardScale::from(PerLayer::All(0.1));
        assert_eq!(
            expand(&numbers, &network(Transfer::Tanh)).expect("a scale"),
            [0.1; 3]
        );
    }
}
