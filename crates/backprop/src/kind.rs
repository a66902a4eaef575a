//! Backprop and its controls as kinds of learners that a specification can name.

use apical_learning::{
    AnyLearnerKind, Documented, LearnerKind, Needs, Network, Precision, any_learner,
};

use crate::{
    BackpropSpec, FeedbackAlignment, FeedbackAlignmentSpec, Flavour, Frozen, KernelBackprop,
    KernelBackpropSpec, Mlp, SingleLayerSpec, single_layer,
};

/// All, in the order of listings.
pub static KINDS: &[&dyn AnyLearnerKind] = &[
    &Documented(&BACKPROP),
    &Documented(&KERNEL_BACKPROP),
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
    needs: |spec, network| needs(network, 0, spec.precision),
};

/// Backpropagation on the kernels of the circuits.
pub static KERNEL_BACKPROP: LearnerKind<KernelBackpropSpec> = LearnerKind {
    name: "kernel_backprop",
    one_line: "backpropagation and feedback alignment on the circuits' own kernels, for what learning costs",
    check: KernelBackpropSpec::check,
    make: |spec, network, start, streams| {
        Ok(match spec.precision {
            Precision::F32 => {
                any_learner(KernelBackprop::<f32>::new(network, start, spec, streams)?)
            }
            Precision::F64 => {
                any_learner(KernelBackprop::<f64>::new(network, start, spec, streams)?)
            }
        })
    },
    is_baseline: |spec| {
        spec.flavour == Flavour::Matched
            && spec.frozen == Frozen::None
            && spec.feedback_scale.is_none()
    },
    needs: |spec, network| {
        let n_fixed = match spec.feedback_scale {
            Some(_) => n_layer_by_layer(network),
            None => 0,
        };
        needs(network, n_fixed, spec.precision)
    },
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
    needs: |spec, network| needs(network, n_layer_by_layer(network), spec.precision),
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
    needs: |spec, network| {
        let hidden = network.sizes()[1..network.n_layers()].iter();
        let feedback = hidden.map(|&n| product(n, network.n_outputs()));
        needs(
            network,
            feedback.fold(0, u64::saturating_add),
            spec.precision,
        )
    },
};

/// Backpropagation in a network without hidden layers.
pub static SINGLE_LAYER: LearnerKind<SingleLayerSpec> = LearnerKind {
    name: "single_layer",
    one_line: "backpropagation without hidden layers, a lower bound",
    check: SingleLayerSpec::check,
    make: |spec, network, _, streams| Ok(any_learner(single_layer(network, spec, streams)?)),
    is_baseline: |_| false,
    needs: |spec, network| needs(&network.without_hidden_layers(), 0, spec.precision),
};

/// Needs of a multilayer perceptron with `n_fixed` weights of feedback.
fn needs(network: &Network, n_fixed: u64, precision: Precision) -> Needs {
    let n_learning = network.n_forward_weights().map_or(u64::MAX, |n| n as u64);
    let [learning, fixed] = [n_learning, n_fixed].map(|n| n.saturating_mul(precision.n_bytes()));
    let stored = learning.saturating_add(fixed);
    Needs {
        // Those that learn have a gradient.
        n_bytes: stored.saturating_add(learning),
        // Each tensor, and the file.
        n_bytes_briefly: stored.saturating_mul(2),
        n_bytes_compared: n_learning.saturating_mul(Precision::F64.n_bytes()),
        start_epochs: None,
    }
}

/// Weights of feedback into every hidden layer from the one above.
fn n_layer_by_layer(network: &Network) -> u64 {
    let pairs = network.sizes()[1..].windows(2);
    let feedback = pairs.map(|pair| product(pair[0], pair[1]));
    feedback.fold(0, u64::saturating_add)
}

fn product(a: usize, b: usize) -> u64 {
    (a as u64).saturating_mul(b as u64)
}
