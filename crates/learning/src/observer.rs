//! Observers read a learner at declared epochs; sinks receive what they read.

use apical_datasets::{random_cycle, shuffle};
use ndarray::Array2;

use crate::metric::AlignmentSample;
use crate::{
    Carried, EncodedPart, EpochRecord, Gradient, GradientReference, LearnError, Learner,
    MeasureSpec, OutputError, PartName, Phase, Reading, Snapshot, StoreError, Streams, TaskData,
    Teacher, TensorName, TimingRecord, Updates, evaluate,
};

/// When something is observed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    /// Epochs taught so far; 0 is before training.
    pub epoch: usize,
    /// Whether this is the last epoch.
    pub is_last: bool,
}

impl Moment {
    /// Whether something due every `n` epochs, and after the last, is due now.
    pub fn is_due(self, n: usize) -> bool {
        self.is_last || self.epoch.is_multiple_of(n)
    }
}

/// Reads a learner, without changing it, at the epochs that it declares.
pub trait Observer<L: Learner + ?Sized> {
    /// Whether it observes at `moment`.
    fn is_due(&self, moment: Moment) -> bool;
    /// What its time counts as.
    fn phase(&self) -> Phase;
    /// Reads the learner.
    fn observe(&mut self, learner: &L) -> Result<Vec<Reading>, LearnError>;
    /// Shows `carried` what it carries on from one reading to the next, such as a session's.
    fn carry(&mut self, learner: &L, carried: &mut Carried<'_>) -> Result<(), StoreError> {
        let _ = (learner, carried);
        Ok(())
    }
}

/// Receives what is recorded of a run while it runs.
pub trait Sink {
    /// Readings after an epoch.
    fn epoch(&mut self, record: &EpochRecord) -> std::io::Result<()>;
    /// Times after an epoch.
    fn timing(&mut self, record: &TimingRecord) -> std::io::Result<()>;
    /// `n_done` of `n_steps` steps of an epoch (counted from 1) are taught.
    fn step(&mut self, epoch: usize, n_done: usize, n_steps: usize) {
        let _ = (epoch, n_done, n_steps);
    }
    /// Whether it takes a checkpoint now, after some steps of an epoch; `is_last` where training stops.
    fn takes_checkpoint(&mut self, is_last: bool) -> bool {
        let _ = is_last;
        false
    }
    /// Where training stands within `epoch`, for it to go on from.
    fn checkpoint(&mut self, epoch: usize, state: &Snapshot) -> std::io::Result<()> {
        let _ = (epoch, state);
        Ok(())
    }
}

/// Measures accuracy and loss on all three parts of the data.
pub struct EvaluationObserver<'a, L: Learner + ?Sized> {
    data: &'a TaskData,
    measure: &'a MeasureSpec,
    session: L::Session,
}

impl<'a, L: Learner + ?Sized> EvaluationObserver<'a, L> {
    /// An observer with a session of its own.
    pub fn new(
        learner: &L,
        data: &'a TaskData,
        measure: &'a MeasureSpec,
        streams: Streams,
    ) -> Self {
        Self {
            data,
            measure,
            session: learner.session(streams, 100),
        }
    }
}

impl<L: Learner + ?Sized> Observer<L> for EvaluationObserver<'_, L> {
    fn carry(&mut self, learner: &L, carried: &mut Carried<'_>) -> Result<(), StoreError> {
        learner.carry(&mut self.session, carried)
    }

    fn is_due(&self, moment: Moment) -> bool {
        moment.is_due(self.measure.evaluate_every_n_epochs)
    }

    fn phase(&self) -> Phase {
        Phase::Evaluation
    }

    fn observe(&mut self, learner: &L) -> Result<Vec<Reading>, LearnError> {
        let mut readings = Vec::new();
        for name in [PartName::Train, PartName::Validation, PartName::Test] {
            let part = self.data.part(name);
            let n_samples = match name {
                PartName::Train => self.measure.n_train_samples,
                PartName::Validation | PartName::Test => part.n_samples(),
            };
            if part.n_samples() == 0 {
                continue;
            }
            let evaluation = evaluate(learner, &mut self.session, part, n_samples)?
                .in_units(&self.data.target_widths);
            for metric in &self.measure.metrics {
                if let Some(value) = metric.of_predictions().and_then(|read| read(&evaluation)) {
                    readings.push(Reading::new(*metric, Ok(value)).on(name));
                }
            }
        }
        Ok(readings)
    }
}

