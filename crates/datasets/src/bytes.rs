//! Files into memory: plain or gzip by content, never more than a stated limit.

use std::fs;
use std::io::{self, ErrorKind, Read};
use std::path::{Path, PathBuf};

use flate2::bufread::GzDecoder;

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
    let (content, raw_sha256, content_sha256) = if raw.starts_with(&GZIP_MAGIC) {
        let unpacked = decompress(path, &raw, limit(n_bytes))?.ok_or_else(too_large)?;
        let digests = [&raw[..unpacked.n_packed], &unpacked.content].map(sha256);
        let [raw_sha256, content_sha256] = digests;
        (unpacked.content, raw_sha256, content_sha256)
    } else {
        let digest = sha256(&raw);
        (raw, digest.clone(), digest)
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

/// What a gzip stream holds.
pub(crate) struct Unpacked {
    pub(crate) content: Vec<u8>,
    /// Length of the stream, without the zeros that some tools pad it with.
    pub(crate) n_packed: usize,
}

/// Decompresses a gzip stream of one or more members in memory, which zeros may follow; nothing where
/// it expands to more than `limit` bytes.
pub(crate) fn decompress(
    path: &Path,
    raw: &[u8],
    limit: u64,
) -> Result<Option<Unpacked>, DatasetError> {
    let mut content = Vec::new();
    let mut rest = raw;
    loop {
        let mut member = GzDecoder::new(rest);
        let room = limit.saturating_add(1) - content.len() as u64;
        let read = member.by_ref().take(room).read_to_end(&mut content);
        if content.len() as u64 > limit {
            return Ok(None);
        }
        rest = member.into_inner();
        let end = match read {
            Ok(_) if rest.iter().all(|&byte| byte == 0) => {
                let n_packed = raw.len() - rest.len();
                return Ok(Some(Unpacked { content, n_packed }));
            }
            Ok(_) if rest.starts_with(&GZIP_MAGIC) => Ok(()),
            Ok(_) => Err(io::Error::other(
                "what follows the stream is not part of it",
            )),
            Err(source) => Err(source),
        };
        if let Err(source) = end {
            return Err(DatasetError::CorruptGzip {
                path: path.to_owned(),
                n_bytes: content.len(),
                source,
            });
        }
    }
}

/// Where a file named by the user is: relative to the folder `beside`, or else below the first of
/// `folders` that has it.
pub(crate) fn find_user_file(
    path: &Path,
    option: &'static str,
    beside: &Path,
    folders: &[PathBuf],
) -> Result<PathBuf, DatasetError> {
    let places = std::iter::once(beside).chain(folders.iter().map(PathBuf::as_path));
    for candidate in places.map(|folder| folder.join(path)) {
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
        beside: beside.to_owned(),
        searched: folders.to_vec(),
    })
}
