//! The runs that a report is made of.

use apical_reporting::statistics::Spread;
use apical_reporting::{Cell, ChartLine, ChartSeed, ChartSpread, LineLook};
use indexmap::IndexMap;

use super::Run;
use super::quantity::Series;

/// All runs by condition.
#[derive(Debug)]
pub(crate) struct Runs {
    conditions: IndexMap<String, Vec<Run>>,
}

impl Runs {
    pub(super) fn new<'a>(conditions: impl Iterator<Item = &'a String>, runs: Vec<Run>) -> Self {
        let mut by_condition: IndexMap<String, Vec<Run>> = conditions
            .map(|condition| (condition.clone(), Vec::new()))
            .collect();
        for run in runs {
            by_condition
                .entry(run.condition().to_owned())
                .or_default()
                .push(run);
        }
        Self {
            conditions: by_condition,
        }
    }

    /// Conditions with their runs, in order.
    pub(super) fn conditions(&self) -> impl Iterator<Item = (&str, &[Run])> {
        let conditions = self.conditions.iter();
        conditions.map(|(condition, runs)| (&**condition, &runs[..]))
    }

    /// The runs of `condition`.
    pub(super) fn of(&self, condition: &str) -> &[Run] {
        self.conditions.get(condition).map_or(&[], |runs| runs)
    }

    /// All runs.
    pub(crate) fn all(&self) -> impl Iterator<Item = &Run> {
        self.conditions.values().flatten()
    }

    /// The line of `quantity` of `condition` in the look of the condition; seeds that failed break off.
    pub(super) fn line(
        &self,
        condition: &str,
        quantity: impl Into<Series>,
        spread: ChartSpread,
    ) -> ChartLine {
        let quantity = quantity.into();
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
                        seed: run.seed(),
                        points: run.series(quantity)?.to_vec(),
                        broke_off: run.failure().is_some(),
                    })
                })
                .collect(),
        }
    }

    /// A line per condition.
    pub(super) fn lines(&self, quantity: impl Into<Series>, spread: ChartSpread) -> Vec<ChartLine> {
        let quantity = quantity.into();
        self.conditions
            .keys()
            .map(|condition| self.line(condition, quantity, spread))
            .collect()
    }

    /// The spread of a number over the runs of `condition` that did not fail.
    pub(super) fn spread(&self, condition: &str, value: impl Into<Series>) -> Option<Spread> {
        self.spread_of(condition, &value.into().to_string())
    }

    /// The same, of a number by its name in records.
    pub(super) fn spread_of(&self, condition: &str, name: &str) -> Option<Spread> {
        let whole = self
            .of(condition)
            .iter()
            .filter(|run| run.failure().is_none());
        let values: Vec<f64> = whole
            .filter_map(|run| run.summary.values.get(name).copied())
            .collect();
        Spread::of(&values)
    }

    /// A number's mean and standard deviation.
    pub(super) fn mean(&self, condition: &str, value: impl Into<Series>) -> Cell {
        Cell::Deviation(self.spread(condition, value))
    }

    /// Failed among all runs of `condition`.
    pub(super) fn n_failed(&self, condition: &str) -> Cell {
        let runs = self.of(condition);
        Cell::Share {
            n: runs.iter().filter(|run| run.failure().is_some()).count(),
            of: runs.len(),
        }
    }

    /// A row for every condition: its name, what `first` gives, and means of `columns`.
    pub(super) fn rows(
        &self,
        first: impl Fn(&str) -> Vec<Cell>,
        columns: &[Series],
    ) -> Vec<Vec<Cell>> {
        let row = |condition: &String| {
            let means = columns.iter().map(|series| self.mean(condition, *series));
            let name = [Cell::text(condition)].into_iter();
            name.chain(first(condition)).chain(means).collect()
        };
        self.conditions.keys().map(row).collect()
    }

    /// One line for every run that failed.
    pub(super) fn failures(&self) -> Vec<String> {
        self.all()
            .filter_map(|run| {
                let failure = run.failure()?;
                Some(format!(
                    "{}, seed {}, after {} steps: {}",
                    run.condition(),
                    run.seed(),
                    failure.n_done,
                    failure.error
                ))
            })
            .collect()
    }
}
