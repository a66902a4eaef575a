//! The mean change and the mean gradient of many samples.

use apical_datasets::shuffle;

use super::references::{Floors, References, TwoGradients, floors};
use crate::{Batch, EncodedPart, Gradient, LearnError, Learner, Precision, Streams, Updates};

/// Samples of which a gradient is computed at once.
const CHUNK: usize = 100;

/// Samples drawn once, in the order in which they are proposed.
pub(super) struct FullBatch {
    part: EncodedPart,
    batch_size: usize,
}

impl FullBatch {
    /// `n_samples` of `train`, or all: drawn from the stream `full_batch` where they are fewer.
    pub(super) fn new(
        train: &EncodedPart,
        n_samples: usize,
        batch_size: usize,
        streams: Streams,
    ) -> Self {
        let mut order: Vec<usize> = (0..train.n_samples()).collect();
        if n_samples < order.len() {
            shuffle(&mut order, &mut streams.stream("full_batch"));
            order.truncate(n_samples);
            order.sort_unstable();
        }
        Self {
            part: train.select(&order),
            batch_size,
        }
    }

    pub(super) fn all(&self) -> Batch<'_> {
        self.part.all()
    }

    /// The learner's changes, the gradients, and what single precision makes of these (none for a learner
    /// in double precision), each averaged over the samples. The changes are proposed in minibatches of
    /// training's size: of a learner whose change is a mean over samples, that is the change of all at once.
    pub(super) fn look<L: Learner + ?Sized>(
        &self,
        learner: &L,
        session: &mut L::Session,
        references: &References<'_>,
    ) -> Result<(Updates, TwoGradients, Option<Floors>), LearnError> {
        let mut updates = Updates::new();
        for (batch, share) in self.batches(self.batch_size) {
            updates.add_share(&learner.propose(session, batch)?, share);
        }
        let gradients = self.mean(references, Precision::F64)?;
        let floors = match learner.precision() {
            Precision::F64 => None,
            Precision::F32 => {
                let rounded = self.mean(references, Precision::F32)?;
                Some(floors(&gradients, &rounded))
            }
        };
        Ok((updates, gradients, floors))
    }

    fn mean(
        &self,
        references: &References<'_>,
        precision: Precision,
    ) -> Result<TwoGradients, LearnError> {
        let mut mean: Option<TwoGradients> = None;
        for (batch, share) in self.batches(CHUNK) {
            let of_batch = references.of(batch, precision)?;
            let sum = mean.get_or_insert_with(|| {
                of_batch
                    .each_ref()
                    .map(|(error, gradient)| (*error, Gradient::zeros_like(gradient)))
            });
            for ((_, sum), (_, gradient)) in sum.iter_mut().zip(&of_batch) {
                sum.add_share(gradient, share);
            }
        }
        Ok(mean.expect("a part that is taught has samples"))
    }

    /// Batches of at most `n` samples, each with its share of all samples.
    fn batches(&self, n: usize) -> impl Iterator<Item = (Batch<'_>, f64)> {
        let n_samples = self.part.n_samples();
        (0..n_samples).step_by(n).map(move |from| {
            let to = (from + n).min(n_samples);
            let share = (to - from) as f64 / n_samples as f64;
            (self.part.range(from, to), share)
        })
    }
}
