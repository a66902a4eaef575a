//! Runs that are not in a report: missing, running, damaged, with other settings.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use super::gather::Place;
use crate::store::{self, Asked, Experiment, Holder, Lock, RunName};

/// Most folders of runs with other settings that are named.
const MOST_NAMED: usize = 12;

/// What is not in a report.
#[derive(Default)]
pub(super) struct Gaps {
    /// Folders of the runs that are in it, or are damaged.
    pub(super) seen: BTreeSet<PathBuf>,
    /// Seeds by where runs lie, and whether a run has a checkpoint to go on from.
    missing: BTreeMap<String, BTreeMap<u64, bool>>,
    /// Of an experiment without any sign of a run.
    is_all_missing: bool,
    pub(super) running: Vec<String>,
    /// Runs and what is wrong with them.
    pub(super) damaged: Vec<String>,
    /// Runs with other settings, by the folders above.
    pub(super) others: BTreeMap<String, usize>,
    /// How many runs each file was left out of.
    pub(super) unchecked: BTreeMap<String, usize>,
}

impl Gaps {
    /// Finds out which runs are listed, or follow from the seeds, and are not there.
    pub(super) fn find_missing(&mut self, place: &Place, listed: Option<&BTreeSet<PathBuf>>) {
        let mut expected: BTreeSet<(String, u64)> = BTreeSet::new();
        let seeds = place.experiment.iter().flat_map(Experiment::seeds);
        let seeds: BTreeSet<u64> = seeds.collect();
        let seen: BTreeSet<_> = self.seen.iter().map(|run| place.taken_apart(run)).collect();
        let listed = listed
            .into_iter()
            .flatten()
            .map(|run| place.taken_apart(run));
        let listed: Vec<_> = listed.collect();
        // A single run that was asked for is no part of anything.
        let is_whole = place.scopes.iter().any(|scope| !place.runs.contains(scope));
        let mut arms = BTreeSet::new();
        for (arm, seed) in seen.iter().chain(&listed).filter(|_| is_whole) {
            expected.extend(seed.map(|seed| (arm.clone(), seed)));
            arms.insert(arm);
        }
        for arm in arms {
            expected.extend(seeds.iter().map(|&seed| (arm.clone(), seed)));
        }
        if expected.is_empty() && place.experiment.is_some() && place.runs.is_empty() {
            expected = begun(&place.root, &place.root);
            self.is_all_missing = expected.is_empty();
        }
        let mut signs: BTreeMap<String, Signs> = BTreeMap::new();
        for (arm, seed) in expected {
            let run = (arm, Some(seed));
            if seen.contains(&run) {
                continue;
            }
            let arm = run.0;
            let folder = || Signs::of(&place.root.join(&arm));
            let signs = signs.entry(arm.clone()).or_insert_with(folder);
            match signs.running(seed) {
                Some(holder) => {
                    let by = holder.map_or_else(String::new, |holder| format!(" ({holder})"));
                    self.running.push(format!("{arm} seed {seed}{by}"));
                }
                None => {
                    let is_begun = signs.checkpoints.contains(&seed);
                    self.missing.entry(arm).or_default().insert(seed, is_begun);
                }
            }
        }
    }

    /// How many runs are missing, as far as it can be known.
    pub(super) fn n_missing(&self) -> Option<usize> {
        (!self.is_all_missing).then(|| self.missing.values().map(BTreeMap::len).sum())
    }

