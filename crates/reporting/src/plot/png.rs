//! A drawing as PNG, with text from the outlines of the embedded font.

use png::{BitDepth, ColorType, Compression, PixelDimensions, Unit};
use tiny_skia::{Color, FillRule, LineJoin, Paint, Path, PathBuilder, Pixmap, Stroke, Transform};

use super::canvas::{Anchor, Canvas, Shape, WholePoint};
use super::font::{BASELINE, outline, text_width};
use crate::palette::{Colour, INK, PAPER};

/// Width of PNG files, pixels: 300 dots per inch at 85 mm.
const WIDTH_PIXELS: u32 = 1004;

/// 300 dots per inch.
const PIXELS_PER_METRE: u32 = 11_811;

/// Brightnesses of a channel: enough for smooth edges, few enough for small files.
const N_LEVELS: f32 = 32.0;

/// Why there is no PNG.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PngError {
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
    /// The drawing as PNG, 300 dots per inch at 85 mm.
    pub(crate) fn png(&self) -> Result<Vec<u8>, PngError> {
        let (width, height) = self.size();
        let scale = WIDTH_PIXELS as f32 / width as f32;
        let (width, height) = (WIDTH_PIXELS, (height as f32 * scale).round() as u32);
        let mut pixels = Pixmap::new(width, height).ok_or(PngError::Size { width, height })?;
        pixels.fill(opaque(PAPER));
        for shape in &self.shapes {
            shape.draw(&mut pixels, Transform::from_scale(scale, scale));
        }
        encode(&pixels)
    }
}

impl Shape {
    fn draw(&self, pixels: &mut Pixmap, to_pixels: Transform) {
        match self {
            Self::Line {
                points,
                colour,
                opacity,
                width,
            } => {
                let stroke = Stroke {
                    width: *width as f32,
                    line_join: LineJoin::Round,
                    ..Stroke::default()
                };
                if let Some(path) = through(points, false) {
                    let paint = paint(*colour, *opacity);
                    pixels.stroke_path(&path, &paint, &stroke, to_pixels, None);
                }
            }
            Self::Area {
                points,
                colour,
                opacity,
            } => fill(pixels, through(points, true), *colour, *opacity, to_pixels),
            Self::Disc {
                centre: (x, y),
                radius,
                colour,
            } => {
                let disc = PathBuilder::from_circle(*x as f32, *y as f32, *radius as f32);
                fill(pixels, disc, *colour, 1.0, to_pixels);
            }
            Self::Text {
                text,
                at: (x, y),
                anchor,
                size,
                is_upright,
            } => {
                let before = match anchor {
                    Anchor::Left => 0.0,
                    Anchor::Middle => 0.5 * text_width(text, *size),
                    Anchor::Right => text_width(text, *size),
                };
                let turn = if *is_upright { -90.0 } else { 0.0 };
                let to_pixels = to_pixels
                    .pre_translate(*x as f32, *y as f32)
                    .pre_concat(Transform::from_rotate(turn))
                    .pre_translate(-before as f32, (BASELINE * size) as f32);
                fill(pixels, outline(text, *size), INK, 1.0, to_pixels);
            }
        }
    }
}

fn fill(pixels: &mut Pixmap, path: Option<Path>, colour: Colour, opacity: f64, to: Transform) {
    if let Some(path) = path {
        let paint = paint(colour, opacity);
        pixels.fill_path(&path, &paint, FillRule::Winding, to, None);
    }
}

fn through(points: &[WholePoint], is_closed: bool) -> Option<Path> {
    let mut path = PathBuilder::new();
    for (index, (x, y)) in points.iter().enumerate() {
        let (x, y) = (*x as f32, *y as f32);
        match index {
            0 => path.move_to(x, y),
            _ => path.line_to(x, y),
        }
    }
    if is_closed {
        path.close();
    }
    path.finish()
}

fn opaque(Colour(red, green, blue): Colour) -> Color {
    Color::from_rgba8(red, green, blue, 255)
}

