//! Where the files of a registered set are, and whether they are the right ones.

use std::path::{Path, PathBuf};

use crate::bytes::{FileContent, read_published};
use crate::first_seen::compare_or_record;
use crate::image_set::check_content;
use crate::{CatalogueEntry, DatasetError, FileDigest, FirstSeen, RemoteFile, Verdict, catalogue};

/// A file of a registered set and where it lies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LocatedFile {
    /// The registered file.
    pub file: &'static RemoteFile,
    /// Where it was found; `None` where it is missing.
    pub path: Option<PathBuf>,
}

/// A file of a registered set, where it lies, and what its digest says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckedFile {
    /// The registered file.
    pub file: &'static RemoteFile,
    /// Where it was found, and its digest; `None` where it is missing.
    pub found: Option<(PathBuf, FileDigest)>,
}

/// Finds the files of `entry`: the first folder that has all of them, otherwise the one that has most.
///
/// Below each of `folders`, in order, a file is looked for in the folder of the set's name (with
/// hyphens or underscores), then in the folder itself, with and without `.gz`.
pub fn locate_files(entry: &CatalogueEntry, folders: &[PathBuf]) -> Vec<LocatedFile> {
    let mut best = locate_in(entry, &[]);
    let n_found = |files: &[LocatedFile]| files.iter().filter(|file| file.path.is_some()).count();
    for folder in folders {
        let [hyphens, underscores] = entry.folder_names();
        for place in [
            folder.join(hyphens),
            folder.join(underscores),
            folder.clone(),
        ] {
            let files = locate_in(entry, &[place]);
            if n_found(&files) > n_found(&best) {
                best = files;
            }
        }
    }
    best
}

/// Finds the files of `entry` and checks each as [`check_file`] does. Reads every file.
///
/// A file for which no digest is published is compared with its digest in `FILE.sha256`, which is
/// written where it is missing and the folder can be written to; a file that differs is a mismatch.
///
/// # Errors
/// Those of [`check_file`].
pub fn check_files(
    entry: &CatalogueEntry,
    folders: &[PathBuf],
) -> Result<Vec<CheckedFile>, DatasetError> {
    locate_files(entry, folders)
        .into_iter()
        .map(|LocatedFile { file, path }| {
            let found = match path {
                Some(path) => {
                    let mut digest = check_file(entry, file, &path)?;
                    if digest.verdict == Verdict::Unverified {
                        let seen = compare_or_record(&path, &digest);
                        digest.first_seen = Some(seen);
                        if seen == FirstSeen::Changed {
                            digest.verdict = Verdict::Mismatch;
                        }
                    }
                    Some((path, digest))
                }
                None => None,
            };
            Ok(CheckedFile { file, found })
        })
        .collect()
}

/// Compares the digest of the file at `path`, plain or gzip, with the known one of `file`. Where none
/// is known, the content must be what loading needs, and its length the published one.
///
/// # Errors
/// A file that cannot be read, a damaged gzip stream, content longer than the published one, or,
/// where no digest is known, content that is not the IDX file it should be.
pub fn check_file(
    entry: &CatalogueEntry,
    file: &RemoteFile,
    path: &Path,
) -> Result<FileDigest, DatasetError> {
    let FileContent {
        content,
        mut digest,
        ..
    } = read_checked(entry, file, path)?;
    if digest.verdict == Verdict::Unverified {
        check_content(entry, file, path, &content)?;
        if content.len() as u64 != file.n_content_bytes {
            digest.verdict = Verdict::Mismatch;
        }
    }
    Ok(digest)
}

/// Reads a registered file, with its verdict.
pub(crate) fn read_checked(
    entry: &CatalogueEntry,
    file: &RemoteFile,
    path: &Path,
) -> Result<FileContent, DatasetError> {
    let what = format!("{} of data set `{}`", file.plain_name(), entry.name);
    let mut read = read_published(path, file.n_content_bytes, &what)?;
    read.digest.verdict = verdict(file, &read.digest);
    if owner_of(&read.digest).is_some_and(|owner| owner.name != entry.name) {
        read.digest.verdict = Verdict::Mismatch;
    }
    Ok(read)
}

/// The registered set that this content is known to belong to.
pub(crate) fn owner_of(digest: &FileDigest) -> Option<&'static CatalogueEntry> {
    catalogue().iter().find(|entry| {
        entry.files.iter().any(|file| {
            file.content_sha256 == Some(&digest.content_sha256)
                || file.sha256 == Some(&digest.sha256)
        })
    })
}

/// The digest that decides, and the one found for it.
pub(crate) fn decisive<'a>(
    file: &RemoteFile,
    digest: &'a FileDigest,
) -> Option<(&'static str, &'a str)> {
    let is_compressed = digest.sha256 != digest.content_sha256;
    match (file.content_sha256, file.sha256) {
        (Some(known), _) => Some((known, &digest.content_sha256)),
        (None, Some(known)) if is_compressed => Some((known, &digest.sha256)),
        _ => None,
    }
}

fn verdict(file: &RemoteFile, digest: &FileDigest) -> Verdict {
    match decisive(file, digest) {
        Some((known, found)) if known == found => Verdict::Verified,
        Some(_) => Verdict::Mismatch,
        None => Verdict::Unverified,
    }
}

fn locate_in(entry: &CatalogueEntry, places: &[PathBuf]) -> Vec<LocatedFile> {
    entry
        .files
        .iter()
        .map(|file| {
            let candidates = places
                .iter()
                .flat_map(|place| [place.join(file.name), place.join(file.plain_name())]);
            LocatedFile {
                file,
                path: candidates.into_iter().find(|path| path.is_file()),
            }
        })
        .collect()
}
