//! Lines in a grid of panels, with the legend underneath; row.rs draws the panels.

use super::axis::Axis;
use super::canvas::{Anchor, Canvas, Point};
use super::font::text_width;
use super::legend::{self, LegendEntry};
use super::row::{BETWEEN_PANELS, TICK};
use super::{MEDIUM, SMALL};
use crate::palette::LineStyle;
use crate::statistics::FEW_SEEDS;

/// A place of a mean line.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct CurvePoint {
    pub(crate) x: f64,
    pub(crate) mean: f64,
    /// Of the interval; absent where there is none.
    pub(crate) half_width: Option<f64>,
}

/// What is drawn beside a mean line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shown {
    /// Nothing.
    Mean,
    /// The interval; single seeds where it would say little: of fewer than [`FEW_SEEDS`], and on a
    /// logarithmic axis where it reaches to 0.
    Interval,
    /// Single seeds.
    Seeds,
    /// Single seeds, and the interval where it says something.
    Both,
    /// Single seeds, as dots that no line connects.
    Dots,
}

/// A mean line, its interval, and the thin lines of single seeds.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Curve {
    pub(crate) style: LineStyle,
    pub(crate) points: Vec<CurvePoint>,
    pub(crate) seeds: Vec<Vec<Point>>,
    pub(crate) shown: Shown,
    /// Intervals as bars at every point, each with a marker, instead of a band and a few markers.
    pub(crate) has_error_bars: bool,
}

impl Curve {
    /// Whether the interval is drawn.
    pub(crate) fn has_interval(&self, is_logarithmic: bool) -> bool {
        let reaches_zero = |point: &CurvePoint| {
            (point.half_width).is_some_and(|half_width| point.mean - half_width <= 0.0)
        };
        matches!(self.shown, Shown::Interval | Shown::Both)
            && !(2..FEW_SEEDS).contains(&self.seeds.len())
            && !(is_logarithmic && self.points.iter().any(reaches_zero))
    }

    /// Whether single seeds are drawn.
    pub(crate) fn has_seeds(&self, is_logarithmic: bool) -> bool {
        match self.shown {
            Shown::Mean => false,
            Shown::Seeds | Shown::Both | Shown::Dots => true,
            Shown::Interval => !self.has_interval(is_logarithmic) && self.seeds.len() > 1,
        }
    }

    /// Every y that is drawn from `start` on.
    pub(crate) fn drawn(&self, is_logarithmic: bool, start: f64) -> impl Iterator<Item = f64> {
        let has_interval = self.has_interval(is_logarithmic);
        let points = self.points.iter().filter(move |point| point.x >= start);
        let means = points.flat_map(move |point| {
            let half_width = point.half_width.filter(|_| has_interval).unwrap_or(0.0);
            [point.mean - half_width, point.mean + half_width]
        });
        let has_seeds = self.has_seeds(is_logarithmic);
        let seeds = self.seeds.iter().filter(move |_| has_seeds).flatten();
        means.chain(seeds.filter(move |(x, _)| *x >= start).map(|(_, y)| *y))
    }
}

/// One pair of axes.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Panel {
    pub(crate) title: String,
    pub(crate) x: Axis,
    pub(crate) curves: Vec<Curve>,
}

/// Panels that share a y axis.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Row {
    /// Over the row; empty for none.
    pub(crate) heading: String,
    pub(crate) y_label: String,
    pub(crate) y: Axis,
    /// Values to compare with.
    pub(crate) guides: Vec<f64>,
    /// Height of the axes, units.
    pub(crate) height: f64,
    /// Whether its panels share the whole width, however many columns there are.
    pub(crate) is_wide: bool,
    pub(crate) panels: Vec<Panel>,
}

/// Rows of panels.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Grid {
    pub(crate) x_label: String,
    /// Panels across; rows with fewer leave room.
    pub(crate) n_columns: usize,
    pub(crate) rows: Vec<Row>,
    pub(crate) legend: Vec<LegendEntry>,
    /// What the axes leave out, a line each.
    pub(crate) notes: Vec<String>,
}

const NOTE: f64 = 90.0;
const X_LABEL: f64 = 105.0;
const RIGHT: f64 = 75.0;

impl Grid {
    /// The grid, drawn on paper of `whole` width.
    pub(super) fn draw(&self, title: &str, whole: f64) -> Canvas {
        let heights: Vec<f64> = self.rows.iter().map(Row::total_height).collect();
        let below = X_LABEL + 25.0;
        let panels_height: f64 = heights.iter().sum();
        let notes = self.lines_of_notes(whole);
        let below_notes = below + NOTE * notes.len() as f64;
        let of_legend = legend::height(&self.legend, whole);
        let height = 30.0 + panels_height + below_notes + of_legend + 25.0;
        let mut canvas = Canvas::new(whole, height, title);
        let left = self.left();
        let right = self.right();
        let width = |n_columns: usize| {
            let n_columns = n_columns.max(1) as f64;
            (whole - right - left - BETWEEN_PANELS * (n_columns - 1.0)) / n_columns
        };
        let mut top = 30.0;
        for (row, row_height) in self.rows.iter().zip(&heights) {
            let n_columns = match row.is_wide {
                true => row.panels.len(),
                false => self.n_columns,
            };
            row.draw(&mut canvas, left, top, width(n_columns));
            top += row_height;
        }
        let middle = 0.5 * (left + whole - right);
        let at = (middle, top + 0.4 * X_LABEL);
        canvas.text(&self.x_label, at, Anchor::Middle, MEDIUM);
        for (index, note) in notes.iter().enumerate() {
            let at = (middle, top + below + NOTE * (index as f64 + 0.4));
            canvas.text(note, at, Anchor::Middle, SMALL);
        }
        legend::draw(&mut canvas, &self.legend, top + below_notes);
        canvas
    }

