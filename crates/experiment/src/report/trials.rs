//! The log of a tuning, beside the runs that were tuned.

use std::collections::BTreeMap;

use anyhow::Result;
use apical_learning::{RunRecord, TrialRecord};
use toml::Table;

use super::gather::{Gathered, Known, Place, gather};
use crate::store::{name, read_trials};

/// Gathers the runs of tasks in `place`, and counts a log of trials that cannot be read, or has fewer trials of a
/// learner than specification and runs say, among what is damaged.
pub(super) fn gather_taught(
    place: &Place,
    known: &mut Known<RunRecord>,
) -> Result<Gathered<RunRecord>> {
    let mut gathered = gather(place, known)?;
    let spec = place.experiment.as_ref().map(|file| file.spec.parse());
    let spec: Table = spec.and_then(Result::ok).unwrap_or_default();
    let tuning = spec.get("tuning").and_then(|tuning| tuning.get("n_trials"));
    // A run may be used again by an experiment that tries fewer settings, or none.
    let further = spec
        .get("tuning")
        .and_then(|tuning| tuning.get("further_seeds"));
    let n_tunings = 1 + further.and_then(|of| of.as_array()).map_or(0, Vec::len);
    if let Some(n_trials) = tuning.and_then(|n| usize::try_from(n.as_integer()?).ok())
        && let Some(fault) = fault(
            read_trials(&place.root),
            (n_trials, n_tunings),
            &gathered.runs,
        )
    {
        let file = place.root.join(name::TRIALS);
        let gap = format!("damaged: {} ({fault})", file.display());
        gathered.gaps.push(gap);
        gathered.n_damaged += 1;
    }
    Ok(gathered)
}

fn fault(
    trials: Result<Vec<TrialRecord>>,
    (n_trials, n_tunings): (usize, usize),
    runs: &[RunRecord],
) -> Option<String> {
    let trials = match trials {
        Ok(trials) => trials,
        Err(error) => return Some(error.root_cause().to_string()),
    };
    let mut n_logged: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for trial in &trials {
        *n_logged.entry((&trial.task, &trial.learner)).or_default() += 1;
    }
    let of_run = |run: &RunRecord| {
        let key = &run.summary.run;
        let n_logged = n_logged.get(&(&*key.task, &*key.learner)).copied();
        // A run that was tuned once may be used again by an experiment that tunes several times.
        let n_tunings = run.summary.tuning.map_or(1, |_| n_tunings);
        let n_said = run.summary.n_tuning_trials?.min(n_trials) * n_tunings;
        let n_logged = n_logged.unwrap_or(0);
        (n_logged < n_said).then(|| {
            let (task, learner) = (&key.task, &key.learner);
            format!("it has {n_logged} of the {n_said} trials of {learner} on {task}")
        })
    };
    runs.iter().find_map(of_run)
}
