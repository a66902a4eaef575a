//! A drawing as a list of shapes, in whole units, which draw.rs puts on the backends of plotters.

use plotters::style::RGBColor;

use super::Rect;
use super::clip::dashes;
use super::font::text_width;
use crate::markup::{Height, pieces};
use crate::palette::{Marker, PAPER};
use crate::text::printable;

/// A place, in units from the upper left corner.
pub(crate) type Point = (f64, f64);

/// A place in whole units.
pub(super) type WholePoint = (i32, i32);

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

/// What is drawn.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Shape {
    Line {
        points: Vec<WholePoint>,
        colour: RGBColor,
        opacity: f64,
        width: u32,
    },
    Area {
        points: Vec<WholePoint>,
        colour: RGBColor,
        opacity: f64,
    },
    Disc {
        centre: WholePoint,
        radius: u32,
        colour: RGBColor,
    },
    Text {
        text: String,
        /// Of the line's middle.
        at: WholePoint,
        anchor: Anchor,
        size: f64,
        /// From bottom to top.
        is_upright: bool,
    },
}

/// Between texts and the ends of the paper.
const MARGIN: f64 = 10.0;

/// A drawing in the making on [`PAPER`]; what comes later lies on top.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Canvas {
    pub(super) title: String,
    width: f64,
    pub(super) height: u32,
    pub(super) shapes: Vec<Shape>,
}

impl Canvas {
    /// An empty canvas of `width` and `height` units.
    pub(crate) fn new(width: f64, height: f64, title: &str) -> Self {
        Self {
            title: title.to_owned(),
            width,
            height: height.ceil() as u32,
            shapes: Vec::new(),
        }
    }

    /// Width and height in units.
    pub(super) fn size(&self) -> (u32, u32) {
        (self.width as u32, self.height)
    }

    /// A line through `points`, `width` units thick.
    pub(crate) fn line(&mut self, points: &[Point], colour: RGBColor, opacity: f64, width: u32) {
        if points.len() > 1 {
            self.shapes.push(Shape::Line {
                points: points.iter().copied().map(rounded).collect(),
                colour,
                opacity,
                width,
            });
        }
    }

    /// A broken line; `dash` is in multiples of the width, and an empty one breaks nothing.
    pub(crate) fn dashed_line(
        &mut self,
        points: &[Point],
        colour: RGBColor,
        width: u32,
        dash: &[f64],
    ) {
        if dash.is_empty() {
            return self.line(points, colour, 1.0, width);
        }
        let pattern: Vec<f64> = dash.iter().map(|part| part * f64::from(width)).collect();
        for piece in dashes(points, &pattern) {
            self.line(&piece, colour, 1.0, width);
        }
    }

    /// A filled polygon.
    pub(crate) fn area(&mut self, points: &[Point], colour: RGBColor, opacity: f64) {
        if points.len() > 2 {
            self.shapes.push(Shape::Area {
                points: points.iter().copied().map(rounded).collect(),
                colour,
                opacity,
            });
        }
    }

    /// A filled rectangle.
    pub(crate) fn rectangle(&mut self, rect: Rect, colour: RGBColor) {
        let (left, right) = (rect.left, rect.right());
        let (top, bottom) = (rect.top, rect.bottom());
        let corners = [(left, top), (right, top), (right, bottom), (left, bottom)];
        self.area(&corners, colour, 1.0);
    }

    /// Text on a line whose middle is at `at`, or as near to it as keeps the text on the paper.
    pub(crate) fn text(&mut self, text: &str, (x, y): Point, anchor: Anchor, size: f64) {
        let width = rich_width(text, size);
        let left = match anchor {
            Anchor::Left => 0.0,
            Anchor::Middle => 0.5 * width,
            Anchor::Right => width,
        };
        let kept = (x - left).min(self.width - MARGIN - width).max(MARGIN);
        self.any_text(text, (kept + left, y), anchor, size, false);
    }

    /// Text from bottom to top, centred on `at`.
    pub(crate) fn upright_text(&mut self, text: &str, at: Point, size: f64) {
        self.any_text(text, at, Anchor::Middle, size, true);
    }

