//! Accuracy and loss of a learner on a part of the data.

use ndarray::{Array2, s};

use crate::{Confusion, EncodedPart, LearnError, Learner, OutputLoss, Transfer};

/// Samples that are predicted at once.
const CHUNK: usize = 100;

/// Sums over the samples of a part.
#[derive(Debug, Clone, PartialEq)]
pub struct Evaluation {
    /// Samples seen.
    pub n_samples: usize,
    /// Samples whose largest output is the labelled one; absent in regression.
    pub n_correct: Option<usize>,
    /// Which classes were taken for which; absent in regression and of too many classes.
    pub confusion: Option<Confusion>,
    /// Sum of the loss over samples.
    pub total_loss: f64,
    /// Of each output in regression; empty in classification.
    pub residuals: Vec<Residuals>,
}

/// Sums over samples of one output, of potentials: what rates are predicted is taken back through φ⁻¹.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Residuals {
    /// Σ (u_trgt − u)².
    pub squared_errors: f64,
    /// Σ (u_trgt − ⟨u_trgt⟩)².
    pub squared_deviations: f64,
}

impl Evaluation {
    /// The same with potentials in units of which the potential 1 has `widths`, one per output.
    #[must_use]
    pub fn in_units(mut self, widths: &[f64]) -> Self {
        for (residuals, width) in self.residuals.iter_mut().zip(widths) {
            residuals.squared_errors *= width * width;
            residuals.squared_deviations *= width * width;
        }
        self
    }
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
        confusion: match part.labels {
            Some(_) => Confusion::none_of(learner.network().n_outputs()),
            None => None,
        },
        total_loss: 0.0,
        residuals: match part.labels {
            Some(_) => Vec::new(),
            None => deviations(part, n_samples),
        },
    };
    let transfer = learner.network().transfer();
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
            let targets = batch.target_potentials.row(i);
            let outputs = sum.residuals.iter_mut().zip(targets.iter().zip(&output));
            for (residuals, (target, rate)) in outputs {
                let difference = f64::from(*target) - potential_of(transfer, *rate);
                residuals.squared_errors += difference * difference;
            }
            let label = batch.labels.map(|labels| labels[i] as usize);
            if let (Some(n_correct), Some(label)) = (&mut sum.n_correct, label) {
                let predicted = largest(output.iter().copied());
                *n_correct += usize::from(predicted == label);
                if let Some(confusion) = &mut sum.confusion {
                    confusion.add(label, predicted);
                }
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

/// No errors yet, and the deviations of the targets of the first `n_samples` samples from their mean.
fn deviations(part: &EncodedPart, n_samples: usize) -> Vec<Residuals> {
    let targets = part.target_potentials.slice(s![..n_samples, ..]);
    let of_output = |output: ndarray::ArrayView1<'_, f32>| {
        let wide = output.iter().map(|u| f64::from(*u));
        let mean = wide.clone().sum::<f64>() / n_samples as f64;
        Residuals {
            squared_errors: 0.0,
            squared_deviations: wide.map(|u| (u - mean).powi(2)).sum(),
        }
    };
    targets.columns().into_iter().map(of_output).collect()
}

/// The potential that a predicted rate stands for; at the ends of what φ reaches, that of the nearest
/// rate inside.
fn potential_of(transfer: Transfer, rate: f32) -> f64 {
    const BELOW_ONE: f32 = 1.0 - f32::EPSILON / 2.0;
    let inside = match transfer {
        Transfer::Logistic => rate.clamp(f32::MIN_POSITIVE, BELOW_ONE),
        Transfer::Tanh => rate.clamp(-BELOW_ONE, BELOW_ONE),
        Transfer::Softplus { gamma, .. } if f64::from(rate) / gamma <= 0.0 => {
            f32::MIN_POSITIVE.copysign(gamma as f32)
        }
        Transfer::Softplus { .. } => rate,
        Transfer::Relu => rate.max(0.0),
    };
    transfer.potential(inside.into()).unwrap_or(f64::NAN)
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
    fn a_rate_stands_for_the_potential_that_gives_it() {
        let softplus = Transfer::Softplus {
            gamma: 0.1,
            beta: 1.0,
            theta: 3.0,
        };
        for (transfer, potential) in [
            (Transfer::Logistic, -2.5),
            (Transfer::Tanh, 1.5),
            (softplus, -4.0),
            (softplus, 300.0),
            (softplus, 3e6),
            (Transfer::Relu, 7.0),
        ] {
            let found = potential_of(transfer, transfer.rate(potential) as f32);
            assert!(
                (found - potential).abs() < 1e-5 * potential.abs(),
                "{found}"
            );
        }
        for transfer in [Transfer::Logistic, Transfer::Tanh, softplus] {
            for rate in [0.0, 1.0, -1.0] {
                assert!(
                    potential_of(transfer, rate).is_finite(),
                    "{transfer:?} {rate}"
                );
            }
        }
    }

    #[test]
    fn the_first_of_equal_outputs_decides() {
        assert_eq!(largest([0.1, 0.7, 0.7].into_iter()), 1);
    }
}
