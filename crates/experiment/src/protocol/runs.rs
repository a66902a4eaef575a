//! The runs that a report is made of.

use std::collections::BTreeMap;

use apical_learning::Provenance;
use apical_reporting::statistics::Spread;
use apical_reporting::{ChartLine, ChartSeed, ChartSpread, LineLook};
use indexmap::IndexMap;

use super::record::Failure;
use crate::number::written;

/// A run that ended.
#[derive(Debug, Clone)]
pub(crate) struct Run {
    pub(crate) seed: u64,
    pub(crate) condition: String,
    /// Why it ended before its end.
    pub(crate) failed: Option<Failure>,
    /// Its numbers.
    pub(crate) values: BTreeMap<String, f64>,
    pub(crate) seconds: f64,
    pub(crate) provenance: Provenance,
    /// Its series by quantity.
    pub(crate) series: IndexMap<String, Vec<(f64, f64)>>,
}

/// All runs by condition.
#[derive(Debug)]
pub(crate) struct Runs {
    conditions: IndexMap<String, Vec<Run>>,
}

impl Runs {
    pub(super) fn new(conditions: Vec<&str>, runs: Vec<Run>) -> Self {
        let mut by_condition: IndexMap<String, Vec<Run>> = conditions
            .into_iter()
            .map(|condition| (condition.to_owned(), Vec::new()))
            .collect();
        for run in runs {
            by_condition
                .entry(run.condition.clone())
                .or_default()
                .push(run);
        }
        Self {
            conditions: by_condition,
        }
    }

    /// Conditions with their runs, in order.
    pub(crate) fn conditions(&self) -> impl Iterator<Item = (&str, &[Run])> {
        let conditions = self.conditions.iter();
        conditions.map(|(condition, runs)| (&**condition, &runs[..]))
    }

    /// The runs of `condition`.
    pub(crate) fn of(&self, condition: &str) -> &[Run] {
        self.conditions.get(condition).map_or(&[], |runs| runs)
    }

    /// All runs.
    pub(crate) fn all(&self) -> impl Iterator<Item = &Run> {
        self.conditions.values().flatten()
    }

    /// The line of `quantity` of `condition` in the look of the condition; seeds that failed break off.
    pub(crate) fn line(&self, condition: &str, quantity: &str, spread: ChartSpread) -> ChartLine {
        let index = self.conditions.get_index_of(condition).unwrap_or(0);
        ChartLine {
            label: condition.to_owned(),
            look: LineLook::series(index),
            spread,
            seeds: self
                .of(condition)
                .iter()
                .filter_map(|run| {
                    Some(ChartSeed {
                        seed: run.seed,
                        points: run.series.get(quantity)?.clone(),
                        broke_off: run.failed.is_some(),
                    })
                })
                .collect(),
        }
    }

    /// A line per condition.
    pub(crate) fn lines(&self, quantity: &str, spread: ChartSpread) -> Vec<ChartLine> {
        self.conditions
            .keys()
            .map(|condition| self.line(condition, quantity, spread))
            .collect()
    }

    /// The spread of a number over the runs of `condition` that did not fail.
    pub(crate) fn spread(&self, condition: &str, value: &str) -> Option<Spread> {
        let whole = self.of(condition).iter().filter(|run| run.failed.is_none());
        let values: Vec<f64> = whole
            .filter_map(|run| run.values.get(value).copied())
            .collect();
        Spread::of(&values)
    }

    /// `mean ± standard deviation` of a number.
    pub(crate) fn written(&self, condition: &str, value: &str) -> String {
        written(self.spread(condition, value))
    }

    /// Failed and all runs of `condition`, as `2 of 10`.
    pub(crate) fn n_failed(&self, condition: &str) -> String {
        let runs = self.of(condition);
        let n = runs.iter().filter(|run| run.failed.is_some()).count();
        format!("{n} of {}", runs.len())
    }

    /// One line for every run that failed.
    pub(crate) fn failures(&self) -> Vec<String> {
        self.all()
            .filter_map(|run| {
                let failure = run.failed.as_ref()?;
                Some(format!(
                    "{}, seed {}, after {} steps: {}",
                    run.condition, run.seed, failure.n_done, failure.error
                ))
            })
            .collect()
    }
}
