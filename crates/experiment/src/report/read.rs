//! From folders of records to reports.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use apical_learning::RunRecord;
use apical_reporting::{ProtocolReport, ReportInput};
use toml::Table;

use super::contrasts::{self, GivenContrasts};
use super::gather::{Gathered, Known, Place, gather};
use super::places::places;
use super::trials::gather_taught;
use super::{
    Report, baselines_of, edges, in_order, literature, looks, named_baselines, places_of,
    specified_baselines,
};
use crate::protocol::{Kind, Run, Runs, Specified};
use crate::provenance::shell_line;
use crate::spec::{Overrides, SpecSource};
use crate::store::{self, Experiment};

/// Why there is no report.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// Folders without records.
    #[error(
        "no finished or failed run below {folders}{}; give a folder that `apical run` wrote, such as results/quick",
        .gaps.iter().map(|gap| format!("; {gap}")).collect::<String>()
    )]
    NoRuns {
        /// The folders searched.
        folders: String,
        /// What is missing or damaged there.
        gaps: Vec<String>,
    },
    /// Contrasts of other tasks than those with runs.
    #[error(
        "{file} declares contrasts of {declared}, expected those of a task with runs here: {tasks}"
    )]
    NoTask {
        /// The file.
        file: String,
        /// The tasks that it declares contrasts of.
        declared: String,
        /// The tasks with runs.
        tasks: String,
    },
    /// A folder that is not there, or is none.
    #[error("{fault}; give a folder that `apical run` wrote, such as results/quick")]
    NoFolder {
        /// What is wrong with it.
        fault: String,
    },
}

impl ReadError {
    /// Nothing ended below `folders`.
    pub(crate) fn no_runs(folders: &[PathBuf], gaps: Vec<String>) -> Self {
        let folders: Vec<String> = folders.iter().map(|f| f.display().to_string()).collect();
        let folders = folders.join(", ");
        Self::NoRuns { folders, gaps }
    }
}

/// What folders of records give.
pub struct Reports {
    /// On all tasks, side by side.
    pub tasks: Option<Report>,
    /// On each protocol, with the folder of its experiment.
    pub protocols: Vec<(PathBuf, Report)>,
    /// Runs that are damaged and therefore in none of them.
    pub n_damaged: usize,
}

/// Reads everything below `folders` that a report is made of. Of several experiments, tasks are named with
/// their experiment, or as `names` has it, one for each folder. Contrasts that are `given` take the place of those
/// that experiments declare of the same tasks.
pub fn read(
    folders: &[PathBuf],
    names: &[String],
    given: Option<&GivenContrasts>,
) -> Result<Reports> {
    let mut reports = Reports {
        tasks: None,
        protocols: Vec::new(),
        n_damaged: 0,
    };
    let (mut taught, mut gaps) = (Vec::new(), Vec::new());
    for place in places(folders, names)? {
        if place.is_of_protocol() {
            let gathered = gather::<Run>(&place, &mut HashMap::new())?;
            reports.n_damaged += gathered.n_damaged;
            gaps.extend(gathered.gaps.iter().cloned());
            if !gathered.runs.is_empty() {
                let (_, _, report) = on_protocol(&place, gathered)?;
                let report = Report::Protocol(report);
                reports.protocols.push((place.root, report));
            }
        } else {
            let gathered = gather_taught(&place, &mut HashMap::new())?;
            reports.n_damaged += gathered.n_damaged;
            gaps.extend(gathered.gaps.iter().cloned());
            taught.push((place, gathered));
        }
    }
    reports.tasks = on_tasks(taught, given)?;
    if reports.tasks.is_none() && reports.protocols.is_empty() {
        return Err(ReadError::no_runs(folders, gaps).into());
    }
    Ok(reports)
}

/// The report on the tasks of the experiment in `folder`, some of whose runs are `known`.
pub(crate) fn on_experiment(folder: &Path, mut known: Known<RunRecord>) -> Result<Option<Report>> {
    let place = Place::whole(folder)?;
    let gathered = gather_taught(&place, &mut known)?;
    on_tasks(vec![(place, gathered)], None)
}

/// The same of a protocol, with its specification and its runs.
pub(crate) fn on_own_protocol(
    folder: &Path,
    mut known: Known<Run>,
) -> Result<(Specified, Runs, ProtocolReport)> {
    let place = Place::whole(folder)?;
    let gathered = gather(&place, &mut known)?;
    on_protocol(&place, gathered)
}

/// The folders that reports on what lies below `folders` are written into, where no other is named.
pub fn folders_of(folders: &[PathBuf]) -> Result<Vec<PathBuf>> {
    let places = places(folders, &[])?.into_iter().map(|place| place.root);
    Ok(places.chain(folders.iter().cloned()).collect())
}

fn on_protocol(
    place: &Place,
    gathered: Gathered<Run>,
) -> Result<(Specified, Runs, ProtocolReport)> {
    let Experiment { command, spec, .. } = place.experiment.clone().unwrap_or_default();
    let protocol = (gathered.runs.first()).map_or("", |run| &*run.summary.protocol);
    let kind = Kind::named(protocol)
        .or_else(|| Kind::formerly(protocol))
        .with_context(|| {
            format!(
                "the records in {} are of the protocol `{protocol}`, which this version does not know",
                place.root.display()
            )
        })?;
    let table: Table = spec.parse().unwrap_or_default();
    let mut source = SpecSource {
        name: place.folder_name(),
        file: place
            .root
            .join(store::name::EXPERIMENT)
            .display()
            .to_string(),
        folder: place.root.clone(),
        text: spec,
    };
    if !table.contains_key("protocol") {
        source = kind.named_in(source);
    }
    let spec = kind.read(&source, &Overrides::default())?;
    let runs = spec.sorted(gathered.runs);
    let mut report = spec.report(&runs, &command);
    report.gaps = gathered.gaps;
    Ok((spec, runs, report))
}

