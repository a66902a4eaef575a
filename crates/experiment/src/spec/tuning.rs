//! How settings are found: on validation alone, with the same number of trials for every learner.

use apical_keys::Described;
use apical_learning::JudgedBy;
use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use super::{KeyPath, Range};

/// How points of a space are chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Described)]
#[serde(rename_all = "snake_case")]
pub enum Strategy {
    /// Each value drawn on its scale, independently.
    Random,
    /// Every key's range in as many parts as there are trials, and one value drawn from each part, in an order
    /// of its own: few trials cover each range. Source: McKay, Beckman & Conover (1979).
    LatinHypercube,
    /// A grid, then finer grids around the best point so far.
    Grid,
}

/// How learners' settings are found before the reported runs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Described)]
#[serde(deny_unknown_fields)]
pub struct TuningSpec {
    /// How points are chosen.
    pub strategy: Strategy,
    /// Trials of each learner.
    #[key(min = 1, max = 10_000)]
    pub n_trials: usize,
    /// Seeds of every trial, none of them a reported one.
    #[key(least = 1, example = "[100, 101]")]
    pub seeds: Vec<u64>,
    /// Seeds of further tunings of the same learners, each with trials and proposals of its own: the run of seed s
    /// has the settings of tuning s modulo their number, the first being that of `seeds`, so that intervals over seeds
    /// cover how tuning varies, too. No seed is in two of them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[key(example = "[[102, 103], [104, 105]]")]
    pub further_seeds: Vec<Vec<u64>>,
    /// Epochs of a trial; those of the reported runs where not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[key(min = 1, max = 1_000_000)]
    pub n_epochs: Option<usize>,
    /// Which epoch's validation score a trial is judged by.
    #[serde(default)]
    pub judged_by: JudgedBy,
    /// Keys below `task.TASK.learner.LEARNER` and their ranges. `*` stands for every name, and a key with
    /// it, such as `task.*.learner.*.*.rates`, for all keys that are stated and fit.
    #[key(name = "KEY")]
    pub space: IndexMap<KeyPath, Range>,
}

impl TuningSpec {
    /// The seeds of every tuning.
    pub(crate) fn all_seeds(&self) -> impl Iterator<Item = &Vec<u64>> {
        std::iter::once(&self.seeds).chain(&self.further_seeds)
    }

    /// How many tunings there are.
    pub(crate) fn n_tunings(&self) -> usize {
        1 + self.further_seeds.len()
    }
}
