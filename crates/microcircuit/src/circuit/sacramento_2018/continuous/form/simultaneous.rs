//! Steps of length dt in which every layer reads time t before any writes t + dt: Euler and exponential
//! Euler.

use apical_kernels::Real;
use apical_learning::LearnError;

use super::super::coefficients::Coefficients;
use super::super::presentation::{Lent, Presentation, Seen};
use super::super::somata::{self, Somata};
use crate::circuit::sacramento_2018::state::State;

pub(super) fn run<T: Real>(
    presentation: &Presentation<'_, T>,
    state: &mut State<T>,
    mut lent: Option<Lent<'_, T>>,
    seen: Seen<'_, T>,
) -> Result<(), LearnError> {
    let (p, supplied) = (presentation.parameters, &presentation.supplied);
    let coefficients = Coefficients::new(p, supplied.teacher.is_some());
    let somata = Somata {
        parameters: p,
        coefficients: &coefficients,
        supplied,
    };
    state.find_active_inputs();
    for step in 0..p.n_steps {
        presentation.synapses(&lent).read(state);
        seen(step, state);
        if let Some(own) = &mut lent {
            own.learn(p, presentation.weights, step, state);
        }
        let noise = lent.as_mut().map(|own| &mut *own.noise);
        somata.advance(noise.filter(|_| p.noise.sigma > 0.0), state);
        if let (Some(by), Some(own)) = (&p.feedback_noise, &mut lent)
            && let Some(listening) = &mut own.listening
        {
            listening.drift(by);
            (1..state.n_layers()).for_each(|k| listening.add(k, &mut state.soma[k]));
        }
        let time_ms = presentation.start_ms + (step + 1) as f64 * p.dt_ms;
        somata::check_bounded(state, p.runaway_potential, time_ms)?;
    }
    if lent.is_none() {
        presentation.synapses(&lent).read(state);
    }
    Ok(())
}
