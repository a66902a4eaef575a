//! From folders of records to reports.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use apical_learning::{Provenance, RunKey, RunRecord};
use apical_reporting::ReportInput;
use serde::Deserialize;
use toml::Table;

use super::{Report, baselines_of, in_order, named_baselines, places_of};
use crate::protocol::{Kind, Run};
use crate::provenance::shell_line;
use crate::spec::{Overrides, SpecSource};
use crate::store::{self, Kept};

/// Why there is no report.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// Folders without records.
    #[error(
        "no finished or failed run below {folders}; give a folder that `apical run` wrote, such as results/quick"
    )]
    NoRuns {
        /// The folders searched.
        folders: String,
    },
    /// A folder that is not there.
    #[error(
        "there is no folder `{folder}`; give one that `apical run` wrote, such as results/quick"
    )]
    NoFolder {
        /// The folder.
        folder: String,
    },
}

/// What folders of records give.
pub struct Reports {
    /// On all tasks, side by side.
    pub tasks: Option<Report>,
    /// On each protocol, with the folder of its experiment.
    pub protocols: Vec<(PathBuf, Report)>,
}

/// An experiment whose runs were found.
struct Found {
    folder: PathBuf,
    name: String,
}

/// Reads everything below `folders` that a report is made of. Of several experiments, tasks are named
/// with their experiment.
pub fn read(folders: &[PathBuf]) -> Result<Reports> {
    let mut taught: Vec<RunRecord> = Vec::new();
    let mut experiments: Vec<Found> = Vec::new();
    let mut protocols: Vec<(PathBuf, Vec<Run>)> = Vec::new();
    for folder in folders {
        if !folder.is_dir() {
            let folder = folder.display().to_string();
            return Err(ReadError::NoFolder { folder }.into());
        }
        for folder in store::ended_folders(folder)? {
            let own = store::experiment_folder(&folder).map(Path::to_owned);
            if is_of_protocol(&folder)? {
                let run = Run::read(&folder)?;
                let own = own.with_context(|| {
                    let file = store::name::EXPERIMENT;
                    format!("there is no {file} above the run in {}", folder.display())
                })?;
                match protocols.iter_mut().find(|(known, _)| *known == own) {
                    Some((_, runs)) => runs.push(run),
                    None => protocols.push((own, vec![run])),
                }
                continue;
            }
            let run = RunRecord::read(&folder)?;
            let is_new = |own: &PathBuf| experiments.iter().all(|known| known.folder != *own);
            if let Some(folder) = own.filter(is_new) {
                let name = run.summary.run.experiment.clone();
                experiments.push(Found { folder, name });
            }
            taught.push(run);
        }
    }
    if taught.is_empty() && protocols.is_empty() {
        let folders: Vec<String> = folders.iter().map(|f| f.display().to_string()).collect();
        let folders = folders.join(", ");
        return Err(ReadError::NoRuns { folders }.into());
    }
    let protocols = protocols.into_iter().map(|(folder, runs)| {
        let report = on_protocol(&folder, runs)?;
        Ok((folder, report))
    });
    Ok(Reports {
        protocols: protocols.collect::<Result<_>>()?,
        tasks: on_tasks(taught, &experiments)?,
    })
}

/// Whether the run in `folder` is one of a protocol.
fn is_of_protocol(folder: &Path) -> Result<bool> {
    #[derive(Deserialize)]
    struct Mark {
        protocol: Option<String>,
    }
    let mark: Mark = store::json(&folder.join(store::name::SUMMARY))?;
    Ok(mark.protocol.is_some())
}

fn on_protocol(folder: &Path, runs: Vec<Run>) -> Result<Report> {
    let (command, text) = store::read_experiment(folder)?;
    let runs = newest(
        runs,
        |run: &Run| run.summary.run.clone(),
        |run| &run.provenance,
    );
    let protocol = runs.first().map_or("", |run| &*run.summary.protocol);
    let kind = Kind::named(protocol)
        .or_else(|| Kind::formerly(protocol))
        .with_context(|| {
            format!(
                "the records in {} are of the protocol `{protocol}`, which this version does not know",
                folder.display()
            )
        })?;
    let table: Table = text.parse().unwrap_or_default();
    let name = folder.file_name().unwrap_or_default().to_string_lossy();
    let mut source = SpecSource {
        name: name.into_owned(),
        file: folder.join(store::name::EXPERIMENT).display().to_string(),
        folder: folder.to_owned(),
        text,
    };
    if !table.contains_key("protocol") {
        source = kind.named_in(source);
    }
    let spec = kind.read(&source, &Overrides::default())?;
    Ok(Report::Protocol(spec.report(&spec.sorted(runs), &command)))
}

fn on_tasks(runs: Vec<RunRecord>, experiments: &[Found]) -> Result<Option<Report>> {
    let names: BTreeSet<String> = (runs.iter())
        .map(|run| run.summary.run.experiment.clone())
        .collect();
    // Tasks of several experiments may have the same name.
    let task_name = |experiment: &str, task: &str| match names.len() {
        0 | 1 => task.to_owned(),
        _ => format!("{experiment} · {task}"),
    };
    let (mut specs, mut commands, mut titles, mut trials) = (vec![], vec![], vec![], vec![]);
    let (mut places, mut baselines) = (Vec::new(), Vec::new());
    for Found { folder, name } in experiments {
        let (command, spec) = store::read_experiment(folder)?;
        let table: Table = spec.parse().unwrap_or_default();
        let title = table.get("title").and_then(|title| title.as_str());
        titles.extend(title.map(str::to_owned));
        places.extend(places_of(&table, |task| task_name(name, task)));
        baselines.extend(named_baselines(&table, |task| task_name(name, task)));
        commands.push(command);
        specs.push(spec);
        for mut trial in store::read_trials(folder)? {
            trial.task = task_name(name, &trial.task);
            trials.push(trial);
        }
    }
    let key = |run: &RunRecord| run.summary.run.clone();
    let mut runs = newest(runs, key, |run| &run.provenance);
    for run in &mut runs {
        let key = &mut run.summary.run;
        key.task = task_name(&key.experiment, &key.task);
    }
    let runs = in_order(runs, &places);
    let Some(first) = runs.first() else {
        return Ok(None);
    };
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
    Ok(Some(Report::Tasks(ReportInput {
        experiment,
        title,
        spec: specs.join("\n"),
        command: commands.join(" && "),
        baselines: baselines_of(&runs, baselines),
        runs,
        trials,
    })))
}

/// The newest run of each key, in order of the keys.
fn newest<R>(
    runs: Vec<R>,
    key: impl Fn(&R) -> RunKey,
    provenance: impl Fn(&R) -> &Provenance,
) -> Vec<R> {
    let mut newest: BTreeMap<RunKey, R> = BTreeMap::new();
    for run in runs {
        let is_newer = newest
            .get(&key(&run))
            .is_none_or(|known| provenance(&run).started > provenance(known).started);
        if is_newer {
            newest.insert(key(&run), run);
        }
    }
    newest.into_values().collect()
}
