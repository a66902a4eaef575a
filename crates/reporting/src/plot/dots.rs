//! A line for every learner: marker, interval and single seeds in panels side by side.

use super::axis::{Axis, Tick};
use super::canvas::{Anchor, Canvas};
use super::font::{fit, in_two, text_width};
use super::{SMALL, some};
use crate::number::fixed;
use crate::palette::{GRID, GUIDE, INK, LineStyle};
use crate::statistics::{FEW_SEEDS, Spread};

/// A line of the picture.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct DotLine {
    /// In one or two lines.
    pub(crate) label: String,
    pub(crate) style: LineStyle,
    /// One for each panel: its spread and its single seeds; none where nothing was measured.
    pub(crate) values: Vec<Option<(Spread, Vec<f64>)>>,
}

/// A panel: what lies along its axis.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct DotPanel {
    /// In one or two lines.
    pub(crate) x_label: String,
    pub(crate) x: Axis,
    /// A value to compare with.
    pub(crate) guide: Option<f64>,
    /// A margin on both sides of it.
    pub(crate) margin: Option<f64>,
}

/// Lines with dots over one or more axes.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Dots {
    pub(crate) panels: Vec<DotPanel>,
    pub(crate) lines: Vec<DotLine>,
}

impl DotLine {
    /// Its label, in two lines where one would be too wide.
    fn label_within(&self, whole: f64) -> Vec<&str> {
        let width = |text: &str| text_width(text, SMALL);
        match self.label.lines().count() {
            1 if width(&self.label) > WIDEST_LABEL * whole => match in_two(&self.label, width) {
                Some((first, second)) => vec![first, second],
                None => vec![&self.label],
            },
            _ => self.label.lines().collect(),
        }
    }
}

const SPACING: f64 = 118.0;
/// Between two lines of a label.
const LABEL_SPACING: f64 = 72.0;
const TOP: f64 = 40.0;
const LEFT: f64 = 40.0;
const MARKER: f64 = 22.0;
const BETWEEN: f64 = 110.0;
const BETWEEN_LABELS: f64 = 40.0;
const RIGHT: f64 = 75.0;
/// The widest that labels may be, as a share of the figure.
const WIDEST_LABEL: f64 = 0.45;

impl Dots {
    /// The lines, drawn on paper of `whole` width.
    pub(super) fn draw(&self, title: &str, whole: f64) -> Canvas {
        let labels: Vec<Vec<&str>> = self.lines.iter().map(|of| of.label_within(whole)).collect();
        let has_two = labels.iter().any(|lines| lines.len() > 1);
        let spacing = SPACING + if has_two { LABEL_SPACING } else { 0.0 };
        let bottom = TOP + spacing * self.lines.len() as f64;
        let x_labels = self.panels.iter().map(|of| of.x_label.lines().count());
        let below = 230.0 + LABEL_SPACING * x_labels.max().unwrap_or(1).saturating_sub(1) as f64;
        let mut canvas = Canvas::new(whole, bottom + below, title);
        let widths = labels.iter().flatten();
        let widths = widths.map(|label| text_width(label, SMALL));
        let room = widths.fold(0.0, f64::max).min(WIDEST_LABEL * whole);
        let y_of = |index: usize| TOP + spacing * (index as f64 + 0.5);
        for (index, lines) in labels.iter().enumerate() {
            let n_more = lines.len().saturating_sub(1);
            for (row, label) in lines.iter().enumerate() {
                let label = fit(label, SMALL, room);
                let y = y_of(index) + (row as f64 - 0.5 * n_more as f64) * LABEL_SPACING;
                canvas.text(&label, (LEFT + room, y), Anchor::Right, SMALL);
            }
        }
        let left = LEFT + room + 60.0;
        let n_panels = self.panels.len().max(1) as f64;
        let between = self.between();
        let width = (whole - RIGHT - left - between * (n_panels - 1.0)) / n_panels;
        for (index, panel) in self.panels.iter().enumerate() {
            let left = left + (width + between) * index as f64;
            let x_of = |value: f64| left + panel.x.share(value) * width;
            panel.draw_axis(&mut canvas, (left, width), bottom, &x_of);
            for (row, line) in self.lines.iter().enumerate() {
                let y = y_of(row);
                canvas.line(&[(left, y), (left + width, y)], GRID, 1.0, 5);
                let Some((spread, seeds)) = &line.values[index] else {
                    continue;
                };
                if panel.margin.is_some() && !panel.holds(spread.mean) {
                    draw_beyond(&mut canvas, panel, spread.mean, (left, left + width), y);
                } else {
                    draw_values(&mut canvas, line.style, panel, (*spread, seeds), &|value| {
                        (x_of(value), y)
                    });
                }
            }
        }
        canvas
    }
}

