//! The circuits as kinds of learners that a specification can name.

use apical_learning::{AnyLearnerKind, Documented, LearnerKind, Precision, any_learner};

use crate::circuit::max_2026::{self, ErrorNeuronsContinuousSpec, ErrorNeuronsSpec};
use crate::circuit::sacramento_2018::{ContinuousParameters, Parameters};
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
};
