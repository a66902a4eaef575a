//! Lines in a grid of panels, with the legend underneath; row.rs draws the panels.

use super::axis::Axis;
use super::canvas::{Anchor, Canvas, Point};
use super::font::text_width;
use super::legend::{self, LegendEntry};
use super::row::{BETWEEN_PANELS, TICK};
use super::{MEDIUM, SMALL, WIDTH};
use crate::palette::LineStyle;

/// A place of a mean line.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct CurvePoint {
    pub(crate) x: f64,
    pub(crate) mean: f64,
    /// Of the interval; absent where there is none.
    pub(crate) half_width: Option<f64>,
}

/// A mean line, its interval, and the thin lines of single seeds.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Curve {
    pub(crate) style: LineStyle,
    pub(crate) points: Vec<CurvePoint>,
    pub(crate) seeds: Vec<Vec<Point>>,
    /// Intervals as bars at every point, each with a marker, instead of a band and a few markers.
    pub(crate) has_error_bars: bool,
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
}

const X_LABEL: f64 = 105.0;
const RIGHT: f64 = 75.0;

impl Grid {
    /// The grid, drawn.
    pub(super) fn draw(&self, title: &str) -> Canvas {
        let heights: Vec<f64> = self.rows.iter().map(Row::total_height).collect();
        let below = X_LABEL + 25.0;
        let panels_height: f64 = heights.iter().sum();
        let height = 30.0 + panels_height + below + legend::height(&self.legend) + 25.0;
        let mut canvas = Canvas::new(height, title);
        let left = self.left();
        let n_columns = self.n_columns.max(1) as f64;
        let right = self.right();
        let width = (WIDTH - right - left - BETWEEN_PANELS * (n_columns - 1.0)) / n_columns;
        let mut top = 30.0;
        for (row, row_height) in self.rows.iter().zip(&heights) {
            row.draw(&mut canvas, left, top, width);
            top += row_height;
        }
        let middle = 0.5 * (left + WIDTH - right);
        let at = (middle, top + 0.4 * X_LABEL);
        canvas.text(&self.x_label, at, Anchor::Middle, MEDIUM);
        legend::draw(&mut canvas, &self.legend, top + below);
        canvas
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
        160.0 + widest + TICK + 20.0
    }
}
