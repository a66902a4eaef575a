//! A learner's updates beside reference gradients.

mod full_batch;
mod given;
mod mean;
mod references;

use apical_datasets::{random_cycle, shuffle};
use ndarray::Array2;

use crate::metric::AlignmentSample;
use crate::{
    Activities, Carried, EncodedPart, GradientReference, LearnError, Learner, MeasureSpec, Metric,
    Moment, Observer, Phase, Precision, Reading, StoreError, Streams, Teacher, TensorName, Updates,
};

use full_batch::FullBatch;
pub use given::Given;
use mean::MeanReadings;
pub use references::{Floors, References, TwoGradients};

/// A minibatch and, per layer 1…N, the cycle of neurons that its null moves rows by.
struct AlignmentBatch {
    part: EncodedPart,
    cycles: Vec<Option<Vec<usize>>>,
}

/// Measures the learner's updates against reference gradients on fixed minibatches of the training
/// part, drawn once from the stream `alignment`, as are the cycles of the null, anew for each; and, where
/// a metric asks for it, on many samples at once, drawn from the stream `full_batch`.
pub struct AlignmentObserver<'a, L: Learner + ?Sized> {
    measure: &'a MeasureSpec,
    reference: &'a dyn GradientReference,
    batches: Vec<AlignmentBatch>,
    full_batch: Option<FullBatch>,
    streams: Streams,
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
        let of_all = |metric: &Metric| metric.of_full_batch().is_some();
        let full_batch = measure.metrics.iter().any(of_all).then(|| {
            let n_samples = measure.n_full_batch_samples.unwrap_or(usize::MAX);
            FullBatch::new(train, n_samples, batch_size, streams)
        });
        Self {
            measure,
            reference,
            batches,
            full_batch,
            streams,
            session: learner.session(streams, batch_size),
        }
    }

    fn measures(&self, metric: Metric) -> bool {
        self.measure.metrics.contains(&metric)
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
        let forward = learner.forward();
        let equivalent_rates = learner.equivalent_rates();
        let feedback = feedback_of(learner);
        let mean_rates = learner.mean_rates().unwrap_or_default();
        let references = References {
            reference: self.reference,
            forward: &forward,
            mean_rates: &mean_rates,
        };
        let mut means = MeanReadings::default();
        let metrics = self.measure.metrics.iter();
        let of_batches: Vec<_> = (metrics.clone())
            .filter_map(|of| of.of_alignment())
            .collect();
        let of_all: Vec<_> = metrics.filter_map(|of| of.of_full_batch()).collect();
        let is_repeated = self.measures(Metric::BACKPROP_WITH_ITSELF);
        let is_floor_measured = self.measures(Metric::GRADIENT_OVER_FLOOR);
        let is_proposed_again = self.measures(Metric::ROUNDING_ANGLE);
        if !of_batches.is_empty() {
            for (index, AlignmentBatch { part, cycles }) in self.batches.iter().enumerate() {
                let batch = part.all();
                let backwards: Vec<usize> = (0..batch.n_samples()).rev().collect();
                let reversed = part.select(&backwards);
                let updates = learner.propose(&mut self.session, batch)?;
                let gradients = references.of(batch, Precision::F64)?;
                let is_floor_near =
                    is_floor_measured || references::is_error_small(&forward, batch)?;
                let is_double = learner.precision() == Precision::F64;
                let reversed = (is_repeated || (is_floor_near && is_double))
                    .then(|| references.of(reversed.all(), Precision::F64))
                    .transpose()?;
                let floors = match (is_floor_near, is_double) {
                    (false, _) => None,
                    (true, false) => {
                        let rounded = references.of(batch, Precision::F32)?;
                        Some(references::floors(&gradients, &rounded))
                    }
                    (true, true) => {
                        (reversed.as_ref()).map(|reversed| references::floors(&gradients, reversed))
                    }
                };
                let again = match is_proposed_again {
                    true => proposed_again(learner, &mut self.session, part)?,
                    false => Err("it was proposed once".to_owned()),
                };
                let sample = AlignmentSample {
                    batch,
                    updates: &updates,
                    again: again.as_ref().map_err(String::as_str),
                    nudged: &learner.activities(&mut self.session, batch, Teacher::On)?,
                    free: &learner.activities(&mut self.session, batch, Teacher::Off)?,
                    forward: &forward,
                    mean_rates: &mean_rates,
                    equivalent_rates: equivalent_rates.as_deref(),
                    feedback: &feedback,
                    gradients: &gradients,
                    reversed: reversed.as_ref(),
                    floors: floors.as_ref(),
                    cycles,
                    streams: self.streams,
                    index,
                };
                for measure in &of_batches {
                    means.add(measure(&sample));
                }
            }
        }
        if let Some(full_batch) = &self.full_batch {
            let (updates, gradients, floors) =
                full_batch.look(learner, &mut self.session, &references)?;
            let nothing = Activities::new();
            let sample = AlignmentSample {
                batch: full_batch.all(),
                updates: &updates,
                again: Err("it was proposed once"),
                nudged: &nothing,
                free: &nothing,
                forward: &forward,
                mean_rates: &mean_rates,
                equivalent_rates: equivalent_rates.as_deref(),
                feedback: &feedback,
                gradients: &gradients,
                reversed: None,
                floors: floors.as_ref(),
                cycles: &[],
                streams: self.streams,
                index: 0,
            };
            for measure in &of_all {
                means.add(measure(&sample));
            }
        }
        Ok(means.finish())
    }
}

/// What the learner proposes for the samples of `part` with every input one unit in the last place up, so that all
/// that is computed of them is rounded anew; or why that cannot be compared.
fn proposed_again<L: Learner + ?Sized>(
    learner: &L,
    session: &mut L::Session,
    part: &EncodedPart,
) -> Result<Result<Updates, String>, LearnError> {
    if learner.is_stateful() {
        return Ok(Err(
            "its state goes on from one minibatch to the next".to_owned()
        ));
    }
    let mut moved = part.clone();
    moved.inputs.mapv_inplace(|input| match input == 0.0 {
        true => input,
        false => input.next_up(),
    });
    learner.propose(session, moved.all()).map(Ok)
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
