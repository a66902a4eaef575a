//! Sign agreement: share of the entries of the update, among those where neither is zero, that have
//! the sign of the reference gradient's. Chance is 50 %.

use super::{AlignmentSample, Direction, MetricInfo, Reads, vector};
use crate::{Metric, Reading};

pub(super) static METRIC: MetricInfo = MetricInfo {
    name: "sign_agreement",
    label: "sign agreement with backprop",
    unit: "%",
    direction: Direction::HigherIsBetter,
    one_line: "share of entries of the update that have the reference gradient's sign",
    reads: Reads::Alignment(measure),
};

fn measure(of: &AlignmentSample<'_>) -> Vec<Reading> {
    let percent = |(agree, all): (u64, u64)| {
        if all == 0 {
            Err("no entry is non-zero in both".to_owned())
        } else {
            Ok(100.0 * agree as f64 / all as f64)
        }
    };
    let mut readings = Vec::new();
    for (reference, gradient) in of.gradients {
        let mut sum = (0, 0);
        for k in 1..=of.n_layers() {
            let value = match of.change(k) {
                Ok(change) => {
                    let counts = vector::sign_agreement(change, gradient.weights[k - 1].view());
                    sum = (sum.0 + counts.0, sum.1 + counts.1);
                    percent(counts)
                }
                Err(why) => Err(why),
            };
            readings.push(
                Reading::new(Metric::SIGN_AGREEMENT, value)
                    .of_layer(Some(k))
                    .against(*reference),
            );
        }
        readings.push(Reading::new(Metric::SIGN_AGREEMENT, percent(sum)).against(*reference));
    }
    readings
}
