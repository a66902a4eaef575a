//! A backend of plotters that draws with tiny-skia, text as outlines of the embedded font.

use std::io;

use plotters_backend::text_anchor::HPos;
use plotters_backend::{
    BackendColor, BackendCoord, BackendStyle, BackendTextStyle, DrawingBackend, DrawingErrorKind,
    FontTransform,
};
use tiny_skia::{Color, FillRule, LineJoin, Paint, Path, PathBuilder, Pixmap, Stroke, Transform};

use super::draw::LINE_HEIGHT;
use super::font::{BASELINE, outline, text_width};

/// Pixels to draw on.
pub(super) struct Raster<'a> {
    pub(super) pixels: &'a mut Pixmap,
    /// Width and height in units.
    pub(super) size: (u32, u32),
}

type Drawn = Result<(), DrawingErrorKind<io::Error>>;

impl Raster<'_> {
    /// From units to pixels.
    fn to_pixels(&self) -> Transform {
        let scale = self.pixels.width() as f32 / self.size.0 as f32;
        Transform::from_scale(scale, scale)
    }

    fn draw(&mut self, path: Option<Path>, style: &impl BackendStyle, is_filled: bool) -> Drawn {
        let (paint, to_pixels) = (paint(style.color()), self.to_pixels());
        match path {
            None => {}
            Some(path) if is_filled => {
                (self.pixels).fill_path(&path, &paint, FillRule::Winding, to_pixels, None);
            }
            Some(path) => {
                let stroke = Stroke {
                    width: style.stroke_width() as f32,
                    line_join: LineJoin::Round,
                    ..Stroke::default()
                };
                (self.pixels).stroke_path(&path, &paint, &stroke, to_pixels, None);
            }
        }
        Ok(())
    }
}

impl DrawingBackend for Raster<'_> {
    type ErrorType = io::Error;

    fn get_size(&self) -> (u32, u32) {
        self.size
    }

    fn ensure_prepared(&mut self) -> Drawn {
        Ok(())
    }

    fn present(&mut self) -> Drawn {
        Ok(())
    }

    fn draw_pixel(&mut self, (x, y): BackendCoord, colour: BackendColor) -> Drawn {
        self.draw_rect((x, y), (x + 1, y + 1), &colour, true)
    }

    fn draw_line<S: BackendStyle>(
        &mut self,
        from: BackendCoord,
        to: BackendCoord,
        style: &S,
    ) -> Drawn {
        self.draw_path([from, to], style)
    }

    fn draw_rect<S: BackendStyle>(
        &mut self,
        (left, top): BackendCoord,
        (right, bottom): BackendCoord,
        style: &S,
        is_filled: bool,
    ) -> Drawn {
        let corners = [(left, top), (right, top), (right, bottom), (left, bottom)];
        self.draw(through(corners, true), style, is_filled)
    }

    fn draw_path<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        points: I,
        style: &S,
    ) -> Drawn {
        self.draw(through(points, false), style, false)
    }

    fn fill_polygon<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        corners: I,
        style: &S,
    ) -> Drawn {
        self.draw(through(corners, true), style, true)
    }

    fn draw_circle<S: BackendStyle>(
        &mut self,
        (x, y): BackendCoord,
        radius: u32,
        style: &S,
        is_filled: bool,
    ) -> Drawn {
        let circle = PathBuilder::from_circle(x as f32, y as f32, radius as f32);
        self.draw(circle, style, is_filled)
    }

    /// `at` is the middle of the line.
    fn draw_text<S: BackendTextStyle>(
        &mut self,
        text: &str,
        style: &S,
        (x, y): BackendCoord,
    ) -> Drawn {
        let size = style.size() / LINE_HEIGHT;
        let before = match style.anchor().h_pos {
            HPos::Left => 0.0,
            HPos::Center => 0.5 * text_width(text, size),
            HPos::Right => text_width(text, size),
        };
        let turn = match style.transform() {
            FontTransform::None => 0.0,
            FontTransform::Rotate90 => 90.0,
            FontTransform::Rotate180 => 180.0,
            FontTransform::Rotate270 => 270.0,
        };
        let place = Transform::from_translate(-before as f32, (BASELINE * size) as f32)
            .post_rotate(turn)
            .post_translate(x as f32, y as f32);
        let outline = outline(text, size).and_then(|outline| outline.transform(place));
        self.draw(outline, &style.color(), true)
    }
}

fn through(points: impl IntoIterator<Item = BackendCoord>, is_closed: bool) -> Option<Path> {
    let mut path = PathBuilder::new();
    for (x, y) in points {
        let (x, y) = (x as f32, y as f32);
        if path.is_empty() {
            path.move_to(x, y);
        } else {
            path.line_to(x, y);
        }
    }
    if is_closed {
        path.close();
    }
    path.finish()
}

fn paint(colour: BackendColor) -> Paint<'static> {
    let (red, green, blue) = colour.rgb;
    let mut shade = Color::from_rgba8(red, green, blue, 255);
    shade.apply_opacity(colour.alpha as f32);
    let mut paint = Paint::default();
    paint.set_color(shade);
    paint
}

#[cfg(test)]
mod tests {
    use super::*;

    const BLACK: BackendColor = BackendColor {
        alpha: 1.0,
        rgb: (0, 0, 0),
    };

    /// Whether pixels of `drawn` at 20 pixels for 20 units are dark.
    fn dark(drawn: impl FnOnce(&mut Raster<'_>) -> Drawn, places: &[(u32, u32)]) -> Vec<bool> {
        let mut pixels = Pixmap::new(20, 20).expect("pixels");
        pixels.fill(Color::WHITE);
        let mut raster = Raster {
            pixels: &mut pixels,
            size: (20, 20),
        };
        drawn(&mut raster).expect("a drawing");
        let red = |&(x, y): &(u32, u32)| pixels.pixel(x, y).expect("a pixel").red();
        places.iter().map(|place| red(place) < 160).collect()
    }

    #[test]
    fn shapes_are_hollow_unless_filled() {
        let places = [(10, 10), (10, 15)];
        for is_filled in [false, true] {
            let found = dark(|it| it.draw_circle((10, 10), 6, &BLACK, is_filled), &places);
            assert_eq!(found, [is_filled, true]);
            let (from, to) = ((4, 4), (16, 16));
            let found = dark(|it| it.draw_rect(from, to, &BLACK, is_filled), &places);
            assert_eq!(found, [is_filled, true]);
        }
    }

    #[test]
    fn a_pixel_is_a_unit_and_a_line_goes_from_end_to_end() {
        let found = dark(|it| it.draw_pixel((3, 4), BLACK), &[(3, 4), (4, 4), (3, 3)]);
        assert_eq!(found, [true, false, false]);
        let line = |it: &mut Raster<'_>| it.draw_line((2, 3), (18, 3), &BLACK);
        assert_eq!(dark(line, &[(2, 3), (17, 3), (19, 3)]), [true, true, false]);
    }
}
