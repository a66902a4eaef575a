//! A drawing as SVG.

use std::fmt::{self, Write};

use super::canvas::{Anchor, Canvas, Shape, WholePoint};
use super::font::{BASELINE, FAMILIES};
use crate::palette::{Colour, INK, PAPER};
use crate::text::escape;

impl Canvas {
    /// The drawing as an SVG document, 85 mm wide.
    pub(crate) fn svg(&self) -> String {
        let (width, height) = self.size();
        let millimetres = 85.0 * f64::from(height) / f64::from(width);
        let mut out = format!(
            "<svg width=\"85mm\" height=\"{millimetres:.2}mm\" viewBox=\"0 0 {width} {height}\" \
             xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" stroke-linejoin=\"round\" \
             font-family=\"{FAMILIES}\">\n<title>{}</title>\n\
             <rect width=\"{width}\" height=\"{height}\" fill=\"{PAPER}\"/>\n",
            escape(&self.title)
        );
        for shape in &self.shapes {
            // Writing to a string cannot fail.
            let _ = shape.write(&mut out);
        }
        out + "</svg>\n"
    }
}

impl Shape {
    fn write(&self, out: &mut String) -> fmt::Result {
        match self {
            Self::Line {
                points,
                colour,
                opacity,
                width,
            } => {
                write!(out, "<polyline fill=\"none\" stroke=\"{colour}\" ")?;
                if *opacity < 1.0 {
                    write!(out, "stroke-opacity=\"{opacity}\" ")?;
                }
                writeln!(
                    out,
                    "stroke-width=\"{width}\" points=\"{}\"/>",
                    list(points)
                )
            }
            Self::Area {
                points,
                colour,
                opacity,
            } => {
                write!(out, "<polygon fill=\"{colour}\" ")?;
                if *opacity < 1.0 {
                    write!(out, "fill-opacity=\"{opacity}\" ")?;
                }
                writeln!(out, "points=\"{}\"/>", list(points))
            }
            Self::Disc {
                centre: (x, y),
                radius,
                colour,
            } => writeln!(
                out,
                "<circle cx=\"{x}\" cy=\"{y}\" r=\"{radius}\" fill=\"{colour}\"/>"
            ),
            Self::Text {
                text,
                at: (x, y),
                anchor,
                size,
                is_upright,
            } => {
                let anchor = match anchor {
                    Anchor::Left => "start",
                    Anchor::Middle => "middle",
                    Anchor::Right => "end",
                };
                let baseline = f64::from(*y) + BASELINE * size;
                write!(
                    out,
                    "<text x=\"{x}\" y=\"{baseline:.1}\" text-anchor=\"{anchor}\" \
                     font-size=\"{size}\" fill=\"{INK}\""
                )?;
                if *is_upright {
                    write!(out, " transform=\"rotate(-90 {x} {y})\"")?;
                }
                writeln!(out, ">{}</text>", escape(text))
            }
        }
    }
}

impl fmt::Display for Colour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{:02X}{:02X}{:02X}", self.0, self.1, self.2)
    }
}

fn list(points: &[WholePoint]) -> String {
    let places: Vec<String> = points.iter().map(|(x, y)| format!("{x},{y}")).collect();
    places.join(" ")
}
