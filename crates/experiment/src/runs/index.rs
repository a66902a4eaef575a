//! Which runs belong to an experiment: its experiment.toml and runs.json.
//!
//! Calls that differ in nothing but their seeds are one experiment, one after the other or side by side:
//! the last to write has the seeds of all.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Result;
use apical_learning::TrialRecord;
use indexmap::IndexSet;

use super::{Execution, Job, Work};
use crate::spec::sha256;
use crate::store::{self, Experiment, RunName};

/// Makes a text of some seeds.
pub type OfSeeds<'a> = &'a dyn Fn(&[u64]) -> Result<String>;

/// What belongs to the whole of an experiment.
pub(crate) struct Index<'a> {
    folder: &'a Path,
    /// Folders of runs with one setting, and the setting, in the order of the specification.
    arms: IndexSet<(PathBuf, String)>,
    /// The folders of this call's runs by arm and seed.
    own: BTreeMap<(usize, u64), PathBuf>,
    command: OfSeeds<'a>,
    spec: OfSeeds<'a>,
}

impl<'a> Index<'a> {
    /// The experiment in `folder` whose runs are `jobs`. `command` makes runs with the given seeds, and
    /// `spec` is the specification with them.
    pub(crate) fn new<W: Work>(
        folder: &'a Path,
        jobs: &[Job<W>],
        command: OfSeeds<'a>,
        spec: OfSeeds<'a>,
    ) -> Self {
        let mut arms = IndexSet::new();
        let mut own = BTreeMap::new();
        for job in jobs {
            let above = job.folder.parent().unwrap_or(folder).to_owned();
            let (place, _) = arms.insert_full((above, job.decided.setting.clone()));
            own.insert((place, job.key.seed), job.folder.clone());
        }
        Self {
            folder,
            arms,
            own,
            command,
            spec,
        }
    }

    /// Clears what dead processes left, and writes what is known of the whole before any run is made. Where it was
    /// stopped while it waited, nothing.
    pub(crate) fn begin(&self, trials: &[TrialRecord], execution: &Execution<'_>) -> Result<()> {
        if let Some(_lock) = store::lock_folder(self.folder, execution.stop)? {
            let written = store::clear_left_overs(self.folder).and_then(|()| self.write());
            let written = written.and_then(|()| store::write_trials(self.folder, trials));
            store::where_possible(written)?;
        }
        Ok(())
    }

    /// Writes both files, with the seeds of calls that differ in nothing else. To be called by who holds
    /// the folder's lock.
    pub(crate) fn write(&self) -> Result<()> {
        let settings: Vec<&str> = self.arms.iter().map(|(_, setting)| &**setting).collect();
        let digest = sha256(settings.join("\n").as_bytes());
        let mut seeds: BTreeSet<u64> = self.own.keys().map(|(_, seed)| *seed).collect();
        let mut runs = BTreeMap::new();
        // What cannot be read is no reason not to write it anew.
        let before = Experiment::read(self.folder).unwrap_or_default();
        if before.digest == digest {
            seeds.extend(before.seeds());
            let listed = store::read_runs(self.folder).ok().flatten();
            let mut arms: HashMap<&Path, usize> = HashMap::new();
            for (place, (above, _)) in self.arms.iter().enumerate() {
                arms.entry(above).or_insert(place);
            }
            for run in listed.into_iter().flatten() {
                let path = self.folder.join(run);
                let seed = path
                    .file_name()
                    .and_then(|name| Some(RunName::of(&name.to_string_lossy())?.seed));
                let arm = path.parent().and_then(|above| arms.get(above).copied());
                if let (Some(seed), Some(arm)) = (seed, arm) {
                    runs.insert((arm, seed), path);
                }
            }
        }
        runs.extend(self.own.clone());
        for (place, (above, setting)) in self.arms.iter().enumerate() {
            for (seed, path) in ended_in(above, setting) {
                runs.insert((place, seed), path);
            }
        }
        seeds.extend(runs.keys().map(|(_, seed)| *seed));
        let seeds: Vec<u64> = seeds.into_iter().collect();
        Experiment {
            command: (self.command)(&seeds)?,
            digest,
            spec: (self.spec)(&seeds)?,
        }
        .write(self.folder)?;
        let relative = |run: &PathBuf| {
            let run = run.strip_prefix(self.folder).unwrap_or(run);
            let parts: Vec<_> = run.iter().map(|part| part.to_string_lossy()).collect();
            parts.join("/")
        };
        let relative: Vec<String> = runs.values().map(relative).collect();
        store::write_runs(self.folder, &relative)
    }
}

/// The folders in `above` of runs that ended with `setting`, by seed.
fn ended_in(above: &Path, setting: &str) -> BTreeMap<u64, PathBuf> {
    let mut found: BTreeMap<u64, PathBuf> = BTreeMap::new();
    for entry in fs::read_dir(above).into_iter().flatten().flatten() {
        let (path, file) = (entry.path(), entry.file_name());
        let file = file.to_string_lossy();
        let run = RunName::of(&file).filter(|name| !name.is_set_aside());
        let Some(run) = run.filter(|_| store::setting_of(&path).as_deref() == Some(setting)) else {
            continue;
        };
        let known = found.entry(run.seed).or_insert_with(|| path.clone());
        // Not in the order of the disk.
        *known = path.min(known.clone());
    }
    found
}
