//! The axis of accuracy or loss: wide enough for the learners under comparison.

use apical_learning::Metric;

use super::series::range;
use crate::group::{Group, Task};
use crate::number::fixed;
use crate::plot::{Axis, Curve};

/// A learner that is so many percentage points and more behind all others is a control, not compared.
const CONTROL_GAP: f64 = 5.0;

/// An axis of accuracy (linear, its ticks no finer than one test sample) or loss (logarithmic) for
/// `lines`, made from everything that is drawn; and what it leaves out, in words.
///
/// Of lines that settle, first epochs that would take more than a quarter of the range are left out. So
/// are learners far behind the others, where they would take more than two thirds of it.
pub(in crate::figure) fn axis(
    task: &Task<'_>,
    lines: &[(&Group<'_>, &Curve)],
    settles: bool,
) -> (Axis, Vec<String>) {
    let all = |start: &dyn Fn(&Curve) -> f64, is_log: bool, lines: &[(&Group<'_>, &Curve)]| {
        range(
            lines
                .iter()
                .flat_map(|(_, curve)| curve.drawn(is_log, start(curve))),
        )
    };
    let from_first = |_: &Curve| f64::NEG_INFINITY;
    if task.score != Metric::ACCURACY {
        let drawn = lines
            .iter()
            .flat_map(|(_, curve)| curve.drawn(true, f64::NEG_INFINITY));
        let (low, high) = range(drawn.filter(|value| *value > 0.0)).unwrap_or((0.1, 1.0));
        return (Axis::logarithmic(low, high), Vec::new());
    }
    let from_half = |curve: &Curve| {
        let half = curve.points.get(curve.points.len() / 2);
        half.filter(|_| settles)
            .map_or(f64::NEG_INFINITY, |point| point.x)
    };
    let (compared, left_out) = match settles {
        true => compared(lines, &from_half),
        false => (lines.to_vec(), Vec::new()),
    };
    let (low, high) = all(&from_first, false, &compared).unwrap_or((0.0, 1.0));
    let low = match all(&from_half, false, &compared) {
        Some((settled_low, _)) if high - settled_low < 0.75 * (high - low) => settled_low,
        _ => low,
    };
    let margin = 0.05 * (high - low).max(0.5);
    let (low, high) = ((low - margin).max(0.0), (high + margin).min(100.0));
    let sample = task.test_sample().unwrap_or(0.0);
    let axis = Axis::linear_in_steps(low, high.max(low + sample), 5, sample);
    let notes = left_out.iter().map(|(group, curve)| {
        let last = curve.points.last().map_or(f64::NAN, |point| point.mean);
        format!("{} ({} % at the end)", group.label(), fixed(last, 1))
    });
    let notes: Vec<String> = notes.collect();
    match notes.is_empty() {
        true => (axis, Vec::new()),
        false => (axis, vec![format!("below the axis: {}", notes.join(", "))]),
    }
}

type Line<'l, 'a> = (&'l Group<'a>, &'l Curve);

/// The learners under comparison, and those far behind them.
fn compared<'l, 'a>(
    lines: &[Line<'l, 'a>],
    start: &dyn Fn(&Curve) -> f64,
) -> (Vec<Line<'l, 'a>>, Vec<Line<'l, 'a>>) {
    let range_of = |lines: &[Line<'_, '_>]| {
        range(
            lines
                .iter()
                .flat_map(|(_, curve)| curve.drawn(false, start(curve))),
        )
    };
    let last = |(_, curve): &Line<'_, '_>| curve.points.last().map_or(0.0, |point| point.mean);
    let mut sorted = lines.to_vec();
    sorted.sort_by(|a, b| last(a).total_cmp(&last(b)));
    let mut n_behind = 0;
    for n in 1..sorted.len().saturating_sub(1) {
        let (behind, ahead) = sorted.split_at(n);
        let (Some((_, top)), Some((low, high))) = (range_of(behind), range_of(ahead)) else {
            continue;
        };
        let Some((lowest, _)) = range_of(&sorted[n_behind..]) else {
            continue;
        };
        if low - top > CONTROL_GAP && 3.0 * (high - low) < high - lowest {
            n_behind = n;
        }
    }
    let is_behind = |line: &Line<'_, '_>| {
        sorted[..n_behind]
            .iter()
            .any(|behind| std::ptr::eq(behind.0, line.0))
    };
    lines.iter().copied().partition(|line| !is_behind(line))
}
