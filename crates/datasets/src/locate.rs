//! Where the files of a registered set are, and what their digests say.

use std::path::{Path, PathBuf};

use crate::bytes::{FileContent, read_published};
use crate::{CatalogueEntry, DatasetError, FileDigest, RemoteFile, Verdict};

/// The folders of sets in torchvision's layout.
const TORCHVISION: [(&str, &str); 4] = [
    ("mnist", "MNIST"),
    ("fashion_mnist", "FashionMNIST"),
    ("kmnist", "KMNIST"),
    ("emnist_digits", "EMNIST"),
];

/// A file of a registered set and where it lies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LocatedFile {
    /// The registered file.
    pub file: &'static RemoteFile,
    /// Where it was found; `None` where it is missing.
    pub path: Option<PathBuf>,
}

/// Finds the files of `entry`: the first folder that has all of them, otherwise the one that has most.
///
/// Below each of `folders`, in order, a file is looked for in the folder of the set's name (with
/// hyphens or underscores), in that of torchvision (such as `MNIST/raw`), then in the folder itself;
/// with and without `.gz`, and also with a full stop before `idx`.
pub fn locate_files(entry: &CatalogueEntry, folders: &[PathBuf]) -> Vec<LocatedFile> {
    let mut best = locate_in(entry, &[]);
    let n_found = |files: &[LocatedFile]| files.iter().filter(|file| file.path.is_some()).count();
    for folder in folders {
        let [hyphens, underscores] = entry.folder_names();
        let mut places = vec![folder.join(hyphens), folder.join(underscores)];
        let of_torchvision = TORCHVISION.iter().filter(|(set, _)| *set == entry.name);
        places.extend(of_torchvision.map(|(_, name)| folder.join(name).join("raw")));
        places.push(folder.clone());
        for place in places {
            let files = locate_in(entry, &[place]);
            if n_found(&files) > n_found(&best) {
                best = files;
            }
        }
    }
    best
}

/// Reads a registered file, with its verdict.
pub(crate) fn read_checked(
    entry: &CatalogueEntry,
    file: &RemoteFile,
    path: &Path,
    catalogue: &[&'static CatalogueEntry],
) -> Result<FileContent, DatasetError> {
    let what = format!("{} of data set `{}`", file.plain_name(), entry.name);
    let mut read = read_published(path, file.n_content_bytes, &what)?;
    read.digest.verdict = verdict(file, &read.digest);
    if owner_of(&read.digest, catalogue).is_some_and(|owner| owner.name != entry.name) {
        read.digest.verdict = Verdict::Mismatch;
    }
    Ok(read)
}

/// The registered set that this content is known to belong to.
pub(crate) fn owner_of(
    digest: &FileDigest,
    catalogue: &[&'static CatalogueEntry],
) -> Option<&'static CatalogueEntry> {
    catalogue.iter().copied().find(|entry| {
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
            let published = [file.name, file.plain_name()].map(str::to_owned);
            let names = published.clone().into_iter();
            let names: Vec<String> = names
                .chain(published.map(|name| name.replace("-idx", ".idx")))
                .collect();
            let mut candidates = places
                .iter()
                .flat_map(|place| names.iter().map(|name| place.join(name)));
            LocatedFile {
                file,
                path: candidates.find(|path| path.is_file()),
            }
        })
        .collect()
}
