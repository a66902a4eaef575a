//! The embedded font, and the widths of its text.

use std::sync::Once;

use plotters::style::{FontStyle, IntoFont, register_font};

/// A subset of DejaVu Sans; assets/README.md names source and licence.
pub(crate) const FONT: &[u8] = include_bytes!("../../assets/DejaVuSans-subset.ttf");

/// Families of the text in SVG files, the embedded one first.
pub(crate) const FAMILIES: &str = "DejaVu Sans, Verdana, sans-serif";

/// plotters' sizes are line heights; this times the size of the letters gives them.
pub(crate) const LINE_HEIGHT: f64 = 1.24;

/// plotters measures letters whose ascent and descent, 1.164 em in DejaVu Sans, fill a line.
const MEASURED_SIZE: f64 = LINE_HEIGHT / 1.164;

/// Width of `text` in letters of `size` units; estimated where the font cannot be read.
pub(crate) fn text_width(text: &str, size: f64) -> f64 {
    static REGISTER: Once = Once::new();
    REGISTER.call_once(|| {
        let _ = register_font(FAMILIES, FontStyle::Normal, FONT);
    });
    match (FAMILIES, size * LINE_HEIGHT).into_font().box_size(text) {
        Ok((width, _)) => f64::from(width) / MEASURED_SIZE,
        Err(_) => 0.6 * size * text.chars().count() as f64,
    }
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
    fn long_text_is_shortened() {
        assert_eq!(fit("short", 70.0, 1000.0), "short");
        let shortened = fit(&"long ".repeat(100), 70.0, 1000.0);
        assert!(shortened.ends_with('…') && text_width(&shortened, 70.0) <= 1000.0);
        assert!(shortened.len() > 10);
    }
}
