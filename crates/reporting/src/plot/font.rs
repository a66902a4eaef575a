//! The embedded font: widths and outlines of its text.

use std::sync::LazyLock;

use tiny_skia::{Path, PathBuilder};
use ttf_parser::{Face, GlyphId, OutlineBuilder};

/// The subset of DejaVu Sans that the page carries; assets/README.md names source and licence.
pub(crate) const PAGE_FONT: &[u8] = include_bytes!("../../assets/DejaVuSans-subset.ttf");

/// All of its letters, for pictures, which have no other font to fall back to.
const FONT: &[u8] = include_bytes!("../../assets/DejaVuSans-outlines.ttf");

/// Families of the text in SVG files, the embedded one first.
pub(super) const FAMILIES: &str = "DejaVu Sans, Verdana, sans-serif";

/// From the middle of a line down to its baseline, in sizes: half the height of an `x` (1120 of 2048).
pub(super) const BASELINE: f64 = 0.273;

static FACE: LazyLock<Face<'_>> =
    LazyLock::new(|| Face::parse(FONT, 0).expect("the embedded font is a font"));

/// Width of `text` in letters of `size` units.
pub(crate) fn text_width(text: &str, size: f64) -> f64 {
    let advances = text.chars().map(|c| u32::from(advance(glyph(c))));
    f64::from(advances.sum::<u32>()) * size / f64::from(FACE.units_per_em())
}

/// The outline of `text` in letters of `size` units, from its left end on the baseline; none of blanks.
pub(super) fn outline(text: &str, size: f64) -> Option<Path> {
    let mut pen = Pen {
        path: PathBuilder::new(),
        scale: size as f32 / f32::from(FACE.units_per_em()),
        left: 0.0,
    };
    for c in text.chars() {
        let glyph = glyph(c);
        FACE.outline_glyph(glyph, &mut pen);
        pen.left += f32::from(advance(glyph)) * pen.scale;
    }
    pen.path.finish()
}

/// Whether a picture shows `text` as it is, without a sign in the place of a letter.
pub(super) fn shows(text: &str) -> bool {
    text.chars().all(|c| FACE.glyph_index(c).is_some())
}

/// The glyph of `c`, or of `\u{fffd}` where the font has none.
fn glyph(c: char) -> GlyphId {
    let glyph = FACE.glyph_index(c);
    glyph
        .or_else(|| FACE.glyph_index('\u{fffd}'))
        .unwrap_or_default()
}

fn advance(glyph: GlyphId) -> u16 {
    FACE.glyph_hor_advance(glyph).unwrap_or(0)
}

/// Draws glyphs, whose y axis points up, one beside the other.
struct Pen {
    path: PathBuilder,
    scale: f32,
    left: f32,
}

impl Pen {
    fn at(&self, x: f32, y: f32) -> (f32, f32) {
        (self.left + self.scale * x, -self.scale * y)
    }
}

impl OutlineBuilder for Pen {
    fn move_to(&mut self, x: f32, y: f32) {
        let (x, y) = self.at(x, y);
        self.path.move_to(x, y);
    }

    fn line_to(&mut self, x: f32, y: f32) {
        let (x, y) = self.at(x, y);
        self.path.line_to(x, y);
    }

    fn quad_to(&mut self, x1: f32, y1: f32, x: f32, y: f32) {
        let ((x1, y1), (x, y)) = (self.at(x1, y1), self.at(x, y));
        self.path.quad_to(x1, y1, x, y);
    }

    fn curve_to(&mut self, x1: f32, y1: f32, x2: f32, y2: f32, x: f32, y: f32) {
        let ((x1, y1), (x2, y2)) = (self.at(x1, y1), self.at(x2, y2));
        let (x, y) = self.at(x, y);
        self.path.cubic_to(x1, y1, x2, y2, x, y);
    }

    fn close(&mut self) {
        self.path.close();
    }
}

/// A font to be put into a file.
pub(super) struct Embedded {
    pub(super) bytes: &'static [u8],
    face: Face<'static>,
}

/// What is to be said of a font, in thousandths of its size.
pub(super) struct About {
    /// Left, bottom, right and top of all glyphs.
    pub(super) bounds: [f32; 4],
    pub(super) ascent: f32,
    pub(super) descent: f32,
}

