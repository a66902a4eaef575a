//! What a run that was interrupted goes on from: one file in its folder, gone when the run has ended.
//!
//! It holds the state, the records so far and where the run comes from, under a checksum of all of it. It is
//! gone on from where digest and instruction set are the same, so that the run ends in the same bits.

use std::collections::BTreeMap;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use apical_kernels::InstructionSet;
use apical_learning::{Provenance, Snapshot};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{RunName, name, text};

/// Of the file's form.
const VERSION: u32 = 1;

/// A checkpoint with all that belongs to it.
#[derive(Debug, Clone)]
pub(crate) struct CheckpointFile {
    /// Everything beside the arrays.
    pub(crate) about: About,
    /// The state.
    pub(crate) state: Snapshot,
}

/// What a checkpoint is of.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct About {
    /// Of the file's form.
    version: u32,
    /// Of settings, seed, data and code.
    digest: String,
    /// Where the run stood, in words.
    pub(crate) place: String,
    /// Its records after their header.
    pub(crate) records: String,
    /// Numbers of its summary so far.
    pub(crate) values: BTreeMap<String, f64>,
    /// Where it comes from.
    pub(crate) provenance: Provenance,
    /// SHA-256 of all of this and of the arrays; empty while it is taken.
    sha256: String,
}

/// What is in the place of a checkpoint.
pub(crate) enum Found {
    /// No checkpoint.
    Nothing,
    /// One to go on from.
    Usable(Box<CheckpointFile>),
    /// One that cannot be gone on from, and why.
    Unusable(String),
}

impl CheckpointFile {
    /// A checkpoint of the run with `digest`.
    pub(crate) fn new(
        digest: &str,
        provenance: &Provenance,
        place: String,
        records: &str,
        state: Snapshot,
    ) -> Self {
        Self {
            about: About {
                version: VERSION,
                digest: digest.to_owned(),
                place,
                records: records.to_owned(),
                values: BTreeMap::new(),
                provenance: provenance.clone(),
                sha256: String::new(),
            },
            state,
        }
    }

    /// The checksum of all of it, which is taken out for that.
    fn checksum(&mut self) -> Result<String> {
        self.about.sha256.clear();
        let mut hasher = Sha256::new();
        hasher.update(serde_json::to_vec(&self.about)?);
        self.state.for_each_part(|part| hasher.update(part));
        Ok(base16ct::lower::encode_string(&hasher.finalize()))
    }

    /// The file's bytes.
    pub(crate) fn into_bytes(mut self) -> Result<Vec<u8>> {
        self.about.sha256 = self.checksum()?;
        let about = serde_json::to_string(&self.about)?;
        Ok(self.state.to_bytes(about)?)
    }

    /// The checkpoint at `path`, for a run with `digest` that computes with `instruction_set`.
    pub(crate) fn find(path: &Path, digest: &str, instruction_set: &str) -> Result<Found> {
        let bytes = match fs::read(path) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Found::Nothing),
            read => read.with_context(|| format!("failed to open {}", path.display()))?,
        };
        Ok(match Self::judged(&bytes, digest, instruction_set) {
            Ok(file) => Found::Usable(Box::new(file)),
            Err(fault) => Found::Unusable(format!("{} {fault:#}", path.display())),
        })
    }

    fn judged(bytes: &[u8], digest: &str, instruction_set: &str) -> Result<Self> {
        let (state, about) = Snapshot::from_bytes(bytes).context("cannot be read")?;
        #[derive(Deserialize)]
        struct Version {
            version: u32,
        }
        let of: Version = serde_json::from_str(&about).context("cannot be read")?;
        anyhow::ensure!(
            of.version == VERSION,
            "has form {}, expected {VERSION}",
            of.version
        );
        let about: About = serde_json::from_str(&about).context("cannot be read")?;
        let named = about.sha256.clone();
        let mut file = Self { about, state };
        anyhow::ensure!(
            file.checksum()? == named,
            "was changed: its SHA-256 is not the one that it names"
        );
        anyhow::ensure!(
            file.about.digest == digest,
            "is of other settings, data or code"
        );
        let found = &file.about.provenance.instruction_set;
        anyhow::ensure!(
            InstructionSet::same_bits(found, instruction_set),
            "was made with the instruction set {found}, here it is {instruction_set}, which would give other bits"
        );
        Ok(file)
    }
}

