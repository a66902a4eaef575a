//! Splits into training, validation and test part: every sample goes into exactly one.

use std::collections::BTreeMap;
use std::path::Path;

use apical_keys::Described;
use rand::RngExt;
use serde::{Deserialize, Serialize};

use crate::{DatasetError, StreamRng};

/// Indices of the samples of each part, ascending; together each index exactly once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Split {
    /// Samples of the training part.
    pub train: Vec<usize>,
    /// Samples of the validation part.
    pub validation: Vec<usize>,
    /// Samples of the test part.
    pub test: Vec<usize>,
}

/// Shares of the samples; they add up to 1.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, Described)]
#[serde(deny_unknown_fields)]
pub struct Fractions {
    /// Share of the training part.
    #[key(above = 0, below = 1, example = "0.7")]
    pub train: f64,
    /// Share of the validation part.
    #[key(above = 0, below = 1, example = "0.15")]
    pub validation: f64,
    /// Share of the test part.
    #[key(above = 0, below = 1, example = "0.15")]
    pub test: f64,
}

impl Fractions {
    /// The shares of the user's own data where a spec says nothing.
    pub(crate) fn of_own_data() -> Self {
        Self {
            train: 0.7,
            validation: 0.15,
            test: 0.15,
        }
    }

    pub(crate) fn check(&self, option: &str) -> Result<(), DatasetError> {
        let parts = [self.train, self.validation, self.test];
        let each_inside = parts.iter().all(|&part| part > 0.0 && part < 1.0);
        if each_inside && (parts.iter().sum::<f64>() - 1.0).abs() < 1e-6 {
            return Ok(());
        }
        Err(DatasetError::OptionOutOfRange {
            option: option.to_owned(),
            found: format!(
                "{{ train = {}, validation = {}, test = {} }}",
                self.train, self.validation, self.test
            ),
            expected: "three shares between 0 and 1 that add up to 1".to_owned(),
        })
    }

    /// Whole numbers of samples: validation and test rounded, the rest for training.
    ///
    /// # Errors
    /// Where a part would be empty.
    pub(crate) fn counts(&self, n_samples: usize, path: &Path) -> Result<[usize; 3], DatasetError> {
        let share = |fraction: f64| (fraction * n_samples as f64).round() as usize;
        let n_validation = share(self.validation);
        let n_test = share(self.test);
        let n_train = n_samples.saturating_sub(n_validation + n_test);
        let counts = [n_train, n_validation, n_test];
        if counts.contains(&0) {
            return Err(DatasetError::too_few_samples(path, n_samples, counts));
        }
        Ok(counts)
    }
}

/// Fisher–Yates shuffle that draws 32-bit numbers only, so that every platform gives the same order.
///
/// # Panics
/// With more than 2³² items.
pub fn shuffle<T>(items: &mut [T], rng: &mut StreamRng) {
    for last in (1..items.len()).rev() {
        let bound = u32::try_from(last).expect("shuffles hold at most 2^32 items");
        items.swap(last, rng.random_range(0..=bound) as usize);
    }
}

/// A random permutation of `0..n_items` that is one cycle, so that no item keeps its place (Sattolo
/// 1986); with fewer than two items there is none. Draws 32-bit numbers only.
///
/// # Panics
/// With more than 2³² items.
pub fn random_cycle(n_items: usize, rng: &mut StreamRng) -> Option<Vec<usize>> {
    let mut items: Vec<usize> = (0..n_items).collect();
    for last in (1..n_items).rev() {
        let bound = u32::try_from(last).expect("cycles hold at most 2^32 items");
        items.swap(last, rng.random_range(0..bound) as usize);
    }
    (n_items > 1).then_some(items)
}

/// A random split of `counts.iter().sum()` samples into parts of the given sizes.
pub fn split_random(counts: [usize; 3], rng: &mut StreamRng) -> Split {
    cut(&random_order(counts.iter().sum(), rng), counts)
}

/// A random split in which every class has the same share of each part, to within one sample.
///
/// `counts` adds up to the number of labels. Samples of each class are shuffled and laid out evenly
/// between 0 and 1; all classes together are then cut at two places.
pub fn split_stratified(labels: &[u32], counts: [usize; 3], rng: &mut StreamRng) -> Split {
    cut(&stratified_order(labels, rng), counts)
}

/// `0..n_samples` in random order.
pub(crate) fn random_order(n_samples: usize, rng: &mut StreamRng) -> Vec<usize> {
    let mut order: Vec<usize> = (0..n_samples).collect();
    shuffle(&mut order, rng);
    order
}

/// Samples in an order any stretch of which holds every class by its share, to within one sample.
pub(crate) fn stratified_order(labels: &[u32], rng: &mut StreamRng) -> Vec<usize> {
    let mut by_class = BTreeMap::<u32, Vec<usize>>::new();
    for (sample, &label) in labels.iter().enumerate() {
        by_class.entry(label).or_default().push(sample);
    }
    let mut placed = Vec::with_capacity(labels.len());
    for samples in by_class.values_mut() {
        shuffle(samples, rng);
        let n_samples = samples.len() as f64;
        for (rank, &sample) in samples.iter().enumerate() {
            placed.push(((rank as f64 + 0.5) / n_samples, sample));
        }
    }
    placed.sort_by(|a, b| a.0.total_cmp(&b.0));
    placed.into_iter().map(|(_, sample)| sample).collect()
}

pub(crate) fn cut(order: &[usize], [n_train, n_validation, _]: [usize; 3]) -> Split {
    let part = |samples: &[usize]| {
        let mut samples = samples.to_vec();
        samples.sort_unstable();
        samples
    };
    let (train, rest) = order.split_at(n_train.min(order.len()));
    let (validation, test) = rest.split_at(n_validation.min(rest.len()));
    Split {
        train: part(train),
        validation: part(validation),
        test: part(test),
    }
}
