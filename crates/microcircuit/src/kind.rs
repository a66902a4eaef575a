//! The circuits as kinds of learners that a specification can name.

use apical_learning::{LearnerKind, Precision, any_learner};

use crate::circuit::sacramento_2018::{ContinuousParameters, Parameters};
use crate::{Continuous, ContinuousSpec, MicrocircuitSpec, TwoStep};

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
