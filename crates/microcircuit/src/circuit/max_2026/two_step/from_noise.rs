//! What feedback learns from noise in the representation neurons of the layer that it ends in, beside
//! the pass that is taught.

use apical_kernels::Real;

use crate::circuit::max_2026::parameters::Parameters;
use crate::circuit::max_2026::state::State;
use crate::feedback::Echo;
use crate::feedback::{FeedbackStart, Pair, draw};
use crate::table::{Likeness, Norm, Weights};

/// Adds what noise teaches at every update, for rules that learn from it. `weights` as of
/// [`crate::circuit::max_2026::plasticity::add_changes`].
pub(crate) fn add_changes<T: Real>(
    p: &Parameters,
    weights: Option<&Weights<T>>,
    s: &mut State<T>,
    into: &mut Weights<T>,
) {
    let Some(by) = p.circuit.feedback_rule.noise() else {
        return;
    };
    let Some(mut normals) = s.noise.take() else {
        return;
    };
    for k in 1..s.n_layers() {
        let id = p.circuit.feedback(k);
        let noise = draw(&mut normals, by.sigma, s.prediction[k].shape());
        let echo = Echo::of(noise, &pair(p, weights.unwrap_or(&*into), s, k));
        let share = p.circuit.rate(id);
        echo.teach(by, share, 1.0, weights.map(|w| &w[id]), &mut into[id]);
    }
    s.noise = Some(normals);
}

/// One minibatch of the phase before learning, number `step`, counted from 1: feedback becomes the mean of
/// what noise says of it.
pub(crate) fn start<T: Real>(
    p: &Parameters,
    start: &FeedbackStart,
    step: u64,
    s: &mut State<T>,
    into: &mut Weights<T>,
) {
    let Some(mut normals) = s.noise.take() else {
        return;
    };
    for k in 1..s.n_layers() {
        let id = p.circuit.feedback(k);
        let thresholds = into.row(p.circuit.threshold(k + 1));
        let echo = start.echo(&pair(p, into, s, k), thresholds, &mut normals);
        echo.teach(start.noise(), 1.0 / step as f64, 1.0, None, &mut into[id]);
    }
    s.noise = Some(normals);
}

/// The end of that phase.
pub(crate) fn finish<T: Real>(p: &Parameters, start: &FeedbackStart, weights: &mut Weights<T>) {
    for k in (1..p.circuit.n_layers()).filter(|_| start.rescale) {
        let likeness = Likeness::of_norm(p.circuit.forward(k + 1), Norm::Same);
        weights.imitate(p.circuit.feedback(k), likeness);
    }
}

fn pair<'a, T: Real>(
    p: &Parameters,
    weights: &'a Weights<T>,
    s: &'a State<T>,
    k: usize,
) -> Pair<'a, T> {
    Pair {
        transfer: p.transfer,
        below: (&s.prediction[k], &s.rate[k]),
        above: (&s.prediction[k + 1], &s.rate[k + 1]),
        forward: &weights[p.circuit.forward(k + 1)],
        attenuation: p.attenuation[k],
    }
}
