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
/// Ground of cells without value, light on a dark page too, so that it is never taken for a dark cell.
pub(crate) const BLANK: RGBColor = RGBColor(252, 252, 252);
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

/// Viridis (van der Walt and Smith, 2015) at even distances, from its light end: perceptually uniform, also for
/// the colour-blind and in grey.
const SEQUENTIAL: [RGBColor; 9] = [
    RGBColor(253, 231, 37),
    RGBColor(173, 220, 48),
    RGBColor(94, 201, 98),
    RGBColor(40, 174, 128),
    RGBColor(33, 145, 140),
    RGBColor(44, 114, 142),
    RGBColor(59, 82, 139),
    RGBColor(71, 45, 123),
    RGBColor(68, 1, 84),
];

/// The colour of a value at `share` of its scale, light at 0, dark at 1.
pub(crate) fn sequential(share: f64) -> RGBColor {
    let place = share.clamp(0.0, 1.0) * (SEQUENTIAL.len() - 1) as f64;
    let below = (place as usize).min(SEQUENTIAL.len() - 2);
    let (RGBColor(r, g, b), RGBColor(to_r, to_g, to_b)) =
        (SEQUENTIAL[below], SEQUENTIAL[below + 1]);
    let part = place - below as f64;
    let mix =
        |from: u8, to: u8| (f64::from(from) * (1.0 - part) + f64::from(to) * part).round() as u8;
    RGBColor(mix(r, to_r), mix(g, to_g), mix(b, to_b))
}

/// How learners of one kind look.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct LearnerPlace {
    /// The place of the palette: colour and first marker.
    pub kind: usize,
    /// Which form of it, from 0: they share the colour, and are told apart by marker and line.
    pub form: usize,
}

/// A kind in its first form.
impl From<usize> for LearnerPlace {
    fn from(kind: usize) -> Self {
        Self { kind, form: 0 }
    }
}

