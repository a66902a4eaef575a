//! A learner of every kind, for what must hold for all.

use std::fs;
use std::path::PathBuf;

use crate::program::{Place, readings};

/// A learner of every kind, those with sessions that carry much among them.
pub(crate) const ALL_KINDS: &str = r#"
title = "All kinds"
seeds = [3]

[training]
n_epochs = 60
batch_size = 4

[measure]
align_every_n_epochs = 3
n_alignment_batches = 2

[task.t]
dataset.yin_yang = { n_train = 600, n_validation = 20, n_test = 20 }
hidden = [9, 7]
transfer = "logistic"
forward_scale = 1.0

[task.t.learner]
sgd.backprop = { flavour = "matched", rates = 0.3, centring = 0.1 }
adam.backprop = { flavour = "standard", rates = 0.01, optimiser.adam = {} }
fa.feedback_alignment = { rates = 0.3, feedback_scale = 1.0 }
dfa.direct_feedback_alignment = { rates = 0.3, feedback_scale = 1.0 }
own.kernel_backprop = { rates = 0.3, frozen = "hidden_to_hidden" }
own_fa.kernel_backprop = { flavour = "standard", rates = 0.1, feedback_scale = 1.0 }
single.single_layer = { rate = 0.3, forward_scale = 0.3 }
errors.error_neurons = { backprop_equivalent_rates = 0.3, feedback.phaseless = { rate = 0.1 }, centring = 0.1 }
errors_after_noise.error_neurons = { backprop_equivalent_rates = 0.3, feedback.reciprocal = {}, feedback_start = { n_epochs = 1 } }

[task.t.learner.two_step.microcircuit]
nudging = 0.3
apical_mixing = 0.3
backprop_equivalent_rates = 0.3
centring = 0.1
plasticity = "slope"
presynaptic = "bottom_up"
feedback.reciprocal = {}
feedback_start = { n_epochs = 2, rescale = true }

[task.t.learner.noisy.continuous]
presentation_ms = 5.0
readout_window_ms = 1.0
rates = 0.01
noise.sigma = 0.01

[task.t.learner.sweep.continuous]
dt_ms = 0.1
presentation_ms = 1.0
readout_window_ms = 0.1
update_order = "layer_sweep"
conductances = { leak = 0.0, basal = 0.1, apical = 0.006, dendritic = 0.1, somatic = 0.06 }
prospective = true
rates = 0.5

[task.t.learner.in_time.error_neurons_continuous]
dt_ms = 0.1
presentation_ms = 1.0
update_order = "layer_sweep"
plasticity_reads = "apical_dendrite"
conductances = { leak = 0.0, basal = 0.1, apical = 0.006, dendritic = 0.1, target = 0.06 }
backprop_equivalent_rates = 1.0
feedback.phaseless = { rate = 0.01 }
feedback_scale = 0.1
"#;

/// How many these are.
pub(crate) const N_KINDS: usize = 13;

/// What must be the same in every run, by its learner.
pub(crate) fn state(place: &Place) -> Vec<(PathBuf, Vec<String>, Vec<u8>)> {
    let of = |run: PathBuf| {
        let weights = fs::read(run.join("weights.safetensors")).expect("weights");
        let name = run.strip_prefix(place.path("results")).expect("below");
        (name.to_owned(), readings(&run), weights)
    };
    place.runs().into_iter().map(of).collect()
}
