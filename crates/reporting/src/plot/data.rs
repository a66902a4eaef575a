//! Pictures as JSON: what is drawn, without where; lengths in mm, colours as #RRGGBB, numbers that are none as null.

use plotters::style::RGBColor;
use serde_json::{Value, json};

use super::axis::Axis;
use super::bars::Bars;
use super::dots::Dots;
use super::grid::{Curve, Grid, Row, Shown};
use super::heat::Heat;
use super::legend::{Key, LegendEntry};
use super::{Picture, UNITS_PER_MM};
use crate::palette::{LineStyle, Marker};
use crate::statistics::FEW_SEEDS;

impl Picture {
    /// All that is drawn.
    pub(crate) fn data(&self) -> Value {
        match self {
            Self::Grid(grid) => grid.data(),
            Self::Bars(bars) => bars.data(),
            Self::Dots(dots) => dots.data(),
            Self::Heat(heat) => heat.data(),
        }
    }
}

impl Grid {
    fn data(&self) -> Value {
        json!({
            "kind": "grid",
            "x_label": self.x_label,
            "n_columns": self.n_columns,
            "rows": self.rows.iter().map(Row::data).collect::<Vec<_>>(),
            "legend": legend(&self.legend),
            "notes": self.notes,
        })
    }
}

impl Row {
    fn data(&self) -> Value {
        let is_logarithmic = self.y.is_logarithmic();
        let panel = |panel: &super::Panel| {
            let curves = panel.curves.iter();
            json!({
                "title": panel.title,
                "x": axis(&panel.x),
                "curves": curves.map(|curve| curve.data(is_logarithmic)).collect::<Vec<_>>(),
            })
        };
        json!({
            "heading": self.heading,
            "y_label": self.y_label,
            "y": axis(&self.y),
            "guides": self.guides,
            "height_mm": self.height / UNITS_PER_MM,
            "is_wide": self.is_wide,
            "panels": self.panels.iter().map(panel).collect::<Vec<_>>(),
        })
    }
}

impl Curve {
    fn data(&self, is_logarithmic: bool) -> Value {
        let of = |value: fn(&super::CurvePoint) -> Option<f64>| -> Vec<Option<f64>> {
            self.points.iter().map(value).collect()
        };
        let seed = |seed: &Vec<(f64, f64)>| {
            let (x, y): (Vec<f64>, Vec<f64>) = seed.iter().copied().unzip();
            json!({ "x": x, "y": y })
        };
        json!({
            "style": style(self.style),
            "x": of(|point| Some(point.x)),
            "mean": of(|point| Some(point.mean)),
            "half_width": of(|point| point.half_width),
            "seeds": self.seeds.iter().map(seed).collect::<Vec<_>>(),
            "has_interval": self.has_interval(is_logarithmic),
            "has_error_bars": self.has_error_bars,
            "has_seeds": self.has_seeds(is_logarithmic),
            "has_line": self.shown != Shown::Dots,
        })
    }
}

impl Dots {
    fn data(&self) -> Value {
        let panel = |panel: &super::DotPanel| {
            json!({
                "x_label": panel.x_label.replace('\n', " "),
                "x": axis(&panel.x),
                "guide": panel.guide,
                "margin": panel.margin,
            })
        };
        let line = |line: &super::DotLine| {
            let values = line.values.iter().map(|value| {
                let (spread, seeds) = value.as_ref()?;
                Some(json!({
                    "mean": spread.mean,
                    "half_width": spread.half_width.filter(|_| spread.n >= FEW_SEEDS),
                    "seeds": seeds,
                }))
            });
            json!({
                "label": line.label,
                "style": style(line.style),
                "values": values.collect::<Vec<_>>(),
            })
        };
        json!({
            "kind": "dots",
            "panels": self.panels.iter().map(panel).collect::<Vec<_>>(),
            "lines": self.lines.iter().map(line).collect::<Vec<_>>(),
        })
    }
}

impl Bars {
    fn data(&self) -> Value {
        let bar = |bar: &super::Bar| {
            let pieces = bar.pieces.iter();
            let pieces =
                pieces.map(|(own, length)| json!({ "colour": colour(*own), "length": length }));
            json!({
                "label": bar.label,
                "style": style(bar.style),
                "pieces": pieces.collect::<Vec<_>>(),
                "total": bar.total,
            })
        };
        json!({
            "kind": "bars",
            "x_label": self.x_label,
            "bars": self.bars.iter().map(bar).collect::<Vec<_>>(),
            "legend": legend(&self.legend),
        })
    }
}

impl Heat {
    fn data(&self) -> Value {
        let panel = |panel: &super::HeatPanel| {
            let cells = panel.cells.iter();
            let cells = cells.map(|cell| json!({ "x": cell.x, "y": cell.y, "value": cell.value }));
            json!({
                "title": panel.title,
                "subtitle": panel.subtitle,
                "cells": cells.collect::<Vec<_>>(),
            })
        };
        json!({
            "kind": "heat",
            "x_label": self.x_label,
            "x": axis(&self.x),
            "y_label": self.y_label,
            "y": axis(&self.y),
            "is_downwards": self.is_downwards,
            "height_mm": self.height.map(|height| height / UNITS_PER_MM),
            "panels": self.panels.iter().map(panel).collect::<Vec<_>>(),
            "scale_label": self.scale_label,
            "scale": axis(&self.scale),
            "notes": self.notes,
        })
    }
}

fn axis(axis: &Axis) -> Value {
    let ticks = axis.ticks.iter();
    json!({
        "low": axis.low(),
        "high": axis.high(),
        "is_logarithmic": axis.is_logarithmic(),
        "ticks": ticks.map(|tick| (tick.value, &tick.label)).collect::<Vec<_>>(),
        "minor": axis.minor,
    })
}

fn legend(entries: &[LegendEntry]) -> Value {
    let entries = entries.iter().map(|entry| {
        let (line, fill) = match entry.key {
            Key::Line(own) => (Some(style(own)), None),
            Key::Fill(own) => (None, Some(colour(own))),
            Key::Words => (None, None),
        };
        json!({ "label": entry.label, "line": line, "fill": fill })
    });
    entries.collect()
}

fn style(style: LineStyle) -> Value {
    let marker = match style.marker {
        Marker::Disc => "disc",
        Marker::Square => "square",
        Marker::TriangleUp => "triangle_up",
        Marker::Diamond => "diamond",
        Marker::TriangleDown => "triangle_down",
        Marker::Ring => "ring",
        Marker::Frame => "frame",
        Marker::Rhombus => "rhombus",
        Marker::Nothing => "nothing",
    };
    json!({ "colour": colour(style.colour), "marker": marker, "dash": style.dash })
}

fn colour(RGBColor(r, g, b): RGBColor) -> String {
    format!("#{r:02x}{g:02x}{b:02x}")
}
