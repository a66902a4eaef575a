//! What one sample of the test part counts.

use apical_learning::{Metric, PartName};

use crate::group::Task;
use crate::subject::Subject;

/// Samples of a test part at most, where their number is told from accuracies.
const MOST_SAMPLES: usize = 100_000;

impl Task<'_> {
    /// What one sample counts in accuracies on test data, %; none in regression. It is told from the
    /// accuracies, which are whole numbers of samples.
    pub(crate) fn test_sample(&self) -> Option<f64> {
        let accuracy = Subject::on(Metric::ACCURACY, PartName::Test);
        let runs = self.groups.iter().flat_map(|group| &group.finished);
        let readings = runs.flat_map(|run| {
            let by_epoch = run.epochs.iter().map(|epoch| &epoch.readings);
            by_epoch.chain([&run.summary.last])
        });
        let percent = readings.filter_map(|readings| accuracy.value(readings));
        let n = in_whole_samples(percent.map(|percent| percent / 100.0).collect())?;
        Some(100.0 / n as f64)
    }
}

/// The least number of samples of which all `shares` are whole numbers.
fn in_whole_samples(mut shares: Vec<f64>) -> Option<usize> {
    shares.sort_by(f64::total_cmp);
    shares.dedup();
    let is_whole = |n: usize| {
        let mut counts = shares.iter().map(|share| share * n as f64);
        counts.all(|count| (count - count.round()).abs() < 1e-9 * n as f64)
    };
    let mut numbers = (2..=MOST_SAMPLES).filter(|_| !shares.is_empty());
    numbers.find(|n| is_whole(*n))
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_sample_is_told_from_whole_numbers_of_them() {
        let of = |counts: &[usize], n: usize| {
            super::in_whole_samples(
                counts
                    .iter()
                    .map(|count| *count as f64 / n as f64)
                    .collect(),
            )
        };
        assert_eq!(of(&[350, 351, 347], 360), Some(360));
        assert_eq!(of(&[9_812, 9_817], 10_000), Some(10_000));
        // What all have in common cannot be told.
        assert_eq!(of(&[180, 90], 360), Some(4));
        assert_eq!(of(&[], 360), None);
    }
}
