//! Primitive drawing, by plotters, in units with fractions rounded.

use plotters::backend::SVGBackend;
use plotters::coord::Shift;
use plotters::drawing::{DrawingArea, DrawingAreaErrorKind, IntoDrawingArea};
use plotters::element::{Circle, PathElement, Polygon, Rectangle};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{Color, FontTransform, IntoFont, RGBColor, ShapeStyle, TextStyle};

use super::clip::dashes;
use super::font::{FAMILIES, LINE_HEIGHT};
use super::{Rect, WIDTH};
use crate::palette::{INK, Marker, PAPER};
use crate::text::{escape, printable};

/// An error of the SVG backend.
pub(crate) type DrawError = DrawingAreaErrorKind<std::io::Error>;

/// A place, in units from the upper left corner.
pub(crate) type Point = (f64, f64);

/// How text lies about its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Anchor {
    /// To the right of it.
    Left,
    /// Centred on it.
    Middle,
    /// To the left of it.
    Right,
}

/// An SVG document in the making.
pub(crate) struct Canvas<'a> {
    area: DrawingArea<SVGBackend<'a>, Shift>,
}

/// A document of [`WIDTH`] by `height` units, 85 mm wide, drawn by `draw`.
pub(crate) fn document(
    height: f64,
    title: &str,
    draw: impl FnOnce(&Canvas<'_>) -> Result<(), DrawError>,
) -> Result<String, DrawError> {
    let (width, height) = (WIDTH as u32, height.ceil() as u32);
    let mut text = String::new();
    {
        let canvas = Canvas {
            area: SVGBackend::with_string(&mut text, (width, height)).into_drawing_area(),
        };
        canvas.area.fill(&PAPER)?;
        draw(&canvas)?;
        canvas.area.present()?;
    }
    let millimetres = 85.0 * f64::from(height) / f64::from(width);
    let body = text.find('>').map_or("", |end| &text[end + 1..]);
    let body = body.replace(" opacity=\"1\"", "");
    // Opacity of a whole element costs a layer of its own when drawn; of paint it does not. Quotes in
    // text are escaped, so only attributes are met.
    let (opacity, paint) = (" opacity=\"", " fill-opacity=\"");
    let mut pieces = body.split(opacity);
    let mut body = pieces.next().unwrap_or("").to_owned();
    for piece in pieces {
        let value = piece.split('"').next().unwrap_or("1");
        body.push_str(&format!(" stroke-opacity=\"{value}\"{paint}{piece}"));
    }
    Ok(format!(
        "<svg width=\"85mm\" height=\"{millimetres:.2}mm\" viewBox=\"0 0 {width} {height}\" \
         xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" stroke-linejoin=\"round\">\n\
         <title>{}</title>{body}",
        escape(title)
    ))
}

impl Canvas<'_> {
    /// A line through `points`, `width` units thick.
    pub(crate) fn line(
        &self,
        points: &[Point],
        colour: RGBColor,
        opacity: f64,
        width: u32,
    ) -> Result<(), DrawError> {
        if points.len() < 2 {
            return Ok(());
        }
        let style = ShapeStyle::from(&colour.mix(opacity)).stroke_width(width);
        self.area.draw(&PathElement::new(rounded(points), style))
    }

    /// A broken line; `dash` is in multiples of the width, and an empty one breaks nothing.
    pub(crate) fn dashed_line(
        &self,
        points: &[Point],
        colour: RGBColor,
        width: u32,
        dash: &[f64],
    ) -> Result<(), DrawError> {
        if dash.is_empty() {
            return self.line(points, colour, 1.0, width);
        }
        let pattern: Vec<f64> = dash.iter().map(|part| part * f64::from(width)).collect();
        for piece in dashes(points, &pattern) {
            self.line(&piece, colour, 1.0, width)?;
        }
        Ok(())
    }

    /// A filled polygon.
    pub(crate) fn area(
        &self,
        points: &[Point],
        colour: RGBColor,
        opacity: f64,
    ) -> Result<(), DrawError> {
        if points.len() < 3 {
            return Ok(());
        }
        let style = colour.mix(opacity).filled();
        self.area.draw(&Polygon::new(rounded(points), style))
    }

    /// A filled rectangle.
    pub(crate) fn rectangle(&self, rect: Rect, colour: RGBColor) -> Result<(), DrawError> {
        let corners = rounded(&[(rect.left, rect.top), (rect.right(), rect.bottom())]);
        let style = colour.filled();
        self.area
            .draw(&Rectangle::new([corners[0], corners[1]], style))
    }

    /// Text on a line whose middle is at `at`.
    pub(crate) fn text(
        &self,
        text: &str,
        at: Point,
        anchor: Anchor,
        size: f64,
    ) -> Result<(), DrawError> {
        self.any_text(text, at, anchor, size, FontTransform::None)
    }

    /// Text from bottom to top, centred on `at`.
    pub(crate) fn upright_text(&self, text: &str, at: Point, size: f64) -> Result<(), DrawError> {
        self.any_text(text, at, Anchor::Middle, size, FontTransform::Rotate270)
    }

    fn any_text(
        &self,
        text: &str,
        at: Point,
        anchor: Anchor,
        size: f64,
        transform: FontTransform,
    ) -> Result<(), DrawError> {
        if text.is_empty() {
            return Ok(());
        }
        let horizontal = match anchor {
            Anchor::Left => HPos::Left,
            Anchor::Middle => HPos::Center,
            Anchor::Right => HPos::Right,
        };
        let font = (FAMILIES, size * LINE_HEIGHT)
            .into_font()
            .transform(transform);
        let style = TextStyle::from(font)
            .color(&INK)
            .pos(Pos::new(horizontal, VPos::Center));
        self.area
            .draw_text(&printable(text), &style, rounded(&[at])[0])
    }

    /// A learner's marker of about `radius`, with a rim of paper.
    pub(crate) fn marker(
        &self,
        at: Point,
        marker: Marker,
        colour: RGBColor,
        radius: f64,
    ) -> Result<(), DrawError> {
        let (x, y) = at;
        let corners = |offsets: &[(f64, f64)]| -> Vec<Point> {
            offsets
                .iter()
                .map(|(dx, dy)| (x + radius * dx, y + radius * dy))
                .collect()
        };
        let square = [(-0.85, -0.85), (0.85, -0.85), (0.85, 0.85), (-0.85, 0.85)];
        let shape = match marker {
            Marker::Nothing => return Ok(()),
            Marker::Disc => return self.disc(at, radius, colour, None),
            Marker::Ring => return self.disc(at, radius, colour, Some(PAPER)),
            Marker::Square | Marker::Frame => corners(&square),
            Marker::TriangleUp => corners(&[(0.0, -1.15), (1.1, 0.8), (-1.1, 0.8)]),
            Marker::TriangleDown => corners(&[(0.0, 1.15), (1.1, -0.8), (-1.1, -0.8)]),
            Marker::Diamond | Marker::Rhombus => {
                corners(&[(0.0, -1.25), (1.15, 0.0), (0.0, 1.25), (-1.15, 0.0)])
            }
        };
        let mut outline = shape.clone();
        outline.extend_from_slice(&shape[..2]);
        if matches!(marker, Marker::Frame | Marker::Rhombus) {
            self.area(&shape, PAPER, 1.0)?;
            self.line(&outline, colour, 1.0, 11)
        } else {
            self.line(&outline, PAPER, 1.0, 14)?;
            self.area(&shape, colour, 1.0)
        }
    }

    fn disc(
        &self,
        at: Point,
        radius: f64,
        colour: RGBColor,
        inside: Option<RGBColor>,
    ) -> Result<(), DrawError> {
        let centre = rounded(&[at])[0];
        let circle = |radius: f64, colour: RGBColor| {
            self.area
                .draw(&Circle::new(centre, radius as i32, colour.filled()))
        };
        if inside.is_none() {
            circle(radius + 7.0, PAPER)?;
        }
        circle(radius, colour)?;
        inside.map_or(Ok(()), |inside| circle(radius - 10.0, inside))
    }
}

fn rounded(points: &[Point]) -> Vec<(i32, i32)> {
    points
        .iter()
        .map(|(x, y)| (x.round() as i32, y.round() as i32))
        .collect()
}
