//! Plane geometry: lines and areas cut at the edges of a panel, and lines broken into dashes.

use super::Rect;
use super::canvas::Point;

/// The pieces of a line inside `rect`.
pub(crate) fn clip_line(points: &[Point], rect: Rect) -> Vec<Vec<Point>> {
    let mut pieces: Vec<Vec<Point>> = Vec::new();
    for pair in points.windows(2) {
        let Some((start, end)) = clip_segment(pair[0], pair[1], rect) else {
            continue;
        };
        match pieces.last_mut() {
            Some(piece) if piece.last() == Some(&start) => piece.push(end),
            _ => pieces.push(vec![start, end]),
        }
    }
    pieces
}

/// The part of an area inside `rect` (Sutherland & Hodgman 1974).
pub(crate) fn clip_area(points: &[Point], rect: Rect) -> Vec<Point> {
    let below_top = cut(points, |(_, y)| y - rect.top);
    let between = cut(&below_top, |(_, y)| rect.bottom() - y);
    let right_of_left = cut(&between, |(x, _)| x - rect.left);
    cut(&right_of_left, |(x, _)| rect.right() - x)
}

/// The dashes of a line; `pattern` gives their lengths: on, off, on, off, …
pub(crate) fn dashes(points: &[Point], pattern: &[f64]) -> Vec<Vec<Point>> {
    let mut pieces = Vec::new();
    let mut piece: Vec<Point> = points.first().copied().into_iter().collect();
    let (mut part, mut left) = (0, pattern[0]);
    for pair in points.windows(2) {
        let (mut from, to) = (pair[0], pair[1]);
        loop {
            let length = (to.0 - from.0).hypot(to.1 - from.1);
            if length <= left {
                left -= length;
                piece.push(to);
                break;
            }
            from = between(from, to, left / length);
            piece.push(from);
            if part % 2 == 0 {
                pieces.push(std::mem::take(&mut piece));
            }
            piece = vec![from];
            part = (part + 1) % pattern.len();
            left = pattern[part];
        }
    }
    if part % 2 == 0 && piece.len() > 1 {
        pieces.push(piece);
    }
    pieces
}

/// The part of a segment inside `rect` (Liang & Barsky 1984).
fn clip_segment(a: Point, b: Point, rect: Rect) -> Option<(Point, Point)> {
    let (dx, dy) = (b.0 - a.0, b.1 - a.1);
    let (mut enter, mut leave) = (0.0_f64, 1.0_f64);
    for (step, room) in [
        (-dx, a.0 - rect.left),
        (dx, rect.right() - a.0),
        (-dy, a.1 - rect.top),
        (dy, rect.bottom() - a.1),
    ] {
        if step == 0.0 {
            if room < 0.0 {
                return None;
            }
        } else if step < 0.0 {
            enter = enter.max(room / step);
        } else {
            leave = leave.min(room / step);
        }
    }
    let start = if enter > 0.0 { between(a, b, enter) } else { a };
    let end = if leave < 1.0 { between(a, b, leave) } else { b };
    (enter <= leave).then_some((start, end))
}

/// The part of a polygon where `inside` is not negative.
fn cut(points: &[Point], inside: impl Fn(Point) -> f64) -> Vec<Point> {
    let mut kept = Vec::new();
    for (index, &point) in points.iter().enumerate() {
        let previous = points[(index + points.len() - 1) % points.len()];
        let (before, now) = (inside(previous), inside(point));
        if (before < 0.0) != (now < 0.0) {
            kept.push(between(previous, point, before / (before - now)));
        }
        if now >= 0.0 {
            kept.push(point);
        }
    }
    kept
}

fn between(a: Point, b: Point, share: f64) -> Point {
    (a.0 + share * (b.0 - a.0), a.1 + share * (b.1 - a.1))
}

#[cfg(test)]
mod tests {
    use super::*;

    const RECT: Rect = Rect {
        left: 0.0,
        top: 0.0,
        width: 10.0,
        height: 10.0,
    };

    #[test]
    fn a_line_is_cut_where_it_leaves_and_enters() {
        let line = [(0.0, 5.0), (4.0, 15.0), (8.0, 5.0), (9.0, 5.0)];
        assert_eq!(
            clip_line(&line, RECT),
            [
                vec![(0.0, 5.0), (2.0, 10.0)],
                vec![(6.0, 10.0), (8.0, 5.0), (9.0, 5.0)]
            ]
        );
        assert!(clip_line(&[(0.0, -1.0), (10.0, -2.0)], RECT).is_empty());
    }

    #[test]
    fn an_area_is_cut_at_the_edges() {
        let triangle = [(0.0, 5.0), (10.0, 5.0), (5.0, 15.0)];
        assert_eq!(
            clip_area(&triangle, RECT),
            [(2.5, 10.0), (0.0, 5.0), (10.0, 5.0), (7.5, 10.0)]
        );
        let wide = [(-5.0, 2.0), (15.0, 2.0), (15.0, 4.0), (-5.0, 4.0)];
        assert_eq!(
            clip_area(&wide, RECT),
            [(0.0, 2.0), (10.0, 2.0), (10.0, 4.0), (0.0, 4.0)]
        );
        assert!(clip_area(&[(0.0, 11.0), (1.0, 11.0), (1.0, 12.0)], RECT).is_empty());
    }

    #[test]
    fn dashes_go_round_corners() {
        let corner = [(0.0, 0.0), (4.0, 0.0), (4.0, 4.0)];
        assert_eq!(
            dashes(&corner, &[3.0, 2.0]),
            [vec![(0.0, 0.0), (3.0, 0.0)], vec![(4.0, 1.0), (4.0, 4.0)]]
        );
    }
}
