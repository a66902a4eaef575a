//! The forward network that learners share, by hand.

use apical_learning::{ForwardNetwork, ForwardWeights, LearnError, Network, TensorName, Transfer};
use apical_learning::{LayerRates, PerLayer, Updates};
use ndarray::{Array2, array};

fn network() -> ForwardNetwork {
    ForwardNetwork {
        weights: ForwardWeights {
            weights: vec![array![[1.0, -2.0]], array![[3.0], [-1.0]]],
            thresholds: Some(vec![array![0.5], array![0.0, 1.0]]),
        },
        attenuation: vec![0.5, 1.0],
        transfer: Transfer::Relu,
    }
}

#[test]
fn rates_and_slopes_are_those_of_the_equation() {
    let pass = network()
        .pass(array![[4.0, 1.0], [0.0, 2.0]].view())
        .expect("finite");
    // 0.5 (4 − 2 + 0.5) = 1.25 and 0.5 (−4 + 0.5) < 0.
    assert_eq!(pass.rates[1], array![[1.25], [0.0]]);
    assert_eq!(pass.slope(1), array![[1.0], [0.0]]);
    // 3 · 1.25 and −1.25 + 1; then 0 and 1.
    assert_eq!(pass.rates[2], array![[3.75, 0.0], [0.0, 1.0]]);
    let mut outputs = Array2::<f32>::zeros((2, 2));
    network()
        .predict(array![[4.0, 1.0], [0.0, 2.0]].view(), outputs.view_mut())
        .expect("finite");
    assert_eq!(outputs, array![[3.75_f32, 0.0], [0.0, 1.0]]);
}

#[test]
fn inputs_of_another_width_and_infinite_potentials_are_errors() {
    let wide = network().pass(array![[1.0, 2.0, 3.0]].view());
    assert!(matches!(wide, Err(LearnError::Shape { .. })), "{wide:?}");
    let infinite = network().pass(array![[f32::INFINITY, 0.0]].view());
    assert!(
        matches!(infinite, Err(LearnError::NonFinite { layer: 1, .. })),
        "{infinite:?}"
    );
}

#[test]
fn a_layers_change_is_the_mean_of_error_times_rate() {
    let network = Network::new(vec![2, 1], Transfer::Relu, true).expect("valid");
    let mut rates = LayerRates::new(&PerLayer::All(0.5), &network).expect("valid");
    rates.set_share(2.0);
    assert_eq!(rates.all(), [1.0]);
    let mut updates = Updates::new();
    let (error, pre) = (array![[1.0], [3.0]], array![[1.0, 2.0], [1.0, 0.0]]);
    updates.push_layer(&network, 1, rates.of(1), &error, &pre);
    let change = updates.matrix(TensorName::forward(1)).expect("there");
    assert_eq!(change, array![[2.0, 1.0]]);
    assert_eq!(updates.changes()[1].1, array![2.0].into_dyn());
}
