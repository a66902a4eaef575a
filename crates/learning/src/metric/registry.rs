//! The list of all metrics: those of this crate, and those that a program adds.

use std::sync::OnceLock;

use super::{BUILT_IN, Metric};

static ALL: OnceLock<Vec<Metric>> = OnceLock::new();

/// Why metrics could not be added.
#[derive(Debug, thiserror::Error)]
pub enum AddMetricsError {
    /// Metrics were listed before, or added a second time.
    #[error("metrics are added once, before anything reads the list of them")]
    TooLate,
    /// Two metrics of one name.
    #[error("there are two metrics called `{name}`; give the new one another name")]
    NameTaken {
        /// The name.
        name: &'static str,
    },
}

/// Adds metrics of a program's own to the list; once, before it is read.
///
/// # Errors
/// If the list was read or added to before, or a name is taken.
pub fn add_metrics(own: &[Metric]) -> Result<(), AddMetricsError> {
    let all: Vec<Metric> = BUILT_IN.iter().chain(own).copied().collect();
    for (index, metric) in all.iter().enumerate() {
        if all[..index].contains(metric) {
            let name = metric.info().name;
            return Err(AddMetricsError::NameTaken { name });
        }
    }
    ALL.set(all).map_err(|_| AddMetricsError::TooLate)
}

pub(super) fn all() -> &'static [Metric] {
    ALL.get_or_init(|| BUILT_IN.to_vec())
}

pub(super) fn names() -> &'static [&'static str] {
    static NAMES: OnceLock<Vec<&'static str>> = OnceLock::new();
    NAMES.get_or_init(|| all().iter().map(|metric| metric.info().name).collect())
}
