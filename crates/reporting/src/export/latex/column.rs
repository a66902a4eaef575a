//! Columns of a table: numbers stand with their points below each other, and so do the intervals beside them.

use super::text::{number, words};
use crate::cell::Cell;

/// A column by what is in it.
#[derive(Debug, PartialEq)]
pub(super) enum Column {
    /// Names and other words.
    Words,
    /// Values that are more than a number.
    Values,
    /// Numbers, in a column of siunitx; where any has an interval, half its width in another one, behind the sign.
    /// One column for both is set differently by the versions 2 and 3, and an interval of 0 is left out by the latter.
    Numbers {
        value: Places,
        half_width: Option<Places>,
    },
}

/// Places of a column of numbers: as many as any of them has.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) struct Places {
    is_signed: bool,
    n_integer: usize,
    n_decimals: usize,
}

/// What is between a number and its interval.
const SIGN: &str = "@{${}\\pm{}$}";

/// Beside the sign also where a heading makes room for more.
const LEFT: &str = ", table-number-alignment = left";

impl Column {
    /// The column of `cells`.
    pub(super) fn of<'a>(cells: impl Iterator<Item = &'a Cell> + Clone) -> Self {
        if cells.clone().any(|cell| matches!(cell, Cell::Text(_))) {
            return Self::Words;
        }
        let (mut values, mut half_widths) = (Vec::new(), Vec::new());
        for cell in cells {
            let text = cell.to_string();
            if let Some((value, half_width)) = written(&text) {
                values.extend(Places::of(value));
                half_widths.extend(half_width.and_then(Places::of));
            }
        }
        let all = |places: Vec<Places>| places.into_iter().reduce(Places::with);
        match all(values) {
            Some(value) => Self::Numbers {
                value,
                half_width: all(half_widths),
            },
            None => Self::Values,
        }
    }

    /// How the preamble of a table names it.
    pub(super) fn specification(&self) -> String {
        match self {
            Self::Words => "l".to_owned(),
            Self::Values => "c".to_owned(),
            Self::Numbers { value, half_width } => {
                let own = half_width.map(|own| format!("{SIGN}{}", own.specification(LEFT)));
                value.specification("") + &own.unwrap_or_default()
            }
        }
    }

    /// How many columns TeX has of it.
    pub(super) fn n_columns(&self) -> usize {
        match self {
            Self::Numbers {
                half_width: Some(_),
                ..
            } => 2,
            _ => 1,
        }
    }

    /// `text`, a heading or what is no number, in its place.
    pub(super) fn text(&self, text: &str) -> String {
        match self {
            Self::Numbers { half_width, .. } => match half_width {
                Some(_) => format!("\\multicolumn{{2}}{{c}}{{{text}}}"),
                // What siunitx is not to read stands in braces.
                None => format!("{{{text}}}"),
            },
            _ => text.to_owned(),
        }
    }

    /// `cell` in it.
    pub(super) fn cell(&self, cell: &Cell) -> String {
        let text = match cell {
            Cell::Text(text) | Cell::Instead(text) => words(text),
            Cell::Share { n, of } => format!("${n}$ of ${of}$"),
            other => {
                let text = other.to_string();
                match (written(&text), self) {
                    (Some((value, Some(half_width))), Self::Numbers { .. }) => {
                        return format!("{} & {half_width}", value.replace('−', "-"));
                    }
                    (
                        Some((value, None)),
                        Self::Numbers {
                            half_width: None, ..
                        },
                    ) => return value.replace('−', "-"),
                    _ => number(&text),
                }
            }
        };
        self.text(&text)
    }
}

impl Places {
    /// Those of a number that is written with digits, a point and a sign alone.
    fn of(text: &str) -> Option<Self> {
        let (is_signed, digits) = match text.strip_prefix('−') {
            Some(digits) => (true, digits),
            None => (false, text),
        };
        let (integer, decimals) = digits.split_once('.').unwrap_or((digits, ""));
        let are_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        let is_number = !integer.is_empty() && are_digits(integer) && are_digits(decimals);
        is_number.then_some(Self {
            is_signed,
            n_integer: integer.len(),
            n_decimals: decimals.len(),
        })
    }

    fn with(self, other: Self) -> Self {
        Self {
            is_signed: self.is_signed || other.is_signed,
            n_integer: self.n_integer.max(other.n_integer),
            n_decimals: self.n_decimals.max(other.n_decimals),
        }
    }

    fn specification(self, more: &str) -> String {
        let sign = if self.is_signed { "-" } else { "" };
        let decimals = match self.n_decimals {
            0 => String::new(),
            n => format!(".{n}"),
        };
        format!("S[table-format = {sign}{}{decimals}{more}]", self.n_integer)
    }
}

/// A number, and half the width of its interval where it has one; nothing where `text` is more than that, such as a
/// power of ten.
fn written(text: &str) -> Option<(&str, Option<&str>)> {
    let (value, half_width) = match text.split_once(" ± ") {
        Some((value, half_width)) => (value, Some(half_width)),
        None => (text, None),
    };
    let are_numbers = [Some(value), half_width]
        .into_iter()
        .flatten()
        .all(|part| Places::of(part).is_some());
    are_numbers.then_some((value, half_width))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_what_siunitx_reads_and_nothing_else() {
        assert_eq!(written("−1.5 ± 0.5"), Some(("−1.5", Some("0.5"))));
        assert_eq!(written("98"), Some(("98", None)));
        for text in [
            "–",
            "< 0.001",
            "(1.7 ± 1.3)·10⁻⁵",
            "67 / 3",
            "0.8 (0.5 to 1.3)",
            "1.5 ± –",
            "-1",
            ".",
            "5.−1",
        ] {
            assert_eq!(written(text), None, "{text}");
        }
    }

    #[test]
    fn a_column_has_room_for_all_of_its_numbers_and_intervals() {
        let of = |texts: &[&str]| {
            let places = texts.iter().filter_map(|text| Places::of(text));
            places
                .reduce(Places::with)
                .expect("a number")
                .specification("")
        };
        assert_eq!(of(&["98.12", "−9.8", "100"]), "S[table-format = -3.2]");
        assert_eq!(of(&["2", "10"]), "S[table-format = 2]");
        let places = |n_integer, n_decimals| Places {
            is_signed: false,
            n_integer,
            n_decimals,
        };
        let column = Column::Numbers {
            value: places(2, 2),
            half_width: Some(places(1, 2)),
        };
        assert_eq!(
            column.specification(),
            "S[table-format = 2.2]@{${}\\pm{}$}S[table-format = 1.2, table-number-alignment = left]"
        );
        assert_eq!(column.n_columns(), 2);
        assert_eq!(column.text("n"), "\\multicolumn{2}{c}{n}");
        assert_eq!(column.cell(&Cell::Missing), "\\multicolumn{2}{c}{--}");
    }

    #[test]
    fn what_is_no_number_stands_in_braces_among_numbers() {
        let cells = [
            Cell::Count(Some(10)),
            Cell::Count(None),
            Cell::Share { n: 1, of: 2 },
        ];
        let column = Column::of(cells.iter());
        assert_eq!(column.specification(), "S[table-format = 2]");
        let shown: Vec<String> = cells.iter().map(|cell| column.cell(cell)).collect();
        assert_eq!(shown, ["10", "{--}", "{$1$ of $2$}"]);
        let layers = [Cell::AngleByLayer(vec![Some(3.0), Some(4.0)])];
        assert_eq!(Column::of(layers.iter()), Column::Values);
        let words = [Cell::text("a"), Cell::Count(Some(1))];
        assert_eq!(Column::of(words.iter()), Column::Words);
    }
}
