//! The runs of one place that belong together, and what is not among them.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result};
use apical_learning::Point;
use rayon::ThreadPoolBuilder;
use rayon::prelude::*;
use toml::Table;

use super::gaps::{Gaps, holder_of};
use crate::spec::{ExperimentSpec, sha256};
use crate::store::{self, Ended, Experiment, Kept, RunName, State};

/// Runs that were read already, by their folders.
pub(crate) type Known<R> = HashMap<PathBuf, Ended<R>>;

/// Where runs lie: the folder of an experiment, or one below which there are runs without any.
pub(crate) struct Place {
    /// The folder.
    pub(crate) root: PathBuf,
    /// Its experiment.toml, where there is one.
    pub(crate) experiment: Option<Experiment>,
    /// Parts of it that were asked for; all of it is one.
    pub(crate) scopes: Vec<PathBuf>,
    /// Folders of runs that ended.
    pub(crate) runs: Vec<PathBuf>,
    /// How it is called beside others.
    pub(crate) name: Option<String>,
}

/// The runs that a report is made of.
pub(crate) struct Gathered<R> {
    /// Of each task, learner and point of a sweep those with one setting.
    pub(crate) runs: Vec<R>,
    /// What is not among them, one kind a line.
    pub(crate) gaps: Vec<String>,
    /// How many are damaged.
    pub(crate) n_damaged: usize,
    /// How many are being made.
    pub(crate) n_running: usize,
    /// How many are missing; unknown of an experiment without any sign of a run.
    pub(crate) n_missing: Option<usize>,
}

/// Task, learner and point of a sweep, after the experiment's name where its folder does not say it.
type Arm = (String, String, String, Point);

/// Reads the runs of `place`. Of an experiment those belong to it that are listed in its runs.json, and
/// others with the same settings; without that file, or outside of an experiment, the newest decides the
/// settings.
pub(crate) fn gather<R: Kept>(place: &Place, known: &mut Known<R>) -> Result<Gathered<R>> {
    let mut gaps = Gaps::default();
    let fault = place.experiment.as_ref().and_then(Experiment::fault);
    gaps.damaged.extend(fault.map(|fault| {
        let file = place.root.join(store::name::EXPERIMENT);
        format!(
            "{} ({fault}); titles, contrasts and seeds are not known",
            file.display()
        )
    }));
    let listed = listed(place, &mut gaps);
    let mut arms: BTreeMap<Arm, Vec<(PathBuf, Ended<R>)>> = BTreeMap::new();
    for (folder, state) in states(place, known)? {
        match state? {
            State::Ended(ended) => {
                let key = ended.record.key().clone();
                // The folder of an experiment may have been named anew since.
                let experiment = match place.experiment {
                    Some(_) => String::new(),
                    None => key.experiment,
                };
                let arm = (experiment, key.task, key.learner, key.point);
                arms.entry(arm).or_default().push((folder.clone(), ended));
            }
            State::Damaged(fault) => {
                gaps.damaged
                    .push(format!("{} ({fault})", place.words(folder)));
                gaps.seen.insert(folder.clone());
            }
            State::Others => {
                let (arm, _) = place.taken_apart(folder);
                *gaps.others.entry(arm).or_default() += 1;
            }
            State::Free => {}
        }
    }
    let mut runs = Vec::new();
    for (_, candidates) in arms {
        let belonging = belonging(candidates, listed.as_ref(), place, &mut gaps);
        runs.extend(belonging.into_iter().map(|(_, ended)| ended.record));
    }
    gaps.find_missing(place, listed.as_ref());
    Ok(Gathered {
        runs,
        n_damaged: gaps.damaged.len(),
        n_running: gaps.running.len(),
        n_missing: gaps.n_missing(),
        gaps: gaps.lines(place),
    })
}

/// What is in each of the folders of runs, in order; those that are not `known` are read a few at a time, on all
/// processors.
fn states<'p, R: Kept>(
    place: &'p Place,
    known: &mut Known<R>,
) -> Result<impl Iterator<Item = (&'p PathBuf, Result<State<R>>)>> {
    const AT_A_TIME: usize = 256;
    // The pool of all has one thread to a run.
    let n_threads = std::thread::available_parallelism().map_or(1, usize::from);
    let pool = ThreadPoolBuilder::new().num_threads(n_threads).build();
    let pool = pool.context("failed to start the threads")?;
    Ok(place.runs.chunks(AT_A_TIME).flat_map(move |folders| {
        let asked: Vec<_> = (folders.iter())
            .map(|folder| (folder, known.remove(folder)))
            .collect();
        let read = |(folder, known): (&'p PathBuf, Option<Ended<R>>)| {
            let ended = known.map(State::Ended);
            (folder, ended.map_or_else(|| settled(folder), Ok))
        };
        pool.install(|| asked.into_par_iter().map(read).collect::<Vec<_>>())
    }))
}

