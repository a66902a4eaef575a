//! `apical data check`: files against known digests, and what the data are once loaded.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use anyhow::Result;
use apical_datasets::{
    CatalogueEntry, CheckedFile, Dataset, DatasetSpec, FirstSeen, SharedInputs, Streams,
    TargetUnit, Targets, Verdict, check_files,
};

use apical_experiment::Experiment;
use apical_experiment::spec::{Overrides, SpecSource};
use apical_experiment::task_data::{TaskDataError, load};

use super::set_of_name;
use crate::exit::{DataProblem, UsageError};
use crate::say;

/// Checks the data set called `name`, or those of the specification in the file `name`.
pub(super) fn check(name: &str, folders: &[PathBuf]) -> Result<()> {
    if name.ends_with(".toml") {
        return of_spec(Path::new(name), folders);
    }
    let entry = set_of_name(name)?;
    if entry.files.is_empty() && entry.n_samples.is_none() {
        return Err(UsageError::OwnData { name: entry.name }.into());
    }
    let spec: DatasetSpec = toml::from_str(&format!("{} = {{}}", entry.name))?;
    if !entry.files.is_empty() {
        files(entry, folders)?;
    }
    let dataset = spec
        .load(Streams::new(0), folders)
        .map_err(|source| DataProblem::Set {
            name: entry.name,
            source,
        })?;
    summary(&dataset, entry.name);
    Ok(())
}

/// Loads every data set that a specification names.
fn of_spec(file: &Path, folders: &[PathBuf]) -> Result<()> {
    let resolved = match Experiment::read(SpecSource::in_file(file)?, Overrides::default())? {
        Experiment::Tasks(resolved) => resolved,
        Experiment::Protocol(_) => {
            say::out("a protocol makes its own data; there is nothing to check");
            return Ok(());
        }
    };
    let seed = resolved.spec.seeds[0];
    let mut seen = HashSet::new();
    for (name, task) in &resolved.spec.task {
        if !seen.insert(serde_json::to_string(&(&task.dataset, task.transfer))?) {
            continue;
        }
        let dataset = load(task, &resolved.source.folder, seed, folders);
        let dataset = dataset.map_err(|source| TaskDataError {
            task: name.clone(),
            source,
        })?;
        summary(&dataset, &dataset.about.name);
    }
    Ok(())
}

fn files(entry: &'static CatalogueEntry, folders: &[PathBuf]) -> Result<()> {
    let mut n_bad = 0;
    for CheckedFile { file, found } in check_files(entry, folders)? {
        let Some((path, digest)) = found else {
            say::out(format_args!("missing     {}", file.name));
            n_bad += 1;
            continue;
        };
        if digest.verdict == Verdict::Mismatch {
            n_bad += 1;
        }
        let word = match (digest.verdict, digest.first_seen) {
            (Verdict::Verified, _) => "verified",
            (_, Some(FirstSeen::Changed)) => "changed",
            (Verdict::Mismatch, _) => "different",
            (Verdict::Unverified, Some(FirstSeen::Recorded)) => "first seen",
            (Verdict::Unverified, Some(FirstSeen::Same)) => "as first",
            (Verdict::Unverified, _) => "unverified",
        };
        say::out(format_args!(
            "{word:<12}{}  SHA-256 {}",
            path.display(),
            digest.sha256
        ));
    }
    if n_bad > 0 {
        return Err(DataProblem::Bad {
            name: entry.name,
            n_bad,
            n_files: entry.files.len(),
        }
        .into());
    }
    Ok(())
}

/// Prints what a data set is.
fn summary(dataset: &Dataset, name: &str) {
    let row = |key: &str, value: &dyn std::fmt::Display| {
        say::out(format_args!("  {key:<11}{value}"));
    };
    let summary = dataset.summary();
    let about = &summary.about;
    say::out(name);
    let shape: Vec<String> = about.input_shape.iter().map(usize::to_string).collect();
    row(
        "inputs",
        &format!("{} ({})", summary.n_inputs, shape.join(" x ")),
    );
    let outputs = match dataset.train.targets {
        Targets::Classes(_) => format!(
            "{} classes: {}",
            summary.n_outputs,
            about.class_names.join(", ")
        ),
        Targets::Potentials(_) => format!("{} potentials (regression)", summary.n_outputs),
    };
    row("outputs", &outputs);
    for unit in dataset.target_units.iter().filter(|u| !u.is_potential()) {
        let TargetUnit {
            name,
            offset,
            width,
        } = unit;
        row("", &format!("{name} = {offset} + {width} x potential"));
    }
    for (part, n, counts) in [
        ("training", summary.n_train, &summary.class_counts.train),
        (
            "validation",
            summary.n_validation,
            &summary.class_counts.validation,
        ),
        ("test", summary.n_test, &summary.class_counts.test),
    ] {
        let counts: Vec<String> = counts.iter().map(usize::to_string).collect();
        let per_class = if counts.is_empty() {
            String::new()
        } else {
            format!("; per class {}", counts.join(", "))
        };
        row(part, &format!("{n} samples{per_class}"));
    }
    let SharedInputs {
        validation_in_train,
        test_in_train,
        test_in_validation,
    } = summary.shared_inputs;
    let shared = format!(
        "inputs of {validation_in_train} validation and {test_in_train} test samples stand in the training part, of {test_in_validation} test samples in the validation part"
    );
    row("duplicates", &shared);
    for note in &dataset.notes {
        row("note", note);
    }
    row("source", &about.source);
    row("licence", &about.licence);
    row("SHA-256", &about.checksum.sha256);
}
