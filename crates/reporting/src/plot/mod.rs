//! Pictures as data, and their drawing to SVG, PNG and PDF.
//!
//! Lengths are tenths of a point: a figure is 85 mm = 2410 units wide, and text of 70 units is 7 pt. One over two
//! columns is wider, with text of the same size.

mod axis;
mod bars;
mod canvas;
mod clip;
mod data;
mod dots;
mod draw;
mod font;
mod grid;
mod heat;
mod legend;
mod pdf;
mod png;
mod raster;
mod row;
mod svg;

pub(crate) use axis::Axis;
pub(crate) use bars::{Bar, Bars};
pub(crate) use canvas::Canvas;
pub(crate) use dots::{DotLine, DotPanel, Dots};
pub(crate) use draw::DrawError;
pub(crate) use font::{PAGE_FONT, fit, text_width};
pub(crate) use grid::{Curve, CurvePoint, Grid, Panel, Row, Shown};
pub(crate) use heat::{Heat, HeatCell, HeatPanel};
pub(crate) use legend::{Key, LegendEntry, limited};

/// Width of a figure in one column: 85 mm.
pub(crate) const WIDTH: f64 = 2410.0;
/// Width of a figure over two columns: 180 mm.
pub(crate) const WIDE: f64 = 5104.0;
/// Units of a millimetre.
pub(crate) const UNITS_PER_MM: f64 = WIDTH / 85.0;
/// Text of ticks and legends, 7 pt.
const SMALL: f64 = 70.0;
/// Text of axes and titles, 7.5 pt.
pub(crate) const MEDIUM: f64 = 75.0;

/// Single seeds beyond these cannot be told apart.
const MOST_SEEDS: usize = 500;

/// Every n-th of `seeds`, so that they are not more than [`MOST_SEEDS`].
fn some<T>(seeds: &[T]) -> impl Iterator<Item = &T> {
    let every = seeds.len().div_ceil(MOST_SEEDS).max(1);
    seeds.iter().step_by(every)
}

/// What a figure shows.
#[derive(Debug)]
pub(crate) enum Picture {
    /// Lines in a grid of panels.
    Grid(Grid),
    /// Stacked bars.
    Bars(Bars),
    /// Dots, a line for every learner.
    Dots(Dots),
    /// Cells coloured by their value.
    Heat(Box<Heat>),
}

impl Picture {
    /// The picture drawn `width` units wide, titled `title`.
    pub(crate) fn draw(&self, title: &str, width: f64) -> Canvas {
        match self {
            Self::Grid(grid) => grid.draw(title, width),
            Self::Bars(bars) => bars.draw(title, width),
            Self::Dots(dots) => dots.draw(title, width),
            Self::Heat(heat) => heat.draw(title, width),
        }
    }
}

/// A rectangle, in units from the upper left corner.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Rect {
    pub(crate) left: f64,
    pub(crate) top: f64,
    pub(crate) width: f64,
    pub(crate) height: f64,
}

impl Rect {
    /// The same, larger by `margin` on every side.
    pub(crate) fn grown(self, margin: f64) -> Self {
        Self {
            left: self.left - margin,
            top: self.top - margin,
            width: self.width + 2.0 * margin,
            height: self.height + 2.0 * margin,
        }
    }

    /// Whether `point` lies in it.
    pub(crate) fn holds(self, (x, y): (f64, f64)) -> bool {
        (self.left..=self.right()).contains(&x) && (self.top..=self.bottom()).contains(&y)
    }

    pub(crate) fn right(self) -> f64 {
        self.left + self.width
    }

    pub(crate) fn bottom(self) -> f64 {
        self.top + self.height
    }
}
