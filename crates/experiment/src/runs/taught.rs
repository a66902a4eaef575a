//! Runs that teach a learner a task.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::Path;

use anyhow::{Context, Result};
use apical_learning::{
    Checkpoint, EpochRecord, PhaseSeconds, Readings, Record, RunKey, RunRecord, SCHEMA_VERSION,
    Sink, Snapshot, Status, Summary, TimingRecord, TimingSummary, TrainError,
};

use super::{Came, Due, Execution, Job, Work};
use crate::progress::RunProgress;
use crate::provenance;
use crate::spec::{Arm, Resolved, format, place};
use crate::store::{self, CheckpointFile, Decided, RunWriter};
use crate::task_data::{DataCache, Prepared};
use crate::teach::{Setting, Taught, TeachError, teach};
use crate::time::WallClock;

/// An arm with its data.
pub(crate) struct Lesson {
    arm: Arm,
    prepared: Prepared,
}

/// The runs of `resolved` in order: task by task, seed by seed, learner by learner.
pub(crate) fn jobs(
    resolved: &Resolved,
    data: &mut DataCache,
    folder: &Path,
) -> Result<Vec<Job<Lesson>>> {
    let mut jobs = Vec::new();
    for task in resolved.spec.task.keys() {
        for &seed in &resolved.spec.seeds {
            let arms = resolved.arms_of(seed).iter().enumerate();
            for (index, arm) in arms.filter(|(_, arm)| arm.task_name == *task) {
                let prepared = data.prepare(resolved, arm, seed)?;
                let key = RunKey {
                    experiment: resolved.source.name.clone(),
                    task: arm.task_name.clone(),
                    learner: arm.learner_name.clone(),
                    point: arm.point.clone(),
                    seed,
                };
                let source = provenance::source_digest();
                // Where every seed has data of its own, those of the first stand for all.
                let shared = match arm.task.dataset.depends_on_run() {
                    true => data.prepare(resolved, arm, 0)?.deciding_checksum(),
                    false => prepared.deciding_checksum(),
                };
                let digest = arm.digest(seed, &prepared.deciding_checksum(), source)?;
                let own = store::run_folder(folder, &key, &digest);
                let spec = arm.alone(&resolved.spec.title, seed);
                let spec = place::moved(spec, &resolved.source.folder, &own);
                let decided = Decided {
                    digest,
                    setting: resolved.setting(index, &shared, source)?,
                    spec: format::to_text(&spec)?,
                };
                jobs.push(Job {
                    folder: own,
                    key,
                    decided,
                    work: Lesson {
                        arm: arm.clone(),
                        prepared,
                    },
                });
            }
        }
    }
    Ok(jobs)
}

impl Work for Lesson {
    type Record = RunRecord;

    fn n_bytes(&self) -> u64 {
        let n_samples = self.prepared.data.train.n_samples();
        self.arm.n_bytes(&self.prepared.network, n_samples)
    }

    fn n_epochs(&self) -> usize {
        self.arm.training.n_epochs
    }

    fn data_checksum(&self) -> &str {
        &self.prepared.checksum
    }

    fn start_checksum(&self) -> Option<&str> {
        self.prepared.start.as_deref().map(|start| &*start.sha256)
    }

    fn header(&self, run: &RunKey) -> Result<Vec<u8>> {
        store::json_line(&Record::Run {
            schema: SCHEMA_VERSION,
            run: run.clone(),
        })
    }

    fn make(
        &self,
        run: &RunKey,
        from: Option<CheckpointFile>,
        writer: &mut RunWriter,
        progress: &dyn RunProgress,
        execution: &Execution<'_>,
    ) -> Result<Came<Summary>> {
        let mut sink = RunSink {
            writer,
            progress,
            due: Due::new(execution.checkpoints),
            n_epochs: self.arm.training.n_epochs,
            lines: String::new(),
            last: None,
            timing: None,
        };
        let from = from.map(|file| sink.begin_from(file)).transpose()?;
        let setting = Setting {
            seed: run.seed,
            prepared: &self.prepared,
            measure: &self.arm.measure,
            align: true,
            clock: &WallClock::start(),
            stop: execution.stop,
            from: from.as_ref(),
        };
        match teach(&self.arm, &setting, &mut sink) {
            Ok(taught) => Ok(Came::Finished {
                summary: self.summary_of(run, &taught),
                weights: Some(taught.weights),
            }),
            Err(TeachError::Train {
                source: TrainError::Stopped { .. },
                ..
            }) => Ok(Came::Stopped),
            // What a learner does is a result; everything else is no fault of the learner.
            Err(TeachError::Train {
                source: source @ (TrainError::Step { .. } | TrainError::Observe { .. }),
                n_parameters,
                sizes,
            }) => {
                let error = source.to_string();
                let failure = Failure {
                    error: error.clone(),
                    n_parameters,
                    sizes,
                    last: sink.last,
                    timing: sink.timing,
                };
                Ok(Came::Failed {
                    summary: self.summary_of_failure(run, failure),
                    error,
                })
            }
            Err(error) => Err(error.into()),
        }
    }
}