    /// One kind a line.
    pub(super) fn lines(&self, place: &Place) -> Vec<String> {
        let mut lines = Vec::new();
        if !self.missing.is_empty() || self.is_all_missing {
            let missing = self.missing.iter().map(|(arm, seeds)| {
                let seeds = seeds.iter().map(|(seed, is_begun)| match is_begun {
                    true => format!("{seed} (has a checkpoint)"),
                    false => seed.to_string(),
                });
                let seeds: Vec<String> = seeds.collect();
                let word = if seeds.len() == 1 { "seed" } else { "seeds" };
                format!("{arm} {word} {}", seeds.join(", "))
            });
            let missing = match self.is_all_missing {
                true => "every run".to_owned(),
                false => missing.collect::<Vec<_>>().join("; "),
            };
            let command = place.experiment.as_ref().map(|file| &*file.command);
            let command = command.filter(|command| !command.is_empty());
            let remedy = command.map_or_else(String::new, |c| format!("; `{c}` makes them"));
            lines.push(format!("missing: {missing}{remedy}"));
        }
        if !self.running.is_empty() {
            lines.push(format!("running: {}", self.running.join("; ")));
        }
        if !self.damaged.is_empty() {
            lines.push(format!("damaged: {}", self.damaged.join("; ")));
        }
        if !self.others.is_empty() {
            let n: usize = self.others.values().sum();
            let others = self.others.iter().map(|(arm, n)| format!("{arm} ({n})"));
            let mut others: Vec<String> = others.collect();
            let n_more = others.len().saturating_sub(MOST_NAMED);
            if n_more > 0 {
                others.truncate(MOST_NAMED);
                others.push(format!("and {n_more} more"));
            }
            let others = others.join(", ");
            let (runs, are) = if n == 1 {
                ("run", "is")
            } else {
                ("runs", "are")
            };
            lines.push(format!(
                "{n} {runs} with other settings {are} left out: {others}"
            ));
        }
        if !self.unchecked.is_empty() {
            let unchecked = self.unchecked.iter();
            let unchecked = unchecked.map(|(file, n)| match n {
                1 => format!("{file} of 1 run"),
                n => format!("{file} of {n} runs"),
            });
            let unchecked = unchecked.collect::<Vec<_>>().join(", ");
            lines.push(format!("not kept, and not checked: {unchecked}"));
        }
        lines
    }
}

/// The runs below `folder` that were begun: where each lies below `root`, and its seed.
fn begun(root: &Path, folder: &Path) -> BTreeSet<(String, u64)> {
    let mut runs = BTreeSet::new();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let file = entry.file_name().to_string_lossy().into_owned();
        let run = RunName::of(file.strip_prefix('.').unwrap_or(&file));
        match run.filter(|run| !run.is_set_aside()) {
            Some(run) => {
                let arm = folder.strip_prefix(root).unwrap_or(folder);
                runs.insert((arm.display().to_string(), run.seed));
            }
            // Links may lead in circles.
            None if entry.file_type().is_ok_and(|kind| kind.is_dir()) => {
                runs.extend(begun(root, &entry.path()));
            }
            None => {}
        }
    }
    runs
}

/// What runs that have not ended left in the folder of one setting.
struct Signs {
    /// Seeds of runs that were interrupted and can be gone on with.
    checkpoints: BTreeSet<u64>,
    /// Runs that have a lock, by their seeds.
    locks: BTreeMap<u64, Vec<PathBuf>>,
}

impl Signs {
    fn of(arm: &Path) -> Self {
        let mut checkpoints = BTreeSet::new();
        let mut locks: BTreeMap<u64, Vec<PathBuf>> = BTreeMap::new();
        for entry in fs::read_dir(arm).into_iter().flatten().flatten() {
            let file = entry.file_name().to_string_lossy().into_owned();
            if let Some(run) = RunName::of(&file) {
                let has = |name| entry.path().join(name).is_file();
                if has(store::name::CHECKPOINT) && !has(store::name::SUMMARY) {
                    checkpoints.insert(run.seed);
                }
            } else if let Some(run) = file.strip_prefix('.').and_then(RunName::of)
                && run.rest == ".lock"
            {
                let base = arm.join(run.base);
                locks.entry(run.seed).or_default().push(base);
            }
        }
        Self { checkpoints, locks }
    }

    /// Who makes the run with `seed`, where somebody does.
    fn running(&self, seed: u64) -> Option<Option<Holder>> {
        let locks = self.locks.get(&seed).into_iter().flatten();
        locks.into_iter().find_map(|base| holder_of(base))
    }
}

/// Who is at the run in `folder`.
pub(super) fn holder_of(folder: &Path) -> Option<Option<Holder>> {
    let name = folder.file_name()?.to_string_lossy();
    let path = store::lock_path(&folder.with_file_name(RunName::of(&name)?.base));
    if !path.exists() {
        return None;
    }
    match Lock::ask(&path).ok()? {
        Asked::Busy(holder) => Some(holder),
        Asked::Taken(_) => None,
    }
}
