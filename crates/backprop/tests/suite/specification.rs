//! Specifications: what is read, what is refused.

use apical_backprop::{
    BackpropSpec, FeedbackAlignmentSpec, Flavour, Frozen, Optimiser, SingleLayerSpec,
};
use apical_learning::{PerLayer, Precision, Transfer};
use proptest::prelude::*;

use crate::common::network;

fn read(text: &str) -> BackpropSpec {
    toml::from_str(text).unwrap()
}

#[test]
fn defaults_are_plain_descent_of_everything_in_single_precision() {
    assert_eq!(
        read("flavour = 'matched'\nrates = [6.0, 2.0, 0.1]"),
        BackpropSpec {
            flavour: Flavour::Matched,
            rates: PerLayer::Each(vec![6.0, 2.0, 0.1]),
            optimiser: Optimiser::Sgd,
            frozen: Frozen::None,
            centring: 0.0,
            precision: Precision::F32,
        }
    );
}

#[test]
fn optimisers_have_the_defaults_of_their_sources() {
    let with = |optimiser: &str| read(&format!("flavour = 'standard'\nrates = 1\n{optimiser}"));
    assert_eq!(with("optimiser = 'sgd'").optimiser, Optimiser::Sgd);
    assert_eq!(
        with("optimiser.momentum = {}").optimiser,
        Optimiser::Momentum { momentum: 0.9 }
    );
    assert_eq!(
        with("optimiser.adam = { beta1 = 0.8 }\nfrozen = 'hidden_to_hidden'").optimiser,
        Optimiser::Adam {
            beta1: 0.8,
            beta2: 0.999,
            epsilon: 1e-8
        }
    );
}

#[test]
fn unknown_keys_are_refused() {
    for text in [
        "flavour = 'matched'\nrates = 1\nrate = 2",
        "flavour = 'matched'\nrates = 1\noptimiser.adam = { beta3 = 0.9 }",
        "flavour = 'mached'\nrates = 1",
    ] {
        assert!(toml::from_str::<BackpropSpec>(text).is_err(), "{text}");
    }
    let text = "rates = 1\nfeedback_scale = 1\nscale = 1";
    assert!(toml::from_str::<FeedbackAlignmentSpec>(text).is_err());
    let text = "rate = 1\nforward_scale = 1\nscale = 1";
    assert!(toml::from_str::<SingleLayerSpec>(text).is_err());
}

#[test]
fn values_out_of_range_are_named() {
    let network = network(&[4, 6, 5, 3], Transfer::Logistic, true);
    let refused = |text: &str| {
        let text = format!("flavour = 'matched'\n{text}");
        read(&text).check(&network).unwrap_err().to_string()
    };
    insta::assert_snapshot!(
        refused("rates = [1.0, 2.0]"),
        @"`rates` has 2 values, expected one for all or one for each of 3 layers"
    );
    insta::assert_snapshot!(
        refused("rates = -1"),
        @"`rates` is -1, expected 0, or a number from 1e-30 to 1e12"
    );
    insta::assert_snapshot!(
        refused("rates = 1\noptimiser.adam = { beta2 = 1.0 }"),
        @"`optimiser.adam.beta2` is 1, expected at least 0 and below 1, in single precision too"
    );
    insta::assert_snapshot!(
        refused("rates = 1\noptimiser.adam = { epsilon = 0 }"),
        @"`optimiser.adam.epsilon` is 0, expected a number from 1e-30 to 1e6"
    );
    insta::assert_snapshot!(
        refused("rates = 1\noptimiser.momentum = { momentum = nan }"),
        @"`optimiser.momentum.momentum` is NaN, expected at least 0 and below 1, in single precision too"
    );
    insta::assert_snapshot!(
        refused("rates = 1\ncentring = 1.0"),
        @"`centring` is 1, expected at least 0 and below 1, in single precision too"
    );
    insta::assert_snapshot!(
        refused("rates = 1\ncentring = 0.05\noptimiser.adam = {}"),
        @r#"`centring` is 0.05, expected 0, or `optimiser = "sgd"`, whose steps a threshold can make up for"#
    );
    let spec: FeedbackAlignmentSpec =
        toml::from_str("rates = 1\nfeedback_scale = [1, 2, 3]").unwrap();
    insta::assert_snapshot!(
        spec.check(&network).unwrap_err(),
        @"`feedback_scale` has 3 values, expected one for all or one for each of 2 layers"
    );
    let spec: SingleLayerSpec = toml::from_str("rate = 1\nforward_scale = inf").unwrap();
    insta::assert_snapshot!(
        spec.check(&network).unwrap_err(),
        @"`forward_scale` is inf, expected 0, or a number from 1e-30 to 1e12"
    );
}

fn optimiser() -> impl Strategy<Value = Optimiser> {
    let share = 0.0..1.0_f64;
    prop_oneof![
        Just(Optimiser::Sgd),
        share
            .clone()
            .prop_map(|momentum| Optimiser::Momentum { momentum }),
        (share.clone(), share, 1e-12..1.0_f64).prop_map(|(beta1, beta2, epsilon)| {
            Optimiser::Adam {
                beta1,
                beta2,
                epsilon,
            }
        }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn written_and_read_again_is_the_same(
        optimiser in optimiser(),
        rates in prop::collection::vec(0.0..10.0_f64, 3),
        frozen in prop::sample::select(vec![Frozen::None, Frozen::Hidden, Frozen::HiddenToHidden]),
    ) {
        let spec = BackpropSpec {
            flavour: Flavour::Standard,
            rates: PerLayer::Each(rates),
            optimiser,
            frozen,
            centring: 0.0,
            precision: Precision::F64,
        };
        let network = network(&[4, 6, 5, 3], Transfer::Logistic, true);
        prop_assert!(spec.check(&network).is_ok());
        prop_assert_eq!(read(&toml::to_string(&spec).unwrap()), spec);
    }
}
