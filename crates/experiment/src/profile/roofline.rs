//! Kernels beside the roofs that limit them. Source: Williams, Waterman & Patterson (2009).

use apical_reporting::{Chart, ChartAxis, ChartLine, ChartRow, ChartScale, LineLook};

use super::machine::{Machine, Roof};
use super::{LearnerProfile, Profile};

/// Height of a learner's axes, mm.
const HEIGHT: f64 = 34.0;

/// The colour of the roof of weights, which no kernel has.
const OF_WEIGHTS: usize = 6;

/// A row for every learner with kernels that are products; nothing where there is none.
pub(super) fn roofline(profile: &Profile) -> Option<Chart> {
    let learners: Vec<_> = profile
        .learners
        .iter()
        .map(|of| (of, products(of).collect::<Vec<_>>()))
        .filter(|(_, points)| !points.is_empty())
        .collect();
    let all = || learners.iter().flat_map(|(_, points)| points);
    let intensities = || all().map(|point| point.intensity);
    let (low, high) = (
        intensities().fold(f64::INFINITY, f64::min) / 4.0,
        intensities().fold(0.0, f64::max) * 4.0,
    );
    let mut names: Vec<&str> = Vec::new();
    for point in all() {
        if !names.contains(&point.kernel) {
            names.push(point.kernel);
        }
    }
    let rows = learners.iter().map(|(of, points)| {
        let y = ChartAxis::new("multiply-adds (1/ns)", ChartScale::Logarithmic);
        let mut row = ChartRow::new(y, HEIGHT);
        row.heading = format!("{} · {}, {} samples", of.task, of.learner, of.batch_size);
        let mut lines = roofs(&profile.machine, of.weights.as_ref(), low, high);
        lines.extend(points.iter().map(|point| {
            let index = names.iter().position(|name| *name == point.kernel);
            let look = LineLook::series(index.unwrap_or(0));
            let at = vec![(point.intensity, point.rate)];
            ChartLine::single(point.kernel, look, at)
        }));
        row.with_panel("", lines)
    });
    let rows: Vec<_> = rows.collect();
    (!rows.is_empty()).then(|| Chart {
        name: "roofline".to_owned(),
        title: "Roofline".to_owned(),
        how_to_read: "Every kernel of sums of products, by the multiply-adds that its result needs for every byte that \
             it has to move, and by how many it does. Lines are what one core allows: all run to the same height, the \
             most multiply-adds that registers do, as steep as memory of a size is read. Weights are read at the speed \
             of all weights of the learner, read over and over. A kernel on its line cannot be faster; an update, \
             which writes what it reads, does not come as near."
            .to_owned(),
        x: ChartAxis::new("multiply-adds a byte", ChartScale::Logarithmic),
        rows,
    })
}

/// A kernel of sums of products.
struct Product<'a> {
    kernel: &'a str,
    /// Multiply-adds a byte.
    intensity: f64,
    /// Multiply-adds a nanosecond.
    rate: f64,
}

fn products(of: &LearnerProfile) -> impl Iterator<Item = Product<'_>> {
    of.kernels.iter().filter_map(|kernel| {
        let (rate, bytes) = (kernel.multiply_adds_per_ns?, kernel.bytes_per_ns?);
        (rate > 0.0 && bytes > 0.0).then_some(Product {
            kernel: &kernel.kernel,
            intensity: rate / bytes,
            rate,
        })
    })
}

/// min(peak, bandwidth · intensity) of every roof, from `low` to `high`, with its corner.
fn roofs(machine: &Machine, weights: Option<&Roof>, low: f64, high: f64) -> Vec<ChartLine> {
    let peak = machine.multiply_adds_per_ns;
    let of_memory = (0..).zip(&machine.roofs);
    let of_memory =
        of_memory.map(|(index, roof)| (roof.name(), LineLook::reference().dashed(index), roof));
    let look = LineLook::series(OF_WEIGHTS).without_marker();
    let of_weights = weights.map(|roof| ("weights of the learner".to_owned(), look, roof));
    let all = of_memory.chain(of_weights);
    all.map(|(name, look, roof)| {
        let corner = peak / roof.bytes_per_ns;
        let mut at = vec![low, high];
        if low < corner && corner < high {
            at.insert(1, corner);
        }
        let points = at.into_iter();
        let points = points.map(|x| (x, peak.min(roof.bytes_per_ns * x)));
        ChartLine::single(name, look, points.collect())
    })
    .collect()
}
