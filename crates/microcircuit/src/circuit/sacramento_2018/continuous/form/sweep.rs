//! Steps of prospective rates, layer by layer: inputs, then pyramidal neurons from layer 1 to N, each
//! with the rates that this step gave below and the apical potential that the last step left, then
//! interneurons, then apical potentials.

use apical_kernels::{Real, rates_of_rows};
use apical_learning::LearnError;

use super::super::coefficients::Coefficients;
use super::super::dendrites::Synapses;
use super::super::presentation::{Lent, Presentation, Seen};
use super::super::somata::{self, Somata};
use crate::circuit::sacramento_2018::state::State;
use crate::feedback::Listening;

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
    presentation.synapses(&lent).begin(state);
    // The first step brings the filtered inputs to where they then stay.
    if coefficients.input_share == T::one() && p.tau_plasticity_ms == 0.0 {
        somata.inputs(state);
        let is_plastic = lent.as_ref().is_some_and(|own| own.is_plastic);
        presentation.synapses(&lent).hold_input(is_plastic, state);
    }
    let stepped = steps(presentation, &somata, state, &mut lent, seen);
    if let Some(held) = state.held_input.take()
        && let Some(own) = &mut lent
    {
        let columns = state.active_inputs.columns();
        let weights = &mut own.learning.accumulated[p.circuit.forward(1)];
        held.write(&state.rate[0], columns, weights);
    }
    stepped
}

fn steps<T: Real>(
    presentation: &Presentation<'_, T>,
    somata: &Somata<'_, T>,
    state: &mut State<T>,
    lent: &mut Option<Lent<'_, T>>,
    seen: Seen<'_, T>,
) -> Result<(), LearnError> {
    let p = presentation.parameters;
    for step in 0..p.n_steps {
        if let (Some(by), Some(own)) = (&p.feedback_noise, &mut *lent)
            && let Some(listening) = &mut own.listening
        {
            listening.drift(by);
        }
        let synapses = presentation.synapses(lent);
        let listening = lent.as_ref().and_then(|own| own.listening.as_deref());
        sweep(somata, &synapses, listening, state);
        seen(step, state);
        if let Some(own) = lent {
            own.learn(p, presentation.weights, step, state);
        }
        let time_ms = presentation.start_ms + (step + 1) as f64 * p.dt_ms;
        somata::check_bounded(state, p.runaway_potential, time_ms)?;
    }
    Ok(())
}

fn sweep<T: Real>(
    somata: &Somata<'_, T>,
    synapses: &Synapses<'_, T>,
    listening: Option<&Listening<T>>,
    s: &mut State<T>,
) {
    let transfer = somata.parameters.transfer;
    let n = s.n_layers();
    if s.held_input.is_none() {
        somata.inputs(s);
    }
    for k in 1..=n {
        synapses.basal(k, s);
        somata.pyramidal(k, s);
        if let Some(listening) = listening.filter(|_| k < n) {
            listening.add(k, &mut s.soma[k]);
        }
        rates_of_rows(transfer, &s.soma[k], &mut s.rate[k]);
    }
    for k in 1..n {
        synapses.dendrite(k, s);
        somata.interneuron(k, s);
        rates_of_rows(transfer, &s.interneuron[k], &mut s.interneuron_rate[k]);
    }
    for k in 1..n {
        synapses.apical(k, s);
    }
}
