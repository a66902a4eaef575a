//! How well an error of hidden layers predicts what small changes of their rates do to the loss.

use ndarray::{Array2, ArrayView2, Axis};

use super::{AlignmentSample, loss_fall};
use crate::{Gradient, Metric, OutputError, Reading, uniform};

/// Random changes for every sample.
const N_DRAWS: usize = 8;

/// Their size beside that of the layer's rates.
const SIZE: f64 = 1e-3;

/// For both references and every hidden layer, the correlation of ⟨e_k, ξ⟩ with how much the loss falls when the rates of
/// layer k change by ξ, over samples and random ξ, which come from the stream `perturbation`. `error` gives e_k, `[n_samples, n_k]`, where positive means that the
/// rate should rise.
pub(super) fn correlations(
    of: &AlignmentSample<'_>,
    metric: Metric,
    error: impl Fn(usize, &Gradient) -> Result<Array2<f64>, String>,
) -> Vec<Reading> {
    let mut readings = Vec::new();
    for (reference, gradient) in of.gradients {
        for k in 1..of.n_layers() {
            let value = (of.check_above_floor(k, *reference))
                .and_then(|()| error(k, gradient))
                .and_then(|error| correlation_of(of, *reference, k, error.view()));
            readings.push(
                Reading::new(metric, value)
                    .of_layer(Some(k))
                    .against(*reference),
            );
        }
    }
    readings
}

fn correlation_of(
    of: &AlignmentSample<'_>,
    reference: OutputError,
    k: usize,
    error: ArrayView2<'_, f64>,
) -> Result<f64, String> {
    let pass = of.pass()?;
    let rates = &pass.rates[k];
    let mean_square = rates.iter().map(|r| r * r).sum::<f64>() / rates.len() as f64;
    let size = match mean_square > 0.0 {
        true => SIZE * mean_square.sqrt(),
        false => SIZE,
    };
    let mut rng = of.stream(&format!("perturbation.{k}"));
    let (mut predicted, mut found) = (Vec::new(), Vec::new());
    for _ in 0..N_DRAWS {
        let (n_samples, n_neurons) = rates.dim();
        let change = uniform([n_samples, n_neurons], 1.0, &mut rng).mapv(|x| size * f64::from(x));
        predicted.extend((&error * &change).sum_axis(Axis(1)));
        // Half the difference of both ways, so that curvature has no part.
        let up = of.forward.output_potentials(k, rates + &change);
        let down = of.forward.output_potentials(k, rates - &change);
        let falls = loss_fall::falls(
            of.forward.transfer,
            reference,
            down.view(),
            up.view(),
            of.batch,
        );
        found.extend(falls.mapv(|fall| fall / 2.0));
    }
    correlation(&predicted, &found)
}

/// Pearson's correlation, or why there is none.
fn correlation(a: &[f64], b: &[f64]) -> Result<f64, String> {
    let n = a.len() as f64;
    let mean = |values: &[f64]| values.iter().sum::<f64>() / n;
    let (mean_a, mean_b) = (mean(a), mean(b));
    let (mut ab, mut aa, mut bb) = (0.0, 0.0, 0.0);
    for (a, b) in a.iter().zip(b) {
        let (a, b) = (a - mean_a, b - mean_b);
        ab += a * b;
        aa += a * a;
        bb += b * b;
    }
    for (square, what) in [
        (aa, "the error predicts no change"),
        (bb, "the loss does not change"),
    ] {
        if square == 0.0 || !square.is_finite() {
            return Err(what.to_owned());
        }
    }
    Ok(ab / (aa * bb).sqrt())
}

#[cfg(test)]
mod tests {
    #[test]
    fn correlations_by_hand() {
        let of = super::correlation;
        // Deviations (−1, 0, 1) and (−2, 1, 1): 3 / √(2 · 6).
        let found = of(&[1.0, 2.0, 3.0], &[0.0, 3.0, 3.0]).expect("both vary");
        assert!((found - 3.0 / 12.0_f64.sqrt()).abs() < 1e-15);
        assert!(of(&[1.0, 1.0], &[0.0, 3.0]).is_err());
    }
}
