//! Shapes by plotters, on any of its backends.

use std::io;

use plotters::coord::Shift;
use plotters::drawing::{DrawingArea, DrawingAreaErrorKind, IntoDrawingArea};
use plotters::element::{Circle, PathElement, Polygon};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{Color, FontTransform, IntoFont, ShapeStyle, TextStyle};
use plotters_backend::DrawingBackend;

use super::canvas::{Anchor, Canvas, Shape};
use super::font::FAMILIES;
use crate::palette::{INK, PAPER};

/// plotters' sizes of text are heights of lines; those of letters times this give them.
pub(super) const LINE_HEIGHT: f64 = 1.24;

/// Why there is no drawing.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DrawError {
    /// A shape could not be drawn.
    #[error("a shape could not be drawn")]
    Shape(#[from] DrawingAreaErrorKind<io::Error>),
    /// There is no picture of this size.
    #[error("a picture of {width} × {height} pixels cannot be made")]
    Size {
        /// Pixels.
        width: u32,
        /// Pixels.
        height: u32,
    },
    /// The picture could not be encoded.
    #[error("the picture could not be encoded as PNG")]
    Encoding(#[from] png::EncodingError),
}

impl Canvas {
    /// The paper and the shapes on `backend`, whose pixels are units.
    pub(super) fn draw_on<B>(&self, backend: B) -> Result<(), DrawError>
    where
        B: DrawingBackend<ErrorType = io::Error>,
    {
        let area = backend.into_drawing_area();
        area.fill(&PAPER)?;
        for shape in &self.shapes {
            shape.draw(&area)?;
        }
        Ok(area.present()?)
    }
}

impl Shape {
    fn draw<B: DrawingBackend>(
        &self,
        area: &DrawingArea<B, Shift>,
    ) -> Result<(), DrawingAreaErrorKind<B::ErrorType>> {
        match self {
            Self::Line {
                points,
                colour,
                opacity,
                width,
            } => {
                let style = ShapeStyle::from(colour.mix(*opacity)).stroke_width(*width);
                area.draw(&PathElement::new(points.as_slice(), style))
            }
            Self::Area {
                points,
                colour,
                opacity,
            } => area.draw(&Polygon::new(points.as_slice(), colour.mix(*opacity))),
            Self::Disc {
                centre,
                radius,
                colour,
            } => area.draw(&Circle::new(*centre, *radius, colour.filled())),
            Self::Text {
                text,
                at,
                anchor,
                size,
                is_upright,
            } => {
                let along = match anchor {
                    Anchor::Left => HPos::Left,
                    Anchor::Middle => HPos::Center,
                    Anchor::Right => HPos::Right,
                };
                let turn = if *is_upright {
                    FontTransform::Rotate270
                } else {
                    FontTransform::None
                };
                let font = (FAMILIES, size * LINE_HEIGHT).into_font().transform(turn);
                let style = TextStyle::from(font).color(&INK);
                area.draw_text(text, &style.pos(Pos::new(along, VPos::Center)), *at)
            }
        }
    }
}
