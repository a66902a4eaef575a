//! Tables that a protocol makes.

use std::collections::HashSet;

use crate::cell::Cell;
use crate::markup::plain;
use crate::terminal::apart;
use crate::text::{aligned, widths, wrapped};

/// A table with columns of its own.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PlainTable {
    /// Its name, also that of its file.
    pub name: String,
    /// Over it.
    pub title: String,
    /// Headings of the columns.
    pub header: Vec<String>,
    /// Rows, each as long as the header; the first cell is a heading.
    pub rows: Vec<Vec<Cell>>,
    /// Under it; empty for none.
    pub note: String,
}

impl PlainTable {
    /// The table in columns of even width, for a terminal.
    pub fn text(&self) -> String {
        self.text_in(usize::MAX)
    }

    /// As [`Self::text`], in at most `width` columns of a terminal: where a row is longer, its last
    /// columns follow in a table below, beside the first ones again, as many as tell all rows apart.
    pub fn text_in(&self, width: usize) -> String {
        let Self { header, rows, .. } = self.shown();
        let mut lines = wrapped(&plain(&self.title), width);
        if header.is_empty() {
            return format!("{}\n{NO_VALUES}\n", lines.join("\n"));
        }
        let header = header.iter().map(|heading| plain(heading)).collect();
        let mut grid: Vec<Vec<String>> = [header].into_iter().chain(written(&rows)).collect();
        let n_keys = n_keys(&grid[1..]);
        cut_keys(&mut grid, n_keys, width);
        let widths = widths(&grid);
        for columns in parts(&widths, n_keys, width) {
            let of_part = |row: &Vec<String>| -> Vec<String> {
                columns.iter().map(|column| row[*column].clone()).collect()
            };
            let grid: Vec<Vec<String>> = grid.iter().map(of_part).collect();
            let widths: Vec<usize> = columns.iter().map(|column| widths[*column]).collect();
            lines.extend(aligned(&grid, &widths));
        }
        lines.iter().map(|line| format!("{line}\n")).collect()
    }

    /// The table without columns that have no value; without any where only names are left.
    pub(crate) fn shown(&self) -> Self {
        let has_value = |column: &usize| self.rows.iter().any(|row| !row[*column].is_absent());
        let mut columns: Vec<usize> = (0..self.header.len()).filter(has_value).collect();
        let grid: Vec<Vec<String>> = written(&self.rows).collect();
        if columns.len() < self.header.len() && columns.len() <= n_keys(&grid) {
            columns.clear();
        }
        let of_row = |row: &Vec<Cell>| columns.iter().map(|column| row[*column].clone()).collect();
        Self {
            header: columns
                .iter()
                .map(|column| self.header[*column].clone())
                .collect(),
            rows: match columns.is_empty() {
                true => Vec::new(),
                false => self.rows.iter().map(of_row).collect(),
            },
            ..self.clone()
        }
    }
}

/// In the place of a table without values.
pub(crate) const NO_VALUES: &str = "no values in these records";

fn written(rows: &[Vec<Cell>]) -> impl Iterator<Item = Vec<String>> {
    rows.iter()
        .map(|row| row.iter().map(Cell::to_string).collect())
}

/// How many of the first columns tell `rows` apart; one where no few of them do.
fn n_keys(rows: &[Vec<String>]) -> usize {
    const MOST: usize = 3;
    let are_apart = |n: &usize| {
        let keys = rows.iter().map(|row| row.iter().take(*n));
        let keys: HashSet<Vec<&String>> = keys.map(Iterator::collect).collect();
        keys.len() == rows.len()
    };
    (1..=MOST).find(are_apart).unwrap_or(1)
}

/// Cuts the first `n_keys` columns of a `grid` where they leave no room for the widest of the others, of which half
/// of `width` is enough.
fn cut_keys(grid: &mut [Vec<String>], n_keys: usize, width: usize) {
    let of_all = widths(grid);
    let (keys, others) = of_all.split_at(n_keys.min(of_all.len()));
    let widest = others.iter().max().map_or(0, |own| *own).min(width / 2);
    let room = width.saturating_sub(widest + 2 * keys.len());
    if keys.iter().sum::<usize>() <= room {
        return;
    }
    for (key, _) in keys.iter().enumerate() {
        let others = keys.iter().enumerate().filter(|(other, _)| *other != key);
        let taken: usize = others.map(|(_, own)| *own.min(&(room / keys.len()))).sum();
        let names = apart(
            grid.iter().map(|row| &*row[key]),
            room.saturating_sub(taken).max(2),
        );
        for (row, name) in grid.iter_mut().zip(names) {
            row[key] = name;
        }
    }
}

