//! `apical report`, and the report at the end of `apical run`.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{ErrorKind, IsTerminal, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use apical_learning::{RunKey, RunRecord};
use apical_reporting::{ReportInput, terminal_table};

use super::order::{baselines_of, in_order, places_of};
use crate::cli::ReportArgs;
use crate::exit::UsageError;
use crate::say;
use apical_experiment::store;

/// Writes the report of all ended runs below some folders.
pub(crate) fn report(arguments: &ReportArgs) -> Result<()> {
    let input = input(&arguments.folders)?;
    let out = match (&arguments.out, &arguments.folders[..]) {
        (Some(out), _) => out,
        (None, [only]) => only,
        (None, _) => Err(UsageError::NoOut)?,
    };
    let index = write_report(&input, out)?;
    print_table(&input)?;
    say::err(format_args!(
        "{} runs; report: {}",
        input.runs.len(),
        index.display()
    ));
    Ok(())
}

/// Writes all files of the report into `folder` and returns the path of its page.
pub(crate) fn write_report(input: &ReportInput, folder: &Path) -> Result<PathBuf> {
    for artefact in apical_reporting::report(input).context("failed to make the report")? {
        store::write_atomically(&folder.join(&artefact.path), &artefact.bytes)?;
    }
    Ok(folder.join("index.html"))
}

/// Prints the table of results on standard output.
pub(crate) fn print_table(input: &ReportInput) -> Result<()> {
    let mut out = std::io::stdout().lock();
    let no_colour = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    let table = terminal_table(input, out.is_terminal() && !no_colour);
    match writeln!(out, "{}", table.trim_end()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(error).context("failed to print the table")
        }
        _ => Ok(()),
    }
}

/// Everything below `folders` that a report is made of. Of several experiments, tasks are named
/// with their experiment.
fn input(folders: &[PathBuf]) -> Result<ReportInput> {
    let mut runs = Vec::new();
    let mut experiments: Vec<(PathBuf, String)> = Vec::new();
    for folder in folders {
        if !folder.is_dir() {
            return Err(UsageError::NoFolder {
                folder: folder.display().to_string(),
            }
            .into());
        }
        for folder in store::ended_folders(folder)? {
            let run = store::read_run(&folder)?;
            let own = store::experiment_folder(&folder).map(Path::to_owned);
            if let Some(own) = own.filter(|own| experiments.iter().all(|(known, _)| known != own)) {
                experiments.push((own, run.summary.run.experiment.clone()));
            }
            runs.push(run);
        }
    }
    let (mut specs, mut commands, mut titles, mut trials) = (vec![], vec![], vec![], vec![]);
    let names: BTreeSet<String> = (runs.iter())
        .map(|run| run.summary.run.experiment.clone())
        .collect();
    // Tasks of several experiments may have the same name.
    let task_name = |experiment: &str, task: &str| match names.len() {
        0 | 1 => task.to_owned(),
        _ => format!("{experiment} · {task}"),
    };
    let mut places = Vec::new();
    for (folder, name) in &experiments {
        let (command, spec) = store::read_experiment(folder)?;
        let table: toml::Table = spec.parse().unwrap_or_default();
        titles.extend(
            table
                .get("title")
                .and_then(|title| title.as_str())
                .map(str::to_owned),
        );
        places.extend(places_of(&table, |task| task_name(name, task)));
        commands.push(command);
        specs.push(spec);
        for mut trial in store::read_trials(folder)? {
            trial.task = task_name(name, &trial.task);
            trials.push(trial);
        }
    }
    let mut runs = newest(runs);
    for run in &mut runs {
        let key = &mut run.summary.run;
        key.task = task_name(&key.experiment, &key.task);
    }
    let runs = in_order(runs, &places);
    let Some(first) = runs.first() else {
        let folders: Vec<String> = folders.iter().map(|f| f.display().to_string()).collect();
        return Err(UsageError::NoRuns {
            folders: folders.join(", "),
        }
        .into());
    };
    let experiment = first.summary.run.experiment.clone();
    if commands.is_empty() {
        commands.push(apical_experiment::provenance::shell_line(
            first.provenance.command.iter().map(String::as_str),
        ));
        specs.push(first.spec.clone());
    }
    let title = if titles.is_empty() {
        experiment.clone()
    } else {
        titles.join("; ")
    };
    Ok(ReportInput {
        experiment,
        title,
        spec: specs.join("\n"),
        command: commands.join(" && "),
        baselines: baselines_of(&runs),
        runs,
        trials,
    })
}

/// The newest run of each key.
fn newest(runs: Vec<RunRecord>) -> Vec<RunRecord> {
    let mut newest: BTreeMap<RunKey, RunRecord> = BTreeMap::new();
    for run in runs {
        let key = run.summary.run.clone();
        let is_newer = newest
            .get(&key)
            .is_none_or(|known| run.provenance.started > known.provenance.started);
        if is_newer {
            newest.insert(key, run);
        }
    }
    newest.into_values().collect()
}
