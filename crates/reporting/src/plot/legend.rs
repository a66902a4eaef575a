//! The legend, under the panels.

use plotters::style::RGBColor;

use super::canvas::{Anchor, Canvas, Point};
use super::font::{fit, text_width};
use super::{Rect, SMALL};
use crate::palette::LineStyle;

/// What stands before a label.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Key {
    /// A line with its marker.
    Line(LineStyle),
    /// A filled square.
    Fill(RGBColor),
    /// Nothing: the label says all.
    Words,
}

/// A line of the legend.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct LegendEntry {
    pub(crate) key: Key,
    pub(crate) label: String,
}

/// Entries that can be told apart.
const MOST_ENTRIES: usize = 12;

/// `entries`, the last of them told by their number alone where there are more than can be told apart.
pub(crate) fn limited(mut entries: Vec<LegendEntry>) -> Vec<LegendEntry> {
    let n = entries.len();
    if n > MOST_ENTRIES {
        entries.truncate(MOST_ENTRIES - 1);
        entries.push(LegendEntry {
            key: Key::Words,
            label: format!("and {} more, by name in the CSV", n - (MOST_ENTRIES - 1)),
        });
    }
    entries
}

const LINE_SPACING: f64 = 100.0;
const GAP: f64 = 75.0;
const KEY_GAP: f64 = 35.0;
const MARGIN: f64 = 30.0;

/// Height of the legend on paper of `whole` width.
pub(super) fn height(entries: &[LegendEntry], whole: f64) -> f64 {
    LINE_SPACING * n_rows(entries, whole) as f64
}

/// Draws the legend from `top` on, centred.
pub(super) fn draw(canvas: &mut Canvas, entries: &[LegendEntry], top: f64) {
    let whole = f64::from(canvas.size().0);
    let n_rows = n_rows(entries, whole).max(1);
    let mut x = 0.5 * (whole - width_in_rows(entries, n_rows, whole));
    for column in entries.chunks(n_rows) {
        for (index, entry) in column.iter().enumerate() {
            let y = top + LINE_SPACING * (index as f64 + 0.5);
            draw_entry(canvas, entry, (x, y));
        }
        x += column_width(column, whole) + GAP;
    }
}

fn draw_entry(canvas: &mut Canvas, entry: &LegendEntry, (x, y): Point) {
    let width = key_width(entry.key);
    match entry.key {
        Key::Line(style) => {
            canvas.dashed_line(&[(x, y), (x + width, y)], style.colour, 11, style.dash);
            canvas.marker((x + 0.5 * width, y), style.marker, style.colour, 22.0);
        }
        Key::Fill(colour) => canvas.rectangle(
            Rect {
                left: x,
                top: y - 0.5 * width,
                width,
                height: width,
            },
            colour,
        ),
        Key::Words => {}
    }
    let at = (x + width + KEY_GAP, y);
    let label = label(entry, f64::from(canvas.size().0));
    canvas.text(&label, at, Anchor::Left, SMALL);
}

/// The label, shortened where it would not fit a row of its own.
fn label(entry: &LegendEntry, whole: f64) -> String {
    let room = whole - 2.0 * MARGIN - KEY_GAP - key_width(entry.key);
    fit(&entry.label, SMALL, room)
}

fn key_width(key: Key) -> f64 {
    match key {
        Key::Line(_) => 150.0,
        Key::Fill(_) => 62.0,
        Key::Words => 0.0,
    }
}

/// The least number of rows, filled column by column, that fits the width, of those that make columns as even as
/// can be.
fn n_rows(entries: &[LegendEntry], whole: f64) -> usize {
    let n = entries.len();
    (1..n)
        .filter(|n_rows| *n_rows == n.div_ceil(n.div_ceil(*n_rows)))
        .find(|n_rows| width_in_rows(entries, *n_rows, whole) <= whole - 2.0 * MARGIN)
        .unwrap_or(n)
}

fn width_in_rows(entries: &[LegendEntry], n_rows: usize, whole: f64) -> f64 {
    let columns = entries.chunks(n_rows);
    let gaps = GAP * (columns.len().max(1) - 1) as f64;
    let widths = columns.map(|column| column_width(column, whole));
    widths.sum::<f64>() + gaps
}

fn column_width(column: &[LegendEntry], whole: f64) -> f64 {
    column
        .iter()
        .map(|entry| key_width(entry.key) + KEY_GAP + text_width(&label(entry, whole), SMALL))
        .fold(0.0, f64::max)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_that_cannot_be_told_apart_are_counted() {
        let entries = |n: usize| -> Vec<LegendEntry> {
            let entry = |place: usize| LegendEntry {
                key: Key::Line(LineStyle::at(place.into(), 0)),
                label: format!("learner {place}"),
            };
            (0..n).map(entry).collect()
        };
        assert_eq!(limited(entries(12)), entries(12));
        let some = limited(entries(30));
        assert_eq!(some.len(), 12);
        assert_eq!(some[11].label, "and 19 more, by name in the CSV");
    }
}
