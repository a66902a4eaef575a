//! The circuit as a system of equations for the adaptive integrator.
//!
//! What evolves are somata, interneurons and filtered input rates, and under plasticity the filters Δ
//! and the increments of weights. Times n dt are met exactly, so the onset of a pattern and of
//! plasticity lie between steps.

use apical_kernels::{Padded, Real};
use apical_learning::LearnError;

use super::super::coefficients::Coefficients;
use super::super::dendrites::Synapses;
use super::super::learning::Learning;
use super::super::plasticity;
use super::super::presentation::{Lent, Presentation, Seen};
use super::super::somata::{self, Somata};
use crate::circuit::sacramento_2018::state::State;
use crate::integrator::adaptive::{Equations, Pace, Solver, Tolerances};
use crate::table::Weights;

/// Carries `state` through the presentation with steps of their own length; `seen` is shown the times n dt.
pub(super) fn run<T: Real>(
    presentation: &Presentation<'_, T>,
    tolerances: Tolerances,
    state: &mut State<T>,
    lent: Option<Lent<'_, T>>,
    seen: Seen<'_, T>,
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
        somata::check_bounded(system.state, p.runaway_potential, time_ms)?;
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
        self.state.carried().chain(plastic)
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
}

impl<T: Real> Equations<T> for System<'_, '_, T> {
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
