//! What top-down weights learn from noise in the layer that they end on, and W^PI with them.
//!
//! The passes with noise stand beside the one that is taught, over the same patterns, and leave no trace
//! in it: noise teaches feedback alone.

use apical_kernels::{Columns, Normals, Padded, Real, Start, mix, multiply};

use super::parameters::Parameters;
use super::sweeps::Path;
use crate::circuit::sacramento_2018::oracle::two_step as plain;
use crate::circuit::sacramento_2018::state::State;
use crate::circuit::sacramento_2018::table::LateralRule;
use crate::feedback::{Echo, Noise, Pair, draw, moved};
use crate::table::{Likeness, Norm, Weights};

/// Adds what noise teaches at every update to `into`, for rules that learn from it. `weights` as of
/// [`super::plasticity::add_changes`]; the state's bottom-up pass has to be that of `weights`.
pub(crate) fn add_changes<T: Real>(
    path: Path,
    p: &Parameters,
    weights: Option<&Weights<T>>,
    s: &mut State<T>,
    into: &mut Weights<T>,
) {
    let Some(by) = p.circuit.feedback_rule.noise() else {
        return;
    };
    with_normals(s, |s, normals| {
        for k in 1..s.n_layers() {
            let share = p.circuit.rate(p.circuit.feedback(k));
            let current = weights.unwrap_or(&*into);
            let noise = draw(normals, by.sigma, s.basal[k].shape());
            let echo = match path {
                Path::Fast => Echo::of(noise, &pair(p, current, s, k)),
                Path::Plain => plain::echo(p, current, s, k, noise),
            };
            teach(p, k, &echo, by, share, weights, s, into);
        }
    });
}

/// One minibatch of the phase before learning: feedback becomes the mean of what noise says of it over
/// the minibatches so far, of which this is number `step`, counted from 1.
pub(crate) fn start<T: Real>(p: &Parameters, step: u64, s: &mut State<T>, into: &mut Weights<T>) {
    let Some(start) = p.feedback_start else {
        return;
    };
    let share = 1.0 / step as f64;
    with_normals(s, |s, normals| {
        for k in 1..s.n_layers() {
            let thresholds = into.row(p.circuit.threshold(k + 1));
            let echo = start.echo(&pair(p, into, s, k), thresholds, normals);
            teach(p, k, &echo, start.noise(), share, None, s, into);
        }
    });
}

/// The end of that phase.
pub(crate) fn finish<T: Real>(p: &Parameters, weights: &mut Weights<T>) {
    let c = &p.circuit;
    if !p.feedback_start.is_some_and(|start| start.rescale) {
        return;
    }
    for k in 1..c.n_layers() {
        let likeness = Likeness::of_norm(c.forward(k + 1), Norm::Same);
        weights.imitate(c.feedback(k), likeness);
        if c.lateral_rule == LateralRule::Own {
            weights.imitate(c.lateral(k), likeness);
        }
    }
}

/// Lends the session's noise out.
fn with_normals<T: Real>(s: &mut State<T>, teach: impl FnOnce(&mut State<T>, &mut Normals)) {
    if let Some(mut normals) = s.noise.take() {
        teach(s, &mut normals);
        s.noise = Some(normals);
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
        below: (&s.basal[k], &s.basal_rate[k]),
        above: (&s.basal[k + 1], &s.basal_rate[k + 1]),
        forward: &weights[p.circuit.forward(k + 1)],
        attenuation: 1.0,
    }
}

#[expect(clippy::too_many_arguments, reason = "what a change is made of")]
fn teach<T: Real>(
    p: &Parameters,
    k: usize,
    echo: &Echo<T>,
    by: Noise,
    share: f64,
    weights: Option<&Weights<T>>,
    s: &State<T>,
    into: &mut Weights<T>,
) {
    let c = &p.circuit;
    let (w_td, w_pi) = (c.feedback(k), c.lateral(k));
    if c.lateral_rule == LateralRule::Own {
        // The interneuron's echo: u^I = (1 − λ_I) v^I + λ_I v_B,k+1, both moved by the rates below.
        let current = weights.unwrap_or(&*into);
        let lambda_i = T::of(p.interneuron_nudging[k - 1]);
        let mixed = |v_i: &Padded<T>, v_b: &Padded<T>| {
            let mut u_i = v_i.clone();
            let (v_i, v_b) = (v_i.values(), v_b.values());
            mix(T::one() - lambda_i, v_i, lambda_i, v_b, u_i.values_mut());
            u_i
        };
        let shape = echo.above.shape();
        let (mut v_i, mut v_b) = (
            Padded::zeros(shape.0, shape.1),
            Padded::zeros(shape.0, shape.1),
        );
        current.transmit(c.interneuron(k), &echo.own, Start::Zero, &mut v_i);
        let forward = &current[c.forward(k + 1)];
        multiply(&echo.own, Columns::All, forward, Start::Zero, &mut v_b);
        let at_rest = mixed(&s.dendrite[k], &s.basal[k + 1]);
        let mut rate = Padded::zeros(shape.0, shape.1);
        for b in 0..shape.0 {
            apical_kernels::rates(p.transfer, at_rest.row(b), rate.row_mut(b));
        }
        let own = Echo {
            noise: echo.noise.clone(),
            own: echo.own.clone(),
            above: moved(p.transfer, (&at_rest, &rate), T::one(), &mixed(&v_i, &v_b)),
        };
        let weights = weights.map(|w| &w[w_pi]);
        own.teach(by, share, -1.0, weights, &mut into[w_pi]);
    }
    let weights = weights.map(|w| &w[w_td]);
    echo.teach(by, share, 1.0, weights, &mut into[w_td]);
}
