//! Tables of the page: they scroll where they are too wide, and a script sorts them.

use maud::{Markup, Render, html};

use super::unbroken;
use crate::cell::Cell;

/// A cell.
pub(super) struct Td {
    body: Markup,
    /// What it is sorted by, where that is a number.
    order: Option<f64>,
    class: Option<&'static str>,
}

impl Td {
    /// What is no number.
    pub(super) fn of(body: Markup) -> Self {
        Self {
            body,
            order: None,
            class: None,
        }
    }
}

impl From<&Cell> for Td {
    fn from(cell: &Cell) -> Self {
        Self {
            body: html! { (unbroken(&cell.to_string())) },
            order: cell.order().filter(|order| order.is_finite()),
            class: matches!(cell, Cell::Text(_)).then_some("words"),
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
                            @for (index, Td { body, order, class }) in row.iter().enumerate() {
                                @if index == 0 { th scope="row" { (body) } }
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
