//! The files of a run: spec.toml, provenance.json and series.csv while it runs, summary.json at its end.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use apical_learning::{LearnError, Provenance, SCHEMA_VERSION};
use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use super::Run;
use crate::store;

/// The series of a run, long form: x, quantity, value.
const SERIES: &str = "series.csv";
/// First line of spec.toml, before the digest.
const DIGEST_MARK: &str = "# digest of settings and code: ";
/// What a run writes.
const OWN: [&str; 4] = [
    store::name::SPEC,
    store::name::PROVENANCE,
    SERIES,
    store::name::SUMMARY,
];

/// A run in short.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct RunSummary {
    pub(super) schema: u32,
    pub(super) protocol: String,
    pub(super) condition: String,
    pub(super) seed: u64,
    pub(super) status: RunStatus,
    /// Steps done: patterns, or presentations.
    pub(super) n_done: usize,
    pub(super) seconds: f64,
    pub(super) values: BTreeMap<String, f64>,
}

/// How a run ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum RunStatus {
    /// At its end.
    Finished,
    /// Before.
    Failed(Failure),
}

/// Why a run ended before its end.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Failure {
    /// In words.
    pub(crate) error: String,
    /// The layer that ran away.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) layer: Option<usize>,
    /// What ran away.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) quantity: Option<String>,
    /// When, in ms since the session began.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) time_ms: Option<f64>,
    /// Steps done until then.
    pub(crate) n_done: usize,
}

impl Failure {
    pub(super) fn new(error: &LearnError, n_done: usize) -> Self {
        let (layer, quantity, time_ms) = match error {
            LearnError::Runaway {
                layer,
                quantity,
                time_ms,
                ..
            } => (Some(*layer), Some((*quantity).to_owned()), Some(*time_ms)),
            LearnError::NonFinite { layer, quantity } => {
                (Some(*layer), Some((*quantity).to_owned()), None)
            }
            _ => (None, None, None),
        };
        Self {
            error: error.to_string(),
            layer,
            quantity,
            time_ms,
            n_done,
        }
    }
}

/// A run's folder while it runs.
pub(super) struct Folder {
    path: PathBuf,
    /// Where files are written: `path`, or a place beside it while `path` holds an ended run.
    open: PathBuf,
}

impl Folder {
    /// Makes the folder anew; an ended run in it stays until this one has ended.
    pub(super) fn start(
        path: &Path,
        digest: &str,
        spec: &str,
        provenance: &Provenance,
    ) -> Result<(Self, fs::File)> {
        let make = || -> Result<(Self, fs::File)> {
            let open = match path.join(store::name::SUMMARY).exists() {
                true => {
                    let name = path.file_name().unwrap_or_default().to_string_lossy();
                    path.with_file_name(format!(".{name}.new"))
                }
                false => path.to_owned(),
            };
            fs::create_dir_all(&open)?;
            let spec = format!("{DIGEST_MARK}{digest}\n{spec}");
            store::write_atomically(&open.join(store::name::SPEC), spec.as_bytes())?;
            let provenance = store::pretty(provenance)?;
            store::write_atomically(&open.join(store::name::PROVENANCE), &provenance)?;
            let series = fs::File::create(open.join(SERIES))?;
            let path = path.to_owned();
            Ok((Self { path, open }, series))
        };
        make().with_context(|| format!("failed to open the run folder {}", path.display()))
    }

    /// Ends the run.
    pub(super) fn finish(self, summary: &RunSummary) -> Result<()> {
        let bytes = store::pretty(summary)?;
        store::write_atomically(&self.open.join(store::name::SUMMARY), &bytes)?;
        if self.open != self.path {
            let exchange = || -> std::io::Result<()> {
                // The summary goes first and comes last: in between the run counts as interrupted.
                fs::remove_file(self.path.join(store::name::SUMMARY))?;
                for file in OWN {
                    fs::rename(self.open.join(file), self.path.join(file))?;
                }
                fs::remove_dir(&self.open)
            };
            exchange()
                .with_context(|| format!("failed to replace the run in {}", self.path.display()))?;
        }
        Ok(())
    }
}

/// The run in `folder`, if it ended there under this digest and in today's format.
pub(super) fn ended(folder: &Path, digest: &str) -> Option<Run> {
    let spec = fs::read_to_string(folder.join(store::name::SPEC)).ok()?;
    if spec.lines().next()?.strip_prefix(DIGEST_MARK) != Some(digest) {
        return None;
    }
    let summary: RunSummary = store::json(&folder.join(store::name::SUMMARY)).ok()?;
    if summary.schema != SCHEMA_VERSION {
        return None;
    }
    Some(Run {
        seed: summary.seed,
        condition: summary.condition,
        failed: match summary.status {
            RunStatus::Finished => None,
            RunStatus::Failed(failure) => Some(failure),
        },
        values: summary.values,
        seconds: summary.seconds,
        provenance: store::json(&folder.join(store::name::PROVENANCE)).ok()?,
        series: series(&fs::read_to_string(folder.join(SERIES)).ok()?)?,
    })
}

fn series(text: &str) -> Option<IndexMap<String, Vec<(f64, f64)>>> {
    let mut series: IndexMap<String, Vec<(f64, f64)>> = IndexMap::new();
    for line in text.lines().skip(1) {
        let mut cells = line.split(',');
        let (x, quantity, value) = (cells.next()?, cells.next()?, cells.next()?);
        let place = (x.parse().ok()?, value.parse().ok()?);
        match series.get_mut(quantity) {
            Some(places) => places.push(place),
            None => {
                series.insert(quantity.to_owned(), vec![place]);
            }
        }
    }
    Some(series)
}