fn on_tasks(
    gathered: Vec<(Place, Gathered<RunRecord>)>,
    given: Option<&GivenContrasts>,
) -> Result<Option<Report>> {
    let mut names: BTreeSet<(PathBuf, String)> = BTreeSet::new();
    for (place, of) in &gathered {
        for run in &of.runs {
            names.insert((place.root.clone(), place.experiment_of(run)));
        }
    }
    let names: Vec<_> = names.into_iter().collect();
    let n_places = gathered.len();
    let (mut specs, mut commands, mut titles, mut trials) = (vec![], vec![], vec![], vec![]);
    let (mut places, mut baselines, mut runs, mut gaps) = (vec![], vec![], vec![], vec![]);
    let (mut learner_places, mut logarithmic) = (BTreeMap::new(), BTreeSet::new());
    let (mut published, mut at_edge) = (BTreeMap::new(), BTreeMap::new());
    let mut tuned_ranges = BTreeMap::new();
    let (mut declared, mut tasks) = (BTreeMap::new(), BTreeSet::new());
    for (place, of) in gathered {
        let called = |name: &str, task: &str| match place.label(name, &names) {
            Some(label) => format!("{label} · {task}"),
            None => task.to_owned(),
        };
        gaps.extend(of.gaps.into_iter().map(|gap| match n_places {
            1 => gap,
            _ => format!("{}: {gap}", place.root.display()),
        }));
        let own = of.runs.first().map(|run| place.experiment_of(run));
        if let (Some(file), Some(name)) = (&place.experiment, own) {
            let table: Table = file.spec.parse().unwrap_or_default();
            let title = table.get("title").and_then(|title| title.as_str());
            titles.extend(
                title
                    .map(str::to_owned)
                    .filter(|title| !titles.contains(title)),
            );
            places.extend(places_of(&table, |task| called(&name, task)));
            learner_places.extend(looks::learner_places(&table, |task| called(&name, task)));
            published.extend(literature::literature(&table, |task| called(&name, task)));
            logarithmic.extend(looks::logarithmic_keys(&table));
            let specified = specified_baselines(&file.spec, &of.runs);
            let specified = specified.into_iter();
            baselines.extend(specified.map(|(task, learner)| (called(&name, &task), learner)));
            baselines.extend(named_baselines(&table, |task| called(&name, task)));
            let own = contrasts::of_spec(&file.spec).into_iter();
            declared.extend(own.map(|(task, contrasts)| (called(&name, &task), contrasts)));
            commands.push(file.command.clone());
            specs.push(file.spec.clone());
            let ranges = edges::ranges(&table);
            // A log that cannot be read is among the gaps.
            for mut trial in store::read_trials(&place.root).unwrap_or_default() {
                trial.task = called(&name, &trial.task);
                let key = (trial.task.clone(), trial.learner.clone());
                let at_edges = edges::at_edges(&ranges, &trial);
                if !at_edges.is_empty() {
                    let all: &mut Vec<String> = at_edge.entry(key.clone()).or_default();
                    all.extend(at_edges);
                }
                tuned_ranges.insert(key, edges::tuned(&ranges, &trial));
                trials.push(trial);
            }
        }
        for mut run in of.runs {
            let name = place.experiment_of(&run);
            let key = &mut run.summary.run;
            let task = called(&name, &key.task);
            if let Some(contrasts) = given.and_then(|given| given.by_task.get(&key.task)) {
                declared.insert(task.clone(), contrasts.clone());
            }
            tasks.insert(std::mem::replace(&mut key.task, task));
            runs.push(run);
        }
    }
    let runs = in_order(runs, &places);
    let Some(first) = runs.first() else {
        return Ok(None);
    };
    if let Some(given) = given
        && !tasks.iter().any(|task| given.by_task.contains_key(task))
    {
        let tasks: Vec<String> = tasks.iter().map(|task| format!("`{task}`")).collect();
        return Err(ReadError::NoTask {
            file: given.file.clone(),
            declared: given.tasks(),
            tasks: tasks.join(", "),
        }
        .into());
    }
    let experiment = first.summary.run.experiment.clone();
    if commands.is_empty() {
        let command = first.provenance.command.iter().map(String::as_str);
        commands.push(shell_line(command));
        specs.push(first.spec.clone());
    }
    let title = if titles.is_empty() {
        experiment.clone()
    } else {
        titles.join("; ")
    };
    let places: BTreeMap<_, _> = looks::places_of_runs(&runs)
        .into_iter()
        .chain(learner_places)
        .collect();
    Ok(Some(Report::Tasks(ReportInput {
        experiment,
        title,
        spec: specs.join("\n"),
        command: commands.join(" && "),
        subjects: looks::subjects(&places),
        places,
        logarithmic,
        literature: published,
        baselines: baselines_of(&runs, baselines),
        contrasts: declared,
        runs,
        trials,
        at_edge,
        tuned_ranges,
        gaps,
    })))
}
