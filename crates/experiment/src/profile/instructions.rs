//! A learner taught some minibatches and nothing else, for whoever counts what the processor does.

use anyhow::Result;
use apical_learning::{PhaseTimer, Streams};

use super::ProfileError;
use super::learner::begin;
use crate::experiment::Experiment;
use crate::task_data::DataCache;
use crate::time::WallClock;

/// Tasks and learners of `experiment` in the order of the specification, points of sweeps apart.
///
/// # Errors
/// A protocol.
pub fn learners(experiment: &Experiment) -> Result<Vec<(String, String)>, ProfileError> {
    let Experiment::Tasks(resolved) = experiment else {
        return Err(ProfileError::Protocol);
    };
    let arms = resolved.arms.iter();
    Ok(arms
        .map(|arm| (arm.task_name.clone(), arm.label()))
        .collect())
}

/// Teaches the `index`-th of [`learners`] `n_minibatches`.
///
/// # Errors
/// A protocol, data that cannot be read, and a learner that fails.
pub fn teach(
    experiment: &Experiment,
    data: &mut DataCache,
    index: usize,
    n_minibatches: usize,
) -> Result<()> {
    let Experiment::Tasks(resolved) = experiment else {
        return Err(ProfileError::Protocol.into());
    };
    let Some(arm) = resolved.arms.get(index) else {
        return Ok(());
    };
    let seed = resolved.spec.seeds[0];
    let prepared = data.prepare(resolved, arm, seed)?;
    let mut begun = begin(arm, &prepared, seed)?;
    let part = &prepared.data.train;
    let mut session = (begun.learner).session(Streams::new(0), begun.batch_size);
    let mut minibatch = part.select(&[]);
    let clock = WallClock::start();
    let mut timer = PhaseTimer::new(&clock);
    let chunks = begun.order.chunks(begun.batch_size).cycle();
    for chunk in chunks.take(n_minibatches) {
        minibatch.gather(part, chunk);
        begun
            .learner
            .learn(&mut session, minibatch.all(), &mut timer)?;
    }
    Ok(())
}