/// An interrupted run of the same task, learner and seed with other settings, data or code.
pub(crate) struct OtherRun {
    /// Its folder.
    pub(crate) folder: PathBuf,
    /// How it differs.
    pub(crate) difference: String,
}

/// Those beside `folder`, whose run has the specification `spec` and comes from where `provenance` says.
pub(crate) fn others_beside(folder: &Path, spec: &str, provenance: &Provenance) -> Vec<OtherRun> {
    let own = folder.file_name().unwrap_or_default().to_string_lossy();
    let above = folder.parent().unwrap_or(Path::new("."));
    let Some(own) = RunName::of(&own) else {
        return Vec::new();
    };
    let entries = fs::read_dir(above).into_iter().flatten().flatten();
    let mut others: Vec<OtherRun> = entries
        .filter_map(|entry| {
            let file = entry.file_name().to_string_lossy().into_owned();
            let other = RunName::of(&file)?;
            let folder = entry.path();
            let is_other = other.seed == own.seed && other.base != own.base;
            let is_open =
                folder.join(name::CHECKPOINT).is_file() && !folder.join(name::SUMMARY).exists();
            let difference = difference(&folder, spec, provenance);
            (is_other && is_open && !other.is_set_aside())
                .then_some(OtherRun { folder, difference })
        })
        .collect();
    others.sort_by(|a, b| a.folder.cmp(&b.folder));
    others
}

/// How the run in `folder` differs from one with `spec` and `provenance`, in words.
fn difference(folder: &Path, spec: &str, provenance: &Provenance) -> String {
    /// Keys that are named at most.
    const MOST: usize = 3;
    let table = |text: &str| -> BTreeMap<String, String> {
        let mut values = BTreeMap::new();
        flatten(
            "",
            &toml::Value::Table(text.parse().unwrap_or_default()),
            &mut values,
        );
        values
    };
    let there = table(&text(&folder.join(name::SPEC)).unwrap_or_default());
    let here = table(spec);
    let nothing = "nothing".to_owned();
    let keys = there
        .keys()
        .chain(here.keys())
        .filter(|key| there.get(*key) != here.get(*key));
    let mut keys: Vec<&String> = keys.collect();
    keys.sort();
    keys.dedup();
    let mut words: Vec<String> = keys
        .iter()
        .take(MOST)
        .map(|key| {
            let value = |of: &BTreeMap<String, String>| of.get(*key).unwrap_or(&nothing).clone();
            format!("{key} is {} there, {} here", value(&there), value(&here))
        })
        .collect();
    if keys.len() > MOST {
        words.push(format!("{} more keys differ", keys.len() - MOST));
    }
    let of: Option<Provenance> = super::json(&folder.join(name::PROVENANCE)).ok();
    for (what, is_same) in [
        (
            "the data",
            of.as_ref()
                .is_some_and(|of| of.data_checksum == provenance.data_checksum),
        ),
        (
            "the file of starting weights",
            of.as_ref()
                .is_some_and(|of| of.start_checksum == provenance.start_checksum),
        ),
        (
            "the program",
            of.as_ref()
                .is_some_and(|of| of.source_digest == provenance.source_digest),
        ),
    ] {
        if !is_same {
            words.push(format!("{what} differs"));
        }
    }
    words.join("; ")
}

/// The values of `value` by their keys.
fn flatten(key: &str, value: &toml::Value, into: &mut BTreeMap<String, String>) {
    match value {
        toml::Value::Table(table) => {
            for (name, value) in table {
                let dot = if key.is_empty() { "" } else { "." };
                flatten(&format!("{key}{dot}{name}"), value, into);
            }
        }
        value => {
            into.insert(key.to_owned(), value.to_string());
        }
    }
}
