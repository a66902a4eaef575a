//! Files into memory: plain or gzip by content, never more than a stated limit.

use std::fs;
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};

use flate2::read::MultiGzDecoder;

use crate::checksum::sha256;
use crate::{DatasetError, FileDigest, FilePlace, Verdict};

/// What a small compressed file of the user's own may expand to in any case, in bytes.
const SMALL_EXPANSION: u64 = 16 << 20;

/// How many times its length a compressed file of the user's own may expand to.
const EXPANSION_RATIO: u64 = 100;

const GZIP_MAGIC: [u8; 2] = [0x1f, 0x8b];

/// A file's content, decompressed, with its digests.
pub(crate) struct FileContent {
    pub(crate) path: PathBuf,
    pub(crate) content: Vec<u8>,
    pub(crate) digest: FileDigest,
}

/// The most that `n_bytes` compressed bytes of the user's own may expand to.
///
/// Tables and arrays seldom shrink to less than a fiftieth. Deflate can expand a thousandfold, and
/// what is read takes several times the memory of its content, so that a small file could fill it.
pub(crate) fn expansion_limit(n_bytes: u64) -> u64 {
    n_bytes.saturating_mul(EXPANSION_RATIO).max(SMALL_EXPANSION)
}

/// Reads a file of a registered set; `limit` is the length of the published content in bytes, which
/// bounds what a gzip stream may expand to.
pub(crate) fn read_published(
    path: &Path,
    limit: u64,
    what: &str,
) -> Result<FileContent, DatasetError> {
    read_file(
        path,
        |_| limit,
        || {
            let reason =
                format!("expands to more than {limit} bytes: expected at most that for {what}");
            FilePlace::Whole.fault(path, reason)
        },
    )
}

/// Reads a file of the user's own, within [`expansion_limit`] where it is compressed.
pub(crate) fn read_own(path: &Path, what: &str) -> Result<FileContent, DatasetError> {
    read_file(path, expansion_limit, || {
        DatasetError::expands_too_far(path, what, "decompress it first")
    })
}

fn read_file(
    path: &Path,
    limit: impl Fn(u64) -> u64,
    too_large: impl Fn() -> DatasetError,
) -> Result<FileContent, DatasetError> {
    let raw = fs::read(path).map_err(|source| DatasetError::Unreadable {
        path: path.to_owned(),
        source,
    })?;
    let n_bytes = raw.len() as u64;
    let raw_sha256 = sha256(&raw);
    let (content, content_sha256) = if raw.starts_with(&GZIP_MAGIC) {
        let content = decompress(path, &raw, limit(n_bytes))?.ok_or_else(too_large)?;
        let digest = sha256(&content);
        (content, digest)
    } else {
        (raw, raw_sha256.clone())
    };
    let digest = FileDigest {
        name: path
            .file_name()
            .unwrap_or(path.as_os_str())
            .to_string_lossy()
            .into_owned(),
        sha256: raw_sha256,
        content_sha256,
        n_bytes,
        verdict: Verdict::Unverified,
        first_seen: None,
    };
    Ok(FileContent {
        path: path.to_owned(),
        content,
        digest,
    })
}

/// Decompresses a gzip stream in memory; nothing where it expands to more than `limit` bytes.
pub(crate) fn decompress(
    path: &Path,
    raw: &[u8],
    limit: u64,
) -> Result<Option<Vec<u8>>, DatasetError> {
    let mut content = Vec::new();
    let read = MultiGzDecoder::new(raw)
        .take(limit.saturating_add(1))
        .read_to_end(&mut content);
    if let Err(source) = read {
        let n_bytes = content.len();
        return Err(DatasetError::CorruptGzip {
            path: path.to_owned(),
            n_bytes,
            source,
        });
    }
    Ok((content.len() as u64 <= limit).then_some(content))
}

/// Where a file named by the user is: as given, or else below the first folder that has it.
pub(crate) fn find_user_file(
    path: &Path,
    option: &'static str,
    folders: &[PathBuf],
) -> Result<PathBuf, DatasetError> {
    let candidates = std::iter::once(path.to_owned()).chain(folders.iter().map(|f| f.join(path)));
    for candidate in candidates {
        match fs::metadata(&candidate) {
            Ok(metadata) if metadata.is_file() => return Ok(candidate),
            Ok(_) => {}
            Err(source) if source.kind() == ErrorKind::PermissionDenied => {
                return Err(DatasetError::Unreadable {
                    path: candidate,
                    source,
                });
            }
            Err(_) => {}
        }
    }
    Err(DatasetError::PathMissing {
        path: path.to_owned(),
        option,
        searched: folders.to_vec(),
    })
}
