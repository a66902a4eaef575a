//! Error angle: per sample, ∠(e_k, W_{k+1}ᵀ δ_{k+1}) for hidden layers, averaged over samples as cosines.
//!
//! e_k is the error that reaches the neurons before φ′ multiplies it: the apical potential v_A,k of
//! a circuit with interneurons, B_{k,k+1} e_{k+1} of error neurons. Backprop's own is −∂L/∂r_k. Learning needs less than 90° (Lillicrap et al. 2016).

use super::vector::Products;
use super::{AlignmentSample, Direction, MetricInfo, Reads, sample};
use crate::{Metric, Reading};

pub(super) static METRIC: MetricInfo = MetricInfo {
    name: "error_angle",
    label: "angle of the hidden error to backprop's",
    unit: "°",
    direction: Direction::LowerIsBetter,
    one_line: "angle per sample between the apical potential and backprop's hidden error",
    reads: Reads::Alignment(measure),
};

fn measure(of: &AlignmentSample<'_>) -> Vec<Reading> {
    let mut readings = Vec::new();
    for (reference, gradient) in of.gradients {
        for k in 1..of.n_layers() {
            let of_gradient = gradient.hidden_errors[k - 1].view();
            let value = sample::hidden_error(of, k);
            let value = value.and_then(|errors| mean_angle(errors, of_gradient));
            let value = of.check_above_floor(k, *reference).and(value);
            readings.push(
                Reading::new(Metric::ERROR_ANGLE, value)
                    .of_layer(Some(k))
                    .against(*reference),
            );
        }
    }
    readings
}

/// The angle whose cosine is the mean over the rows that have one.
fn mean_angle(
    a: ndarray::ArrayView2<'_, f64>,
    b: ndarray::ArrayView2<'_, f64>,
) -> Result<f64, String> {
    let mut angles = Vec::new();
    let mut reason = "there are no samples".to_owned();
    for (a, b) in a.rows().into_iter().zip(b.rows()) {
        let row = |v: ndarray::ArrayView1<'_, f64>| v.to_owned().insert_axis(ndarray::Axis(0));
        match Products::of(row(a).view(), row(b).view()).angle_degrees() {
            Ok(angle) => angles.push(angle),
            Err(why) => reason = why,
        }
    }
    Metric::ERROR_ANGLE.mean(&angles).ok_or(reason)
}
