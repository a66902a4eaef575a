//! All runs of a protocol in short: summary.json.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::Duration;

use anyhow::Result;
use apical_learning::{Provenance, SCHEMA_VERSION};
use indexmap::IndexMap;
use serde::Serialize;

use super::{Failure, Runs, Specified};
use crate::store;

#[derive(Serialize)]
struct Summary<'a> {
    schema: u32,
    experiment: &'a str,
    protocol: &'a str,
    title: &'a str,
    command: &'a str,
    /// Of all runs together, the time of one thread.
    run_seconds: f64,
    /// Of this call; reused runs take none.
    seconds: f64,
    conditions: IndexMap<&'a str, Condition<'a>>,
    provenance: Option<&'a Provenance>,
}

#[derive(Serialize)]
struct Condition<'a> {
    n_seeds: usize,
    n_failed: usize,
    failed: Vec<Failed<'a>>,
    /// Over the seeds that did not fail.
    values: BTreeMap<&'a str, Value>,
}

#[derive(Serialize)]
struct Failed<'a> {
    seed: u64,
    #[serde(flatten)]
    failure: &'a Failure,
}

#[derive(Serialize)]
struct Value {
    n: usize,
    mean: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    standard_deviation: Option<f64>,
}

/// Writes the summary of `runs` into `folder`.
pub(crate) fn write(
    folder: &Path,
    spec: &Specified,
    command: &str,
    runs: &Runs,
    elapsed: Duration,
) -> Result<()> {
    let conditions = runs.conditions().map(|(condition, of)| {
        let names: BTreeSet<&str> = of
            .iter()
            .flat_map(|run| run.summary.values.keys().map(String::as_str))
            .collect();
        let value = |name: &'_ str| {
            runs.spread_of(condition, name).map(|spread| Value {
                n: spread.n,
                mean: spread.mean,
                standard_deviation: spread.standard_deviation,
            })
        };
        let failed: Vec<Failed<'_>> = of
            .iter()
            .filter_map(|run| {
                run.failure().map(|failure| Failed {
                    seed: run.seed(),
                    failure,
                })
            })
            .collect();
        let values = names.into_iter();
        let condition_summary = Condition {
            n_seeds: of.len(),
            n_failed: failed.len(),
            failed,
            values: values
                .filter_map(|name| Some((name, value(name)?)))
                .collect(),
        };
        (condition, condition_summary)
    });
    let summary = Summary {
        schema: SCHEMA_VERSION,
        experiment: &spec.name,
        protocol: spec.kind.name,
        title: &spec.head.title,
        command,
        run_seconds: runs.all().map(|run| run.summary.seconds).sum(),
        seconds: elapsed.as_secs_f64(),
        conditions: conditions.collect(),
        provenance: runs.all().next().map(|run| &run.provenance),
    };
    store::write_atomically(
        &folder.join(store::name::SUMMARY),
        &store::pretty(&summary)?,
    )
}
