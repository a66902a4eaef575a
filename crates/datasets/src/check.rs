//! Whether the files of a registered set are the right ones.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

use crate::bytes::FileContent;
use crate::locate::read_checked;
use crate::registry::data_kind;
use crate::{
    CatalogueEntry, DatasetError, FileDigest, FirstSeen, LocatedFile, RemoteFile, Verdict,
    catalogue, locate_files,
};

/// A file of a registered set, where it lies, and what its digest says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckedFile {
    /// The registered file.
    pub file: &'static RemoteFile,
    /// Where it was found, and its digest; `None` where it is missing.
    pub found: Option<(PathBuf, FileDigest)>,
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
/// where no digest is known, content that could not be loaded.
pub fn check_file(
    entry: &CatalogueEntry,
    file: &RemoteFile,
    path: &Path,
) -> Result<FileDigest, DatasetError> {
    let FileContent {
        content,
        mut digest,
        ..
    } = read_checked(entry, file, path, catalogue())?;
    if digest.verdict == Verdict::Unverified {
        if let Ok(kind) = data_kind(entry.name) {
            kind.check_content(file, path, &content)?;
        }
        if content.len() as u64 != file.n_content_bytes {
            digest.verdict = Verdict::Mismatch;
        }
    }
    Ok(digest)
}

/// Compares the file at `path` with the digest in `FILE.sha256`; writes it where there is none and
/// the folder can be written to.
fn compare_or_record(path: &Path, digest: &FileDigest) -> FirstSeen {
    let beside = digest_path(path);
    if let Ok(text) = fs::read_to_string(&beside) {
        return match text.split_whitespace().next() {
            Some(recorded) if recorded == digest.sha256 => FirstSeen::Same,
            _ => FirstSeen::Changed,
        };
    }
    // What is there and cannot be read is not written over, nor is a link followed.
    let file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(&beside);
    let is_written = file.and_then(|mut file| {
        let line = format!("{}  {}\n", digest.sha256, digest.name);
        file.write_all(line.as_bytes())
    });
    if is_written.is_ok() {
        FirstSeen::Recorded
    } else {
        FirstSeen::NotRecorded
    }
}

fn digest_path(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".sha256");
    name.into()
}
