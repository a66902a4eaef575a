//! A drawing as SVG, which plotters writes.

use maud::html;
use plotters::backend::SVGBackend;

use super::canvas::Canvas;
use super::draw::DrawError;
use super::font::{BASELINE, FAMILIES};
use crate::markup::plain as plain_text;

impl Canvas {
    /// The drawing as an SVG document, 85 mm wide.
    pub(crate) fn svg(&self) -> Result<String, DrawError> {
        let (width, height) = self.size();
        let mut document = String::new();
        self.draw_on(SVGBackend::with_string(&mut document, (width, height)))?;
        let millimetres = 85.0 * f64::from(height) / f64::from(width);
        let title = html! { title { (plain_text(&self.title)) } }.into_string();
        let (_, body) = document.split_once('>').unwrap_or_default();
        Ok(format!(
            "<svg width=\"85mm\" height=\"{millimetres:.2}mm\" viewBox=\"0 0 {width} {height}\" \
             xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" stroke-linejoin=\"round\" \
             font-family=\"{FAMILIES}\">\n{title}{}",
            plain(body)
        ))
    }
}

/// plotters' elements with fewer and plainer attributes. It escapes `<` and `"` in text, so that no text
/// is met.
fn plain(elements: &str) -> String {
    elements
        .replace(" opacity=\"1\"", "")
        .replace(&format!(" font-family=\"{FAMILIES}\""), "")
        // Opacity of an element makes viewers draw it on a layer of its own; that of its paint does not.
        .replace("<polygon opacity=", "<polygon fill-opacity=")
        .replace("fill=\"none\" opacity=", "fill=\"none\" stroke-opacity=")
        // Viewers differ in the height of an `x`.
        .replace("dy=\"0.5ex\"", &format!("dy=\"{BASELINE}em\""))
}

#[cfg(test)]
mod tests {
    use crate::palette::{INK, NULL};
    use crate::plot::WIDTH;
    use crate::plot::canvas::{Anchor, Canvas};

    #[test]
    fn a_drawing_is_plain_svg() {
        let mut canvas = Canvas::new(WIDTH, 1205.0, "a < b & c");
        let corners = [(100.0, 100.0), (200.0, 100.4), (200.0, 250.0)];
        canvas.line(&corners, INK, 1.0, 8);
        canvas.line(&corners, NULL, 0.3, 5);
        canvas.area(&corners, INK, 1.0);
        canvas.area(&corners, NULL, 0.15);
        canvas.text("opacity=\"1\" <i>'&", (900.0, 400.0), Anchor::Right, 70.0);
        canvas.upright_text("50 %", (60.0, 500.0), 75.0);
        insta::assert_snapshot!(canvas.svg().expect("a drawing"), @r##"
        <svg width="85mm" height="42.50mm" viewBox="0 0 2410 1205" xmlns="http://www.w3.org/2000/svg" role="img" stroke-linejoin="round" font-family="DejaVu Sans, Verdana, sans-serif">
        <title>a &lt; b &amp; c</title>
        <rect x="0" y="0" width="2410" height="1205" fill="#FFFFFF" stroke="none"/>
        <polyline fill="none" stroke="#1A1A1A" stroke-width="8" points="100,100 200,100 200,250 "/>
        <polyline fill="none" stroke-opacity="0.3" stroke="#767676" stroke-width="5" points="100,100 200,100 200,250 "/>
        <polygon fill="#1A1A1A" points="100,100 200,100 200,250 "/>
        <polygon fill-opacity="0.15" fill="#767676" points="100,100 200,100 200,250 "/>
        <text x="900" y="400" dy="0.273em" text-anchor="end" font-size="70" fill="#1A1A1A">
        opacity=&quot;1&quot; &lt;i&gt;&apos;&amp;
        </text>
        <text x="60" y="500" dy="0.273em" text-anchor="middle" font-size="75" fill="#1A1A1A" transform="rotate(270, 60, 500)">
        50 %
        </text>
        </svg>
        "##);
    }
}