    /// Raised and lowered letters are texts of their own, smaller and out of the line.
    fn any_text(&mut self, text: &str, at: Point, anchor: Anchor, size: f64, is_upright: bool) {
        let pieces = pieces(text);
        if let [(Height::Line, text)] = pieces[..] {
            return self.piece(text, at, anchor, size, is_upright);
        }
        let size_of = |height: Height| match height {
            Height::Line => size,
            Height::Lowered | Height::Raised => 0.72 * size,
        };
        let width = rich_width(text, size);
        let mut along = match anchor {
            Anchor::Left => 0.0,
            Anchor::Middle => -0.5 * width,
            Anchor::Right => -width,
        };
        for (height, piece) in pieces {
            let down = match height {
                Height::Line => 0.0,
                Height::Lowered => 0.24 * size,
                Height::Raised => -0.28 * size,
            };
            let place = match is_upright {
                true => (
                    at.0 + down,
                    at.1 - along - 0.5 * text_width(piece, size_of(height)),
                ),
                false => (at.0 + along, at.1 + down),
            };
            let anchor = match is_upright {
                true => Anchor::Middle,
                false => Anchor::Left,
            };
            // SVG leaves out blanks at the ends of a text.
            let unbroken = piece.replace(' ', "\u{a0}");
            self.piece(&unbroken, place, anchor, size_of(height), is_upright);
            along += text_width(piece, size_of(height));
        }
    }

    fn piece(&mut self, text: &str, at: Point, anchor: Anchor, size: f64, is_upright: bool) {
        if !text.is_empty() {
            self.shapes.push(Shape::Text {
                text: printable(text),
                at: rounded(at),
                anchor,
                size,
                is_upright,
            });
        }
    }

    /// A small filled circle.
    pub(crate) fn dot(&mut self, at: Point, colour: RGBColor) {
        self.disc(at, 11.0, colour);
    }

    /// A learner's marker of about `radius`, with a rim of paper.
    pub(crate) fn marker(&mut self, at: Point, marker: Marker, colour: RGBColor, radius: f64) {
        let (x, y) = at;
        let corners = |offsets: &[(f64, f64)]| -> Vec<Point> {
            offsets
                .iter()
                .map(|(dx, dy)| (x + radius * dx, y + radius * dy))
                .collect()
        };
        let square = [(-0.85, -0.85), (0.85, -0.85), (0.85, 0.85), (-0.85, 0.85)];
        let shape = match marker {
            Marker::Nothing => return,
            Marker::Disc => {
                self.disc(at, radius + 7.0, PAPER);
                return self.disc(at, radius, colour);
            }
            Marker::Ring => {
                self.disc(at, radius, colour);
                return self.disc(at, radius - 10.0, PAPER);
            }
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
            self.area(&shape, PAPER, 1.0);
            self.line(&outline, colour, 1.0, 11);
        } else {
            self.line(&outline, PAPER, 1.0, 14);
            self.area(&shape, colour, 1.0);
        }
    }

    fn disc(&mut self, at: Point, radius: f64, colour: RGBColor) {
        self.shapes.push(Shape::Disc {
            centre: rounded(at),
            radius: radius as u32,
            colour,
        });
    }
}

/// Width of `text` with its raised and lowered letters.
pub(super) fn rich_width(text: &str, size: f64) -> f64 {
    let width = |(height, piece)| match height {
        Height::Line => text_width(piece, size),
        Height::Lowered | Height::Raised => text_width(piece, 0.72 * size),
    };
    pieces(text).into_iter().map(width).sum()
}

fn rounded((x, y): Point) -> WholePoint {
    (x.round() as i32, y.round() as i32)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plot::WIDTH;

    #[test]
    fn texts_stay_on_the_paper() {
        let text = "validation, below the axis: error neurons, random (56.3 %)";
        let width = text_width(text, 70.0);
        for (x, anchor) in [
            (WIDTH - 100.0, Anchor::Middle),
            (WIDTH - 100.0, Anchor::Left),
            (100.0, Anchor::Right),
            (800.0, Anchor::Middle),
        ] {
            let mut canvas = Canvas::new(WIDTH, 100.0, "");
            canvas.text(text, (x, 50.0), anchor, 70.0);
            let [Shape::Text { at, .. }] = &canvas.shapes[..] else {
                panic!("{:?}", canvas.shapes);
            };
            let left = f64::from(at.0)
                - match anchor {
                    Anchor::Left => 0.0,
                    Anchor::Middle => 0.5 * width,
                    Anchor::Right => width,
                };
            assert!(left >= 0.0 && left + width <= WIDTH, "{anchor:?} at {at:?}");
        }
    }
}
