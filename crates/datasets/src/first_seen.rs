//! The digest of a file for which none is published, kept beside it from when it was first seen.

use std::fs;
use std::path::{Path, PathBuf};

use crate::{FileDigest, FirstSeen};

/// Compares the file at `path` with the digest in `FILE.sha256`; writes it where there is none and
/// the folder can be written to.
pub(crate) fn compare_or_record(path: &Path, digest: &FileDigest) -> FirstSeen {
    let beside = digest_path(path);
    if let Ok(text) = fs::read_to_string(&beside) {
        return match text.split_whitespace().next() {
            Some(recorded) if recorded == digest.sha256 => FirstSeen::Same,
            _ => FirstSeen::Changed,
        };
    }
    // What is there and cannot be read is not written over.
    let is_written = !beside.exists()
        && fs::write(&beside, format!("{}  {}\n", digest.sha256, digest.name)).is_ok();
    if is_written {
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
