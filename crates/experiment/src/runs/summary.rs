//! A run in short.

use apical_learning::{
    EpochRecord, Metric, PhaseSeconds, SCHEMA_VERSION, Status, Summary, TimingRecord, TimingSummary,
};

use super::Job;
use crate::teach::Taught;

/// What is known of a run whose learner failed.
pub(super) struct Failure {
    /// The error, in words.
    pub(super) error: String,
    /// Numbers in the learner's tensors.
    pub(super) n_parameters: usize,
    /// Layer sizes, input to output.
    pub(super) sizes: Vec<usize>,
    /// What was recorded last.
    pub(super) last: Option<EpochRecord>,
    /// The times up to then.
    pub(super) timing: Option<TimingRecord>,
}

impl Job {
    /// The summary of a run that reached its last epoch.
    pub(super) fn summary_of(&self, taught: &Taught) -> Summary {
        let trained = &taught.trained;
        let chosen_epoch = trained.chosen_epoch();
        let of_predictions = |metric| matches!(metric, Metric::Accuracy | Metric::Loss);
        let chosen = chosen_epoch.map_or(&[][..], |epoch| trained.readings_at(epoch));
        Summary {
            schema: SCHEMA_VERSION,
            run: self.key.clone(),
            status: Status::Finished,
            sizes: taught.sizes.clone(),
            n_parameters: taught.n_parameters,
            n_epochs: self.arm.training.n_epochs,
            chosen_epoch,
            last: trained.readings_at(self.arm.training.n_epochs).to_vec(),
            chosen: chosen
                .iter()
                .filter(|r| of_predictions(r.metric))
                .cloned()
                .collect(),
            timing: trained.timing.clone(),
            n_tuning_trials: self.arm.n_tuning_trials,
        }
    }

    /// The summary of a run whose learner failed.
    pub(super) fn summary_of_failure(&self, failure: Failure) -> Summary {
        let Failure {
            error,
            n_parameters,
            sizes,
            last,
            timing,
        } = failure;
        let seconds = timing
            .as_ref()
            .map_or(PhaseSeconds::default(), |timing| timing.seconds);
        Summary {
            schema: SCHEMA_VERSION,
            run: self.key.clone(),
            status: Status::Failed { error },
            sizes,
            n_parameters,
            n_epochs: last.as_ref().map_or(0, |record| record.epoch),
            chosen_epoch: None,
            last: last.map_or_else(Vec::new, |record| record.readings),
            chosen: Vec::new(),
            timing: TimingSummary {
                seconds,
                samples_per_second: None,
                n_samples: timing.map_or(0, |timing| timing.n_samples),
            },
            n_tuning_trials: self.arm.n_tuning_trials,
        }
    }
}