/// What is known of a run whose learner failed.
struct Failure {
    /// The error, in words.
    error: String,
    /// Numbers in the learner's tensors.
    n_parameters: usize,
    /// Layer sizes, input to output.
    sizes: Vec<usize>,
    /// What was recorded last.
    last: Option<EpochRecord>,
    /// The times up to then.
    timing: Option<TimingRecord>,
}

impl Lesson {
    /// The summary of a run that reached its last epoch.
    fn summary_of(&self, run: &RunKey, taught: &Taught) -> Summary {
        let trained = &taught.trained;
        let chosen_epoch = trained.chosen_epoch();
        let chosen = chosen_epoch.map(|epoch| trained.readings_at(epoch));
        Summary {
            schema: SCHEMA_VERSION,
            run: run.clone(),
            status: Status::Finished,
            sizes: taught.sizes.clone(),
            n_parameters: taught.n_parameters,
            n_epochs: self.arm.training.n_epochs,
            chosen_epoch,
            last: trained.readings_at(self.arm.training.n_epochs),
            chosen: chosen.unwrap_or_default().of_predictions(),
            confusion: trained.confusion.clone(),
            timing: trained.timing.clone(),
            n_tuning_trials: self.arm.n_tuning_trials,
            tuning: self.arm.tuning,
        }
    }

    /// The summary of a run whose learner failed.
    fn summary_of_failure(&self, run: &RunKey, failure: Failure) -> Summary {
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
            run: run.clone(),
            status: Status::Failed { error },
            sizes,
            n_parameters,
            n_epochs: last.as_ref().map_or(0, |record| record.epoch),
            chosen_epoch: None,
            last: last.map_or_else(Readings::default, |record| record.readings),
            chosen: Readings::default(),
            confusion: None,
            timing: TimingSummary {
                seconds,
                samples_per_second: None,
                n_samples: timing.map_or(0, |timing| timing.n_samples),
            },
            n_tuning_trials: self.arm.n_tuning_trials,
            tuning: self.arm.tuning,
        }
    }
}

/// Writes records while they come, and shows them.
struct RunSink<'a> {
    /// The run's files.
    writer: &'a mut RunWriter,
    /// What is seen of it.
    progress: &'a dyn RunProgress,
    /// When its next checkpoint is due.
    due: Due<'a>,
    /// Epochs of the run.
    n_epochs: usize,
    /// The records so far, without their header.
    lines: String,
    /// The readings of the last epoch so far.
    last: Option<EpochRecord>,
    /// The times up to then.
    timing: Option<TimingRecord>,
}

impl RunSink<'_> {
    /// Takes over what was recorded before `file` was written.
    fn begin_from(&mut self, file: CheckpointFile) -> Result<Checkpoint> {
        let mut epochs = Vec::new();
        for line in file.about.records.lines() {
            match serde_json::from_str(line).context("a record of the checkpoint cannot be read")? {
                Record::Epoch(record) => epochs.push(record),
                Record::Timing(record) => self.timing = Some(record),
                Record::Run { .. } => {}
            }
        }
        self.lines = file.about.records;
        self.last = epochs.last().cloned();
        Ok(Checkpoint {
            state: file.state,
            epochs,
        })
    }

    fn write(&mut self, record: &Record) -> io::Result<()> {
        let line = store::json_line(record).map_err(io::Error::other)?;
        self.lines.push_str(&String::from_utf8_lossy(&line));
        self.writer.write_all(&line)
    }
}

impl Sink for RunSink<'_> {
    fn epoch(&mut self, record: &EpochRecord) -> std::io::Result<()> {
        self.write(&Record::Epoch(record.clone()))?;
        self.progress.epoch(record);
        self.last = Some(record.clone());
        Ok(())
    }

    fn timing(&mut self, record: &TimingRecord) -> std::io::Result<()> {
        self.timing = Some(record.clone());
        self.write(&Record::Timing(record.clone()))
    }

    fn step(&mut self, epoch: usize, n_done: usize, n_steps: usize) {
        self.progress.step(epoch, n_done, n_steps);
    }

    fn takes_checkpoint(&mut self, is_last: bool) -> bool {
        is_last || self.due.is_now()
    }

    fn checkpoint(&mut self, epoch: usize, state: Snapshot) -> io::Result<()> {
        let place = format!("epoch {epoch} of {}", self.n_epochs);
        let none = BTreeMap::new();
        let kept = self.writer.checkpoint(state, place, &self.lines, &none);
        self.due.taken();
        kept.map_err(io::Error::other)
    }
}
