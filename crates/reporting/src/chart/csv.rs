//! The numbers plotted.

use std::collections::{BTreeSet, HashMap};

use super::{Chart, ChartRow};
use crate::csv::{Csv, number};
use crate::statistics::Spread;

impl ChartRow {
    /// What tells it from other rows: its heading, or what its axis shows where it has none.
    fn name(&self) -> &str {
        match self.heading.is_empty() {
            true => &self.y.label,
            false => &self.heading,
        }
    }
}

impl Chart {
    /// All places of all lines, one a row, with mean and standard deviation over the seeds that did not
    /// break off, and a column per seed.
    pub(super) fn csv(&self) -> Vec<u8> {
        let lines = || {
            self.rows.iter().flat_map(|row| {
                row.panels.iter().flat_map(move |panel| {
                    let of_line = move |line| (row.name(), &panel.title, line);
                    panel.lines.iter().map(of_line)
                })
            })
        };
        let seeds: BTreeSet<u64> = lines()
            .flat_map(|(_, _, line)| line.seeds.iter().map(|seed| seed.seed))
            .collect();
        let mut header: Vec<String> = [
            "row",
            "panel",
            "line",
            "x",
            "n_seeds",
            "mean",
            "standard_deviation",
        ]
        .map(str::to_owned)
        .to_vec();
        header.extend(seeds.iter().map(|seed| format!("seed_{seed}")));
        let mut csv = Csv::new(&header);
        for (row, panel, line) in lines() {
            let mut xs: Vec<f64> = line
                .seeds
                .iter()
                .flat_map(|seed| seed.points.iter().map(|(x, _)| *x))
                .collect();
            xs.sort_by(f64::total_cmp);
            xs.dedup();
            let means = line.by_x();
            let places = line.seeds.iter().enumerate().rev();
            let places: HashMap<u64, usize> = places.map(|(at, seed)| (seed.seed, at)).collect();
            // Both are in order of x, so each place of a seed is met once.
            let mut next = vec![0; line.seeds.len()];
            for x in xs {
                let values = means.binary_search_by(|(at, _)| at.total_cmp(&x));
                let values = values.map_or(&[][..], |index| &means[index].1[..]);
                let spread = Spread::of(values);
                let mut cells = vec![
                    row.to_owned(),
                    panel.clone(),
                    line.label.clone(),
                    x.to_string(),
                    values.len().to_string(),
                    number(spread.map(|spread| spread.mean)),
                    number(spread.and_then(|spread| spread.standard_deviation)),
                ];
                for wanted in &seeds {
                    let index = places.get(wanted).copied();
                    let value = index.and_then(|index| {
                        let (at, y) = *line.seeds[index].points.get(next[index])?;
                        (at == x).then(|| {
                            next[index] += 1;
                            y
                        })
                    });
                    cells.push(number(value));
                }
                csv.row(&cells);
            }
        }
        csv.into_bytes()
    }
}
