//! What one sample of the test part counts.

use apical_learning::{Metric, PartName};

use crate::group::Task;
use crate::subject::Subject;

/// Samples of a test part at most, where their number is told from accuracies.
const MOST_SAMPLES: usize = 100_000;

impl Task<'_> {
    /// What one sample counts in accuracies on test data, %; none in regression. It is told from the accuracies, which are whole numbers of samples.
    pub(crate) fn test_sample(&self) -> Option<f64> {
        let accuracy = Subject::on(Metric::ACCURACY, PartName::Test);
        let runs = self.groups.iter().flat_map(|group| &group.finished);
        let readings = runs.flat_map(|run| {
            let by_epoch = run.epochs.iter().map(|epoch| &epoch.readings);
            by_epoch.chain([&run.summary.last])
        });
        let mut shares: Vec<f64> = readings
            .filter_map(|readings| accuracy.value(readings))
            .map(|percent| percent / 100.0)
            .collect();
        shares.sort_by(f64::total_cmp);
        shares.dedup();
        let is_whole = |n: usize| {
            let counts = shares.iter().map(|share| share * n as f64);
            counts
                .into_iter()
                .all(|count| (count - count.round()).abs() < 1e-6 * n as f64)
        };
        let n = (!shares.is_empty()).then(|| (2..=MOST_SAMPLES).find(|n| is_whole(*n)))??;
        Some(100.0 / n as f64)
    }
}