fn paint(colour: Colour, opacity: f64) -> Paint<'static> {
    let mut colour = opaque(colour);
    colour.apply_opacity(opacity as f32);
    let mut paint = Paint::default();
    paint.set_color(colour);
    paint
}

/// Opaque `pixels` as PNG.
fn encode(pixels: &Pixmap) -> Result<Vec<u8>, PngError> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, pixels.width(), pixels.height());
    encoder.set_color(ColorType::Rgb);
    encoder.set_depth(BitDepth::Eight);
    encoder.set_compression(Compression::Balanced);
    encoder.set_pixel_dims(Some(PixelDimensions {
        xppu: PIXELS_PER_METRE,
        yppu: PIXELS_PER_METRE,
        unit: Unit::Meter,
    }));
    let colours = pixels.pixels().iter();
    let rgb: Vec<u8> = colours
        .flat_map(|pixel| [pixel.red(), pixel.green(), pixel.blue()].map(coarse))
        .collect();
    let mut writer = encoder.write_header()?;
    writer.write_image_data(&rgb)?;
    writer.finish()?;
    Ok(bytes)
}

/// One of [`N_LEVELS`] brightnesses.
fn coarse(channel: u8) -> u8 {
    let step = 255.0 / (N_LEVELS - 1.0);
    ((f32::from(channel) / step).round() * step).round() as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Left, top, right and bottom of what is not paper, in units.
    fn inked(draw: impl FnOnce(&mut Canvas)) -> [f64; 4] {
        let mut canvas = Canvas::new(1000.0, "");
        draw(&mut canvas);
        let bytes = canvas.png().expect("a picture");
        let decoder = png::Decoder::new(std::io::Cursor::new(bytes));
        let mut reader = decoder.read_info().expect("a PNG");
        let dims = reader.info().pixel_dims.expect("a resolution");
        assert_eq!((dims.xppu, dims.unit), (PIXELS_PER_METRE, Unit::Meter));
        let mut rgb = vec![0; reader.output_buffer_size().expect("a small picture")];
        reader.next_frame(&mut rgb).expect("pixels");
        let mut bounds = [f64::MAX, f64::MAX, 0.0, 0.0];
        for (index, _) in (rgb.chunks_exact(3).enumerate()).filter(|(_, pixel)| pixel[0] < 128) {
            let width = WIDTH_PIXELS as usize;
            let scale = f64::from(canvas.size().0) / f64::from(WIDTH_PIXELS);
            let (x, y) = (
                (index % width) as f64 * scale,
                (index / width) as f64 * scale,
            );
            let [left, top, right, bottom] = bounds;
            bounds = [left.min(x), top.min(y), right.max(x), bottom.max(y)];
        }
        bounds
    }

    #[test]
    fn text_lies_about_its_place_as_its_anchor_says() {
        let at = (500.0, 500.0);
        let near = |found: f64, expected: f64| (found - expected).abs() < 12.0;
        let width = text_width("xxxx", 70.0);
        for (anchor, left) in [
            (Anchor::Left, 500.0),
            (Anchor::Middle, 500.0 - 0.5 * width),
            (Anchor::Right, 500.0 - width),
        ] {
            let found = inked(|canvas| canvas.text("xxxx", at, anchor, 70.0));
            assert!(
                near(found[0], left) && near(found[2], left + width),
                "{found:?}"
            );
            assert!(near(0.5 * (found[1] + found[3]), 500.0), "{found:?}");
        }
        let found = inked(|canvas| canvas.upright_text("xxxx", at, 70.0));
        assert!(near(0.5 * (found[0] + found[2]), 500.0), "{found:?}");
        assert!(near(found[1], 500.0 - 0.5 * width), "{found:?}");
        assert!(near(found[3], 500.0 + 0.5 * width), "{found:?}");
    }

    #[test]
    fn upright_text_runs_from_bottom_to_top() {
        let of = |text| inked(|canvas| canvas.upright_text(text, (500.0, 500.0), 70.0));
        // A descender hangs to the right of an upright line.
        assert!(of("xp")[2] > of("xx")[2] + 8.0);
        // It begins at its lower end.
        assert!(of("x   ")[1] > 500.0);
    }
}
