//! A presentation carried through time: integrator and order of update as the keys say.

mod adaptive;
mod simultaneous;
mod sweep;

use apical_kernels::Real;
use apical_learning::LearnError;

use super::coefficients::Coefficients;
use super::online;
use super::presentation::{Lent, Presentation};
use crate::circuit::sacramento_2018::state::State;
use crate::integrator::{Integrator, UpdateOrder};

/// Carries `state` through the presentation, with the increments, the noise and, if it acts, the
/// plasticity of a session where one lends them. `seen` is shown every step's state of time t, all
/// compartments of the same time. A state without a session is read once more in the end, so that all
/// compartments belong to the end; a session's is left to be read, except that a sweep leaves all
/// compartments as its last step made them.
pub(crate) fn run<T: Real>(
    presentation: &Presentation<'_, T>,
    state: &mut State<T>,
    lent: Option<Lent<'_, T>>,
    seen: impl FnMut(usize, &State<T>),
) -> Result<(), LearnError> {
    let p = presentation.parameters;
    match (p.integrator, p.update_order) {
        (Integrator::Adaptive(tolerances), _) => {
            adaptive::run(presentation, tolerances, state, lent, seen)
        }
        (_, UpdateOrder::Simultaneous) => simultaneous::run(presentation, state, lent, seen),
        (_, UpdateOrder::LayerSweep) => sweep::run(presentation, state, lent, seen),
    }
}

/// As [`run`] by the fast loop, for one copy; dendrites and rates are left to be
/// read. Output rates of the readout window are added to `readout`.
pub(crate) fn run_online<T: Real>(
    presentation: &Presentation<'_, T>,
    state: &mut State<T>,
    lent: Option<Lent<'_, T>>,
    readout: Option<&mut [f64]>,
) -> Result<(), LearnError> {
    let (p, supplied) = (presentation.parameters, &presentation.supplied);
    let shown = online::Shown {
        parameters: p,
        coefficients: &Coefficients::new(p, supplied.teacher.is_some()),
        weights: presentation.weights,
        pattern: supplied.inputs.row(0),
        teacher: supplied.teacher.as_ref().map(|current| current.row(0)),
        start_ms: presentation.start_ms,
    };
    let Some(lent) = lent else {
        return online::run(&shown, state, None, false, None, readout);
    };
    let noise = Some(&mut lent.noise.normals).filter(|_| p.noise.sigma > 0.0);
    online::run(
        &shown,
        state,
        Some(lent.learning),
        lent.is_plastic,
        noise,
        readout,
    )
}
