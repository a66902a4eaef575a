//! Steps of their own length, with the error of each controlled.
//!
//! Dormand and Prince's pair of orders 5 and 4 (1980, J. Comput. Appl. Math. 6, 19–26) carries all
//! that evolves: somata, interneurons and filtered input rates, and under plasticity the filters Δ
//! and the increments of weights. Times n dt are met exactly, so the onset of a pattern and of
//! plasticity lie between steps. The next step follows a PI controller (Gustafsson, 1991).

use apical_kernels::{Padded, Real, add_scaled};
use apical_learning::LearnError;

use super::super::State;
use super::coefficients::Coefficients;
use super::dendrites::Synapses;
use super::dynamics::{self, Somata};
use super::plasticity::{self, Learning};
use super::presentation::{Lent, Presentation};
use super::state::carried;
use super::{ContinuousState, Tolerances};
use crate::table::Weights;

/// What each stage takes of the rates of change before it; the last row is the step itself.
const STAGES: [&[f64]; 6] = [
    &[1.0 / 5.0],
    &[3.0 / 40.0, 9.0 / 40.0],
    &[44.0 / 45.0, -56.0 / 15.0, 32.0 / 9.0],
    &[
        19372.0 / 6561.0,
        -25360.0 / 2187.0,
        64448.0 / 6561.0,
        -212.0 / 729.0,
    ],
    &[
        9017.0 / 3168.0,
        -355.0 / 33.0,
        46732.0 / 5247.0,
        49.0 / 176.0,
        -5103.0 / 18656.0,
    ],
    &[
        35.0 / 384.0,
        0.0,
        500.0 / 1113.0,
        125.0 / 192.0,
        -2187.0 / 6784.0,
        11.0 / 84.0,
    ],
];

/// The step of order 5 minus that of order 4.
const DIFFERENCE: [f64; 7] = [
    71.0 / 57600.0,
    0.0,
    -71.0 / 16695.0,
    71.0 / 1920.0,
    -17253.0 / 339_200.0,
    22.0 / 525.0,
    -1.0 / 40.0,
];

/// A step below this, in ms, cannot move time on.
const SMALLEST_MS: f64 = 1e-9;

/// The adaptive integrator's steps.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Pace {
    /// Steps taken.
    pub n_taken: u64,
    /// Steps thrown away because their error was too large.
    pub n_rejected: u64,
    /// The step that comes next, in ms; 0 before the first.
    pub step_ms: f64,
    /// Error of the last step taken over what it may be; 0 before the first.
    last_error: f64,
}

impl<T: Real> ContinuousState<T> {
    /// The adaptive integrator's steps since the session began; none with another integrator.
    pub fn pace(&self) -> Pace {
        self.learning.pace
    }
}

/// [`Presentation::run`] with steps of their own length; `seen` is shown the times n dt.
pub(super) fn run<T: Real>(
    presentation: &Presentation<'_, T>,
    tolerances: Tolerances,
    state: &mut State<T>,
    lent: Option<Lent<'_, T>>,
    mut seen: impl FnMut(usize, &State<T>),
) -> Result<(), LearnError> {
    let p = presentation.parameters;
    let coefficients = Coefficients::of_change(p, presentation.supplied.teacher.is_some());
    let plastic_from = match &lent {
        Some(own) if own.is_plastic => p.first_plastic_step,
        _ => p.n_steps,
    };
    let learning = lent.map(|own| own.learning);
    let mut pace = (learning.as_ref()).map_or_else(Pace::default, |learning| learning.pace);
    let mut system = System {
        weights: presentation.weights,
        somata: Somata {
            parameters: p,
            coefficients: &coefficients,
            supplied: &presentation.supplied,
        },
        state,
        learning,
        is_plastic: false,
    };
    let mut solver = Solver::new(&mut system, tolerances);
    for step in 0..p.n_steps {
        if step == plastic_from {
            system.is_plastic = true;
            solver = Solver::new(&mut system, tolerances);
        }
        system.read();
        seen(step, system.state);
        solver.advance(&mut system, p.dt_ms, &mut pace)?;
        let time_ms = presentation.start_ms + (step + 1) as f64 * p.dt_ms;
        dynamics::check_bounded(system.state, p.runaway_potential, time_ms)?;
    }
    system.read();
    if let Some(learning) = system.learning {
        learning.pace = pace;
    }
    Ok(())
}

/// The equations, and the place where their variables live.
struct System<'a, 'b, T> {
    weights: &'a Weights<T>,
    /// Writes rates of change.
    somata: Somata<'a, T>,
    state: &'a mut State<T>,
    learning: Option<&'b mut Learning<T>>,
    is_plastic: bool,
}

impl<T: Real> System<'_, '_, T> {
    /// All that evolves.
    fn variables(&mut self) -> impl Iterator<Item = &mut Padded<T>> {
        let learning = self.learning.as_deref_mut().filter(|_| self.is_plastic);
        let plastic = learning.into_iter().flat_map(|learning| {
            (learning.filter.matrices_mut()).chain(learning.accumulated.matrices_mut())
        });
        carried(self.state).chain(plastic)
    }

