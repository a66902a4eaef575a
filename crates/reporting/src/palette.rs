//! One colour and one marker per learner, everywhere.
//!
//! Colours: Okabe & Ito (2008), with wine of Tol (2021) for their yellow, which is faint on white; told
//! apart under the common kinds of colour blindness. Every learner has a marker of its own too, so that
//! figures can be read in grey.

use plotters::style::RGBColor;

/// Ground of figures.
pub(crate) const PAPER: RGBColor = RGBColor(255, 255, 255);
/// Text and axes.
pub(crate) const INK: RGBColor = RGBColor(26, 26, 26);
/// Lines behind the data.
pub(crate) const GRID: RGBColor = RGBColor(228, 228, 228);
/// Lines to compare with, such as 90°.
pub(crate) const GUIDE: RGBColor = RGBColor(150, 150, 150);
/// Nulls.
pub(crate) const NULL: RGBColor = RGBColor(118, 118, 118);

/// Phases of time, light to dark: data, dynamics, plasticity, both fused.
pub(crate) const PHASES: [RGBColor; 5] = [
    RGBColor(222, 222, 222),
    RGBColor(172, 172, 172),
    RGBColor(116, 116, 116),
    RGBColor(66, 66, 66),
    RGBColor(16, 16, 16),
];

const LEARNERS: [RGBColor; 8] = [
    RGBColor(0, 114, 178),
    RGBColor(213, 94, 0),
    RGBColor(0, 158, 115),
    RGBColor(204, 121, 167),
    RGBColor(230, 159, 0),
    RGBColor(86, 180, 233),
    RGBColor(0, 0, 0),
    RGBColor(136, 34, 85),
];

/// The shape that marks a learner's line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Marker {
    /// ●
    Disc,
    /// ■
    Square,
    /// ▲
    TriangleUp,
    /// ◆
    Diamond,
    /// ▼
    TriangleDown,
    /// ○
    Ring,
    /// □
    Frame,
    /// ◇
    Rhombus,
    /// None.
    Nothing,
}

const MARKERS: [Marker; 8] = [
    Marker::Disc,
    Marker::Square,
    Marker::TriangleUp,
    Marker::Diamond,
    Marker::TriangleDown,
    Marker::Ring,
    Marker::Frame,
    Marker::Rhombus,
];

/// How a line is broken, in multiples of its width: on, off, on, off, …
const DASHES: [&[f64]; 4] = [&[], &[5.0, 2.5], &[1.5, 2.0], &[6.0, 2.0, 1.5, 2.0]];

/// How a line looks.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct LineStyle {
    /// Its colour.
    pub(crate) colour: RGBColor,
    /// Its marker.
    pub(crate) marker: Marker,
    /// How it is broken; empty for a line in one piece.
    pub(crate) dash: &'static [f64],
}

impl LineStyle {
    /// Of the learner at `learner` in the order of the experiment, at point `variant` of `n_variants`
    /// of its sweep: points of a sweep are tints of the learner's colour.
    pub(crate) fn of(learner: usize, variant: usize, n_variants: usize) -> Self {
        let round = learner / LEARNERS.len();
        let tint = match n_variants {
            0 | 1 => 0.0,
            n => 0.6 * variant as f64 / (n - 1) as f64,
        };
        Self {
            colour: lighter(LEARNERS[learner % LEARNERS.len()], tint),
            marker: MARKERS[(learner + round) % MARKERS.len()],
            dash: DASHES[variant % DASHES.len()],
        }
    }

    /// Of a null.
    pub(crate) fn null() -> Self {
        Self {
            colour: NULL,
            marker: Marker::Nothing,
            dash: DASHES[1],
        }
    }
}

fn lighter(RGBColor(r, g, b): RGBColor, share: f64) -> RGBColor {
    let mix = |c: u8| (f64::from(c) + (255.0 - f64::from(c)) * share).round() as u8;
    RGBColor(mix(r), mix(g), mix(b))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_sixtyfour_learners_all_look_different() {
        let styles: Vec<_> = (0..64).map(|i| LineStyle::of(i, 0, 1)).collect();
        for (i, a) in styles.iter().enumerate() {
            assert!(styles[..i].iter().all(|b| a != b), "learner {i}");
        }
    }

    #[test]
    fn points_of_a_sweep_keep_the_marker_and_lighten_the_colour() {
        let (first, last) = (LineStyle::of(0, 0, 3), LineStyle::of(0, 2, 3));
        assert_eq!(first.marker, last.marker);
        assert_eq!(last.colour, RGBColor(153, 199, 224));
    }
}
