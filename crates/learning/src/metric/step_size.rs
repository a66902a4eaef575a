//! Step size: ‖ΔW_k‖ / ‖W_k‖, the change of a minibatch beside the forward weights that it changes.

use super::vector::Products;
use super::{AlignmentSample, Direction, MetricInfo, Reads};
use crate::{Metric, Reading};

pub(super) static METRIC: MetricInfo = MetricInfo {
    name: "step_size",
    label: "size of the step",
    unit: "1",
    direction: Direction::Neither,
    one_line: "norm of the weight change of a minibatch over that of the weights",
    reads: Reads::Alignment(measure),
};

fn measure(of: &AlignmentSample<'_>) -> Vec<Reading> {
    (1..=of.n_layers())
        .map(|k| Reading::new(Metric::STEP_SIZE, relative(of, k)).of_layer(Some(k)))
        .collect()
}

fn relative(of: &AlignmentSample<'_>, k: usize) -> Result<f64, String> {
    let weights = of.forward.weights.weights[k - 1].view();
    let products = Products::of(of.change(k)?, weights);
    match products.bb {
        0.0 => Err("all weights of this layer are 0".to_owned()),
        _ => Ok((products.aa / products.bb).sqrt()),
    }
}