    /// The notes, broken between words where they are too long for a line.
    fn lines_of_notes(&self, whole: f64) -> Vec<String> {
        let mut lines = Vec::new();
        for note in &self.notes {
            let mut line = String::new();
            for word in note.split(' ') {
                let longer = match line.is_empty() {
                    true => word.to_owned(),
                    false => format!("{line} {word}"),
                };
                if !line.is_empty() && text_width(&longer, SMALL) > whole - 60.0 {
                    lines.push(std::mem::replace(&mut line, word.to_owned()));
                } else {
                    line = longer;
                }
            }
            lines.push(line);
        }
        lines
    }

    /// Room right of the panels, for the half of a label at the end of an axis.
    fn right(&self) -> f64 {
        let panels = self.rows.iter().flat_map(|row| &row.panels);
        let beyond = panels
            .flat_map(|panel| &panel.x.ticks)
            .map(|tick| 0.5 * text_width(&tick.label, SMALL) + 15.0);
        beyond.fold(RIGHT, f64::max)
    }

    /// Where the panels begin, right of labels and ticks.
    fn left(&self) -> f64 {
        let widest = self
            .rows
            .iter()
            .flat_map(|row| &row.y.ticks)
            .map(|tick| text_width(&tick.label, SMALL))
            .fold(0.0, f64::max);
        let has_two_lines = self.rows.iter().any(|row| row.broken_label().is_some());
        let label = if has_two_lines { 195.0 } else { 160.0 };
        label + widest + TICK + 20.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn curve(n_seeds: usize, half_width: f64, shown: Shown) -> Curve {
        let point = |x: f64| CurvePoint {
            x,
            mean: 1.0,
            half_width: Some(half_width),
        };
        Curve {
            style: LineStyle::null(),
            points: vec![point(0.0), point(1.0)],
            seeds: (0..n_seeds)
                .map(|seed| vec![(0.0, seed as f64), (1.0, 1.0)])
                .collect(),
            shown,
            has_error_bars: false,
        }
    }

    #[test]
    fn few_seeds_and_intervals_to_zero_on_a_logarithm_are_shown_one_by_one() {
        let found = |n, width, is_log| {
            let curve = curve(n, width, Shown::Interval);
            (curve.has_interval(is_log), curve.has_seeds(is_log))
        };
        assert_eq!(found(5, 0.5, false), (true, false));
        assert_eq!(found(4, 0.5, false), (false, true));
        assert_eq!(found(5, 1.5, false), (true, false));
        assert_eq!(found(5, 0.5, true), (true, false));
        assert_eq!(found(5, 1.5, true), (false, true));
        assert_eq!(found(1, 1.5, true), (false, false));
        assert!(!curve(9, 0.5, Shown::Mean).has_seeds(false));
        assert!(curve(9, 0.5, Shown::Both).has_seeds(false));
    }

    #[test]
    fn a_label_in_two_lines_stays_left_of_the_ticks() {
        let grid = |y_label: &str| Grid {
            x_label: String::new(),
            n_columns: 1,
            rows: vec![Row {
                heading: String::new(),
                y_label: y_label.to_owned(),
                y: Axis::degrees(90.0),
                guides: Vec::new(),
                height: 300.0,
                is_wide: true,
                panels: Vec::new(),
            }],
            legend: Vec::new(),
            notes: Vec::new(),
        };
        let label = "a label that is much longer than its row is high";
        assert!(grid(label).left() > grid("short").left() + 30.0);
    }

    #[test]
    fn a_range_is_made_of_everything_that_is_drawn() {
        let ends = |curve: Curve, start: f64| {
            let values = || curve.drawn(false, start);
            (
                values().fold(f64::MAX, f64::min),
                values().fold(f64::MIN, f64::max),
            )
        };
        assert_eq!(ends(curve(6, 2.0, Shown::Interval), 0.0), (-1.0, 3.0));
        assert_eq!(ends(curve(6, 2.0, Shown::Both), 0.0), (-1.0, 5.0));
        assert_eq!(ends(curve(4, 2.0, Shown::Interval), 0.0), (0.0, 3.0));
        assert_eq!(ends(curve(4, 2.0, Shown::Interval), 0.5), (1.0, 1.0));
    }
}
