//! Whether a learner that was interrupted goes on as one that was not.

use apical_datasets::Streams;

use super::{N_SAMPLES, bits, learn, propose, task};
use crate::{Carried, Learner, Snapshot, StartStep};

/// Minibatches of other sizes, so that copies of a circuit wait.
const MINIBATCHES: [(usize, usize); 5] = [(0, 4), (4, 7), (7, 8), (1, 5), (2, 4)];

/// Everything that is kept of `learner` and its session.
fn snapshot<L: Learner>(learner: &mut L, session: &mut L::Session) -> Snapshot {
    let mut kept = Snapshot::default();
    walk(learner, session, &mut Carried::keeping(&mut kept));
    kept
}

fn walk<L: Learner>(learner: &mut L, session: &mut L::Session, carried: &mut Carried<'_>) {
    let tensors = carried.within("learner").tensors(learner.tensors_mut());
    tensors.expect("tensors can be carried");
    let session = learner.carry(session, &mut carried.within("session"));
    session.expect("the session can be carried");
}

pub(super) fn check<L: Learner>(make: &impl Fn(u64) -> L) {
    for n_before in 1..=MINIBATCHES.len() {
        let mut whole = make(1);
        let data = task(&whole);
        let mut session = whole.session(Streams::new(1), 4);
        let teach = |learner: &mut L, session: &mut L::Session, batches: &[(usize, usize)]| {
            for &(from, to) in batches {
                learn(learner, session, data.train.range(from, to));
            }
        };
        if whole.n_start_epochs() > 0 {
            let at = StartStep {
                step: 1,
                n_steps: 2,
            };
            let inputs = data.train.range(0, 4).inputs;
            whole.start(&mut session, inputs, at).expect("it can start");
        }
        let (before, after) = MINIBATCHES.split_at(n_before);
        teach(&mut whole, &mut session, before);
        let kept = snapshot(&mut whole, &mut session);

        // Another seed: what decides how it goes on comes from the snapshot alone, but for what the root seed
        // draws and nobody changes.
        let mut resumed = make(1);
        let mut resumed_session = resumed.session(Streams::new(2), N_SAMPLES);
        teach(&mut resumed, &mut resumed_session, &[(3, 8), (0, 2)]);
        let restoring = &mut Carried::restoring(&kept);
        walk(&mut resumed, &mut resumed_session, restoring);
        assert_eq!(
            snapshot(&mut resumed, &mut resumed_session),
            kept,
            "a restored learner is not what was kept"
        );
        teach(&mut whole, &mut session, after);
        teach(&mut resumed, &mut resumed_session, after);
        assert_eq!(
            bits(&resumed),
            bits(&whole),
            "a learner that goes on from a snapshot learns otherwise, {n_before} minibatches on"
        );
        let last = data.train.range(5, 8);
        assert_eq!(
            propose(&resumed, &mut resumed_session, last),
            propose(&whole, &mut session, last),
            "a learner that goes on from a snapshot proposes otherwise, {n_before} minibatches on"
        );
        assert_eq!(
            snapshot(&mut resumed, &mut resumed_session),
            snapshot(&mut whole, &mut session),
            "a session that goes on from a snapshot ends otherwise, {n_before} minibatches on"
        );
    }
}
