//! Tables that a protocol makes, as comma-separated values: numbers alone, each in a column of its own.

use std::collections::BTreeSet;

use crate::csv::Csv;
use crate::markup::plain;
use crate::{Cell, PlainTable};

impl PlainTable {
    /// The table as comma-separated values, with a column for every number of a cell.
    pub(crate) fn csv(&self) -> Vec<u8> {
        let parts: Vec<Vec<String>> = (0..self.header.len())
            .map(|column| {
                let cells = self.rows.iter().filter_map(|row| row.get(column));
                let longest = cells.map(Cell::parts).max_by_key(Vec::len);
                longest
                    .filter(|parts| !parts.is_empty())
                    .unwrap_or_else(|| vec![String::new()])
            })
            .collect();
        let mut names = BTreeSet::new();
        let mut header = Vec::new();
        for (heading, parts) in self.header.iter().zip(&parts) {
            for part in parts {
                let name = match part.is_empty() {
                    true => column_name(heading),
                    false => format!("{}_{part}", column_name(heading)),
                };
                let others = (2..).map(|n| format!("{name}_{n}"));
                let mut free = std::iter::once(name.clone()).chain(others);
                header.extend(free.find(|name| names.insert(name.clone())));
            }
        }
        let mut csv = Csv::new(&header);
        for row in &self.rows {
            let cells = row.iter().zip(&parts).flat_map(|(cell, parts)| {
                let mut numbers = cell.numbers();
                numbers.resize(parts.len(), String::new());
                numbers
            });
            csv.row(&cells.collect::<Vec<_>>());
        }
        csv.into_bytes()
    }
}

/// A heading as the name of a column: words with the unit at their end.
pub(crate) fn column_name(heading: &str) -> String {
    let words = [
        ("(°)", "degrees"),
        ("(%)", "percent"),
        ("(1/ms)", "per_ms"),
        ("(µs)", "microseconds"),
        ("²", " squared"),
        (" − ", " minus "),
        (" + ", " plus "),
    ];
    let mut text = plain(heading);
    for (sign, word) in words {
        text = text.replace(sign, word);
    }
    let is_word = |c: char| c.is_alphanumeric();
    let mut name = String::new();
    let on_the_line = |c: char| match c {
        '₀'..='₉' => char::from_u32(u32::from(c) - 0x2050).unwrap_or(c),
        _ => c,
    };
    for c in text.chars().map(on_the_line) {
        if is_word(c) {
            name.extend(c.to_lowercase());
        } else if !name.ends_with('_') && !name.is_empty() {
            name.push('_');
        }
    }
    name.trim_end_matches('_').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statistics::Spread;

    #[test]
    fn every_number_has_a_column_and_words_have_none() {
        let table = PlainTable {
            header: [
                "condition",
                "failed",
                "‖u_{2} − u^{I}_{1}‖²",
                "angle (°)",
                "ran away",
            ]
            .map(str::to_owned)
            .to_vec(),
            rows: vec![
                vec![
                    Cell::text("a, b"),
                    Cell::Share { n: 1, of: 10 },
                    Cell::Deviation(Spread::of(&[1.0, 3.0])),
                    Cell::Instead("absent: predicted 10⁻¹²".into()),
                    Cell::Instead("no".into()),
                ],
                vec![
                    Cell::text("=1"),
                    Cell::Share { n: 0, of: 10 },
                    Cell::Missing,
                    Cell::Range(vec![1.0, 2.0], 2),
                    Cell::Count(Some(12)),
                ],
            ],
            ..PlainTable::default()
        };
        let text = String::from_utf8(table.csv()).expect("UTF-8");
        assert_eq!(
            text,
            "condition,failed,failed_of,u2_minus_u_i1_squared_mean,\
             u2_minus_u_i1_squared_standard_deviation,angle_degrees_mean,angle_degrees_least,\
             angle_degrees_most,ran_away\n\
             \"a, b\",1,10,2,1.4142135623730951,,,,\n\
             '=1,0,10,,,1.5,1,2,12\n"
        );
    }
}
