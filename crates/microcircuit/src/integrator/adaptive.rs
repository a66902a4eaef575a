//! Steps of their own length, with the error of each controlled.
//!
//! Dormand and Prince's pair of orders 5 and 4 (1980, J. Comput. Appl. Math. 6, 19–26). The next step
//! follows a PI controller (Gustafsson, 1991).

use apical_kernels::{Real, add_scaled};
use apical_keys::Described;
use apical_learning::{Carried, LearnError, StoreError};
use serde::{Deserialize, Serialize};

/// What the error of one adaptive step may be: `absolute + relative · |y|` for every potential,
/// filtered input rate, filter Δ and increment y.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, Described)]
#[serde(default, deny_unknown_fields)]
pub struct Tolerances {
    /// Share of the value; in single precision at least 1e-6.
    #[key(min = 1e-13, max = 1)]
    pub relative: f64,
    /// In the unit of the value; in single precision at least 1e-6.
    #[key(min = 1e-13, max = 1)]
    pub absolute: f64,
}

impl Default for Tolerances {
    fn default() -> Self {
        Self {
            relative: 1e-6,
            absolute: 1e-6,
        }
    }
}

/// A system of ordinary differential equations, and where its variables live.
pub trait Equations<T> {
    /// Writes the variables to `out`.
    fn store(&mut self, out: &mut Vec<T>);

    /// Takes the variables from `values`, as [`Equations::store`] wrote them.
    fn load(&mut self, values: &[T]);

    /// Writes dy/dt at `y`; the variables hold `y` afterwards.
    fn change(&mut self, y: &[T], out: &mut Vec<T>);
}

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

impl Pace {
    /// Shows `carried` all of it.
    pub(crate) fn carry(&mut self, carried: &mut Carried<'_>) -> Result<(), StoreError> {
        carried.count("n_taken", &mut self.n_taken)?;
        carried.count("n_rejected", &mut self.n_rejected)?;
        carried.number("step_ms", &mut self.step_ms)?;
        carried.number("last_error", &mut self.last_error)
    }
}

/// Room for a step, and the rates of change at its beginning.
pub struct Solver<T> {
    tolerances: Tolerances,
    y: Vec<T>,
    next: Vec<T>,
    error: Vec<T>,
    changes: [Vec<T>; 7],
}

impl<T: Real> Solver<T> {
    /// A solver that begins where `system` is.
    pub fn new(system: &mut impl Equations<T>, tolerances: Tolerances) -> Self {
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
    ///
    /// # Errors
    /// If a step that is too small to move time on would still be too large.
    pub fn advance(
        &mut self,
        system: &mut impl Equations<T>,
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
    fn attempt(&mut self, system: &mut impl Equations<T>, step: f64) -> f64 {
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
