//! Points of a space to try: drawn at random, spread over all ranges, or on grids from coarse to fine.
//!
//! A point has one coordinate per key, the fraction of the way along the key's range (0…1, on the
//! range's own scale).

use std::collections::HashSet;

use rand::distr::{Distribution, Uniform};
use rand::seq::SliceRandom;

use apical_learning::StreamRng;

use crate::spec::{Range, Strategy};

/// Rounds without a new point after which a grid counts as exhausted.
const MAX_EMPTY_ROUNDS: usize = 8;

/// A search over a space.
pub(super) struct Search {
    strategy: Strategy,
    ranges: Vec<Range>,
    n_trials: usize,
    rng: StreamRng,
    /// Half the width of the next grid, as a fraction of the ranges.
    half_width: f64,
    tried: Vec<Vec<f64>>,
}

impl Search {
    /// A search of at most `n_trials` points.
    pub(super) fn new(
        strategy: Strategy,
        ranges: Vec<Range>,
        n_trials: usize,
        rng: StreamRng,
    ) -> Self {
        Self {
            strategy,
            ranges,
            n_trials,
            rng,
            half_width: 0.5,
            tried: Vec::new(),
        }
    }

    /// The next values to try, one per key; none when the search is over. `best` are the
    /// coordinates of the best point so far.
    pub(super) fn next_round(&mut self, best: Option<&[f64]>) -> Vec<Vec<f64>> {
        let n_left = self.n_trials - self.tried.len();
        let points = match self.strategy {
            Strategy::Random => (0..n_left).map(|_| self.random()).collect(),
            Strategy::LatinHypercube => self.spread(n_left),
            Strategy::Grid => self.grid(best, n_left),
        };
        self.tried.extend(points.iter().cloned());
        points
    }

    /// The values at a point, in the order of the keys.
    pub(super) fn values(&self, point: &[f64]) -> Vec<f64> {
        self.ranges
            .iter()
            .zip(point)
            .map(|(range, &fraction)| range.at(fraction))
            .collect()
    }

    fn random(&mut self) -> Vec<f64> {
        let unit = Uniform::new_inclusive(0.0, 1.0).expect("0 lies below 1");
        self.ranges
            .iter()
            .map(|_| unit.sample(&mut self.rng))
            .collect()
    }

    /// `n` points of which each `n`th part of a range has one.
    fn spread(&mut self, n: usize) -> Vec<Vec<f64>> {
        let unit = Uniform::new(0.0, 1.0).expect("0 lies below 1");
        let mut points = vec![Vec::with_capacity(self.ranges.len()); n];
        for _ in &self.ranges {
            let mut parts: Vec<usize> = (0..n).collect();
            parts.shuffle(&mut self.rng);
            for (point, part) in points.iter_mut().zip(parts) {
                point.push((part as f64 + unit.sample(&mut self.rng)) / n as f64);
            }
        }
        points
    }

    /// A grid around the best point, half as wide as the one before. The first takes about half of
    /// all trials; where a grid has more points than trials are left, some are drawn.
    fn grid(&mut self, best: Option<&[f64]>, n_left: usize) -> Vec<Vec<f64>> {
        let centre = best.map_or_else(|| vec![0.5; self.ranges.len()], <[f64]>::to_vec);
        let per_key = points_per_key(self.n_trials.div_ceil(2), self.ranges.len());
        for _ in 0..MAX_EMPTY_ROUNDS {
            let axes: Vec<Vec<f64>> = centre
                .iter()
                .map(|&c| axis(c, self.half_width, per_key))
                .collect();
            self.half_width /= 2.0;
            let mut points = product(&axes);
            let bits = |point: &Vec<f64>| -> Vec<u64> {
                let values = self.values(point).into_iter();
                // 0 and -0 are one value.
                values.map(|value| (value + 0.0).to_bits()).collect()
            };
            let mut known: HashSet<Vec<u64>> = self.tried.iter().map(bits).collect();
            points.retain(|point| known.insert(bits(point)));
            if points.len() > n_left {
                points.shuffle(&mut self.rng);
                points.truncate(n_left);
            }
            if !points.is_empty() || n_left == 0 {
                return points;
            }
        }
        Vec::new()
    }
}

/// The largest number per key, at least 2, whose grid over `n_keys` keys has at most `n` points.
fn points_per_key(n: usize, n_keys: usize) -> usize {
    let n_keys = u32::try_from(n_keys).unwrap_or(u32::MAX);
    let mut per_key = 2_usize;
    while (per_key + 1)
        .checked_pow(n_keys)
        .is_some_and(|points| points <= n)
    {
        per_key += 1;
    }
    per_key
}

