//! Rounding angle: what rounding in the learner's precision adds to the angle of its update.
//!
//! The minibatch is proposed twice, the second time with every input that is not 0 one unit in the last place of
//! single precision up, so that all that is computed of it is rounded anew. Both updates stand off the exact one by
//! independent rounding, so that the angle between them is √2 times what it adds to either. For a learner in double
//! precision it is the effect of so small a change of the inputs, near 0°.

use super::vector::Products;
use super::{AlignmentSample, Direction, MetricInfo, Reads};
use crate::{Metric, Reading, TensorName};

pub(super) static METRIC: MetricInfo = MetricInfo {
    name: "rounding_angle",
    label: "what rounding adds to the angle of the update",
    unit: "°",
    direction: Direction::Null,
    one_line: "angle between the update and itself rounded anew, over √2: what rounding adds to its angle",
    reads: Reads::Alignment(measure),
};

fn measure(of: &AlignmentSample<'_>) -> Vec<Reading> {
    let layers: Vec<_> = (1..=of.n_layers()).map(|k| products(of, k)).collect();
    let angle = |products: Products| Ok(products.angle_degrees()? / std::f64::consts::SQRT_2);
    let mut readings = Vec::new();
    for (index, layer) in layers.iter().enumerate() {
        let value = layer.clone().and_then(angle);
        readings.push(Reading::new(Metric::ROUNDING_ANGLE, value).of_layer(Some(index + 1)));
    }
    let all = (layers.into_iter().flatten()).fold(Products::default(), Products::and);
    let value = of.again.map_err(str::to_owned).and_then(|_| angle(all));
    readings.push(Reading::new(Metric::ROUNDING_ANGLE, value));
    readings
}

fn products(of: &AlignmentSample<'_>, k: usize) -> Result<Products, String> {
    let change = of.change(k)?;
    let again = of.again?.matrix(TensorName::forward(k));
    let again = again.ok_or("this layer is not plastic")?;
    let products = Products::of(change, again);
    // Both are the learner's and of its rates.
    let rate = of.at_equal_rates(k, products).aa / products.aa;
    Ok(match rate.is_finite() {
        true => Products {
            ab: products.ab * rate,
            aa: products.aa * rate,
            bb: products.bb * rate,
        },
        false => products,
    })
}
