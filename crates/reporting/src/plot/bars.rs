//! Stacked horizontal bars, each under its label, with the legend underneath.

use plotters::style::RGBColor;

use super::axis::Axis;
use super::canvas::{Anchor, Canvas};
use super::font::{fit, text_width};
use super::legend::{self, LegendEntry};
use super::{MEDIUM, Rect, SMALL};
use crate::palette::{INK, LineStyle};

/// One stacked bar.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Bar {
    pub(crate) label: String,
    pub(crate) style: LineStyle,
    /// Colour and length of its pieces, from the left.
    pub(crate) pieces: Vec<(RGBColor, f64)>,
    /// Written at its end.
    pub(crate) total: String,
}

/// Bars over one axis from 0.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Bars {
    pub(crate) x_label: String,
    pub(crate) bars: Vec<Bar>,
    pub(crate) legend: Vec<LegendEntry>,
}

const BAR: f64 = 88.0;
const SPACING: f64 = 225.0;
const LEFT: f64 = 60.0;
const TOP: f64 = 30.0;

impl Bars {
    /// The bars, drawn on paper of `whole` width.
    pub(super) fn draw(&self, title: &str, whole: f64) -> Canvas {
        let bottom = TOP + SPACING * self.bars.len() as f64 + 20.0;
        let height = bottom + 255.0 + legend::height(&self.legend, whole) + 25.0;
        let room = self
            .bars
            .iter()
            .map(|bar| text_width(&bar.total, SMALL))
            .fold(0.0, f64::max);
        let width = whole - LEFT - room - 85.0;
        let longest = self.bars.iter().map(Bar::length).fold(0.0, f64::max);
        let axis = Axis::linear_rounded(0.0, longest, 5);
        let x_of = |value: f64| LEFT + axis.share(value) * width;
        let mut canvas = Canvas::new(whole, height, title);
        for tick in &axis.ticks {
            let x = x_of(tick.value);
            canvas.line(&[(x, bottom), (x, bottom + 22.0)], INK, 1.0, 8);
            canvas.text(&tick.label, (x, bottom + 77.0), Anchor::Middle, SMALL);
        }
        for (index, bar) in self.bars.iter().enumerate() {
            let top = TOP + SPACING * index as f64;
            let LineStyle { marker, colour, .. } = bar.style;
            canvas.marker((LEFT + 50.0, top + 55.0), marker, colour, 22.0);
            let label = fit(&bar.label, SMALL, whole - LEFT - 140.0);
            canvas.text(&label, (LEFT + 100.0, top + 55.0), Anchor::Left, SMALL);
            let mut before = 0.0;
            for (colour, length) in &bar.pieces {
                let rect = Rect {
                    left: x_of(before),
                    top: top + 112.0,
                    width: x_of(before + length) - x_of(before),
                    height: BAR,
                };
                canvas.rectangle(rect, *colour);
                before += length;
            }
            let at = (x_of(before) + 25.0, top + 112.0 + 0.5 * BAR);
            canvas.text(&bar.total, at, Anchor::Left, SMALL);
        }
        let axis_line = [(LEFT, bottom), (LEFT + width, bottom)];
        canvas.line(&axis_line, INK, 1.0, 8);
        canvas.line(&[(LEFT, TOP), (LEFT, bottom)], INK, 1.0, 8);
        let at = (LEFT + 0.5 * width, bottom + 180.0);
        canvas.text(&self.x_label, at, Anchor::Middle, MEDIUM);
        legend::draw(&mut canvas, &self.legend, bottom + 255.0);
        canvas
    }
}

impl Bar {
    fn length(&self) -> f64 {
        self.pieces.iter().map(|(_, length)| length).sum()
    }
}