impl Embedded {
    /// The font of the page where it has all letters of `texts`, else that of pictures.
    pub(super) fn for_texts<'t>(mut texts: impl Iterator<Item = &'t str>) -> Self {
        let of = |bytes| Self {
            bytes,
            face: Face::parse(bytes, 0).expect("the embedded font is a font"),
        };
        let small = of(PAGE_FONT);
        let has = |c: char| small.face.glyph_index(c).is_some() || FACE.glyph_index(c).is_none();
        match texts.all(|text| text.chars().all(has)) {
            true => small,
            false => of(FONT),
        }
    }

    /// The glyph of `c`, or of `\u{fffd}` where the font has none.
    pub(super) fn glyph(&self, c: char) -> u16 {
        let glyph = self.face.glyph_index(c);
        let glyph = glyph.or_else(|| self.face.glyph_index('\u{fffd}'));
        glyph.unwrap_or_default().0
    }

    /// Its width, in thousandths of the size.
    pub(super) fn width(&self, glyph: u16) -> f32 {
        let advance = self.face.glyph_hor_advance(GlyphId(glyph));
        self.thousandths(f32::from(advance.unwrap_or(0)))
    }

    pub(super) fn about(&self) -> About {
        let bounds = self.face.global_bounding_box();
        let bounds = [bounds.x_min, bounds.y_min, bounds.x_max, bounds.y_max];
        About {
            bounds: bounds.map(|of| self.thousandths(f32::from(of))),
            ascent: self.thousandths(f32::from(self.face.ascender())),
            descent: self.thousandths(f32::from(self.face.descender())),
        }
    }

    fn thousandths(&self, units: f32) -> f32 {
        1000.0 * units / f32::from(self.face.units_per_em())
    }
}

/// `text` in two lines, broken where the longer of both is shortest; nothing where it is one word.
pub(super) fn in_two(text: &str, width: impl Fn(&str) -> f64) -> Option<(&str, &str)> {
    let breaks = text.match_indices(' ');
    let pairs = breaks.map(|(at, _)| (&text[..at], &text[at + 1..]));
    pairs.min_by(|a, b| {
        let longest = |(first, second): &(&str, &str)| width(first).max(width(second));
        longest(a).total_cmp(&longest(b))
    })
}

/// `text`, shortened at its end to be no wider than `width`.
pub(crate) fn fit(text: &str, size: f64, width: f64) -> String {
    if text_width(text, size) <= width {
        return text.to_owned();
    }
    let mut kept: Vec<char> = text.chars().collect();
    while kept.pop().is_some() {
        let shortened: String = kept.iter().chain(['…'].iter()).collect();
        if text_width(&shortened, size) <= width {
            return shortened;
        }
    }
    String::new()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn widths_are_those_of_the_font() {
        // Advance of `0` in DejaVu Sans: 1303 of 2048 units per em.
        let expected = 10.0 * 1303.0 / 2048.0 * 1000.0;
        let found = text_width("0000000000", 1000.0);
        assert!((found / expected - 1.0).abs() < 0.01, "{found} {expected}");
    }

    #[test]
    fn a_character_that_the_font_lacks_does_not_vanish() {
        assert!(!shows("字") && shows("ошибка — Ωμέγα ‖u₂ − ũ‖² ★ العربية עברית ქართული"));
        let found = outline("a字", 70.0).expect("an outline");
        assert_eq!(outline("a\u{fffd}", 70.0), Some(found.clone()));
        let after_a = text_width("a", 70.0);
        let (right, end) = (f64::from(found.bounds().right()), text_width("a字", 70.0));
        assert!(
            after_a + 30.0 < right && right <= end,
            "{after_a} {right} {end}"
        );
        assert_eq!(outline(" ", 70.0), None);
    }

    #[test]
    fn long_text_is_shortened() {
        assert_eq!(fit("short", 70.0, 1000.0), "short");
        let shortened = fit(&"long ".repeat(100), 70.0, 1000.0);
        assert!(shortened.ends_with('…') && text_width(&shortened, 70.0) <= 1000.0);
        assert!(shortened.len() > 10);
    }
}
