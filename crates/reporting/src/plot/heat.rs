//! Cells coloured by their value, in panels over the same axes, with the scale underneath.

use std::collections::BTreeSet;

use super::axis::{Axis, Tick};
use super::canvas::{Anchor, Canvas};
use super::font::{fit, text_width};
use super::{MEDIUM, Rect, SMALL};
use crate::palette::{BLANK, INK, sequential};

/// A cell, from one place to another along both axes.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct HeatCell {
    pub(crate) x: (f64, f64),
    pub(crate) y: (f64, f64),
    pub(crate) value: f64,
}

/// One pair of axes.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct HeatPanel {
    pub(crate) title: String,
    /// Under the title.
    pub(crate) subtitle: String,
    /// What has no value has no cell.
    pub(crate) cells: Vec<HeatCell>,
}

/// Panels with a scale of colours.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Heat {
    pub(crate) x_label: String,
    pub(crate) x: Axis,
    pub(crate) y_label: String,
    pub(crate) y: Axis,
    /// Whether the lower end of y lies on top, as in a matrix.
    pub(crate) is_downwards: bool,
    /// Height of the axes, units; as wide as they are where not given.
    pub(crate) height: Option<f64>,
    pub(crate) panels: Vec<HeatPanel>,
    pub(crate) scale_label: String,
    pub(crate) scale: Axis,
    /// What is left out, a line each.
    pub(crate) notes: Vec<String>,
}

const TOP: f64 = 30.0;
const TITLE: f64 = 190.0;
const TICK: f64 = 22.0;
const TICK_LABELS: f64 = 130.0;
const BETWEEN: f64 = 110.0;
const RIGHT: f64 = 75.0;
const X_LABEL: f64 = 105.0;
const SCALE: f64 = 70.0;
/// Bar, ticks and label of the scale.
const SCALE_ROOM: f64 = SCALE + 245.0;
const NOTE: f64 = 90.0;
/// Panels are about as wide, where there is room for several.
const PANEL: f64 = 900.0;
/// A square panel is no wider.
const WIDEST_SQUARE: f64 = 1300.0;
/// Steps of the drawn scale.
const N_STEPS: usize = 64;
/// Cells reach under the next, so that no seam shows between them.
const SEAM: f64 = 2.0;

impl Heat {
    /// The panels, drawn on paper of `whole` width.
    pub(super) fn draw(&self, title: &str, whole: f64) -> Canvas {
        let (left, n_columns, width) = self.columns(whole);
        let height = self.height.unwrap_or(width);
        let n_rows = self.panels.len().div_ceil(n_columns);
        let row = TITLE + height + TICK_LABELS;
        let below = TOP + row * n_rows as f64;
        let notes = NOTE * self.notes.len() as f64;
        let total = below + X_LABEL + SCALE_ROOM + notes + 25.0;
        let mut canvas = Canvas::new(whole, total, title);
        for (index, panel) in self.panels.iter().enumerate() {
            let (row_index, column) = (index / n_columns, index % n_columns);
            let rect = Rect {
                left: left + (width + BETWEEN) * column as f64,
                top: TOP + row * row_index as f64 + TITLE,
                width,
                height,
            };
            self.draw_panel(&mut canvas, panel, rect, column == 0);
            if column == 0 {
                let middle = rect.top + 0.5 * height;
                canvas.upright_text(&self.y_label, (70.0, middle), MEDIUM);
            }
        }
        let columns = n_columns.min(self.panels.len()).max(1) as f64;
        let middle = left + 0.5 * (columns * (width + BETWEEN) - BETWEEN);
        let at = (middle, below + 0.4 * X_LABEL);
        canvas.text(&self.x_label, at, Anchor::Middle, MEDIUM);
        self.draw_scale(&mut canvas, below + X_LABEL, whole);
        for (index, note) in self.notes.iter().enumerate() {
            let y = below + X_LABEL + SCALE_ROOM + NOTE * (index as f64 + 0.4);
            let note = fit(note, SMALL, whole - 60.0);
            canvas.text(&note, (0.5 * whole, y), Anchor::Middle, SMALL);
        }
        canvas
    }

    /// Where panels begin, how many stand side by side, and how wide they are: fewer where titles that are cut could
    /// not be told apart.
    fn columns(&self, whole: f64) -> (f64, usize, f64) {
        let labels = self
            .y
            .ticks
            .iter()
            .map(|tick| text_width(&tick.label, SMALL));
        let left = 140.0 + labels.fold(0.0, f64::max) + TICK + 20.0;
        let room = whole - RIGHT - left;
        let width = |n: usize| (room - BETWEEN * (n - 1) as f64) / n as f64;
        let n_told_apart = |width: f64| {
            let titles = self.panels.iter();
            let titles = titles.map(|panel| fitted_title(&panel.title, width));
            titles.collect::<BTreeSet<_>>().len()
        };
        let most = ((room + BETWEEN) / (PANEL + BETWEEN)) as usize;
        let mut n = self.panels.len().clamp(1, most.max(1));
        while n > 1 && n_told_apart(width(n)) < n_told_apart(f64::INFINITY) {
            n -= 1;
        }
        let width = match self.height {
            Some(_) => width(n),
            None => width(n).min(WIDEST_SQUARE),
        };
        (left, n, width)
    }

