//! What is frozen stays, and the rest learns as it would otherwise.

use apical_backprop::{Flavour, Frozen, Mlp, Optimiser};
use apical_learning::{
    Learner, NoClock, PhaseTimer, Precision, Quantity, Teacher, TensorName, Transfer,
};

use crate::common::{network, samples, spec, start};

/// Names of the tensors that `frozen` leaves plastic; all checks that hold for any of them.
fn plastic(frozen: Frozen) -> Vec<String> {
    let network = network(&[4, 6, 5, 3], Transfer::Logistic, true);
    let start = start(&network, 51);
    let free = spec(Flavour::Matched, Optimiser::Sgd, Precision::F32);
    let mut frozen_spec = free.clone();
    frozen_spec.frozen = frozen;
    let mut learner = Mlp::new(&network, &start, &frozen_spec).unwrap();
    let free = Mlp::new(&network, &start, &free).unwrap();
    let part = samples(&network, 5, 51);
    let updates = learner.propose(&mut (), part.all()).unwrap();
    let otherwise = free.propose(&mut (), part.all()).unwrap();
    for update in updates.changes() {
        assert!(otherwise.changes().contains(update), "{}", update.0);
    }
    let changing: Vec<TensorName> = updates.changes().iter().map(|(name, _)| *name).collect();
    let mut timer = PhaseTimer::new(&NoClock);
    learner.learn(&mut (), part.all(), &mut timer).unwrap();
    for name in learner.tensors().names() {
        let moved = learner.tensor(name) != free.tensor(name);
        assert_eq!(moved, changing.contains(&name), "{name}");
    }
    changing.iter().map(ToString::to_string).collect()
}

#[test]
fn with_frozen_hidden_layers_only_the_output_learns() {
    assert_eq!(
        plastic(Frozen::Hidden),
        ["pyramidal_from_pyramidal.3_2", "pyramidal_threshold.3"]
    );
}

#[test]
fn with_frozen_hidden_to_hidden_weights_all_else_learns() {
    assert_eq!(
        plastic(Frozen::HiddenToHidden),
        [
            "pyramidal_from_pyramidal.1_0",
            "pyramidal_from_pyramidal.3_2",
            "pyramidal_threshold.1",
            "pyramidal_threshold.2",
            "pyramidal_threshold.3"
        ]
    );
}

#[test]
fn with_nothing_frozen_everything_learns() {
    assert_eq!(plastic(Frozen::None).len(), 6);
}

#[test]
fn hidden_layers_above_nothing_plastic_have_no_error() {
    let network = network(&[4, 6, 5, 3], Transfer::Logistic, false);
    let mut spec = spec(Flavour::Standard, Optimiser::Sgd, Precision::F32);
    spec.frozen = Frozen::Hidden;
    let learner = Mlp::new(&network, &start(&network, 52), &spec).unwrap();
    let part = samples(&network, 2, 52);
    let nudged = learner
        .activities(&mut (), part.all(), Teacher::On)
        .unwrap();
    assert!(nudged.get(Quantity::HiddenError, 1).is_none());
    assert!(nudged.get(Quantity::HiddenError, 2).is_none());
}
