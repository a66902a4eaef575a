//! `apical export`.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::slice;

use anyhow::{Context, Result};
use apical_experiment::report::{ExportFormat, Report, Reports, read};
use apical_experiment::store;
use apical_reporting::Artefact;
use apical_reporting::export::Bundle;

use crate::cli::{ExportArgs, ExportAs};
use crate::folders::may_be_made;
use crate::program::program;
use crate::{exit, say};

/// Writes what is reported on the experiments below a folder in the format of others; of several, each protocol in
/// a folder of its own.
pub(crate) fn export(arguments: &ExportArgs) -> Result<u8> {
    let (format, name) = match arguments.format {
        ExportAs::Latex => (Some(ExportFormat::Latex), "latex"),
        ExportAs::Csv => (Some(ExportFormat::Csv), "csv"),
        ExportAs::Parquet => (Some(ExportFormat::Parquet), "parquet"),
        ExportAs::Npz => (Some(ExportFormat::Npz), "npz"),
        ExportAs::Tensorboard => (Some(ExportFormat::Tensorboard), "tensorboard"),
        ExportAs::Pdf => (Some(ExportFormat::Pdf), "pdf"),
        ExportAs::Bundle => (None, "bundle"),
    };
    let out = arguments.out.clone();
    let out = out.unwrap_or_else(|| arguments.folder.join(name));
    may_be_made(&out)?;
    let reports = read(slice::from_ref(&arguments.folder), &[], None)?;
    for gap in all(&reports).flat_map(|(_, report)| report.gaps()) {
        say::err(gap);
    }
    let files = match format {
        Some(format) => files_of(&reports, |report| {
            let files = report.export(format);
            files.context("failed to make the export")
        })?,
        None => vec![bundle(arguments, &reports)?],
    };
    if files.is_empty() {
        say::err("nothing is written: these records have nothing that it is made of");
    }
    for file in files {
        let path = out.join(&file.path);
        store::write_atomically(&path, &file.bytes)?;
        say::out(path.display());
    }
    Ok(match reports.n_damaged {
        0 => exit::OK,
        _ => exit::RUNS_FAILED,
    })
}

/// All reports; those on protocols with the folder of their experiment.
fn all(reports: &Reports) -> impl Iterator<Item = (Option<&Path>, &Report)> {
    let protocols = reports.protocols.iter();
    let protocols = protocols.map(|(root, report)| (Some(&**root), report));
    protocols.chain(reports.tasks.iter().map(|report| (None, report)))
}

/// What `make` gives for every report, a protocol's in a folder of its own where it is not alone.
fn files_of(
    reports: &Reports,
    make: impl Fn(&Report) -> Result<Vec<Artefact>>,
) -> Result<Vec<Artefact>> {
    let is_alone = reports.tasks.is_none() && reports.protocols.len() == 1;
    let mut files = Vec::new();
    for (root, report) in all(reports) {
        let folder = root.filter(|_| !is_alone).and_then(Path::file_name);
        for mut file in make(report)? {
            if let Some(folder) = folder {
                file.path = format!("{}/{}", folder.to_string_lossy(), file.path);
            }
            files.push(file);
        }
    }
    Ok(files)
}

/// `bundle.zip`.
fn bundle(arguments: &ExportArgs, reports: &Reports) -> Result<Artefact> {
    let mut files = Vec::new();
    records(&arguments.folder, "", &mut BTreeSet::new(), &mut files)?;
    let mut add = |folder: &str, made: Vec<Artefact>| {
        for mut file in made {
            file.path = format!("{folder}{}", file.path);
            files.retain(|known: &Artefact| known.path != file.path);
            files.push(file);
        }
    };
    let report = |report: &Report| report.files().context("failed to make the report");
    add("", files_of(reports, report)?);
    for (folder, format) in [
        ("paper/", ExportFormat::Latex),
        ("paper/figures/", ExportFormat::Pdf),
        ("paper/", ExportFormat::Csv),
    ] {
        let made = |report: &Report| {
            let files = report.export(format);
            files.context("failed to make the export")
        };
        add(folder, files_of(reports, made)?);
    }
    let titles = all(reports).map(|(_, report)| report.title());
    let program = program();
    let bundle = Bundle {
        title: titles.collect::<Vec<_>>().join("; "),
        authors: arguments.authors.clone(),
        licence: arguments.licence.clone(),
        version: program.version.to_owned(),
        commit: program.commit.map(str::to_owned),
        files,
    };
    let bundle = bundle
        .described()
        .context("failed to describe the records")?;
    Ok(Artefact {
        path: "bundle.zip".to_owned(),
        bytes: bundle.zip().context("failed to make the archive")?,
    })
}

/// Records below `folder`, and no other files, which need not be the experiment's. Links are followed, once each.
fn records(
    folder: &Path,
    within: &str,
    seen: &mut BTreeSet<PathBuf>,
    files: &mut Vec<Artefact>,
) -> Result<()> {
    use store::name::{
        EXPERIMENT, METRICS, PROVENANCE, RUNS, SERIES, SPEC, SUMMARY, TRIALS, WEIGHTS,
    };
    let unreadable = || format!("failed to read {}", folder.display());
    if !seen.insert(folder.canonicalize().with_context(unreadable)?) {
        return Ok(());
    }
    let entries = fs::read_dir(folder).with_context(unreadable)?;
    let entries: Vec<PathBuf> = entries
        .map(|entry| Ok(entry?.path()))
        .collect::<std::io::Result<_>>()
        .with_context(unreadable)?;
    for path in entries {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let known = [
            EXPERIMENT, METRICS, PROVENANCE, RUNS, SERIES, SPEC, SUMMARY, TRIALS, WEIGHTS,
        ];
        let is_left_out = name.starts_with('.') || name.contains("-damaged");
        if path.is_dir() && !is_left_out {
            records(&path, &format!("{within}{name}/"), seen, files)?;
        } else if known.contains(&&*name) {
            let bytes = fs::read(&path);
            files.push(Artefact {
                path: format!("{within}{name}"),
                bytes: bytes.with_context(|| format!("failed to read {}", path.display()))?,
            });
        }
    }
    Ok(())
}
