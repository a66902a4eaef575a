//! What Fig. 2 reads from numbers: errors, averages and slopes.

use apical_learning::{Carried, ForwardNetwork, StoreError};
use ndarray::{Array1, ArrayView1, ArrayView2};

/// Σ_i w_i x_i with weights that fall by a constant factor from pattern to pattern and sum to 1.
pub(super) struct MovingAverage {
    rate: f64,
    sum: f64,
    weight: f64,
}

impl MovingAverage {
    pub(super) fn new(rate: f64) -> Self {
        Self {
            rate,
            sum: 0.0,
            weight: 0.0,
        }
    }

    pub(super) fn add(&mut self, value: f64) {
        self.sum += self.rate * (value - self.sum);
        self.weight += self.rate * (1.0 - self.weight);
    }

    pub(super) fn value(&self) -> f64 {
        self.sum / self.weight
    }

    /// Shows `carried` all of it.
    pub(super) fn carry(&mut self, carried: &mut Carried<'_>) -> Result<(), StoreError> {
        carried.number("sum", &mut self.sum)?;
        carried.number("weight", &mut self.weight)
    }
}

/// ‖r_N − r_trgt‖² of the feed-forward function, which the circuit settles to.
pub(in super::super) fn squared_error(
    network: &ForwardNetwork,
    inputs: ArrayView1<'_, f32>,
    target_rates: ArrayView1<'_, f32>,
) -> f64 {
    let rates = output_rates(network, inputs);
    let differences = rates.iter().zip(target_rates);
    differences
        .map(|(r, target)| (r - f64::from(*target)).powi(2))
        .sum()
}

/// r_N of the feed-forward function.
fn output_rates(network: &ForwardNetwork, inputs: ArrayView1<'_, f32>) -> Array1<f64> {
    let mut rates = inputs.mapv(f64::from);
    for (index, weights) in network.weights.weights.iter().enumerate() {
        let mut potentials = weights.dot(&rates);
        if let Some(thresholds) = &network.weights.thresholds {
            potentials += &thresholds[index];
        }
        rates = potentials.mapv(|v| network.transfer.rate(network.attenuation[index] * v));
    }
    rates
}

/// The mean squared distance of rows to their mean.
pub(super) fn variance(rows: ArrayView2<'_, f32>) -> f64 {
    let rows = rows.mapv(f64::from);
    let Some(mean) = rows.mean_axis(ndarray::Axis(0)) else {
        return f64::NAN;
    };
    super::super::setting::mean_square_norm((rows - &mean).view())
}

/// The exponent p of y ∝ xᵖ, by least squares of logarithms; none below two places, or where x is the
/// same everywhere.
pub(super) fn log_log_slope(points: &[(f64, f64)]) -> Option<f64> {
    let logs: Vec<(f64, f64)> = points.iter().map(|(x, y)| (x.ln(), y.ln())).collect();
    let n = logs.len() as f64;
    let (x_0, y_0) = (
        logs.iter().map(|(x, _)| x).sum::<f64>() / n,
        logs.iter().map(|(_, y)| y).sum::<f64>() / n,
    );
    let covariance: f64 = logs.iter().map(|(x, y)| (x - x_0) * (y - y_0)).sum();
    let variance: f64 = logs.iter().map(|(x, _)| (x - x_0).powi(2)).sum();
    let slope = covariance / variance;
    (variance > 0.0 && slope.is_finite()).then_some(slope)
}

#[cfg(test)]
mod tests {
    use apical_learning::{Learner, Precision, Streams};
    use apical_microcircuit::{Continuous, ContinuousSpec};
    use ndarray::array;

    use super::super::TeacherStudent;
    use super::*;

    #[test]
    fn the_slope_is_the_exponent() {
        let points = [1.0, 3.0, 10.0, 50.0].map(|x: f64| (x, 0.2 * x.powf(-0.75)));
        let slope = log_log_slope(&points).expect("a slope");
        assert!((slope + 0.75).abs() < 1e-12, "{slope}");
        assert_eq!(log_log_slope(&points[..1]), None);
        assert_eq!(log_log_slope(&[]), None);
        assert_eq!(log_log_slope(&[(1.0, 0.0), (2.0, 1.0)]), None);
    }

    #[test]
    fn the_moving_average_has_weights_that_sum_to_one() {
        let mut average = MovingAverage::new(0.1);
        average.add(3.0);
        assert!((average.value() - 3.0).abs() < 1e-12);
        average.add(1.0);
        // (0.09 · 3 + 0.1 · 1) / 0.19.
        assert!((average.value() - 0.37 / 0.19).abs() < 1e-12);
    }

    #[test]
    fn the_constant_predictor_is_the_variance() {
        let rows = array![[0.0, 1.0], [2.0, 1.0]];
        assert!((variance(rows.view()) - 1.0).abs() < 1e-12);
    }

    /// The test error is read from the feed-forward function: that is what the circuit settles to.
    #[test]
    fn the_feed_forward_function_is_the_settled_circuit() {
        let text = include_str!("../../../../../experiments/fig2.toml");
        let mut spec: TeacherStudent = toml::from_str(text).expect("the built-in specification");
        spec.network.sizes = vec![4, 5, 3];
        let circuit = ContinuousSpec {
            precision: Precision::F64,
            start: apical_microcircuit::Start::SelfPredicting,
            presentation_ms: 400.0,
            ..spec.condition[0].clone()
        };
        let learner: Continuous<f64> = spec
            .network
            .circuit(&circuit, Streams::new(1))
            .expect("a circuit");
        let inputs = array![[0.3_f32, -0.8, 0.5, 0.9], [1.0, -1.0, 0.2, 0.0]];
        let mut settled = ndarray::Array2::<f32>::zeros((2, 3));
        let mut session = learner.session(Streams::new(0), 2);
        learner
            .predict(&mut session, inputs.view(), settled.view_mut())
            .expect("it settles");
        for (inputs, settled) in inputs.rows().into_iter().zip(settled.rows()) {
            let error = squared_error(&learner.forward(), inputs, settled);
            assert!(error < 1e-12, "{error}");
        }
    }
}