/// A minibatch and, per layer 1…N, the cycle of neurons that its null moves rows by.
struct AlignmentBatch {
    part: EncodedPart,
    cycles: Vec<Option<Vec<usize>>>,
}

/// Measures the learner's updates against reference gradients on fixed minibatches of the training
/// part, drawn once from the stream `alignment`, as are the cycles of the null, anew for each.
pub struct AlignmentObserver<'a, L: Learner + ?Sized> {
    measure: &'a MeasureSpec,
    reference: &'a dyn GradientReference,
    batches: Vec<AlignmentBatch>,
    session: L::Session,
}

impl<'a, L: Learner + ?Sized> AlignmentObserver<'a, L> {
    /// An observer with a session of its own.
    pub fn new(
        learner: &L,
        train: &EncodedPart,
        batch_size: usize,
        measure: &'a MeasureSpec,
        reference: &'a dyn GradientReference,
        streams: Streams,
    ) -> Self {
        let mut rng = streams.stream("alignment");
        let mut order: Vec<usize> = (0..train.n_samples()).collect();
        shuffle(&mut order, &mut rng);
        let batch_size = batch_size.min(order.len()).max(1);
        let batches = order
            .chunks(batch_size)
            .take(measure.n_alignment_batches)
            .map(|indices| AlignmentBatch {
                part: train.select(indices),
                cycles: learner.network().sizes()[1..]
                    .iter()
                    .map(|&n_neurons| random_cycle(n_neurons, &mut rng))
                    .collect(),
            })
            .collect();
        Self {
            measure,
            reference,
            batches,
            session: learner.session(streams, batch_size),
        }
    }
}

impl<L: Learner + ?Sized> Observer<L> for AlignmentObserver<'_, L> {
    fn carry(&mut self, learner: &L, carried: &mut Carried<'_>) -> Result<(), StoreError> {
        learner.carry(&mut self.session, carried)
    }

    fn is_due(&self, moment: Moment) -> bool {
        moment.is_due(self.measure.align_every_n_epochs)
    }

    fn phase(&self) -> Phase {
        Phase::Metrics
    }

    fn observe(&mut self, learner: &L) -> Result<Vec<Reading>, LearnError> {
        let metrics: Vec<_> = self
            .measure
            .metrics
            .iter()
            .filter_map(|metric| metric.of_alignment())
            .collect();
        if metrics.is_empty() {
            return Ok(Vec::new());
        }
        let forward = learner.forward();
        let equivalent_rates = learner.equivalent_rates();
        let feedback = feedback_of(learner);
        let mean_rates = learner.mean_rates();
        let mut means = MeanReadings::default();
        for AlignmentBatch { part, cycles } in &self.batches {
            let batch = part.all();
            let backwards: Vec<usize> = (0..batch.n_samples()).rev().collect();
            let reversed = part.select(&backwards);
            let gradients = |batch| -> Result<[(OutputError, Gradient); 2], LearnError> {
                let of = |error| -> Result<Gradient, LearnError> {
                    let mut gradient = self.reference.gradient(&forward, error, batch)?;
                    gradient.centre(mean_rates.as_deref().unwrap_or_default());
                    Ok(gradient)
                };
                let [potential, squared_error] = OutputError::ALL;
                Ok([
                    (potential, of(potential)?),
                    (squared_error, of(squared_error)?),
                ])
            };
            let updates: Updates = learner.propose(&mut self.session, batch)?;
            let sample = AlignmentSample {
                updates: &updates,
                nudged: &learner.activities(&mut self.session, batch, Teacher::On)?,
                free: &learner.activities(&mut self.session, batch, Teacher::Off)?,
                forward: &forward,
                equivalent_rates: equivalent_rates.as_deref(),
                feedback: &feedback,
                gradients: &gradients(batch)?,
                reversed: &gradients(reversed.all())?,
                cycles,
            };
            for measure in &metrics {
                means.add(measure(&sample));
            }
        }
        Ok(means.finish())
    }
}

