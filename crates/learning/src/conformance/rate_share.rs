//! What a share of its learning rates does to a learner.

use apical_datasets::Streams;

use super::{N_SAMPLES, bits, learn, propose, task};
use crate::{Learner, Precision, Updates};

/// Shares with which a learner of few presentations is near its limit of small rates.
const SMALL_SHARES: [f64; 2] = [1.0 / 64.0, 1.0 / 128.0];

pub(super) fn check<L: Learner>(make: &impl Fn(u64) -> L) {
    all_of_the_rates_is_what_it_begins_with(make);
    without_rates_nothing_is_learned(make);
    changes_go_with_the_share(make);
    equivalent_rates_go_with_the_share(make);
}

/// What a fresh learner proposes at the shares `shares`, set one after the other.
fn proposed<L: Learner>(make: &impl Fn(u64) -> L, shares: &[f64]) -> Updates {
    let mut learner = make(1);
    let data = task(&learner);
    for &share in shares {
        learner.set_rate_share(share);
    }
    let mut session = learner.session(Streams::new(1), N_SAMPLES);
    propose(&learner, &mut session, data.train.all())
}

fn all_of_the_rates_is_what_it_begins_with<L: Learner>(make: &impl Fn(u64) -> L) {
    let begins_with = proposed(make, &[]);
    for shares in [&[1.0][..], &[0.3, 1.0], &[0.0, 1.0]] {
        assert_eq!(
            proposed(make, shares),
            begins_with,
            "a share is not of the specification's rates: {shares:?}"
        );
    }
}

fn without_rates_nothing_is_learned<L: Learner>(make: &impl Fn(u64) -> L) {
    let mut learner = make(1);
    let data = task(&learner);
    let names: Vec<_> = proposed(make, &[])
        .changes()
        .iter()
        .map(|(name, _)| *name)
        .collect();
    let values = |learner: &L| -> Vec<_> { names.iter().map(|n| learner.tensor(*n)).collect() };
    let before = values(&learner);
    learner.set_rate_share(0.0);
    let mut session = learner.session(Streams::new(1), N_SAMPLES);
    learn(&mut learner, &mut session, data.train.all());
    learner.flush(&mut session).expect("it can flush");
    assert_eq!(
        values(&learner),
        before,
        "something was learned without rates"
    );
    let updates = propose(&learner, &mut session, data.train.all());
    assert_eq!(
        updates
            .changes()
            .iter()
            .map(|(n, _)| *n)
            .collect::<Vec<_>>(),
        names,
        "what is plastic depends on the share"
    );
    let is_zero = updates
        .changes()
        .iter()
        .all(|(_, change)| change.iter().all(|&c| c == 0.0));
    assert!(is_zero, "something is proposed without rates");
}

/// Halving the share halves the changes: to rounding, or, where weights change while a minibatch is
/// presented, in the limit of small rates.
fn changes_go_with_the_share<L: Learner>(make: &impl Fn(u64) -> L) {
    let learner = make(1);
    let (shares, bound) = match (learner.is_stateful(), learner.precision()) {
        (true, _) => (SMALL_SHARES, 0.1),
        (false, Precision::F32) => ([1.0, 0.5], 1e-5),
        (false, Precision::F64) => ([1.0, 0.5], 1e-12),
    };
    let [whole, half] = shares.map(|share| proposed(make, &[share]));
    for ((name, whole), (_, half)) in whole.changes().iter().zip(half.changes()) {
        let norm = |values: &ndarray::ArrayD<f64>| values.mapv(|v| v * v).sum().sqrt();
        let (off, of) = (norm(&(half * 2.0 - whole)), norm(whole));
        assert!(
            off <= bound * of,
            "half the share does not halve the change of `{name}`: twice it is {off:e} off {of:e}"
        );
    }
}

fn equivalent_rates_go_with_the_share<L: Learner>(make: &impl Fn(u64) -> L) {
    let mut learner = make(1);
    let (tensors, whole) = (bits(&learner), learner.equivalent_rates());
    learner.set_rate_share(0.5);
    assert_eq!(bits(&learner), tensors, "setting a share changed a tensor");
    let half = learner.equivalent_rates();
    let expected = whole.map(|rates| rates.iter().map(|rate| rate * 0.5).collect::<Vec<_>>());
    assert_eq!(half, expected, "equivalent rates do not go with the share");
}
