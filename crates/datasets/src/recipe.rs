//! How the user's own samples become three parts: the options that tables and arrays share.

use std::path::Path;

use crate::split::{cut, random_order, stratified_order};
use crate::{
    DatasetError, FilePlace, Fractions, Scaling, Split, SplitSeed, StreamRng, Streams,
    split_random, split_stratified,
};

/// The smallest number of folds: one is tested, one chooses, the others are taught.
const FEWEST_FOLDS: usize = 3;

/// The part that a file gives a sample to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum GivenPart {
    Train,
    Validation,
    Test,
}

/// Split, scaling and their seeds.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Recipe {
    pub(crate) split: Fractions,
    pub(crate) split_seed: SplitSeed,
    pub(crate) folds: Option<usize>,
    pub(crate) scaling: Scaling,
    pub(crate) target_scaling: Scaling,
}

impl GivenPart {
    /// The part that a cell of a split column names.
    pub(crate) fn named(word: &str) -> Option<Self> {
        match &*word.trim().to_lowercase() {
            "train" | "training" => Some(Self::Train),
            "validation" | "valid" | "val" | "dev" => Some(Self::Validation),
            "test" | "testing" => Some(Self::Test),
            _ => None,
        }
    }
}

impl Recipe {
    /// Fails on options out of range or at odds; `kind` is the data set's key.
    pub(crate) fn check(&self, kind: &str) -> Result<(), DatasetError> {
        self.split.check(&format!("{kind}.split"))?;
        let Some(folds) = self.folds else {
            return Ok(());
        };
        let expected = if folds < FEWEST_FOLDS {
            "at least 3: one that is tested, one that chooses epochs, and the rest to learn from"
        } else if self.split != Fractions::of_own_data() {
            "no `split` beside it, as the folds decide the shares"
        } else if self.split_seed == SplitSeed::PerSeed {
            "a `split_seed` that is a number beside it: the folds are the same for all runs, and the run with seed s is tested on fold s mod folds"
        } else {
            return Ok(());
        };
        Err(DatasetError::OptionOutOfRange {
            option: format!("{kind}.folds"),
            found: folds.to_string(),
            expected: expected.to_owned(),
        })
    }

    /// Whether every run has parts of its own.
    pub(crate) fn depends_on_run(&self) -> bool {
        self.folds.is_some() || self.split_seed == SplitSeed::PerSeed
    }

    /// The samples of each part, for a run with the streams `run`; stratified where there are
    /// `labels`. With `given` parts, a validation part that is missing is taken from the training part.
    ///
    /// # Errors
    /// Where a part would be empty.
    pub(crate) fn divide(
        &self,
        n_samples: usize,
        labels: Option<&[u32]>,
        given: Option<&[GivenPart]>,
        run: Streams,
        path: &Path,
    ) -> Result<Split, DatasetError> {
        let mut rng = self.split_seed.streams(run).stream("split");
        if let Some(given) = given {
            return self.complete(given, labels, &mut rng, path);
        }
        let order = |rng: &mut StreamRng| match labels {
            Some(labels) => stratified_order(labels, rng),
            None => random_order(n_samples, rng),
        };
        if let Some(n_folds) = self.folds {
            if n_samples < n_folds {
                let reason = format!(
                    "{n_samples} samples do not make {n_folds} folds: expected `folds` of at most {n_samples}"
                );
                return Err(FilePlace::Whole.fault(path, reason));
            }
            let fold = (run.root() % n_folds as u64) as usize;
            let start = |fold: usize| fold * n_samples / n_folds;
            let size = |fold: usize| start(fold + 1) - start(fold);
            let (n_test, n_validation) = (size(fold), size((fold + 1) % n_folds));
            // From the fold that is tested on: test, validation, training.
            let mut order = order(&mut rng);
            order.rotate_left(start(fold));
            order.rotate_left(n_test + n_validation);
            let n_train = n_samples - n_test - n_validation;
            order[n_train..].rotate_left(n_test);
            return Ok(cut(&order, [n_train, n_validation, n_test]));
        }
        let counts = self.split.counts(n_samples, path)?;
        Ok(match labels {
            Some(labels) => split_stratified(labels, counts, &mut rng),
            None => split_random(counts, &mut rng),
        })
    }

