//! What is known of a data set before it is loaded: its source and licence, its files, digests and mirrors.

/// A data set in listings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CatalogueEntry {
    /// Key in a spec, in snake case.
    pub name: &'static str,
    /// Name in running text.
    pub title: &'static str,
    /// What the set is, in one line.
    pub one_line: &'static str,
    /// Shape of one sample; empty where the options decide.
    pub input_shape: &'static [usize],
    /// Names of the classes; empty where the options or the file decide.
    pub class_names: &'static [&'static str],
    /// Samples of training, validation and test part with default options; `None` where the file decides.
    pub n_samples: Option<[usize; 3]>,
    /// Who made the data and where they are published.
    pub source: &'static str,
    /// Licence of the data.
    pub licence: &'static str,
    /// The files it is read from; empty for embedded and generated sets and the user's own data.
    /// Four for image sets: training images, training labels, test images, test labels.
    pub files: &'static [RemoteFile],
    /// How to get files that no mirror serves; empty where there is a mirror.
    pub by_hand: &'static str,
}

/// A file that can be fetched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RemoteFile {
    /// Name of the published (gzip) file; the same name without `.gz` is the plain one.
    pub name: &'static str,
    /// Length of the published file in bytes, where known.
    pub n_bytes: Option<u64>,
    /// SHA-256 of the published file, hexadecimal, where known.
    pub sha256: Option<&'static str>,
    /// Length of the content after decompression, in bytes.
    pub n_content_bytes: u64,
    /// SHA-256 of the content after decompression, hexadecimal, where known. Where it is, it alone
    /// decides, so that files packed anew are recognised.
    pub content_sha256: Option<&'static str>,
    /// Addresses of folders that hold the file, each ending in `/`, in the order to try.
    pub mirrors: &'static [&'static str],
}

impl CatalogueEntry {
    /// Names of folders in which the files are looked for, below a data folder.
    pub fn folder_names(&self) -> [String; 2] {
        [self.name.replace('_', "-"), self.name.to_owned()]
    }

    /// What to do where files are missing.
    pub(crate) fn remedy(&self) -> String {
        if self.by_hand.is_empty() {
            format!(
                "run `apical data fetch {}`, or name their folder with `--data-dir`",
                self.name
            )
        } else {
            self.by_hand.to_owned()
        }
    }
}

impl RemoteFile {
    /// Addresses of the file, in the order to try.
    pub fn urls(&self) -> Vec<String> {
        self.mirrors
            .iter()
            .map(|mirror| format!("{mirror}{}", self.name))
            .collect()
    }

    /// Name of the decompressed file.
    pub fn plain_name(&self) -> &'static str {
        self.name.strip_suffix(".gz").unwrap_or(self.name)
    }
}

/// Names of the classes of sets of digits.
pub(crate) const TEN_DIGITS: &[&str] = &["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"];
