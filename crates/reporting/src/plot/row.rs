//! Draws a row of panels: axes, then intervals and single seeds, then mean lines, then markers.

use super::canvas::{Anchor, Canvas, Point, rich_width};
use super::clip::{clip_area, clip_line};
use super::font::in_two;
use super::grid::{Curve, Panel, Row, Shown};
use super::{MEDIUM, Rect, SMALL, some};
use crate::palette::{GRID, GUIDE, INK};

const HEADING: f64 = 115.0;
const TITLE: f64 = 100.0;
const TICK_LABELS: f64 = 120.0;
const BETWEEN_ROWS: f64 = 35.0;
pub(super) const BETWEEN_PANELS: f64 = 150.0;
pub(super) const TICK: f64 = 22.0;
/// What lies on an edge is inside, though rounding may put it beyond.
const EDGE: f64 = 2.0;

impl Row {
    /// Height with headings, tick labels and the room under them.
    pub(super) fn total_height(&self) -> f64 {
        self.above() + self.height + TICK_LABELS + BETWEEN_ROWS
    }

    /// Draws the row from `top` on, its first panel at `left`, each panel `width` units wide.
    pub(super) fn draw(&self, canvas: &mut Canvas, left: f64, top: f64, width: f64) {
        let axes_top = top + self.above();
        if !self.heading.is_empty() {
            let at = (left, top + 0.45 * HEADING);
            canvas.text(&self.heading, at, Anchor::Left, MEDIUM);
        }
        let middle = axes_top + 0.5 * self.height;
        match self.broken_label() {
            None => canvas.upright_text(&self.y_label, (95.0, middle), MEDIUM),
            Some((first, second)) => {
                canvas.upright_text(first, (45.0, middle), SMALL);
                canvas.upright_text(second, (125.0, middle), SMALL);
            }
        }
        for (index, panel) in self.panels.iter().enumerate() {
            let rect = Rect {
                left: left + (width + BETWEEN_PANELS) * index as f64,
                top: axes_top,
                width,
                height: self.height,
            };
            self.draw_axes(canvas, panel, rect, index == 0);
            // Intervals and single seeds lie under all mean lines.
            for curve in &panel.curves {
                self.draw_spread(canvas, panel, curve, rect);
            }
            for curve in &panel.curves {
                self.draw_mean(canvas, panel, curve, rect);
            }
            let n_curves = panel.curves.len();
            for (index, curve) in panel.curves.iter().enumerate() {
                self.draw_markers(canvas, panel, curve, rect, (index, n_curves));
            }
        }
    }

    /// The label of the y axis in two lines, where one would be longer than the row is high.
    pub(super) fn broken_label(&self) -> Option<(&str, &str)> {
        let width = |text: &str| rich_width(text, MEDIUM);
        if width(&self.y_label) <= self.height + 0.5 * TICK_LABELS {
            return None;
        }
        in_two(&self.y_label, width)
    }

    fn above(&self) -> f64 {
        let heading = if self.heading.is_empty() {
            0.0
        } else {
            HEADING
        };
        let has_titles = self.panels.iter().any(|panel| !panel.title.is_empty());
        heading + if has_titles { TITLE } else { 25.0 }
    }

    fn draw_axes(&self, canvas: &mut Canvas, panel: &Panel, rect: Rect, is_first: bool) {
        let y_of = |value: f64| rect.bottom() - self.y.share(value) * rect.height;
        let x_of = |value: f64| rect.left + panel.x.share(value) * rect.width;
        for tick in &self.y.ticks {
            let y = y_of(tick.value);
            canvas.line(&[(rect.left, y), (rect.right(), y)], GRID, 1.0, 5);
        }
        for &guide in &self.guides {
            let y = y_of(guide);
            canvas.line(&[(rect.left, y), (rect.right(), y)], GUIDE, 1.0, 8);
        }
        let corner = [
            (rect.left, rect.top),
            (rect.left, rect.bottom()),
            (rect.right(), rect.bottom()),
        ];
        canvas.line(&corner, INK, 1.0, 8);
        let y_tick = |value: f64, length: f64| {
            let y = y_of(value);
            [(rect.left - length, y), (rect.left, y)]
        };
        let x_tick = |value: f64, length: f64| {
            let (x, y) = (x_of(value), rect.bottom());
            [(x, y), (x, y + length)]
        };
        for &value in &self.y.minor {
            canvas.line(&y_tick(value, 0.5 * TICK), INK, 1.0, 8);
        }
        for &value in &panel.x.minor {
            canvas.line(&x_tick(value, 0.5 * TICK), INK, 1.0, 8);
        }
        for tick in &self.y.ticks {
            canvas.line(&y_tick(tick.value, TICK), INK, 1.0, 8);
            if is_first {
                let at = (rect.left - TICK - 18.0, y_of(tick.value));
                canvas.text(&tick.label, at, Anchor::Right, SMALL);
            }
        }
        for tick in &panel.x.ticks {
            canvas.line(&x_tick(tick.value, TICK), INK, 1.0, 8);
            let at = (x_of(tick.value), rect.bottom() + TICK + 55.0);
            canvas.text(&tick.label, at, Anchor::Middle, SMALL);
        }
        let at = (rect.left + 0.5 * rect.width, rect.top - 55.0);
        canvas.text(&panel.title, at, Anchor::Middle, MEDIUM);
    }

