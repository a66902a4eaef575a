//! SHA-256 of a loaded data set and of the files it came from.

use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::{Part, TargetUnit, Targets};

/// What fixes a data set bit for bit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Checksum {
    /// SHA-256 over the canonical bytes of the three parts, hexadecimal.
    ///
    /// Canonical bytes, all little endian, of training, validation and test part in this order: the
    /// number of samples (u64), of inputs (u64) and of target values per sample (u64, 0 for
    /// classes), the inputs row by row (f32), then the classes (u32) or potentials (f32). Where targets
    /// were scaled, the SHA-256 of that, in hexadecimal letters, and of offset and width (f64) of every
    /// output.
    pub sha256: String,
    /// The files that were read; empty for generated sets.
    pub files: Vec<FileDigest>,
}

/// One file and what is known about it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FileDigest {
    /// Name of the file, without folder.
    pub name: String,
    /// SHA-256 of the file as it lies on disk, without zeros that a gzip stream is padded with,
    /// hexadecimal.
    pub sha256: String,
    /// SHA-256 of the content after decompression, hexadecimal.
    pub content_sha256: String,
    /// Length of the file on disk in bytes.
    pub n_bytes: u64,
    /// Whether the digest is the known one.
    pub verdict: Verdict,
    /// What [`check_files`](crate::check_files) found about the digest that was recorded when the
    /// file was first seen; `None` where a known digest decides, or nothing was compared.
    #[serde(skip)]
    pub first_seen: Option<FirstSeen>,
}

/// A file without known digest beside the digest recorded in `FILE.sha256`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FirstSeen {
    /// None was recorded; this one is now.
    Recorded,
    /// None was recorded, and the folder cannot be written to.
    NotRecorded,
    /// The digest is the recorded one.
    Same,
    /// The digest differs from the recorded one.
    Changed,
}

/// What a digest says about a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// The digest equals the known one.
    Verified,
    /// The digest or length differs from the published one or from what was first seen, or the
    /// file belongs to another data set.
    Mismatch,
    /// No published digest is known that could be compared.
    Unverified,
}

impl Checksum {
    /// Checksum of the three parts; `files` are the files they were read from.
    pub fn of(train: &Part, validation: &Part, test: &Part, files: Vec<FileDigest>) -> Self {
        let mut hash = Sha256::new();
        for part in [train, validation, test] {
            update(&mut hash, part);
        }
        Self {
            sha256: base16ct::lower::encode_string(&hash.finalize()),
            files,
        }
    }

    /// The same of parts whose targets are in these units: what was scaled from other numbers is told
    /// apart.
    #[must_use]
    pub(crate) fn in_units(mut self, units: &[TargetUnit]) -> Self {
        if units.iter().any(|unit| !unit.is_potential()) {
            let numbers = units.iter().flat_map(|unit| [unit.offset, unit.width]);
            let mut bytes = self.sha256.into_bytes();
            bytes.extend(numbers.flat_map(f64::to_le_bytes));
            self.sha256 = sha256(&bytes);
        }
        self
    }
}

/// SHA-256 of `bytes`, hexadecimal.
pub fn sha256(bytes: &[u8]) -> String {
    base16ct::lower::encode_string(&Sha256::digest(bytes))
}

fn update(hash: &mut Sha256, part: &Part) {
    let n_targets = match &part.targets {
        Targets::Classes(_) => 0,
        Targets::Potentials(potentials) => potentials.ncols(),
    };
    for count in [part.inputs.nrows(), part.inputs.ncols(), n_targets] {
        hash.update((count as u64).to_le_bytes());
    }
    update_words(hash, part.inputs.iter().map(|value| value.to_le_bytes()));
    match &part.targets {
        Targets::Classes(classes) => {
            update_words(hash, classes.iter().map(|class| class.to_le_bytes()));
        }
        Targets::Potentials(potentials) => {
            update_words(hash, potentials.iter().map(|value| value.to_le_bytes()));
        }
    }
}

fn update_words(hash: &mut Sha256, words: impl Iterator<Item = [u8; 4]>) {
    const BLOCK: usize = 1 << 16;
    let mut block = Vec::with_capacity(BLOCK);
    for word in words {
        block.extend_from_slice(&word);
        if block.len() == BLOCK {
            hash.update(&block);
            block.clear();
        }
    }
    hash.update(&block);
}
