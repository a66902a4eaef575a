//! What top-down weights learn with the teacher, and W^PI where it learns by the same rule.

use apical_kernels::{Columns, Padded, Real, Start};

use super::{Advance, error, presynaptic};
use crate::circuit::sacramento_2018::continuous::learning::Learning;
use crate::circuit::sacramento_2018::continuous::parameters::{ContinuousParameters, Increments};
use crate::circuit::sacramento_2018::state::State;
use crate::circuit::sacramento_2018::table::LateralRule;
use crate::feedback::{Signal, Signals};
use crate::table::{ConnectionId, Weights};

/// Advances what lies between layers k and k + 1. Comes before top-down weights change otherwise.
pub(super) fn advance<T: Real>(
    by: &Advance<T>,
    p: &ContinuousParameters,
    k: usize,
    weights: &Weights<T>,
    learning: &mut Learning<T>,
    s: &State<T>,
) {
    let (c, rule) = (&p.circuit, &p.circuit.feedback_rule);
    let (w_td, w_pi) = (c.feedback(k), c.lateral(k));
    if c.rate(w_td) == 0.0 || rule.noise().is_some() {
        return;
    }
    let Learning {
        filter: d,
        accumulated: a,
        ..
    } = learning;
    let zeros = |layer: usize| Padded::zeros(s.n_samples(), s.rate[layer].cols());
    let needs = |signal| rule.needs().contains(&signal);
    let mut received = zeros(k);
    if needs(Signal::OwnPotential) {
        a.transmit(w_td, &s.rate[k + 1], Start::Zero, &mut received);
        if p.increments == Increments::Apart {
            weights.transmit(w_td, &s.rate[k + 1], Start::Output, &mut received);
        }
    }
    let [mut room, mut of_interneuron, mut of_axon] = [(); 3].map(|()| zeros(k + 1));
    if needs(Signal::PresynapticError) {
        // d^I_k = (φ(u^I_k) − φ(v̂^I_k)) / λ_I,k, which is d_{k+1} while W^IP_k mirrors W_{k+1,k}.
        let own = (&s.interneuron[k], &s.interneuron_rate[k]);
        let predicted = (p.interneuron_attenuation, &s.dendrite[k]);
        let scale = T::of(1.0 / p.interneuron_nudging[k - 1]);
        error(p, own, predicted, scale, &mut room, &mut of_interneuron);
        if c.lateral_rule != LateralRule::Paired {
            let own = (&s.soma[k + 1], &s.rate[k + 1]);
            let predicted = (p.attenuation[k], &s.basal[k + 1]);
            error(p, own, predicted, T::one(), &mut room, &mut of_axon);
        }
    }
    let (mut pre, mut post) = (zeros(k + 1), zeros(k));
    let mut learn = |id: ConnectionId, scale: T, error: &Padded<T>| {
        let signals = Signals {
            transfer: p.transfer,
            rate: &s.rate[k],
            trace: presynaptic(p, s, k),
            arriving: &s.rate[k + 1],
            error,
            received: &received,
        };
        rule.factors(signals, scale, &mut pre, &mut post);
        let (d, a) = (&mut d[id], &mut a[id]);
        by.connection(c.rate(id), (&pre, Columns::All), &mut post, d, a);
    };
    match c.lateral_rule {
        LateralRule::Paired => learn(w_td, by.share, &of_interneuron),
        LateralRule::Own | LateralRule::Eq9 => learn(w_td, by.share, &of_axon),
    }
    if c.lateral_rule == LateralRule::Own {
        learn(w_pi, -by.share, &of_interneuron);
    }
}
