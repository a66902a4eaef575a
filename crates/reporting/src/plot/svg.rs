//! A drawing as SVG.

use maud::{Markup, PreEscaped, Render, html};

use super::canvas::{Anchor, Canvas, Shape, WholePoint};
use super::font::{BASELINE, FAMILIES};
use crate::palette::{Colour, INK, PAPER};

impl Canvas {
    /// The drawing as an SVG document, 85 mm wide.
    pub(crate) fn svg(&self) -> String {
        let (width, height) = self.size();
        let millimetres = 85.0 * f64::from(height) / f64::from(width);
        let document = html! {
            svg width="85mm" height={ (format_args!("{millimetres:.2}")) "mm" }
                viewBox={ "0 0 " (width) " " (height) } xmlns="http://www.w3.org/2000/svg" role="img"
                stroke-linejoin="round" font-family=(FAMILIES) {
                "\n" title { (self.title) }
                "\n" rect width=(width) height=(height) fill=(PAPER) {}
                @for shape in &self.shapes { "\n" (shape) }
            }
        };
        document.into_string() + "\n"
    }
}

impl Render for Shape {
    fn render(&self) -> Markup {
        match self {
            Self::Line {
                points,
                colour,
                opacity,
                width,
            } => html! {
                polyline fill="none" stroke=(colour) stroke-opacity=[below_one(*opacity)]
                    stroke-width=(width) points=(list(points)) {}
            },
            Self::Area {
                points,
                colour,
                opacity,
            } => html! {
                polygon fill=(colour) fill-opacity=[below_one(*opacity)] points=(list(points)) {}
            },
            Self::Disc {
                centre: (x, y),
                radius,
                colour,
            } => html! { circle cx=(x) cy=(y) r=(radius) fill=(colour) {} },
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
                let baseline = format!("{:.1}", f64::from(*y) + BASELINE * size);
                let turn = is_upright.then(|| format!("rotate(-90 {x} {y})"));
                html! {
                    text x=(x) y=(baseline) text-anchor=(anchor) font-size=(size) fill=(INK)
                        transform=[turn] { (text) }
                }
            }
        }
    }
}

impl Render for Colour {
    fn render(&self) -> Markup {
        PreEscaped(format!("#{:02X}{:02X}{:02X}", self.0, self.1, self.2))
    }
}

fn below_one(opacity: f64) -> Option<f64> {
    (opacity < 1.0).then_some(opacity)
}

fn list(points: &[WholePoint]) -> String {
    let places: Vec<String> = points.iter().map(|(x, y)| format!("{x},{y}")).collect();
    places.join(" ")
}
