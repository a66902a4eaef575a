//! The suite that every learner passes.

use apical_backprop::{
    BackpropSpec, FeedbackAlignment, FeedbackAlignmentSpec, Flavour, Frozen, Mlp, Optimiser,
    SingleLayerSpec, single_layer,
};
use apical_learning::{Network, PerLayer, Precision, Streams, Transfer, conformance::check};

use crate::common::{OPTIMISERS, network, spec};

fn perceptron(network: &Network, spec: &BackpropSpec, seed: u64) -> Mlp {
    let start = network.draw_forward(&vec![0.5; network.n_layers()], Streams::new(seed));
    Mlp::new(network, &start, spec).unwrap()
}

#[test]
fn matched_perceptron() {
    let network = network(&[10, 20, 15, 4], Transfer::Logistic, true);
    for precision in [Precision::F32, Precision::F64] {
        let mut spec = spec(Flavour::Matched, Optimiser::Sgd, precision);
        spec.rates = PerLayer::Each(vec![10.0, 5.0, 2.0]);
        check(|seed| perceptron(&network, &spec, seed), 1000);
    }
}

#[test]
fn perceptron_with_centred_rates() {
    let network = network(&[10, 20, 15, 4], Transfer::Logistic, true);
    for (flavour, rate) in [(Flavour::Matched, 5.0), (Flavour::Standard, 1.0)] {
        let mut spec = spec(flavour, Optimiser::Sgd, Precision::F32);
        spec.rates = PerLayer::All(rate);
        spec.centring = 0.05;
        check(|seed| perceptron(&network, &spec, seed), 1000);
    }
}

#[test]
fn standard_perceptron_with_each_optimiser() {
    let network = network(&[10, 20, 4], Transfer::Tanh, true);
    for (optimiser, rate) in OPTIMISERS.into_iter().zip([0.5, 0.1, 0.01]) {
        let mut spec = spec(Flavour::Standard, optimiser, Precision::F32);
        spec.rates = PerLayer::All(rate);
        check(|seed| perceptron(&network, &spec, seed), 500);
    }
}

#[test]
fn perceptron_with_frozen_layers() {
    let network = network(&[10, 20, 15, 4], Transfer::Logistic, true);
    for (flavour, rate) in [(Flavour::Matched, 5.0), (Flavour::Standard, 1.0)] {
        for frozen in [Frozen::Hidden, Frozen::HiddenToHidden] {
            let mut spec = spec(flavour, Optimiser::Sgd, Precision::F32);
            spec.rates = PerLayer::All(rate);
            spec.frozen = frozen;
            check(|seed| perceptron(&network, &spec, seed), 2000);
        }
    }
}

#[test]
fn alignment_by_feedback() {
    let network = network(&[10, 20, 15, 4], Transfer::Logistic, true);
    let spec = FeedbackAlignmentSpec {
        rates: PerLayer::All(2.0),
        feedback_scale: PerLayer::All(1.0),
        precision: Precision::F32,
    };
    let start = |seed| network.draw_forward(&[0.5; 3], Streams::new(seed));
    let streams = Streams::new;
    check(
        |seed| FeedbackAlignment::new(&network, &start(seed), &spec, streams(seed)).unwrap(),
        1000,
    );
    check(
        |seed| FeedbackAlignment::direct(&network, &start(seed), &spec, streams(seed)).unwrap(),
        1000,
    );
}

#[test]
fn single_layer_of_weights() {
    let network = network(&[10, 20, 4], Transfer::Logistic, true);
    let spec = SingleLayerSpec {
        rate: 2.0,
        forward_scale: 0.5,
        precision: Precision::F32,
    };
    check(
        |seed| single_layer(&network, &spec, Streams::new(seed)).unwrap(),
        2000,
    );
}
