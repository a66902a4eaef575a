//! Accuracy and loss of a learner on a part of the data.

use ndarray::{Array2, s};

use crate::{EncodedPart, LearnError, Learner, OutputLoss};

/// Samples that are predicted at once.
const CHUNK: usize = 100;

/// Sums over the samples of a part.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Evaluation {
    /// Samples seen.
    pub n_samples: usize,
    /// Samples whose largest output is the labelled one; absent in regression.
    pub n_correct: Option<usize>,
    /// Sum of the loss over samples.
    pub total_loss: f64,
}

/// Predicts the first `n_samples` samples of `part` and compares with their targets.
pub fn evaluate<L: Learner + ?Sized>(
    learner: &L,
    session: &mut L::Session,
    part: &EncodedPart,
    n_samples: usize,
) -> Result<Evaluation, LearnError> {
    let n_samples = n_samples.min(part.n_samples());
    let mut sum = Evaluation {
        n_samples,
        n_correct: part.labels.as_ref().map(|_| 0),
        total_loss: 0.0,
    };
    let mut outputs = Array2::zeros((CHUNK, learner.network().n_outputs()));
    for from in (0..n_samples).step_by(CHUNK) {
        let batch = part.range(from, (from + CHUNK).min(n_samples));
        let mut outputs = outputs.slice_mut(s![..batch.n_samples(), ..]);
        learner.predict(session, batch.inputs, outputs.view_mut())?;
        for (i, output) in outputs.rows().into_iter().enumerate() {
            if output.iter().any(|r| !r.is_finite()) {
                return Err(LearnError::NonFinite {
                    layer: learner.network().n_layers(),
                    quantity: "predicted rate",
                });
            }
            let label = batch.labels.map(|labels| labels[i] as usize);
            if let (Some(n_correct), Some(label)) = (&mut sum.n_correct, label) {
                *n_correct += usize::from(largest(output.iter().copied()) == label);
            }
            sum.total_loss += match (learner.output_loss(), label) {
                (OutputLoss::CrossEntropy, Some(label)) => {
                    -f64::from(output[label].max(f32::MIN_POSITIVE)).ln()
                }
                _ => {
                    let target = batch.target_rates.row(i);
                    let pairs = target.iter().zip(output.iter());
                    pairs.map(|(t, r)| f64::from(t - r).powi(2)).sum::<f64>() / 2.0
                }
            };
        }
    }
    Ok(sum)
}

/// Index of the largest value, the first among equals.
fn largest(values: impl Iterator<Item = f32>) -> usize {
    let mut best = (0, f32::NEG_INFINITY);
    for (index, value) in values.enumerate() {
        if value > best.1 {
            best = (index, value);
        }
    }
    best.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_of_equal_outputs_decides() {
        assert_eq!(largest([0.1, 0.7, 0.7].into_iter()), 1);
    }
}