    fn draw_panel(&self, canvas: &mut Canvas, panel: &HeatPanel, rect: Rect, is_first: bool) {
        let x_of = |value: f64| rect.left + self.x.share(value) * rect.width;
        let y_of = |value: f64| match self.is_downwards {
            true => rect.top + self.y.share(value) * rect.height,
            false => rect.bottom() - self.y.share(value) * rect.height,
        };
        canvas.rectangle(rect, BLANK);
        for cell in &panel.cells {
            let (left, right) = (x_of(cell.x.0), x_of(cell.x.1));
            let (a, b) = (y_of(cell.y.0), y_of(cell.y.1));
            let (top, bottom) = (a.min(b), a.max(b));
            let cell_rect = Rect {
                left,
                top,
                width: (right + SEAM).min(rect.right()) - left,
                height: (bottom + SEAM).min(rect.bottom()) - top,
            };
            let share = (self.scale.share(cell.value) * N_STEPS as f64).round() / N_STEPS as f64;
            canvas.rectangle(cell_rect, sequential(share));
        }
        let frame = [
            (rect.left, rect.top),
            (rect.right(), rect.top),
            (rect.right(), rect.bottom()),
            (rect.left, rect.bottom()),
            (rect.left, rect.top),
        ];
        canvas.line(&frame, INK, 1.0, 8);
        let middle = rect.left + 0.5 * rect.width;
        let title = fitted_title(&panel.title, rect.width);
        for (text, above) in [(&title, 130.0), (&panel.subtitle, 48.0)] {
            canvas.text(text, (middle, rect.top - above), Anchor::Middle, SMALL);
        }
        for tick in with_room(&self.x.ticks, &x_of, |tick| {
            text_width(&tick.label, SMALL) + 25.0
        }) {
            let x = x_of(tick.value);
            canvas.line(
                &[(x, rect.bottom()), (x, rect.bottom() + TICK)],
                INK,
                1.0,
                8,
            );
            let at = (x, rect.bottom() + TICK + 55.0);
            canvas.text(&tick.label, at, Anchor::Middle, SMALL);
        }
        for tick in with_room(&self.y.ticks, &y_of, |_| 85.0) {
            let y = y_of(tick.value);
            canvas.line(&[(rect.left - TICK, y), (rect.left, y)], INK, 1.0, 8);
            if is_first {
                let at = (rect.left - TICK - 18.0, y);
                canvas.text(&tick.label, at, Anchor::Right, SMALL);
            }
        }
    }

    fn draw_scale(&self, canvas: &mut Canvas, top: f64, whole: f64) {
        let (width, left) = (0.6 * whole.min(super::WIDTH), 0.5 * whole);
        let left = left - 0.5 * width;
        for step in 0..N_STEPS {
            let share = step as f64 / (N_STEPS - 1) as f64;
            let from = left + width * step as f64 / N_STEPS as f64;
            let rect = Rect {
                left: from,
                top,
                width: left + width - from,
                height: SCALE,
            };
            canvas.rectangle(rect, sequential(share));
        }
        let bottom = top + SCALE;
        let frame = [
            (left, top),
            (left + width, top),
            (left + width, bottom),
            (left, bottom),
            (left, top),
        ];
        canvas.line(&frame, INK, 1.0, 8);
        for tick in &self.scale.ticks {
            let x = left + self.scale.share(tick.value) * width;
            canvas.line(&[(x, bottom), (x, bottom + TICK)], INK, 1.0, 8);
            let at = (x, bottom + TICK + 50.0);
            canvas.text(&tick.label, at, Anchor::Middle, SMALL);
        }
        let at = (left + 0.5 * width, bottom + TICK + 145.0);
        canvas.text(&self.scale_label, at, Anchor::Middle, MEDIUM);
    }
}

/// `title` as it stands over a panel of `width`.
fn fitted_title(title: &str, width: f64) -> String {
    fit(title, SMALL, width + 0.6 * BETWEEN)
}

/// Ticks whose labels, which need `room` along the axis, do not meet those before.
fn with_room<'t>(
    ticks: &'t [Tick],
    place: &dyn Fn(f64) -> f64,
    room: impl Fn(&Tick) -> f64,
) -> Vec<&'t Tick> {
    let mut shown: Vec<&Tick> = Vec::new();
    for tick in ticks {
        let is_free = shown.last().is_none_or(|last| {
            let distance = (place(tick.value) - place(last.value)).abs();
            distance >= 0.5 * (room(tick) + room(last))
        });
        if is_free {
            shown.push(tick);
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plot::{WIDE, WIDTH};

    fn heat(n_panels: usize, n_layers: usize, title: &str) -> Heat {
        let titles = (0..n_panels).map(|index| format!("{title}{index}"));
        Heat {
            x_label: String::new(),
            x: Axis::epochs(0, 10, 3),
            y_label: String::new(),
            y: Axis::places(n_layers, 1),
            is_downwards: false,
            height: Some(500.0),
            panels: titles
                .map(|title| HeatPanel {
                    title,
                    subtitle: String::new(),
                    cells: Vec::new(),
                })
                .collect(),
            scale_label: String::new(),
            scale: Axis::degrees_from_zero(80.0),
            notes: Vec::new(),
        }
    }

    #[test]
    fn panels_stand_side_by_side_unless_they_could_not_be_told_apart() {
        let columns = |n, title: &str, whole| heat(n, 3, title).columns(whole).1;
        assert_eq!(columns(5, "short", WIDTH), 2);
        assert_eq!(columns(1, "short", WIDTH), 1);
        assert_eq!(columns(5, "short", WIDE), 4);
        let long = "a learner whose name is as long as this one, the place ";
        assert_eq!(columns(5, long, WIDTH), 1);
    }

    #[test]
    fn labels_do_not_meet() {
        let of = |n_layers| {
            let heat = heat(1, n_layers, "");
            let place = |value: f64| 500.0 * heat.y.share(value);
            let shown = with_room(&heat.y.ticks, &place, |_| 85.0);
            shown.into_iter().map(|tick| tick.value).collect::<Vec<_>>()
        };
        assert_eq!(of(2), [1.0, 2.0]);
        assert_eq!(of(16), [1.0, 4.0, 7.0, 10.0, 13.0, 16.0]);
    }
}
