//! Readings of a model that is no learner of ours: its weights, what it would change, and its errors.

use ndarray::Array2;

use super::mean::MeanReadings;
use super::references::{References, floors};
use crate::metric::AlignmentSample;
use crate::{
    Activities, EncodedPart, ForwardNetwork, GradientReference, LearnError, Metric, Precision,
    Reading, Streams, Updates,
};

/// Draws over which what is random is averaged.
const N_DRAWS: usize = 10;

/// A model at one batch of samples.
#[derive(Debug, Clone)]
pub struct Given {
    /// Its forward network.
    pub forward: ForwardNetwork,
    /// The samples.
    pub part: EncodedPart,
    /// What it would change.
    pub updates: Updates,
    /// Its hidden errors, where they are known.
    pub errors: Activities,
    /// Its feedback into hidden layers (index `k − 1`), where it is known: the layer it comes from, and the weights.
    pub feedback: Vec<Option<(usize, Array2<f64>)>>,
}

impl Given {
    /// The precision in which its weights are: single where every one of them is a number of it.
    pub fn precision(&self) -> Precision {
        let mut weights = self.forward.weights.weights.iter().flatten();
        match weights.all(|w| f64::from(*w as f32) == *w) {
            true => Precision::F32,
            false => Precision::F64,
        }
    }

    /// Reads `metrics` by the code that reads those of learners. Rates are taken as 1 in all layers; what is random
    /// is drawn ten times from the streams of seed 0.
    ///
    /// # Errors
    /// As [`GradientReference::gradient_in`].
    pub fn read(
        &self,
        reference: &dyn GradientReference,
        metrics: &[Metric],
    ) -> Result<Vec<Reading>, LearnError> {
        let references = References {
            reference,
            forward: &self.forward,
            mean_rates: &[],
        };
        let batch = self.part.all();
        let gradients = references.of(batch, Precision::F64)?;
        let backwards: Vec<usize> = (0..batch.n_samples()).rev().collect();
        let reversed = self.part.select(&backwards);
        let reversed = references.of(reversed.all(), Precision::F64)?;
        let floors = match self.precision() {
            Precision::F32 => floors(&gradients, &references.of(batch, Precision::F32)?),
            Precision::F64 => floors(&gradients, &reversed),
        };
        let rates = vec![1.0; self.forward.weights.weights.len()];
        let nothing = Activities::new();
        let mut means = MeanReadings::default();
        for metric in metrics {
            let Some(measure) = metric.of_alignment() else {
                continue;
            };
            let n_draws = match metric.info().direction {
                crate::Direction::Null => N_DRAWS,
                _ => 1,
            };
            for index in 0..n_draws {
                means.add(measure(&AlignmentSample {
                    batch,
                    updates: &self.updates,
                    again: Err("it was proposed once"),
                    nudged: &self.errors,
                    free: &nothing,
                    forward: &self.forward,
                    mean_rates: &[],
                    equivalent_rates: Some(&rates),
                    feedback: &self.feedback,
                    gradients: &gradients,
                    reversed: Some(&reversed),
                    floors: Some(&floors),
                    cycles: &[],
                    streams: Streams::new(0),
                    index,
                }));
            }
        }
        Ok(means.finish())
    }
}