    /// What is to be said of options that decide nothing, as `given` has every part.
    pub(crate) fn idle(&self, given: &[GivenPart]) -> Option<String> {
        let is_whole = given.contains(&GivenPart::Validation);
        let idle = [
            ("split", self.split != Fractions::of_own_data()),
            ("split_seed", self.split_seed != SplitSeed::default()),
        ];
        let idle = idle.iter().filter(|(_, is_set)| *is_set && is_whole);
        let idle: Vec<String> = idle.map(|(option, _)| format!("`{option}`")).collect();
        (!idle.is_empty()).then(|| {
            format!(
                "the file gives every sample its part, so that {} decides nothing: all runs share these parts",
                idle.join(" and ")
            )
        })
    }

    fn complete(
        &self,
        given: &[GivenPart],
        labels: Option<&[u32]>,
        rng: &mut StreamRng,
        path: &Path,
    ) -> Result<Split, DatasetError> {
        if self.folds.is_some() {
            let reason = "the file says which samples are tested, and `folds` does too: leave out one of them";
            return Err(FilePlace::Whole.fault(path, reason));
        }
        let of = |part| {
            let samples = given.iter().enumerate().filter(move |(_, at)| **at == part);
            samples.map(|(sample, _)| sample).collect::<Vec<usize>>()
        };
        let [mut train, mut validation, test] =
            [GivenPart::Train, GivenPart::Validation, GivenPart::Test].map(of);
        if validation.is_empty() {
            let Fractions {
                train: to_train,
                validation: to_validation,
                ..
            } = self.split;
            let share = to_validation / (to_train + to_validation);
            let n_validation = (share * train.len() as f64).round() as usize;
            let counts = [train.len().saturating_sub(n_validation), n_validation, 0];
            let taken = match labels {
                Some(labels) => {
                    let of_train: Vec<u32> = train.iter().map(|&sample| labels[sample]).collect();
                    split_stratified(&of_train, counts, rng)
                }
                None => split_random(counts, rng),
            };
            validation = taken.validation.iter().map(|&at| train[at]).collect();
            train = taken.train.iter().map(|&at| train[at]).collect();
        }
        let counts = [train.len(), validation.len(), test.len()];
        if counts.contains(&0) {
            return Err(DatasetError::too_few_samples(path, given.len(), counts));
        }
        Ok(Split {
            train,
            validation,
            test,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn recipe(folds: Option<usize>) -> Recipe {
        Recipe {
            split: Fractions::of_own_data(),
            split_seed: SplitSeed::default(),
            folds,
            scaling: Scaling::None,
            target_scaling: Scaling::None,
        }
    }

    #[test]
    fn each_sample_is_tested_once_and_chooses_once_over_all_folds() {
        let labels: Vec<u32> = (0..23).map(|i| i % 2).collect();
        for n_folds in [3, 5, 23] {
            for labels in [Some(&labels[..]), None] {
                let mut n_tested = [0; 23];
                let mut n_chosen = [0; 23];
                for seed in 0..n_folds as u64 {
                    let run = Streams::new(seed + 5 * n_folds as u64);
                    let split = recipe(Some(n_folds)).divide(23, labels, None, run, Path::new("a"));
                    let split = split.expect("as many samples as folds");
                    let all = [&split.train[..], &split.validation, &split.test].concat();
                    assert_eq!(all.len(), 23);
                    split.test.iter().for_each(|&i| n_tested[i] += 1);
                    split.validation.iter().for_each(|&i| n_chosen[i] += 1);
                }
                assert_eq!((n_tested, n_chosen), ([1; 23], [1; 23]));
            }
        }
        for n_folds in [24, usize::MAX] {
            let few = recipe(Some(n_folds)).divide(23, None, None, Streams::new(7), Path::new("a"));
            let error = few.expect_err("more folds than samples").to_string();
            assert!(error.contains("expected `folds` of at most 23"), "{error}");
        }
    }
}
