//! What is kept of a run of a protocol: its series, and the run in short.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use apical_learning::{LearnError, Point, Provenance, RunKey};
use apical_reporting::export::{self, RunSeries};
use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use super::Kind;
use super::quantity::Series;
use crate::progress::RunSummary;
use crate::store::{self, Kept};

/// The series of a run, long form: x, quantity, value.
pub(super) const SERIES: &str = store::name::SERIES;
/// Its first line.
pub(super) const SERIES_HEADER: &str = "x,quantity,value\n";

/// A run of a protocol in short.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(from = "Written")]
pub struct ProtocolSummary {
    /// Version of the records.
    pub schema: u32,
    /// Which run; its learner is the condition.
    pub run: RunKey,
    /// The kind of protocol.
    pub protocol: String,
    /// How it ended.
    pub status: RunStatus,
    /// Steps done: patterns, or presentations.
    pub n_done: usize,
    /// Seconds taken.
    pub seconds: f64,
    /// Numbers by name.
    pub values: BTreeMap<String, f64>,
}

/// How a run ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RunStatus {
    /// At its end.
    Finished,
    /// Before.
    Failed(Failure),
}

/// Why a run ended before its end.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Failure {
    /// In words.
    pub error: String,
    /// The layer that ran away.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub layer: Option<usize>,
    /// What ran away.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quantity: Option<String>,
    /// When, in ms since the session began.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time_ms: Option<f64>,
    /// Steps done until then.
    pub n_done: usize,
}

/// A summary as it lies in a file: in old records `protocol` is the experiment's name, and condition
/// and seed stand by themselves.
#[derive(Deserialize)]
struct Written {
    schema: u32,
    run: Option<RunKey>,
    protocol: String,
    #[serde(default)]
    condition: String,
    #[serde(default)]
    seed: u64,
    status: RunStatus,
    n_done: usize,
    seconds: f64,
    values: BTreeMap<String, f64>,
}

impl From<Written> for ProtocolSummary {
    fn from(written: Written) -> Self {
        let old = RunKey {
            experiment: written.protocol.clone(),
            task: String::new(),
            learner: written.condition,
            point: Point::default(),
            seed: written.seed,
        };
        Self {
            schema: written.schema,
            run: written.run.unwrap_or(old),
            protocol: written.protocol,
            status: written.status,
            n_done: written.n_done,
            seconds: written.seconds,
            values: written.values,
        }
    }
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

/// A run that ended.
#[derive(Debug, Clone)]
pub(crate) struct Run {
    /// The run in short.
    pub(crate) summary: ProtocolSummary,
    /// Where it comes from.
    pub(crate) provenance: Provenance,
    /// Its specification, after the digest; empty where it was not kept.
    spec: String,
    /// Its series by name; none where they were not kept.
    pub(super) series: Option<IndexMap<String, Vec<(f64, f64)>>>,
}

impl Run {
    /// Its seed.
    pub(super) fn seed(&self) -> u64 {
        self.summary.run.seed
    }

    /// Its condition.
    pub(super) fn condition(&self) -> &str {
        &self.summary.run.learner
    }

    /// Why it ended before its end.
    pub(super) fn failure(&self) -> Option<&Failure> {
        match &self.summary.status {
            RunStatus::Finished => None,
            RunStatus::Failed(failure) => Some(failure),
        }
    }

    /// A number of the run.
    pub(super) fn value(&self, quantity: impl Into<Series>) -> Option<f64> {
        let name = quantity.into().to_string();
        self.summary.values.get(&name).copied()
    }

    /// The run as exports have it.
    pub(super) fn exported(&self, kind: &Kind) -> RunSeries {
        let unit = |name: &str| kind.unit_of(name).map(str::to_owned);
        let series = self.series.iter().flatten();
        let values = self.summary.values.iter();
        RunSeries {
            experiment: self.summary.run.experiment.clone(),
            name: vec![self.condition().to_owned()],
            seed: self.seed(),
            error: self.failure().map(|failure| failure.error.clone()),
            started: self.provenance.started.clone(),
            series: series
                .map(|(name, points)| export::Series {
                    name: name.clone(),
                    unit: unit(name),
                    points: points.clone(),
                })
                .collect(),
            values: values
                .map(|(name, value)| (name.clone(), unit(name), *value))
                .collect(),
        }
    }

    /// The places of a series.
    pub(super) fn series(&self, quantity: impl Into<Series>) -> Option<&[(f64, f64)]> {
        let name = quantity.into().to_string();
        self.series.as_ref()?.get(&name).map(Vec::as_slice)
    }
}

impl Kept for Run {
    type Summary = ProtocolSummary;

    const RECORDS: &'static str = SERIES;

    /// Of what `results/reference` keeps, summary and provenance are enough.
    fn read(folder: &Path) -> Result<Self> {
        let read = || -> Result<Self> {
            let summary: ProtocolSummary = store::read_summary(folder)?;
            store::check_schema(summary.schema)?;
            let series = folder.join(SERIES);
            let series = match series.exists() {
                true => Some(parsed(&fs::read_to_string(series)?)?),
                false => None,
            };
            Ok(Self {
                summary,
                provenance: store::json(&folder.join(store::name::PROVENANCE))?,
                spec: fs::read_to_string(folder.join(store::name::SPEC)).unwrap_or_default(),
                series,
            })
        };
        read().with_context(|| format!("failed to read the run in {}", folder.display()))
    }

    fn spec(&self) -> &str {
        &self.spec
    }

    fn key(&self) -> &RunKey {
        &self.summary.run
    }

    fn provenance(&self) -> &Provenance {
        &self.provenance
    }

    fn error(&self) -> Option<&str> {
        self.failure().map(|failure| failure.error.as_str())
    }

    fn summary(&self) -> RunSummary<'_> {
        RunSummary::Protocol(&self.summary)
    }
}

fn parsed(text: &str) -> Result<IndexMap<String, Vec<(f64, f64)>>> {
    let mut series: IndexMap<String, Vec<(f64, f64)>> = IndexMap::new();
    for (index, line) in text.lines().enumerate().skip(1) {
        let place = || {
            let mut cells = line.split(',');
            let (x, quantity, value) = (cells.next()?, cells.next()?, cells.next()?);
            Some((quantity, (x.parse().ok()?, value.parse().ok()?)))
        };
        let (quantity, place) = place()
            .with_context(|| format!("line {} of {SERIES} is not `x,quantity,value`", index + 1))?;
        match series.get_mut(quantity) {
            Some(places) => places.push(place),
            None => {
                series.insert(quantity.to_owned(), vec![place]);
            }
        }
    }
    Ok(series)
}
