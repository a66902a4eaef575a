//! A drawing as PDF: vectors, and text in the embedded font.

use std::collections::BTreeMap;
use std::io::{self, Write};

use flate2::Compression;
use flate2::write::ZlibEncoder;
use pdf_writer::types::{CidFontType, FontFlags, LineJoinStyle, SystemInfo, UnicodeCmap};
use pdf_writer::{Content, Filter, Finish, Name, Pdf, Rect, Ref, Str, TextStr};
use plotters::style::RGBColor;

use super::UNITS_PER_MM;
use super::canvas::{Anchor, Canvas, Shape, WholePoint};
use super::font::{BASELINE, Embedded, text_width};

const CATALOGUE: Ref = Ref::new(1);
const PAGES: Ref = Ref::new(2);
const PAGE: Ref = Ref::new(3);
const CONTENT: Ref = Ref::new(4);
const FONT: Ref = Ref::new(5);
const GLYPHS: Ref = Ref::new(6);
const DESCRIPTOR: Ref = Ref::new(7);
const FONT_FILE: Ref = Ref::new(8);
const LETTERS: Ref = Ref::new(9);
const INFORMATION: Ref = Ref::new(10);
/// The first state of a given opacity.
const OPACITIES: i32 = 11;

const FONT_NAME: Name<'_> = Name(b"F");
const IDENTITY: SystemInfo<'_> = SystemInfo {
    registry: Str(b"Adobe"),
    ordering: Str(b"Identity"),
    supplement: 0,
};

impl Canvas {
    /// The drawing as a PDF of one page in its own size, with the font in it. It has no date: the same drawing
    /// gives the same bytes.
    pub(crate) fn pdf(&self) -> io::Result<Vec<u8>> {
        let (width, height) = self.size();
        let points = |units: u32| (f64::from(units) / UNITS_PER_MM * 72.0 / 25.4) as f32;
        let mut drawn = Drawn::of(self);
        let scale = points(width) / width as f32;
        let to_page = [scale, 0.0, 0.0, -scale, 0.0, points(height)];
        let mut page = Content::new();
        page.transform(to_page)
            .set_line_join(LineJoinStyle::RoundJoin);
        drawn.put(self, &mut page);
        let (content, font) = (zipped(&page.finish())?, zipped(drawn.font.bytes)?);

        let mut pdf = Pdf::new();
        pdf.catalog(CATALOGUE).pages(PAGES);
        pdf.pages(PAGES).kids([PAGE]).count(1);
        let mut page = pdf.page(PAGE);
        page.media_box(Rect::new(0.0, 0.0, points(width), points(height)))
            .parent(PAGES)
            .contents(CONTENT);
        let mut resources = page.resources();
        resources.fonts().pair(FONT_NAME, FONT);
        let mut states = resources.ext_g_states();
        for (index, name) in drawn.opacities.values().enumerate() {
            states.pair(Name(name.as_bytes()), Ref::new(OPACITIES + index as i32));
        }
        states.finish();
        resources.finish();
        page.finish();
        for (index, thousandths) in drawn.opacities.keys().enumerate() {
            let share = *thousandths as f32 / 1000.0;
            pdf.ext_graphics(Ref::new(OPACITIES + index as i32))
                .stroking_alpha(share)
                .non_stroking_alpha(share);
        }
        pdf.stream(CONTENT, &content).filter(Filter::FlateDecode);
        drawn.write_font(&mut pdf, &font);
        pdf.document_info(INFORMATION)
            .title(TextStr(&self.title))
            .producer(TextStr("apical"));
        Ok(pdf.finish())
    }
}

/// What the page needs beside its content.
struct Drawn {
    font: Embedded,
    /// Glyphs that are shown, with the letter that each stands for.
    letters: BTreeMap<u16, char>,
    /// Opacities in thousandths, and the names of their states.
    opacities: BTreeMap<u32, String>,
}

