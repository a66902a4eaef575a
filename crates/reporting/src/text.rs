//! Foreign text, such as names, made safe to show.

/// Without control characters, which a terminal would obey and XML does not allow.
pub(crate) fn printable(text: &str) -> String {
    shown(text, |_| false)
}

/// The same, but line breaks and tabs stay.
pub(crate) fn printable_lines(text: &str) -> String {
    shown(text, |c| matches!(c, '\n' | '\t'))
}

/// The width of each column of `grid`, whose rows are equally long.
pub(crate) fn widths(grid: &[Vec<String>]) -> Vec<usize> {
    let width = |row: &Vec<String>, column: usize| row[column].chars().count();
    let n_columns = grid.first().map_or(0, Vec::len);
    (0..n_columns)
        .map(|column| grid.iter().map(|row| width(row, column)).max().unwrap_or(0))
        .collect()
}

/// A line a row, in columns of `widths` two spaces apart, the first flush left and the others right.
pub(crate) fn aligned(grid: &[Vec<String>], widths: &[usize]) -> impl Iterator<Item = String> {
    grid.iter().map(move |row| {
        let cells = row.iter().zip(widths).enumerate();
        let cells: Vec<String> = cells
            .map(|(column, (cell, &width))| match column {
                0 => format!("{cell:<width$}"),
                _ => format!("{cell:>width$}"),
            })
            .collect();
        cells.join("  ").trim_end().to_owned()
    })
}

fn shown(text: &str, stays: impl Fn(char) -> bool) -> String {
    let is_shown = |c: char| !c.is_control() && !matches!(c, '\u{fffe}' | '\u{ffff}');
    text.chars()
        .map(|c| {
            if is_shown(c) || stays(c) {
                c
            } else {
                '\u{fffd}'
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_character_of_a_text_is_a_command() {
        assert_eq!(printable("a\u{1b}[31m\n"), "a\u{fffd}[31m\u{fffd}");
        assert_eq!(printable_lines("a\u{1b}\n\tb"), "a\u{fffd}\n\tb");
    }
}
