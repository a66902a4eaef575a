//! The circuits as kinds of learners that a specification can name.

use apical_learning::{AnyLearnerKind, Documented, LearnerKind, Needs, Precision, any_learner};

use crate::circuit::max_2026::{self, ErrorNeuronsContinuousSpec, ErrorNeuronsSpec};
use crate::circuit::sacramento_2018::{ContinuousParameters, Parameters};
use crate::feedback::FeedbackStart;
use crate::table::Table;
use crate::{Continuous, ContinuousSpec, MicrocircuitSpec, TwoStep};

/// All, in the order of listings.
pub static KINDS: &[&dyn AnyLearnerKind] = &[
    &Documented(&MICROCIRCUIT),
    &Documented(&CONTINUOUS),
    &Documented(&ERROR_NEURONS),
    &Documented(&ERROR_NEURONS_CONTINUOUS),
];

/// The dendritic microcircuit in its two-step form.
pub static MICROCIRCUIT: LearnerKind<MicrocircuitSpec> = LearnerKind {
    name: "microcircuit",
    one_line: "dendritic microcircuit, two-step dynamics (Sacramento et al., 2018)",
    check: |spec, network| Parameters::new(spec, network).map(drop),
    make: |spec, network, start, streams| {
        Ok(match spec.precision {
            Precision::F32 => any_learner(TwoStep::<f32>::new(network, start, spec, streams)?),
            Precision::F64 => any_learner(TwoStep::<f64>::new(network, start, spec, streams)?),
        })
    },
    is_baseline: |_| false,
    needs: |spec, network| {
        Parameters::new(spec, network).map_or(Needs::default(), |p| {
            let start_epochs = p.feedback_start.as_ref().map(FeedbackStart::epochs);
            let table = p.circuit.table();
            Needs {
                start_epochs,
                ..needs(table, spec.precision, 1, 0)
            }
        })
    },
};

/// The dendritic microcircuit in continuous time.
pub static CONTINUOUS: LearnerKind<ContinuousSpec> = LearnerKind {
    name: "continuous",
    one_line: "dendritic microcircuit in continuous time, plasticity always on",
    check: |spec, network| ContinuousParameters::new(spec, network).map(drop),
    make: |spec, network, start, streams| {
        Ok(match spec.precision {
            Precision::F32 => any_learner(Continuous::<f32>::new(network, start, spec, streams)?),
            Precision::F64 => any_learner(Continuous::<f64>::new(network, start, spec, streams)?),
        })
    },
    is_baseline: |_| false,
    needs: |spec, network| {
        ContinuousParameters::new(spec, network).map_or(Needs::default(), |p| {
            // Filter and increments of a session, and of two more that observe.
            needs(p.circuit.table(), spec.precision, 3, 4)
        })
    },
};

/// The error-neuron microcircuit in its two-step form.
pub static ERROR_NEURONS: LearnerKind<ErrorNeuronsSpec> = LearnerKind {
    name: "error_neurons",
    one_line: "error-neuron microcircuit, two-step dynamics (Max et al., 2026)",
    check: |spec, network| max_2026::Parameters::new(spec, network).map(drop),
    make: |spec, network, start, streams| {
        type Circuit<T> = max_2026::TwoStep<T>;
        Ok(match spec.precision {
            Precision::F32 => any_learner(Circuit::<f32>::new(network, start, spec, streams)?),
            Precision::F64 => any_learner(Circuit::<f64>::new(network, start, spec, streams)?),
        })
    },
    is_baseline: |_| false,
    needs: |spec, network| {
        max_2026::Parameters::new(spec, network).map_or(Needs::default(), |p| {
            let start_epochs = p.feedback_start.as_ref().map(FeedbackStart::epochs);
            let table = p.circuit.table();
            Needs {
                start_epochs,
                ..needs(table, spec.precision, 1, 0)
            }
        })
    },
};

/// The error-neuron microcircuit in continuous time.
pub static ERROR_NEURONS_CONTINUOUS: LearnerKind<ErrorNeuronsContinuousSpec> = LearnerKind {
    name: "error_neurons_continuous",
    one_line: "error-neuron microcircuit in continuous time, plasticity always on",
    check: |spec, network| max_2026::ContinuousParameters::new(spec, network).map(drop),
    make: |spec, network, start, streams| {
        type Circuit<T> = max_2026::Continuous<T>;
        Ok(match spec.precision {
            Precision::F32 => any_learner(Circuit::<f32>::new(network, start, spec, streams)?),
            Precision::F64 => any_learner(Circuit::<f64>::new(network, start, spec, streams)?),
        })
    },
    is_baseline: |_| false,
    needs: |spec, network| {
        max_2026::ContinuousParameters::new(spec, network).map_or(Needs::default(), |p| {
            // While the loop is looked at: its matrices, one-to-one ones too.
            let table = p.circuit.circuit.table();
            let needs = needs(table, spec.precision, 1, 0);
            let n_looked_at = table.n_synapses(|id| !table[id].is_threshold());
            let looking = n_looked_at.saturating_mul(Precision::F64.n_bytes());
            let n_bytes_briefly = needs.n_bytes_briefly.max(looking);
            Needs {
                n_bytes_briefly,
                ..needs
            }
        })
    },
};

/// Needs of a circuit that holds all its weights `n_copies` times, and `n_more` times more, beside the changes that
/// it proposes, while updates are compared.
fn needs(table: &Table, precision: Precision, n_copies: u64, n_more: u64) -> Needs {
    let n_plastic = table.n_synapses(|id| table.rate(id) != 0.0);
    let stored = table
        .n_synapses(|id| table.is_stored(id))
        .saturating_mul(precision.n_bytes());
    let changes = n_plastic.saturating_mul(Precision::F64.n_bytes());
    Needs {
        n_bytes: stored.saturating_mul(n_copies),
        // Each tensor, and the file.
        n_bytes_briefly: stored.saturating_mul(2),
        n_bytes_compared: stored.saturating_mul(n_more).saturating_add(changes),
        start_epochs: None,
    }
}
