//! `apical data`: fetch, list and check data sets.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use apical_datasets::{
    CatalogueEntry, CheckedFile, RemoteFile, Verdict, catalogue, catalogue_entry, check_file,
    check_files, locate_files,
};
use indicatif::{ProgressBar, ProgressStyle};

use super::unknown;
use crate::cli::DataCommand;
use crate::exit::{self, DataProblem, UsageError};
use crate::fetch::{Fetch, sha256_of};
use crate::task_data::{data_folders, fetch_folder};

/// Does a command on data sets and returns the exit code.
pub(crate) fn data(command: &DataCommand, data_dir: Option<&Path>) -> Result<u8> {
    match command {
        DataCommand::List => list(&data_folders(data_dir)),
        DataCommand::Check { name } => check(entry_of(name)?, &data_folders(data_dir))?,
        DataCommand::Fetch { name, dir, mirrors } => {
            let folder = dir.clone().unwrap_or_else(|| fetch_folder(data_dir));
            fetch(entry_of(name)?, &folder, mirrors)?;
        }
    }
    Ok(exit::OK)
}

fn entry_of(name: &str) -> Result<&'static CatalogueEntry, UsageError> {
    let known: Vec<&str> = catalogue().iter().map(|entry| entry.name).collect();
    catalogue_entry(name).ok_or_else(|| unknown("data set", name, &known))
}

fn list(folders: &[PathBuf]) {
    for entry in catalogue() {
        println!("{:<17}{}", entry.name, entry.one_line);
        println!(
            "{:<17}{}; licence: {}",
            "",
            place(entry, folders),
            entry.licence
        );
    }
    let folders: Vec<String> = folders
        .iter()
        .map(|folder| folder.display().to_string())
        .collect();
    println!("\nFiles are looked for in {}.", folders.join(", "));
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

fn check(entry: &'static CatalogueEntry, folders: &[PathBuf]) -> Result<()> {
    if entry.files.is_empty() {
        println!(
            "`{}` needs no files; its content is checked whenever it is loaded",
            entry.name
        );
        return Ok(());
    }
    let mut n_bad = 0;
    for CheckedFile { file, found } in check_files(entry, folders)? {
        let Some((path, digest)) = found else {
            println!("missing     {}", file.name);
            n_bad += 1;
            continue;
        };
        let word = match digest.verdict {
            Verdict::Verified => "verified",
            Verdict::Mismatch => {
                n_bad += 1;
                "different"
            }
            Verdict::Unverified => match first_seen(&path) {
                Some(known) if known != digest.sha256 => {
                    n_bad += 1;
                    "changed"
                }
                _ => "unverified",
            },
        };
        println!("{word:<12}{}  SHA-256 {}", path.display(), digest.sha256);
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

fn fetch(entry: &CatalogueEntry, folder: &Path, mirrors: &[String]) -> Result<()> {
    if entry.files.is_empty() {
        println!("`{}` needs no files from elsewhere", entry.name);
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
    println!("`{}` is in {}", entry.name, folder.display());
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
                println!("{}: there already", file.name);
                return Ok(());
            }
            Err(fault) => println!("{}: {fault}; fetching it again", target.display()),
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
        judge: if is_known || recorded.is_some() {
            Some(&judge)
        } else {
            None
        },
        n_bytes: file.n_bytes,
        // What does not shrink by packing grows by a few bytes per block.
        max_bytes: file.n_content_bytes + file.n_content_bytes / 1_000 + 1_024,
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
        println!("{}: verified", file.name);
    } else {
        fs::write(
            first_seen_path(target),
            format!("{digest}  {}\n", file.name),
        )
        .with_context(|| format!("failed to write the digest of {}", target.display()))?;
        println!(
            "{}: unverified; no digest is known, SHA-256 {digest} is recorded",
            file.name
        );
    }
    Ok(())
}

/// Fails unless the file is the known one, or, where none is known, the one first seen.
fn judge(
    entry: &CatalogueEntry,
    file: &RemoteFile,
    path: &Path,
    first_seen: Option<&str>,
) -> Result<(), String> {
    let wrong =
        |found: &str, expected: &str| Err(format!("SHA-256 is {found}, expected {expected}"));
    let Some(known) = file.sha256.or(file.content_sha256) else {
        let found = sha256_of(path).map_err(|error| error.to_string())?;
        return match first_seen {
            Some(expected) if expected != found => wrong(&found, expected),
            _ => Ok(()),
        };
    };
    let digest = check_file(entry, file, path).map_err(|error| error.to_string())?;
    match digest.verdict {
        Verdict::Verified => Ok(()),
        Verdict::Mismatch | Verdict::Unverified => wrong(&digest.sha256, known),
    }
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