/// `n` fractions evenly around `centre`, none outside 0…1.
fn axis(centre: f64, half_width: f64, n: usize) -> Vec<f64> {
    let from = (centre - half_width).max(0.0);
    let to = (centre + half_width).min(1.0);
    (0..n)
        .map(|i| from + (to - from) * i as f64 / (n - 1) as f64)
        .collect()
}

/// Points of a grid; a space of many keys is cut off long before it fills the memory.
fn product(axes: &[Vec<f64>]) -> Vec<Vec<f64>> {
    const MAX_POINTS: usize = 1 << 16;
    axes.iter()
        .fold(vec![Vec::new()], |points: Vec<Vec<f64>>, axis| {
            points
                .iter()
                .flat_map(|point| axis.iter().map(move |&x| [&point[..], &[x]].concat()))
                .take(MAX_POINTS)
                .collect()
        })
}

#[cfg(test)]
mod tests {
    use apical_learning::Streams;

    use super::*;

    fn range(text: &str) -> Range {
        toml::from_str(text).expect("a range")
    }

    fn search(strategy: Strategy, n_trials: usize) -> Search {
        let ranges = vec![
            range("from = 0.01\nto = 1.0\nscale = \"log\""),
            range("from = 0.0\nto = 2.0"),
        ];
        Search::new(
            strategy,
            ranges,
            n_trials,
            Streams::new(3).stream("tuning/t/l"),
        )
    }

    /// Distance to an optimum in the middle of the log range and at three quarters of the other.
    fn cost(point: &[f64]) -> f64 {
        (point[0] - 0.5).powi(2) + (point[1] - 0.75).powi(2)
    }

    fn run(search: &mut Search) -> Vec<Vec<f64>> {
        let mut all: Vec<Vec<f64>> = Vec::new();
        loop {
            let best = all
                .iter()
                .min_by(|a, b| cost(a).total_cmp(&cost(b)))
                .cloned();
            let points = search.next_round(best.as_deref());
            if points.is_empty() {
                return all;
            }
            all.extend(points);
        }
    }

    #[test]
    fn all_strategies_use_the_budget_and_stay_inside() {
        for strategy in [Strategy::Random, Strategy::LatinHypercube, Strategy::Grid] {
            for n_trials in [1, 2, 7, 16, 40] {
                let mut search = search(strategy, n_trials);
                let points = run(&mut search);
                assert_eq!(points.len(), n_trials, "{strategy:?}");
                for point in &points {
                    let values = search.values(point);
                    assert!((0.01..=1.0).contains(&values[0]) && (0.0..=2.0).contains(&values[1]));
                }
            }
        }
    }

    #[test]
    fn the_grid_becomes_finer_around_the_best_point() {
        let points = run(&mut search(Strategy::Grid, 60));
        let best = points.iter().map(|p| cost(p)).fold(f64::INFINITY, f64::min);
        let coarse = points[..25]
            .iter()
            .map(|p| cost(p))
            .fold(f64::INFINITY, f64::min);
        assert!(best <= coarse && best < 1e-3, "{best} {coarse}");
    }

    #[test]
    fn a_hypercube_has_a_point_in_every_part_of_every_range() {
        for n in [1, 8, 33] {
            let points = run(&mut search(Strategy::LatinHypercube, n));
            for key in 0..2 {
                let part = |point: &Vec<f64>| (point[key] * n as f64) as usize;
                let mut parts: Vec<usize> = points.iter().map(part).collect();
                parts.sort_unstable();
                assert_eq!(parts, (0..n).collect::<Vec<_>>(), "key {key}");
            }
            assert!(n == 1 || points.iter().any(|point| point[0] > point[1]));
        }
    }

    #[test]
    fn the_same_stream_gives_the_same_points() {
        for strategy in [Strategy::Random, Strategy::LatinHypercube] {
            assert_eq!(run(&mut search(strategy, 5)), run(&mut search(strategy, 5)));
        }
    }

    #[test]
    fn whole_numbers_run_out() {
        let ranges = vec![range("from = 1\nto = 3")];
        let mut search = Search::new(Strategy::Grid, ranges, 20, Streams::new(0).stream("x"));
        let mut all = Vec::new();
        loop {
            let points = search.next_round(None);
            if points.is_empty() {
                break;
            }
            all.extend(points.iter().map(|point| search.values(point)[0]));
        }
        all.sort_by(f64::total_cmp);
        assert_eq!(all, [1.0, 2.0, 3.0]);
    }
}