    fn read(&mut self) {
        self.state.find_active_inputs();
        let synapses = Synapses {
            parameters: self.somata.parameters,
            weights: self.weights,
            accumulated: self.learning.as_ref().map(|own| &own.accumulated),
            lateral_cancels: false,
        };
        synapses.read(self.state);
    }

    fn store(&mut self, out: &mut Vec<T>) {
        out.clear();
        for matrix in self.variables() {
            out.extend_from_slice(matrix.values());
        }
    }

    fn load(&mut self, values: &[T]) {
        let mut from = 0;
        for matrix in self.variables() {
            let to = matrix.values_mut();
            to.copy_from_slice(&values[from..from + to.len()]);
            from += to.len();
        }
    }

    /// dy/dt at y; the variables hold y afterwards too.
    fn change(&mut self, y: &[T], out: &mut Vec<T>) {
        self.load(y);
        self.read();
        if self.is_plastic
            && let Some(learning) = &mut self.learning
        {
            plasticity::change(self.somata.parameters, self.weights, learning, self.state);
        }
        self.somata.advance(None, self.state);
        self.store(out);
        self.load(y);
    }
}

/// Room for a step, and the rates of change at its beginning.
struct Solver<T> {
    tolerances: Tolerances,
    y: Vec<T>,
    next: Vec<T>,
    error: Vec<T>,
    changes: [Vec<T>; 7],
}

impl<T: Real> Solver<T> {
    fn new(system: &mut System<'_, '_, T>, tolerances: Tolerances) -> Self {
        let mut y = Vec::new();
        system.store(&mut y);
        let mut changes: [Vec<T>; 7] = Default::default();
        system.change(&y, &mut changes[0]);
        Self {
            tolerances,
            next: y.clone(),
            error: y.clone(),
            y,
            changes,
        }
    }

    /// Carries the system on by `duration` ms.
    fn advance(
        &mut self,
        system: &mut System<'_, '_, T>,
        duration: f64,
        pace: &mut Pace,
    ) -> Result<(), LearnError> {
        let mut rest = duration;
        while rest > SMALLEST_MS {
            if pace.step_ms == 0.0 {
                pace.step_ms = duration;
            }
            let step = pace.step_ms.min(rest);
            let error = self.attempt(system, step);
            if error <= 1.0 {
                pace.n_taken += 1;
                rest -= step;
                std::mem::swap(&mut self.y, &mut self.next);
                self.changes.swap(0, 6);
                // A step that was cut short at t + dt says little of how long it might have been.
                let next = step * factor(error, pace.last_error);
                pace.step_ms = if step < pace.step_ms {
                    pace.step_ms.max(next)
                } else {
                    next
                };
                pace.last_error = error;
            } else {
                pace.n_rejected += 1;
                pace.step_ms = step
                    * if error.is_finite() {
                        factor(error, 0.0).min(0.9)
                    } else {
                        0.2
                    };
                if pace.step_ms < SMALLEST_MS {
                    return Err(LearnError::StepTooSmall {
                        step_ms: pace.step_ms,
                    });
                }
            }
        }
        system.load(&self.y);
        Ok(())
    }

    /// One step from y to `next`; its error over what it may be.
    fn attempt(&mut self, system: &mut System<'_, '_, T>, step: f64) -> f64 {
        for (stage, shares) in (1..).zip(STAGES) {
            self.next.copy_from_slice(&self.y);
            for (share, change) in shares.iter().zip(&self.changes) {
                add_scaled(&mut self.next, T::of(step * share), change);
            }
            system.change(&self.next, &mut self.changes[stage]);
        }
        self.error.fill(T::zero());
        for (share, change) in DIFFERENCE.iter().zip(&self.changes) {
            add_scaled(&mut self.error, T::of(step * share), change);
        }
        let (absolute, relative) = (
            T::of(self.tolerances.absolute),
            T::of(self.tolerances.relative),
        );
        let values = self.y.iter().zip(&self.next);
        let mut largest = T::zero();
        for (&error, (&from, &to)) in self.error.iter().zip(values) {
            let size = if from.abs() > to.abs() {
                from.abs()
            } else {
                to.abs()
            };
            let share = error.abs() / (absolute + relative * size);
            if share.is_nan() {
                return f64::NAN;
            }
            if share > largest {
                largest = share;
            }
        }
        largest.wide()
    }
}

/// By how much the next step is longer, from the errors of this and the last one.
fn factor(error: f64, last_error: f64) -> f64 {
    let (error, last) = (error.max(1e-10), last_error.max(1e-4));
    let last = if last_error == 0.0 { error } else { last };
    (0.9 * error.powf(-0.7 / 5.0) * last.powf(0.4 / 5.0)).clamp(0.2, 5.0)
}