/// The feedback weights into every hidden layer, where the learner has them.
fn feedback_of(learner: &(impl Learner + ?Sized)) -> Vec<Option<(usize, Array2<f64>)>> {
    let n_layers = learner.network().n_layers();
    (1..n_layers)
        .map(|k| {
            let of = |name, from| {
                let matrix = crate::metric::matrix(learner.tensor(name)?)?;
                Some((from, matrix))
            };
            [k + 1, n_layers].into_iter().find_map(|from| {
                of(TensorName::PyramidalFromPyramidal { to: k, from }, from)
                    .or_else(|| of(TensorName::ErrorFromError { to: k, from }, from))
            })
        })
        .collect()
}

/// Averages readings of the same subject over minibatches; those without a value do not count, and
/// the mean says how many did where not all could.
#[derive(Default)]
struct MeanReadings {
    sums: Vec<Sum>,
}

struct Sum {
    first: Reading,
    sum: f64,
    n_values: usize,
    n_batches: usize,
}

impl MeanReadings {
    fn add(&mut self, readings: Vec<Reading>) {
        for reading in readings {
            let n_values = usize::from(reading.value.is_some());
            let value = reading.value.unwrap_or(0.0);
            let slot = self
                .sums
                .iter_mut()
                .find(|slot| slot.first.same_subject(&reading));
            if let Some(slot) = slot {
                slot.sum += value;
                slot.n_values += n_values;
                slot.n_batches += 1;
            } else {
                self.sums.push(Sum {
                    first: reading,
                    sum: value,
                    n_values,
                    n_batches: 1,
                });
            }
        }
    }

    fn finish(self) -> Vec<Reading> {
        self.sums
            .into_iter()
            .map(|slot| {
                let mut reading = slot.first;
                if slot.n_values > 0 {
                    reading.value = Some(slot.sum / slot.n_values as f64);
                    reading.absent = None;
                    reading.n_batches = (slot.n_values < slot.n_batches).then_some(slot.n_values);
                }
                reading
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Metric;

    #[test]
    fn absent_values_do_not_count_in_a_mean() {
        let mut means = MeanReadings::default();
        means.add(vec![Reading::new(Metric::UPDATE_ANGLE, Err("none".into()))]);
        means.add(vec![Reading::new(Metric::UPDATE_ANGLE, Ok(10.0))]);
        means.add(vec![Reading::new(Metric::UPDATE_ANGLE, Ok(20.0))]);
        let readings = means.finish();
        assert_eq!(readings.len(), 1);
        assert_eq!(readings[0].value, Some(15.0));
        assert_eq!(readings[0].absent, None);
        assert_eq!(readings[0].n_batches, Some(2), "two of three had a value");
    }

    #[test]
    fn a_mean_over_all_minibatches_needs_no_count() {
        let mut means = MeanReadings::default();
        means.add(vec![Reading::new(Metric::UPDATE_ANGLE, Ok(10.0))]);
        means.add(vec![Reading::new(Metric::UPDATE_ANGLE, Ok(30.0))]);
        let readings = means.finish();
        assert_eq!(readings[0].value, Some(20.0));
        assert_eq!(readings[0].n_batches, None);
    }

    #[test]
    fn nothing_measured_stays_absent_with_its_reason() {
        let mut means = MeanReadings::default();
        means.add(vec![Reading::new(Metric::UPDATE_ANGLE, Err("none".into()))]);
        let readings = means.finish();
        assert_eq!(readings[0].value, None);
        assert_eq!(readings[0].absent.as_deref(), Some("none"));
    }
}