impl Place {
    /// The run in `folder`, in words.
    fn words(&self, folder: &Path) -> String {
        let (arm, seed) = self.taken_apart(folder);
        match seed {
            Some(seed) => format!("{arm} seed {seed}"),
            None => folder.display().to_string(),
        }
    }

    /// Where the run in `folder` lies below the place, and its seed.
    pub(super) fn taken_apart(&self, folder: &Path) -> (String, Option<u64>) {
        let above = folder.parent().unwrap_or(folder);
        let arm = above.strip_prefix(&self.root).unwrap_or(above);
        let name = folder.file_name().unwrap_or_default().to_string_lossy();
        let seed = RunName::of(&name).map(|name| name.seed);
        (arm.display().to_string(), seed)
    }

    fn is_asked_for(&self, folder: &Path) -> bool {
        self.scopes.iter().any(|scope| folder.starts_with(scope))
    }
}

/// The folders that runs.json lists.
fn listed(place: &Place, gaps: &mut Gaps) -> Option<BTreeSet<PathBuf>> {
    place.experiment.as_ref()?;
    match store::read_runs(&place.root) {
        Ok(runs) => {
            let folders = runs?.into_iter().map(|run| place.root.join(run));
            Some(folders.filter(|run| place.is_asked_for(run)).collect())
        }
        Err(error) => {
            gaps.damaged.push(format!("{error:#}"));
            None
        }
    }
}

/// What is in `folder`, once nobody is exchanging it.
fn settled<R: Kept>(folder: &Path) -> Result<State<R>> {
    const N_LOOKS: usize = 40;
    for _ in 0..N_LOOKS {
        match store::look(folder, None)? {
            State::Damaged(_) | State::Free if holder_of(folder).is_some() => {
                std::thread::sleep(Duration::from_millis(25));
            }
            state => return Ok(state),
        }
    }
    store::look(folder, None)
}

/// Those of one task, learner and point that have one setting, one a seed.
fn belonging<R: Kept>(
    candidates: Vec<(PathBuf, Ended<R>)>,
    listed: Option<&BTreeSet<PathBuf>>,
    place: &Place,
    gaps: &mut Gaps,
) -> Vec<(PathBuf, Ended<R>)> {
    let decides = |folder: &PathBuf| listed.is_none_or(|listed| listed.contains(folder));
    let newest = candidates
        .iter()
        .filter(|(folder, _)| decides(folder))
        .max_by_key(|(folder, ended)| (ended.record.provenance().started.clone(), folder.clone()))
        .map(|(_, ended)| setting(ended));
    let mut by_seed: BTreeMap<u64, (PathBuf, Ended<R>)> = BTreeMap::new();
    for (folder, ended) in candidates {
        let (arm, _) = place.taken_apart(&folder);
        if newest.as_ref() != Some(&setting(&ended)) {
            *gaps.others.entry(arm).or_default() += 1;
            continue;
        }
        let started = |ended: &Ended<R>| ended.record.provenance().started.clone();
        let seed = ended.record.key().seed;
        let known = by_seed.get(&seed);
        if known.is_none_or(|(_, known)| started(&ended) > started(known)) {
            by_seed.insert(seed, (folder, ended));
        }
    }
    for (folder, ended) in by_seed.values() {
        gaps.seen.insert(folder.clone());
        for file in &ended.unchecked {
            *gaps.unchecked.entry(file.clone()).or_default() += 1;
        }
    }
    by_seed.into_values().collect()
}

/// Everything that decides a run but its seed. Old records do not say; what does is read from their
/// specification.
fn setting<R: Kept>(ended: &Ended<R>) -> String {
    if let Some(setting) = &ended.setting {
        return setting.clone();
    }
    let text = ended.record.spec();
    let Ok(mut table) = text.parse::<Table>() else {
        return text.to_owned();
    };
    if table.is_empty() {
        return String::new();
    }
    table.retain(|key, _| key != "seeds" && key != "title");
    let draws_data = || {
        let spec: ExperimentSpec = toml::from_str(text).ok()?;
        let mut tasks = spec.task.values();
        Some(tasks.any(|task| task.dataset.depends_on_run()))
    };
    let provenance = ended.record.provenance();
    let data = match draws_data() {
        Some(false) => &*provenance.data_checksum,
        _ => "",
    };
    let deciding = format!("{}\n{data}\n{table}", provenance.source_digest);
    sha256(deciding.as_bytes())
}