impl Dots {
    /// Room between two panels, in which the labels at the ends of their axes do not meet.
    fn between(&self) -> f64 {
        let half = |tick: Option<&Tick>| tick.map_or(0.0, |of| 0.5 * text_width(&of.label, SMALL));
        let pairs = self.panels.windows(2);
        let needed = pairs.map(|pair| {
            half(pair[0].x.ticks.last()) + half(pair[1].x.ticks.first()) + BETWEEN_LABELS
        });
        needed.fold(BETWEEN, f64::max)
    }
}

impl DotPanel {
    /// Whether `value` lies on the axis.
    fn holds(&self, value: f64) -> bool {
        (self.x.low()..=self.x.high()).contains(&value)
    }

    fn draw_axis(
        &self,
        canvas: &mut Canvas,
        (left, width): (f64, f64),
        bottom: f64,
        x_of: &dyn Fn(f64) -> f64,
    ) {
        if let Some(guide) = self.guide.filter(|guide| self.x.can_show(*guide)) {
            let x = x_of(guide);
            if let Some(margin) = self.margin {
                let ends = [guide - margin, guide + margin].map(x_of);
                let [left, right] = ends.map(|end| end.clamp(left, left + width));
                let corners = [(left, TOP), (right, TOP), (right, bottom), (left, bottom)];
                canvas.area(&corners, GUIDE, 0.18);
                for end in ends.into_iter().filter(|end| (left..=right).contains(end)) {
                    canvas.dashed_line(&[(end, TOP), (end, bottom)], GUIDE, 6, &[3.0, 3.0]);
                }
            }
            canvas.line(&[(x, TOP), (x, bottom)], GUIDE, 1.0, 8);
        }
        canvas.line(&[(left, bottom), (left + width, bottom)], INK, 1.0, 8);
        for value in &self.x.minor {
            let x = x_of(*value);
            canvas.line(&[(x, bottom), (x, bottom + 11.0)], INK, 1.0, 8);
        }
        for tick in &self.x.ticks {
            let x = x_of(tick.value);
            canvas.line(&[(x, bottom), (x, bottom + 22.0)], INK, 1.0, 8);
            canvas.text(&tick.label, (x, bottom + 77.0), Anchor::Middle, SMALL);
        }
        for (row, label) in self.x_label.lines().enumerate() {
            let y = bottom + 175.0 + LABEL_SPACING * row as f64;
            canvas.text(label, (left + 0.5 * width, y), Anchor::Middle, SMALL);
        }
    }
}

/// The number of a mean beyond the axis, with an arrow to the end that it lies beyond.
fn draw_beyond(
    canvas: &mut Canvas,
    panel: &DotPanel,
    mean: f64,
    (left, right): (f64, f64),
    y: f64,
) {
    let (end, inwards, anchor) = match mean < panel.x.low() {
        true => (left, 1.0, Anchor::Left),
        false => (right, -1.0, Anchor::Right),
    };
    let at = |along: f64, across: f64| (end + inwards * along, y + across);
    canvas.line(&[at(8.0, 0.0), at(70.0, 0.0)], INK, 1.0, 8);
    canvas.line(
        &[at(30.0, -16.0), at(8.0, 0.0), at(30.0, 16.0)],
        INK,
        1.0,
        8,
    );
    canvas.text(&fixed(mean, 1), at(90.0, 0.0), anchor, SMALL);
}

/// Single seeds, the interval where it says something, and the mean above them.
fn draw_values(
    canvas: &mut Canvas,
    style: LineStyle,
    panel: &DotPanel,
    (spread, seeds): (Spread, &[f64]),
    place: &dyn Fn(f64) -> (f64, f64),
) {
    for value in some(seeds).filter(|value| panel.holds(**value)) {
        canvas.dot(place(*value), style.colour);
    }
    if let Some(half_width) = spread.half_width.filter(|_| spread.n >= FEW_SEEDS) {
        let ends = [spread.mean - half_width, spread.mean + half_width];
        if ends.iter().all(|end| panel.x.can_show(*end)) {
            let line = ends.map(|end| place(end.clamp(panel.x.low(), panel.x.high())));
            canvas.line(&line, style.colour, 0.45, 18);
        }
    }
    if panel.x.can_show(spread.mean) {
        canvas.marker(place(spread.mean), style.marker, style.colour, MARKER);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_at_the_ends_of_two_axes_do_not_meet() {
        let panel = |low: f64, high: f64| DotPanel {
            x_label: String::new(),
            x: Axis::linear_rounded(low, high, 3),
            guide: None,
            margin: None,
        };
        let dots = |low: f64, high: f64| Dots {
            panels: vec![panel(low, high), panel(low, high)],
            lines: Vec::new(),
        };
        assert_eq!(dots(0.0, 3.0).between(), BETWEEN);
        let labels = [text_width("100", SMALL), text_width("−50", SMALL)];
        let half = 0.5 * labels.iter().sum::<f64>();
        assert!(dots(-50.0, 100.0).between() > half + 30.0);
        assert!(dots(-50000.0, 100_000.0).between() > dots(-50.0, 100.0).between());
    }
}