    fn draw_spread(&self, canvas: &mut Canvas, panel: &Panel, curve: &Curve, rect: Rect) {
        let colour = curve.style.colour;
        let has_interval = curve.has_interval(self.y.is_logarithmic());
        if curve.has_seeds(self.y.is_logarithmic()) {
            for seed in some(&curve.seeds) {
                let is_line = curve.shown != Shown::Dots;
                if is_line {
                    let (opacity, width) = if has_interval { (0.25, 4) } else { (0.45, 5) };
                    for line in self.visible(panel, seed.iter().copied(), rect) {
                        canvas.line(&line, colour, opacity, width);
                    }
                }
                if !is_line || (curve.has_error_bars && curve.shown == Shown::Interval) {
                    for at in self.inside(panel, some(seed).copied(), rect) {
                        canvas.dot(at, colour);
                    }
                }
            }
        }
        if !has_interval {
            return;
        }
        let ends = |sign: f64| {
            curve
                .points
                .iter()
                .filter_map(move |point| Some((point.x, point.mean + sign * point.half_width?)))
        };
        if curve.has_error_bars {
            for (low, high) in ends(-1.0).zip(ends(1.0)) {
                for line in self.visible(panel, [low, high].into_iter(), rect) {
                    canvas.line(&line, colour, 1.0, 10);
                }
            }
            return;
        }
        let mut outline: Vec<Point> = ends(1.0).collect();
        outline.extend(ends(-1.0).collect::<Vec<_>>().into_iter().rev());
        let outline: Vec<Point> = outline
            .into_iter()
            .filter(|(x, _)| panel.x.can_show(*x))
            .map(|point| self.place(panel, point, rect))
            .collect();
        canvas.area(&clip_area(&outline, rect), colour, 0.2);
    }

    fn draw_mean(&self, canvas: &mut Canvas, panel: &Panel, curve: &Curve, rect: Rect) {
        let means = curve.points.iter().map(|point| (point.x, point.mean));
        for line in self.visible(panel, means, rect) {
            let width = if is_wide(rect) { 13 } else { 10 };
            canvas.dashed_line(&line, curve.style.colour, width, curve.style.dash);
        }
    }

    /// A few markers along the line, at even distances and at other places for every curve, so that
    /// lines on one another still show theirs; one at every point of a sweep.
    fn draw_markers(
        &self,
        canvas: &mut Canvas,
        panel: &Panel,
        curve: &Curve,
        rect: Rect,
        (index, n_curves): (usize, usize),
    ) {
        let means = || curve.points.iter().map(|point| (point.x, point.mean));
        let (n_markers, radius) = if is_wide(rect) { (5, 23.0) } else { (3, 18.0) };
        let pieces = self.visible(panel, means(), rect);
        let places: Vec<Point> = if curve.has_error_bars || pieces.is_empty() {
            self.inside(panel, means(), rect)
        } else {
            let xs = || pieces.iter().flatten().map(|(x, _)| *x);
            let (first, last) = xs().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), x| {
                (low.min(x), high.max(x))
            });
            let offset = (index as f64 + 0.5) / n_curves as f64;
            (0..n_markers)
                .map(|i| first + (last - first) * (f64::from(i) + offset) / f64::from(n_markers))
                .filter_map(|x| pieces.iter().find_map(|piece| along(piece, x)))
                .collect()
        };
        for at in places {
            canvas.marker(at, curve.style.marker, curve.style.colour, radius);
        }
    }

    /// Places of `points` inside the axes.
    fn inside(&self, panel: &Panel, points: impl Iterator<Item = Point>, rect: Rect) -> Vec<Point> {
        points
            .filter(|(x, y)| panel.x.can_show(*x) && self.y.can_show(*y))
            .map(|point| self.place(panel, point, rect))
            .filter(|place| rect.grown(EDGE).holds(*place))
            .collect()
    }

    /// The pieces of a line inside the axes; values without a place break it.
    fn visible(
        &self,
        panel: &Panel,
        points: impl Iterator<Item = Point>,
        rect: Rect,
    ) -> Vec<Vec<Point>> {
        let mut lines = vec![Vec::new()];
        for (x, y) in points {
            if panel.x.can_show(x) && self.y.can_show(y) {
                if let Some(line) = lines.last_mut() {
                    line.push(self.place(panel, (x, y), rect));
                }
            } else {
                lines.push(Vec::new());
            }
        }
        lines
            .iter()
            .flat_map(|line| clip_line(line, rect.grown(EDGE)))
            .collect()
    }

    fn place(&self, panel: &Panel, (x, y): Point, rect: Rect) -> Point {
        // A band may reach to 0 on a logarithmic axis, which is infinitely far below it.
        let share = self.y.share(y).max(-10.0);
        (
            rect.left + panel.x.share(x) * rect.width,
            rect.bottom() - share * rect.height,
        )
    }
}

/// Whether a panel has a row to itself.
fn is_wide(rect: Rect) -> bool {
    rect.width > 1000.0
}

/// The place at `x` on a line that runs to the right.
fn along(line: &[Point], x: f64) -> Option<Point> {
    line.windows(2).find_map(|pair| {
        let ((x0, y0), (x1, y1)) = (pair[0], pair[1]);
        let is_within = x0 <= x && x <= x1 && x0 < x1;
        is_within.then(|| (x, y0 + (y1 - y0) * (x - x0) / (x1 - x0)))
    })
}
