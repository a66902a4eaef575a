//! A calibration: the [`perturbation_correlation`](super::perturbation_correlation) of random numbers in the place of the error, near 0.

use super::{AlignmentSample, Direction, MetricInfo, Reads, perturbation};
use crate::{Metric, Reading, uniform};

pub(super) static METRIC: MetricInfo = MetricInfo {
    name: "perturbation_correlation_random",
    label: "correlation of random errors",
    unit: "1",
    direction: Direction::Null,
    one_line: "perturbation_correlation of random numbers in place of the error: near 0 where the measure is sound",
    reads: Reads::Alignment(measure),
};

fn measure(of: &AlignmentSample<'_>) -> Vec<Reading> {
    let metric = Metric::PERTURBATION_CORRELATION_RANDOM;
    perturbation::correlations(of, metric, |k, _| {
        let n_neurons = of.forward.weights.weights[k - 1].nrows();
        let mut rng = of.stream(&format!("random_error.{k}"));
        Ok(uniform([of.batch.n_samples(), n_neurons], 1.0, &mut rng).mapv(f64::from))
    })
}