/// The places of the palette, in order; what stands at which is said where kinds of learners are known.
const LEARNERS: [(RGBColor, Marker); 12] = [
    (RGBColor(0, 114, 178), Marker::Disc),
    (RGBColor(213, 94, 0), Marker::Square),
    (RGBColor(0, 158, 115), Marker::TriangleUp),
    (RGBColor(204, 121, 167), Marker::Diamond),
    (RGBColor(230, 159, 0), Marker::TriangleDown),
    (RGBColor(122, 122, 20), Marker::Square),
    (RGBColor(0, 0, 0), Marker::Frame),
    (RGBColor(136, 34, 85), Marker::Rhombus),
    (RGBColor(121, 76, 36), Marker::TriangleDown),
    (RGBColor(86, 180, 233), Marker::Ring),
    (RGBColor(51, 34, 136), Marker::Ring),
    (RGBColor(94, 106, 130), Marker::Diamond),
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

/// Points of a sweep that are told apart by dashes too; more are tints alone.
const N_DASHED: usize = DASHES.len();

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
    /// At `place`, the `nth` there, from 0: another of the same kind and form is a shade of its colour,
    /// with another marker and broken.
    pub(crate) fn at(LearnerPlace { kind, form }: LearnerPlace, nth: usize) -> Self {
        let round = kind / LEARNERS.len();
        let (colour, marker) = LEARNERS[kind % LEARNERS.len()];
        let index = MARKERS.iter().position(|own| *own == marker).unwrap_or(0);
        // Both steps meet every marker, and never the same one with the same line and colour.
        let shift = round + form * 3 + nth * 5;
        Self {
            colour: match nth % 3 {
                0 => colour,
                1 => darker(colour, 0.4),
                _ => lighter(colour, 0.4),
            },
            marker: MARKERS[(index + shift) % MARKERS.len()],
            dash: DASHES[(form + nth) % DASHES.len()],
        }
    }

    /// The same at point `variant` of `n_variants` of a sweep: a shade of the learner's colour, dark to
    /// light.
    pub(crate) fn tinted(self, variant: usize, n_variants: usize) -> Self {
        let tint = match n_variants {
            0 | 1 => 0.0,
            n => 0.85 * variant as f64 / (n - 1) as f64 - 0.45,
        };
        Self {
            colour: match tint < 0.0 {
                true => darker(self.colour, -tint),
                false => lighter(self.colour, tint),
            },
            dash: match n_variants {
                0 | 1 => self.dash,
                n if n <= N_DASHED => DASHES[variant % N_DASHED],
                _ => DASHES[0],
            },
            ..self
        }
    }

    /// The same, broken in the `index`-th way.
    pub(crate) fn dashed(self, index: usize) -> Self {
        Self {
            dash: DASHES[index % DASHES.len()],
            ..self
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

fn darker(RGBColor(r, g, b): RGBColor, share: f64) -> RGBColor {
    let mix = |c: u8| (f64::from(c) * (1.0 - share)).round() as u8;
    RGBColor(mix(r), mix(g), mix(b))
}

fn lighter(RGBColor(r, g, b): RGBColor, share: f64) -> RGBColor {
    let mix = |c: u8| (f64::from(c) + (255.0 - f64::from(c)) * share).round() as u8;
    RGBColor(mix(r), mix(g), mix(b))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_steps_of_the_sequential_scale_are_equal_steps_of_lightness() {
        // CIE L*, of the luminance of sRGB.
        let lightness = |RGBColor(r, g, b): RGBColor| {
            let linear = |c: u8| match f64::from(c) / 255.0 {
                c if c <= 0.04045 => c / 12.92,
                c => ((c + 0.055) / 1.055).powf(2.4),
            };
            let luminance = 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
            116.0 * luminance.cbrt() - 16.0
        };
        let at: Vec<f64> = (0..=8)
            .map(|i| lightness(sequential(f64::from(i) / 8.0)))
            .collect();
        let mean = (at[0] - at[8]) / 8.0;
        for pair in at.windows(2) {
            let step = pair[0] - pair[1];
            assert!((0.8..1.25).contains(&(step / mean)), "{at:?}");
        }
        assert!(mean > 8.0, "{at:?}");
        assert_eq!(sequential(-1.0), sequential(0.0));
        assert_eq!(sequential(2.0), sequential(1.0));
    }

    #[test]
    fn places_and_several_at_one_place_all_look_different() {
        let at = |kind, form, nth| LineStyle::at(LearnerPlace { kind, form }, nth);
        let places = (0..24).map(|kind| LineStyle::at(kind.into(), 0));
        // Black has no darker shade, and a kind at its place no forms.
        let forms = (0..9).filter(|kind| *kind != 6);
        let forms = forms.flat_map(|kind| (0..4).map(move |form| (kind, form)));
        let forms = forms.chain([(6, 0)]);
        let several = forms.flat_map(|(kind, form)| (0..4).map(move |nth| (kind, form, nth)));
        let several = several.filter(|(_, form, nth)| form + nth > 0);
        let styles: Vec<_> = places
            .chain(several.map(|(kind, form, nth)| at(kind, form, nth)))
            .collect();
        for (i, a) in styles.iter().enumerate() {
            assert!(styles[..i].iter().all(|b| a != b), "{i}: {a:?}");
        }
    }

    #[test]
    fn forms_of_a_kind_share_its_colour_and_differ_in_marker_and_line() {
        let forms = (0..4).map(|form| LineStyle::at(LearnerPlace { kind: 5, form }, 0));
        let forms: Vec<_> = forms.collect();
        for (i, a) in forms.iter().enumerate() {
            for b in &forms[..i] {
                assert_eq!(a.colour, b.colour);
                assert!(a.marker != b.marker && a.dash != b.dash, "{a:?}, {b:?}");
            }
        }
    }

    #[test]
    fn points_of_a_sweep_keep_the_marker_and_go_from_dark_to_light() {
        let of = |variant| LineStyle::at(LearnerPlace::default(), 0).tinted(variant, 3);
        let (first, last) = (of(0), of(2));
        assert_eq!(first.marker, last.marker);
        assert_eq!(first.colour, RGBColor(0, 63, 98));
        assert_eq!(last.colour, RGBColor(102, 170, 209));
        assert_ne!(first.dash, last.dash);
    }
}
