//! Where the time of learning goes, and how near the machine's limits it is: each learner of an experiment
//! taught for a while, its kernels metered, beside roofs that are measured in the same run.

mod cost;
mod counters;
mod energy;
mod firefox;
pub mod instructions;
mod learner;
mod machine;
mod measured;
mod page;
mod roofline;
mod shares;
mod shown;

use std::time::Duration;

use anyhow::Result;
use serde::{Deserialize, Serialize};

use crate::experiment::Experiment;
use crate::runs::Stop;
use crate::task_data::DataCache;
pub use learner::{Counts, Energy, KernelProfile, LearnerProfile, PhaseProfile, TimeProfile};
pub use machine::{Cache, Machine, Roof};
pub use shares::Limit;
pub use shown::{in_short, kernels, roofs};

/// Version of the form in which a profile is written.
pub const VERSION: u32 = 1;

/// What `apical profile` finds. Times are those of one thread.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    /// Of the form.
    pub version: u32,
    /// What it was found on.
    pub machine: Machine,
    /// In the order of the specification.
    pub learners: Vec<LearnerProfile>,
}

/// Why there is no profile.
#[derive(Debug, thiserror::Error)]
pub enum ProfileError {
    /// A protocol, which teaches in ways of its own.
    #[error(
        "a protocol has no learners to be profiled; give an experiment of tasks, such as `quick` or \
         `mnist`, or a specification of your own"
    )]
    Protocol,
}

/// Profiles every learner of `experiment`, each for `wanted`. Nothing where it was stopped.
///
/// # Errors
/// A protocol, and data that cannot be read.
pub fn profile(
    experiment: &Experiment,
    data: &mut DataCache,
    wanted: Duration,
    stop: Stop<'_>,
    mut said: impl FnMut(&LearnerProfile),
) -> Result<Option<Profile>> {
    let Experiment::Tasks(resolved) = experiment else {
        return Err(ProfileError::Protocol.into());
    };
    let machine = Machine::measured();
    let mut learners = Vec::new();
    for arm in &resolved.arms {
        if stop() {
            return Ok(None);
        }
        let seed = resolved.spec.seeds[0];
        let prepared = data.prepare(resolved, arm, seed)?;
        let Some(found) = learner::profiled(arm, &prepared, seed, wanted, stop, &machine)? else {
            return Ok(None);
        };
        said(&found);
        learners.push(found);
    }
    Ok(Some(Profile {
        version: VERSION,
        machine,
        learners,
    }))
}
