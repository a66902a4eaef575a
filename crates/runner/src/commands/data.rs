//! `apical data`: fetch, list and check data sets.

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use anyhow::Result;
use apical_datasets::{CatalogueEntry, RemoteFile, Verdict, catalogue, check_file, locate_files};
use indicatif::{ProgressBar, ProgressStyle};

use super::check::check;
use super::set_of_name;
use crate::cli::DataCommand;
use crate::exit::{self, UsageError};
use crate::fetch::{Fetch, Pace, sha256_of};
use crate::folders::{data_folders, fetch_folder};
use crate::say;
use apical_experiment::store::write_atomically;

/// Does a command on data sets and returns the exit code.
pub(crate) fn data(command: &DataCommand, data_dir: Option<&Path>) -> Result<u8> {
    match command {
        DataCommand::List => list(&data_folders(data_dir)),
        DataCommand::Check { name } => check(name, &data_folders(data_dir))?,
        DataCommand::Fetch { name, dir, mirrors } => {
            let folder = dir.clone().unwrap_or_else(|| fetch_folder(data_dir));
            fetch(set_of_name(name)?, &folder, mirrors)?;
        }
    }
    Ok(exit::OK)
}

fn list(folders: &[PathBuf]) {
    for entry in catalogue() {
        say::out(format_args!("{:<17}{}", entry.name, entry.one_line));
        say::out(format_args!(
            "{:<17}{}; licence: {}",
            "",
            place(entry, folders),
            entry.licence
        ));
    }
    let folders: Vec<String> = folders
        .iter()
        .map(|folder| folder.display().to_string())
        .collect();
    say::out(format_args!(
        "\nFiles are looked for in {}.",
        folders.join(", ")
    ));
}

/// Where the files of a set are, in words.
fn place(entry: &CatalogueEntry, folders: &[PathBuf]) -> String {
    if entry.files.is_empty() {
        return "needs no files from elsewhere".into();
    }
    let located = locate_files(entry, folders);
    let found: Vec<&PathBuf> = located
        .iter()
        .filter_map(|file| file.path.as_ref())
        .collect();
    match found.first().and_then(|path| path.parent()) {
        Some(folder) if found.len() == entry.files.len() => format!("in {}", folder.display()),
        Some(folder) => format!(
            "incomplete in {} ({} of {} files)",
            folder.display(),
            found.len(),
            entry.files.len()
        ),
        None => format!("missing; {}", remedy(entry)),
    }
}

fn remedy(entry: &CatalogueEntry) -> String {
    if entry.by_hand.is_empty() {
        format!("`apical data fetch {}` gets it", entry.name)
    } else {
        entry.by_hand.to_owned()
    }
}

fn fetch(entry: &CatalogueEntry, folder: &Path, mirrors: &[String]) -> Result<()> {
    if entry.files.is_empty() {
        say::out(format_args!(
            "`{}` needs no files from elsewhere",
            entry.name
        ));
        return Ok(());
    }
    let [hyphens, _] = entry.folder_names();
    let folder = folder.join(hyphens);
    for file in entry.files {
        let urls: Vec<String> = if mirrors.is_empty() {
            file.urls()
        } else {
            mirrors
                .iter()
                .map(|url| format!("{}/{}", url.trim_end_matches('/'), file.name))
                .collect()
        };
        if urls.is_empty() {
            let why = entry.by_hand.to_owned();
            return Err(UsageError::NotFetchable {
                name: entry.name.into(),
                why,
            }
            .into());
        }
        fetch_file(entry, file, &folder.join(file.name), &urls)?;
    }
    say::out(format_args!("`{}` is in {}", entry.name, folder.display()));
    Ok(())
}

fn fetch_file(
    entry: &CatalogueEntry,
    file: &RemoteFile,
    target: &Path,
    urls: &[String],
) -> Result<()> {
    let recorded = first_seen(target);
    let is_known = file.sha256.is_some() || file.content_sha256.is_some();
    let judge = |path: &Path| judge(entry, file, path, recorded.as_deref());
    if target.is_file() {
        match judge(target) {
            Ok(()) => {
                say::out(format_args!("{}: there already", file.name));
                return Ok(());
            }
            Err(fault) => say::out(format_args!(
                "{}: {fault}; fetching it again",
                target.display()
            )),
        }
    }
    let bar = ProgressBar::new(file.n_bytes.unwrap_or(0)).with_prefix(file.name);
    bar.set_style(
        ProgressStyle::with_template("{prefix} {bar:30} {bytes}/{total_bytes} {eta}")
            .expect("a template written here"),
    );
    let fetch = Fetch {
        urls,
        target,
        judge: &judge,
        is_known: is_known || recorded.is_some(),
        n_bytes: file.n_bytes,
        // What does not shrink by packing grows by a few bytes per block.
        max_bytes: file.n_content_bytes + file.n_content_bytes / 1_000 + 1_024,
        pace: Pace::default(),
    };
    let digest = fetch.run(&mut |n, total| {
        if let Some(total) = total {
            bar.set_length(total);
        }
        bar.set_position(n);
    });
    bar.finish_and_clear();
    let digest = digest?;
    if is_known {
        say::out(format_args!("{}: verified", file.name));
    } else {
        let line = format!("{digest}  {}\n", file.name);
        write_atomically(&first_seen_path(target), line.as_bytes())?;
        say::out(format_args!(
            "{}: unverified; no digest is known, SHA-256 {digest} is recorded",
            file.name
        ));
    }
    Ok(())
}

/// Fails unless the file is the known one, or, where none is known, holds what loading needs and is the
/// one first seen.
fn judge(
    entry: &CatalogueEntry,
    file: &RemoteFile,
    path: &Path,
    first_seen: Option<&str>,
) -> Result<(), String> {
    if is_web_page(path) {
        return Err("a web page came in place of the file".to_owned());
    }
    let wrong =
        |found: &str, expected: &str| Err(format!("SHA-256 is {found}, expected {expected}"));
    let digest = check_file(entry, file, path).map_err(|error| error.to_string())?;
    match (digest.verdict, file.sha256.or(file.content_sha256)) {
        (Verdict::Verified, _) => Ok(()),
        (_, Some(known)) => wrong(&digest.sha256, known),
        (Verdict::Mismatch, None) => Err(format!(
            "its content has another length than the published {} bytes",
            file.n_content_bytes
        )),
        (Verdict::Unverified, None) => {
            let found = sha256_of(path).map_err(|error| error.to_string())?;
            match first_seen {
                Some(expected) if expected != found => wrong(&found, expected),
                _ => Ok(()),
            }
        }
    }
}

/// Whether the file begins as HTML does.
fn is_web_page(path: &Path) -> bool {
    const LONGEST: u64 = 64;
    let mut start = Vec::new();
    let read = fs::File::open(path).and_then(|file| file.take(LONGEST).read_to_end(&mut start));
    let start = String::from_utf8_lossy(&start).to_lowercase();
    let start = start.trim_start_matches('\u{feff}').trim_start();
    let tags = ["<!doctype html", "<html", "<head"];
    read.is_ok() && tags.iter().any(|tag| start.starts_with(tag))
}

/// The digest that the file had when it was first fetched, where no published one is known.
fn first_seen(target: &Path) -> Option<String> {
    let text = fs::read_to_string(first_seen_path(target)).ok()?;
    text.split_whitespace().next().map(str::to_owned)
}

fn first_seen_path(target: &Path) -> PathBuf {
    let mut name = target.as_os_str().to_owned();
    name.push(".sha256");
    name.into()
}
