//! Tables of the page: they scroll where they are too wide, and a script sorts them.

use maud::{Markup, Render, html};

use super::unbroken;
use crate::cell::Cell;
use crate::table::MOST_LAYER_COLUMNS;

/// A cell.
pub(super) struct Td {
    body: Markup,
    /// What it is sorted by, where that is a number.
    order: Option<f64>,
    class: Option<&'static str>,
    /// Of words that are too long for a line.
    is_long: bool,
}

/// A word beyond which a heading of a row is broken inside.
const LONGEST_WORD: usize = 32;

impl Td {
    /// What is no number.
    pub(super) fn of(body: Markup) -> Self {
        Self {
            body,
            order: None,
            class: None,
            is_long: false,
        }
    }
}

impl From<&Cell> for Td {
    fn from(cell: &Cell) -> Self {
        Self {
            body: html! { (unbroken(&cell.to_string())) },
            is_long: (cell.to_string().split(' ')).any(|word| word.chars().count() > LONGEST_WORD),
            order: cell.order().filter(|order| order.is_finite()),
            class: match cell {
                Cell::Text(_) => Some("words"),
                Cell::AngleByLayer(angles) if angles.len() > MOST_LAYER_COLUMNS => Some("layers"),
                _ => None,
            },
        }
    }
}

/// A table; the first cell of a row is a heading.
pub(super) fn table(
    class: &'static str,
    head: Option<Markup>,
    rows: impl Iterator<Item = Vec<Td>>,
) -> Markup {
    html! {
        div.scroll tabindex="0" {
            table class=(class) {
                @if let Some(head) = head { thead { (head) } }
                tbody {
                    @for row in rows {
                        "\n" tr {
                            @for (index, Td { body, order, class, is_long }) in row.iter().enumerate() {
                                @if index == 0 { th scope="row" class=[is_long.then_some("long")] { (body) } }
                                @else { td class=[class] data-order=[order] { (body) } }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// A row of headings.
pub(super) fn headings<S: Render>(columns: impl IntoIterator<Item = S>) -> Markup {
    html! { tr { @for column in columns { th scope="col" { (column) } } } }
}
