//! Foreign text, such as names, made safe to show.

/// Without control characters, which a terminal would obey and XML does not allow, and without those that turn
/// the order of letters around.
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

/// `line` on lines of at most `width` columns, broken between words: what follows is indented as the first,
/// and by two more where that is indented. Words that are longer stay whole.
pub fn wrapped(line: &str, width: usize) -> Vec<String> {
    let indent = match line.chars().take_while(|c| *c == ' ').count() {
        0 => 0,
        n => n + 2,
    };
    let mut lines = vec![String::new()];
    let mut gap = String::new();
    for (index, word) in line.split(' ').enumerate() {
        if index > 0 {
            gap.push(' ');
        }
        if word.is_empty() {
            continue;
        }
        let last = lines.last_mut().expect("there is one at the beginning");
        let n_columns = [&**last, &gap, word].map(|part| part.chars().count());
        if last.is_empty() || n_columns.iter().sum::<usize>() <= width {
            *last += &gap;
            *last += word;
        } else {
            lines.push(format!("{:indent$}{word}", ""));
        }
        gap.clear();
    }
    lines
}

fn shown(text: &str, stays: impl Fn(char) -> bool) -> String {
    let turns = |c: char| matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let is_shown = |c: char| !c.is_control() && !turns(c) && !matches!(c, '\u{fffe}' | '\u{ffff}');
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
    fn lines_are_broken_between_words() {
        let of = |line, width| wrapped(line, width).join("|");
        assert_eq!(of("one two  three", 14), "one two  three");
        assert_eq!(of("one two  three", 13), "one two|three");
        assert_eq!(of("  name   what it is", 16), "  name   what it|    is");
        assert_eq!(of("longer-than-that a b", 4), "longer-than-that|a b");
        assert_eq!(of("", 4), "");
    }

    #[test]
    fn no_character_of_a_text_is_a_command() {
        assert_eq!(printable("a\u{1b}[31m\n"), "a\u{fffd}[31m\u{fffd}");
        assert_eq!(printable("a\u{202e}b"), "a\u{fffd}b");
        assert_eq!(printable_lines("a\u{1b}\n\tb"), "a\u{fffd}\n\tb");
    }
}
