//! Backprop and its controls as kinds of learners that a specification can name.

use apical_learning::{AnyLearnerKind, Documented, LearnerKind, any_learner};

use crate::{
    BackpropSpec, FeedbackAlignment, FeedbackAlignmentSpec, Flavour, Frozen, Mlp, SingleLayerSpec,
    single_layer,
};

/// All, in the order of listings.
pub static KINDS: &[&dyn AnyLearnerKind] = &[
    &Documented(&BACKPROP),
    &Documented(&FEEDBACK_ALIGNMENT),
    &Documented(&DIRECT_FEEDBACK_ALIGNMENT),
    &Documented(&SINGLE_LAYER),
];

/// Backpropagation.
pub static BACKPROP: LearnerKind<BackpropSpec> = LearnerKind {
    name: "backprop",
    one_line: "backpropagation, matched to the circuit or standard, also with frozen layers",
    check: BackpropSpec::check,
    make: |spec, network, start, _| Ok(any_learner(Mlp::new(network, start, spec)?)),
    is_baseline: |spec| spec.flavour == Flavour::Matched && spec.frozen == Frozen::None,
};

/// Feedback alignment.
pub static FEEDBACK_ALIGNMENT: LearnerKind<FeedbackAlignmentSpec> = LearnerKind {
    name: "feedback_alignment",
    one_line: "fixed random feedback in place of the transposed weights",
    check: FeedbackAlignmentSpec::check,
    make: |spec, network, start, streams| {
        let learner = FeedbackAlignment::new(network, start, spec, streams)?;
        Ok(any_learner(learner))
    },
    is_baseline: |_| false,
};

/// Direct feedback alignment.
pub static DIRECT_FEEDBACK_ALIGNMENT: LearnerKind<FeedbackAlignmentSpec> = LearnerKind {
    name: "direct_feedback_alignment",
    one_line: "fixed random feedback from the output to every hidden layer",
    check: FeedbackAlignmentSpec::check,
    make: |spec, network, start, streams| {
        let learner = FeedbackAlignment::direct(network, start, spec, streams)?;
        Ok(any_learner(learner))
    },
    is_baseline: |_| false,
};

/// Backpropagation in a network without hidden layers.
pub static SINGLE_LAYER: LearnerKind<SingleLayerSpec> = LearnerKind {
    name: "single_layer",
    one_line: "backpropagation without hidden layers, a lower bound",
    check: SingleLayerSpec::check,
    make: |spec, network, _, streams| Ok(any_learner(single_layer(network, spec, streams)?)),
    is_baseline: |_| false,
};
