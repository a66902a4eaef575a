//! A drawing as PNG, which raster.rs draws.

use png::{BitDepth, ColorType, Compression, EncodingError, PixelDimensions, Unit};
use tiny_skia::{Color, Pixmap};

use super::SMALL;
use super::canvas::{Anchor, Canvas, Shape};
use super::draw::DrawError;
use super::font::shows;
use super::raster::Raster;

/// Width of PNG files, pixels: 300 dots per inch at 85 mm.
const WIDTH_PIXELS: u32 = 1004;

/// 300 dots per inch.
const PIXELS_PER_METRE: u32 = 11_811;

/// Under pictures that lack a letter.
const LACKING: &str = "\u{fffd}: a letter that this picture's font lacks; the SVG has it";

/// Brightnesses of a channel: enough for smooth edges, few enough for small files.
const N_LEVELS: f32 = 32.0;

impl Canvas {
    /// The drawing as PNG, 300 dots per inch at 85 mm.
    ///
    /// Where the font lacks a letter there is a sign in its place, and a note that says so.
    pub(crate) fn png(&self) -> Result<Vec<u8>, DrawError> {
        let has_all = |shape: &Shape| !matches!(shape, Shape::Text { text, .. } if !shows(text));
        if self.shapes.iter().all(has_all) {
            return self.drawn();
        }
        let mut noted = self.clone();
        let at = (30.0, f64::from(self.height) + 40.0);
        noted.height += 100;
        noted.text(LACKING, at, Anchor::Left, SMALL);
        noted.drawn()
    }

    fn drawn(&self) -> Result<Vec<u8>, DrawError> {
        let size = self.size();
        let scale = WIDTH_PIXELS as f32 / size.0 as f32;
        let (width, height) = (WIDTH_PIXELS, (size.1 as f32 * scale).round() as u32);
        let mut pixels = Pixmap::new(width, height).ok_or(DrawError::Size { width, height })?;
        // The lowest row may lie only partly on the paper.
        pixels.fill(Color::WHITE);
        self.draw_on(Raster {
            pixels: &mut pixels,
            size,
        })?;
        Ok(encode(&pixels)?)
    }
}

/// Opaque `pixels` as PNG.
fn encode(pixels: &Pixmap) -> Result<Vec<u8>, EncodingError> {
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
    use crate::plot::WIDTH;
    use crate::plot::font::text_width;

    /// Left, top, right and bottom of what is not paper, in units.
    fn inked(draw: impl FnOnce(&mut Canvas)) -> [f64; 4] {
        let mut canvas = Canvas::new(WIDTH, 1000.0, "");
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
    fn a_letter_that_the_font_lacks_is_noted() {
        let bottom =
            |text| inked(|canvas| canvas.text(text, (500.0, 500.0), Anchor::Left, 70.0))[3];
        assert!(bottom("ошибка") < 600.0);
        assert!(bottom("字") > 1000.0);
    }

    #[test]
    fn lowered_letters_hang_below_and_raised_ones_stand_above() {
        let of = |text| inked(|canvas| canvas.text(text, (500.0, 500.0), Anchor::Middle, 70.0));
        let (plain, rich) = (of("x"), of("x^{I}_{1}"));
        assert!(
            rich[1] < plain[1] - 10.0 && rich[3] > plain[3] + 10.0,
            "{plain:?} {rich:?}"
        );
        let middle = 0.5 * (rich[0] + rich[2]);
        assert!((middle - 500.0).abs() < 15.0, "{rich:?}");
        let upright = inked(|canvas| canvas.upright_text("x_{1}", (500.0, 500.0), 70.0));
        assert!(upright[2] > 525.0, "{upright:?}");
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