impl Drawn {
    fn of(canvas: &Canvas) -> Self {
        let mut opacities = BTreeMap::new();
        let texts = canvas.shapes.iter().filter_map(|shape| match shape {
            Shape::Text { text, .. } => Some(&**text),
            _ => None,
        });
        for shape in &canvas.shapes {
            let share = thousandths(opacity_of(shape));
            opacities.insert(share, format!("O{share}"));
        }
        Self {
            font: Embedded::for_texts(texts),
            letters: BTreeMap::new(),
            opacities,
        }
    }

    fn put(&mut self, canvas: &Canvas, page: &mut Content) {
        for shape in &canvas.shapes {
            let state = &self.opacities[&thousandths(opacity_of(shape))];
            page.set_parameters(Name(state.as_bytes()));
            match shape {
                Shape::Line {
                    points,
                    colour,
                    width,
                    ..
                } => {
                    let [red, green, blue] = shares(*colour);
                    page.set_stroke_rgb(red, green, blue)
                        .set_line_width(*width as f32);
                    along(points, page);
                    page.stroke();
                }
                Shape::Area { points, colour, .. } => {
                    fill(*colour, page);
                    along(points, page);
                    page.close_path().fill_nonzero();
                }
                Shape::Disc {
                    centre,
                    radius,
                    colour,
                } => {
                    fill(*colour, page);
                    disc(*centre, *radius as f32, page);
                    page.fill_nonzero();
                }
                Shape::Text { .. } => self.text(shape, page),
            }
        }
    }

    fn text(&mut self, shape: &Shape, page: &mut Content) {
        let Shape::Text {
            text,
            at: (x, y),
            anchor,
            size,
            is_upright,
        } = shape
        else {
            return;
        };
        let width = text_width(text, *size);
        let before = match anchor {
            Anchor::Left => 0.0,
            Anchor::Middle => 0.5 * width,
            Anchor::Right => width,
        } as f32;
        let down = (BASELINE * size) as f32;
        let (x, y) = (*x as f32, *y as f32);
        // Letters stand on their heads here, as the page's y axis points down.
        let place = match is_upright {
            true => [0.0, -1.0, -1.0, 0.0, x + down, y + before],
            false => [1.0, 0.0, 0.0, -1.0, x - before, y + down],
        };
        let mut glyphs = Vec::new();
        for c in text.chars() {
            let glyph = self.font.glyph(c);
            self.letters.entry(glyph).or_insert(c);
            glyphs.extend(glyph.to_be_bytes());
        }
        fill(crate::palette::INK, page);
        page.begin_text()
            .set_font(FONT_NAME, *size as f32)
            .set_text_matrix(place)
            .show(Str(&glyphs))
            .end_text();
    }

    fn write_font(&self, pdf: &mut Pdf, file: &[u8]) {
        // Six letters stand for the choice of glyphs that is embedded.
        let name = Name(b"APICAL+DejaVuSans");
        pdf.type0_font(FONT)
            .base_font(name)
            .encoding_predefined(Name(b"Identity-H"))
            .descendant_font(GLYPHS)
            .to_unicode(LETTERS);
        let mut glyphs = pdf.cid_font(GLYPHS);
        glyphs
            .subtype(CidFontType::Type2)
            .base_font(name)
            .system_info(IDENTITY)
            .font_descriptor(DESCRIPTOR)
            .default_width(0.0)
            .cid_to_gid_map_predefined(Name(b"Identity"));
        let mut widths = glyphs.widths();
        for glyph in self.letters.keys() {
            widths.same(*glyph, *glyph, self.font.width(*glyph));
        }
        widths.finish();
        glyphs.finish();
        let about = self.font.about();
        let [left, bottom, right, top] = about.bounds;
        pdf.font_descriptor(DESCRIPTOR)
            .name(name)
            .flags(FontFlags::NON_SYMBOLIC)
            .bbox(Rect::new(left, bottom, right, top))
            .italic_angle(0.0)
            .ascent(about.ascent)
            .descent(about.descent)
            .cap_height(about.ascent)
            .stem_v(80.0)
            .font_file2(FONT_FILE);
        pdf.stream(FONT_FILE, file)
            .filter(Filter::FlateDecode)
            .pair(Name(b"Length1"), self.font.bytes.len() as i32);
        let mut letters = UnicodeCmap::new(Name(b"Letters"), IDENTITY);
        for (glyph, letter) in &self.letters {
            letters.pair(*glyph, *letter);
        }
        pdf.cmap(LETTERS, &letters.finish());
    }
}