/// Columns of `widths` in parts that fit `width`, each with the first `n_keys` columns.
fn parts(widths: &[usize], n_keys: usize, width: usize) -> Vec<Vec<usize>> {
    let n_keys = n_keys.min(widths.len());
    let keys: Vec<usize> = (0..n_keys).collect();
    let of_keys = widths[..n_keys].iter().map(|own| own + 2).sum::<usize>();
    let mut parts = Vec::new();
    let (mut part, mut taken) = (keys.clone(), of_keys);
    for (column, own) in widths.iter().enumerate().skip(n_keys) {
        if taken + own > width && part.len() > n_keys {
            parts.push(std::mem::replace(&mut part, keys.clone()));
            taken = of_keys;
        }
        part.push(column);
        taken += own + 2;
    }
    parts.push(part);
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_even() {
        let table = PlainTable {
            title: "Seeds".into(),
            header: ["condition", "n"].map(str::to_owned).to_vec(),
            rows: vec![
                vec![Cell::text("a"), Cell::Count(Some(10))],
                vec![Cell::text("longer one"), Cell::Count(Some(2))],
            ],
            ..PlainTable::default()
        };
        assert_eq!(
            table.text(),
            "Seeds\ncondition    n\na           10\nlonger one   2\n"
        );
        let wide = PlainTable {
            header: ["condition", "n", "error"].map(str::to_owned).to_vec(),
            rows: vec![vec![
                Cell::text("a"),
                Cell::Count(Some(10)),
                Cell::Count(Some(7)),
            ]],
            ..table
        };
        assert_eq!(
            wide.text_in(18),
            "Seeds\ncondition   n\na          10\ncondition  error\na              7\n"
        );
    }

    #[test]
    fn long_names_leave_room_for_numbers() {
        let row =
            |name: &str, n| vec![Cell::text("digits"), Cell::text(name), Cell::Count(Some(n))];
        let long = "L".repeat(280);
        let rows = vec![
            row(&format!("{long}1"), 3),
            row(&format!("{long}2"), 4),
            row("a", 5),
        ];
        let table = PlainTable {
            title: "Runs".into(),
            header: ["task", "learner", "n"].map(str::to_owned).to_vec(),
            rows,
            ..PlainTable::default()
        };
        for width in [40, 80] {
            let text = table.text_in(width);
            let lines: Vec<&str> = text.lines().collect();
            assert!(
                lines.iter().all(|line| line.chars().count() <= width),
                "{text}"
            );
            assert!(
                lines[1].starts_with("task") && lines[2].starts_with("digits"),
                "{text}"
            );
            assert!(
                lines[2].ends_with("L1  3") && lines[3].ends_with("L2  4"),
                "{text}"
            );
        }
        assert!(table.text().contains(&long));
    }

    #[test]
    fn columns_without_a_value_are_left_out() {
        let table = PlainTable {
            title: "Seeds".into(),
            header: ["condition", "seed", "gain", "error"]
                .map(str::to_owned)
                .to_vec(),
            rows: [0, 1]
                .map(|seed| {
                    vec![
                        Cell::text("a"),
                        Cell::Count(Some(seed)),
                        Cell::Number(None, 3),
                        Cell::Count(Some(7)),
                    ]
                })
                .to_vec(),
            ..PlainTable::default()
        };
        assert_eq!(
            table.text(),
            "Seeds\ncondition  seed  error\na             0      7\na             1      7\n"
        );
        let mut without = table;
        without
            .rows
            .iter_mut()
            .for_each(|row| row[3] = Cell::Missing);
        assert_eq!(without.text(), "Seeds\nno values in these records\n");
    }

    #[test]
    fn rows_can_be_told_apart_in_every_part() {
        let row = |seed, n, error| {
            let counts = [seed, n, error].map(|count| Cell::Count(Some(count)));
            [Cell::text("a")].into_iter().chain(counts).collect()
        };
        let table = PlainTable {
            title: "Seeds".into(),
            header: ["condition", "seed", "n", "error"]
                .map(str::to_owned)
                .to_vec(),
            rows: vec![row(0, 1, 5), row(1, 1, 6)],
            ..PlainTable::default()
        };
        insta::assert_snapshot!(table.text_in(22), @r"
        Seeds
        condition  seed  n
        a             0  1
        a             1  1
        condition  seed  error
        a             0      5
        a             1      6
        ");
    }
}
