//! Size of potentials: √⟨u_k²⟩ over the neurons of a layer and the samples of a minibatch, without a teacher. The transfer functions
//! bend where potentials are of order one; far beyond, slopes vanish.

use super::{AlignmentSample, Direction, MetricInfo, Reads};
use crate::{Metric, Reading};

pub(super) static METRIC: MetricInfo = MetricInfo {
    name: "potential_size",
    label: "size of the somatic potentials",
    unit: "1",
    direction: Direction::Neither,
    one_line: "root mean square of a layer's somatic potentials without teacher",
    reads: Reads::Alignment(measure),
};

fn measure(of: &AlignmentSample<'_>) -> Vec<Reading> {
    let pass = of.pass();
    let size = |k: usize| {
        let potentials = &pass.as_ref().map_err(String::clone)?.potentials[k - 1];
        let squares: f64 = potentials.iter().map(|u| u * u).sum();
        Ok((squares / potentials.len() as f64).sqrt())
    };
    let reading = |k| Reading::new(Metric::POTENTIAL_SIZE, size(k)).of_layer(Some(k));
    (1..=of.n_layers()).map(reading).collect()
}