fn opacity_of(shape: &Shape) -> f64 {
    match shape {
        Shape::Line { opacity, .. } | Shape::Area { opacity, .. } => *opacity,
        Shape::Disc { .. } | Shape::Text { .. } => 1.0,
    }
}

fn thousandths(opacity: f64) -> u32 {
    (1000.0 * opacity).round() as u32
}

fn shares(colour: RGBColor) -> [f32; 3] {
    [colour.0, colour.1, colour.2].map(|share| f32::from(share) / 255.0)
}

fn fill(colour: RGBColor, page: &mut Content) {
    let [red, green, blue] = shares(colour);
    page.set_fill_rgb(red, green, blue);
}

fn along(points: &[WholePoint], page: &mut Content) {
    for (index, (x, y)) in points.iter().enumerate() {
        let (x, y) = (*x as f32, *y as f32);
        match index {
            0 => page.move_to(x, y),
            _ => page.line_to(x, y),
        };
    }
}

/// Four curves, which differ from a circle by 0.03 %.
fn disc((x, y): WholePoint, radius: f32, page: &mut Content) {
    const REACH: f32 = 0.552_284_8;
    let (x, y, reach) = (x as f32, y as f32, REACH * radius);
    page.move_to(x + radius, y);
    let mut towards = (0.0, 1.0);
    let mut from = (1.0, 0.0);
    for _ in 0..4 {
        let at = |(ax, ay): (f32, f32), (bx, by): (f32, f32)| {
            (x + radius * ax + reach * bx, y + radius * ay + reach * by)
        };
        let ((x1, y1), (x2, y2)) = (at(from, towards), at(towards, from));
        let (x3, y3) = at(towards, (0.0, 0.0));
        page.cubic_to(x1, y1, x2, y2, x3, y3);
        (from, towards) = (towards, (-from.0, -from.1));
    }
    page.close_path();
}

fn zipped(bytes: &[u8]) -> io::Result<Vec<u8>> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes)?;
    encoder.finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::palette::{INK, NULL};
    use crate::plot::{WIDE, WIDTH};

    fn text_of(bytes: &[u8]) -> String {
        String::from_utf8_lossy(bytes).into_owned()
    }

    #[test]
    fn a_page_has_the_size_of_its_drawing_and_the_font_is_in_it() {
        for (width, box_of) in [(WIDTH, "240.9"), (WIDE, "510.2")] {
            let mut canvas = Canvas::new(width, 1000.0, "a title");
            canvas.line(&[(0.0, 0.0), (10.0, 10.0)], NULL, 0.3, 5);
            canvas.text("angle (°)", (500.0, 500.0), Anchor::Middle, 70.0);
            let bytes = canvas.pdf().expect("a drawing");
            let text = text_of(&bytes);
            let media = text.split("/MediaBox [0 0 ").nth(1).expect("a size");
            assert!(media.starts_with(box_of), "{media:.20}");
            for part in ["/FontFile2", "/Identity-H", "/CA 0.3", "a title"] {
                assert!(text.contains(part), "{part}");
            }
            assert_eq!(bytes, canvas.pdf().expect("a drawing"));
            assert!(bytes.len() < 60_000, "{}", bytes.len());
        }
    }

    #[test]
    fn letters_beyond_the_small_font_are_taken_from_the_large_one() {
        let mut canvas = Canvas::new(WIDTH, 1000.0, "");
        canvas.text("ошибка", (500.0, 500.0), Anchor::Middle, 70.0);
        canvas.area(&[(0.0, 0.0), (1.0, 0.0), (1.0, 1.0)], INK, 1.0);
        let bytes = canvas.pdf().expect("a drawing");
        assert!(bytes.len() > 100_000, "{}", bytes.len());
    }
}
