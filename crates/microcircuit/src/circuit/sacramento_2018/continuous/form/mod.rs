//! A presentation carried through time: integrator and order of update as the keys say.

mod adaptive;
mod simultaneous;
mod sweep;

use std::marker::PhantomData;

use apical_kernels::{Known, OfReal, Real};
use apical_learning::LearnError;

use super::coefficients::Coefficients;
use super::online;
use super::presentation::{Lent, Presentation, Seen};
use crate::circuit::sacramento_2018::state::State;
use crate::integrator::{Integrator, UpdateOrder};

/// Which loop carries a presentation.
pub(crate) enum By<'a, T> {
    /// A plain one, for any number of copies, that shows every step's state of time t. A state
    /// without a session is read once more in the end, so that all compartments belong to the end; a
    /// session's is left to be read, except that a sweep leaves all compartments as its last step
    /// made them.
    Plain(Seen<'a, T>),
    /// The fast one, for one copy, that leaves dendrites and rates to be read. Output rates of the
    /// readout window are added where there is a place for them.
    Online(Option<&'a mut [f64]>),
}

/// A state that is carried through a presentation, with the increments, the noise and, if it acts, the
/// plasticity of a session where one lends them.
pub(crate) struct Run<'a, T> {
    pub(crate) presentation: &'a Presentation<'a, T>,
    pub(crate) state: &'a mut State<T>,
    pub(crate) lent: Option<Lent<'a, T>>,
    pub(crate) by: By<'a, T>,
}

struct Runs<'a>(PhantomData<&'a ()>);

impl<'a> OfReal for Runs<'a> {
    type Of<T: Real> = Run<'a, T>;
}

/// Carries the state. All loops are compiled with this crate alone.
pub(crate) fn run<T: Real>(run: Run<'_, T>) -> Result<(), LearnError> {
    match T::known::<Runs<'_>>(run) {
        Known::Single(run) => run_single(run),
        Known::Double(run) => run_double(run),
    }
}

#[inline(never)]
fn run_single(run: Run<'_, f32>) -> Result<(), LearnError> {
    carry(run)
}

#[inline(never)]
fn run_double(run: Run<'_, f64>) -> Result<(), LearnError> {
    carry(run)
}

fn carry<T: Real>(run: Run<'_, T>) -> Result<(), LearnError> {
    let Run {
        presentation,
        state,
        lent,
        by,
    } = run;
    let p = presentation.parameters;
    let seen = match by {
        By::Plain(seen) => seen,
        By::Online(readout) => return carry_online(presentation, state, lent, readout),
    };
    match (p.integrator, p.update_order) {
        (Integrator::Adaptive(tolerances), _) => {
            adaptive::run(presentation, tolerances, state, lent, seen)
        }
        (_, UpdateOrder::Simultaneous) => simultaneous::run(presentation, state, lent, seen),
        (_, UpdateOrder::LayerSweep) => sweep::run(presentation, state, lent, seen),
    }
}

fn carry_online<T: Real>(
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
