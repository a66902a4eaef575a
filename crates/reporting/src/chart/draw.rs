//! From series to a grid of panels with axes that hold them, and to files.

use super::{Chart, ChartAxis, ChartLine, ChartRow, ChartScale, ChartSpread};
use crate::ReportError;
use crate::artefact::Artefact;
use crate::palette::{INK, LineStyle, Marker};
use crate::plot::{
    Axis, Curve, CurvePoint, DrawError, Grid, Key, LegendEntry, Panel, Picture, Row, Shown,
    UNITS_PER_MM, WIDTH, limited,
};
use crate::statistics::Spread;

/// A drawn chart.
pub(crate) struct ChartFiles {
    pub(crate) svg: String,
    /// Path of the files without extension.
    pub(crate) stem: String,
    /// The numbers plotted.
    pub(crate) csv: Vec<u8>,
    pub(crate) artefacts: Vec<Artefact>,
}

impl Chart {
    /// The figure as `<folder>/<name>.{svg,png,csv}`.
    pub fn artefacts(&self, folder: &str) -> Result<Vec<Artefact>, ReportError> {
        self.files(folder).map(|files| files.artefacts)
    }

    pub(crate) fn files(&self, folder: &str) -> Result<ChartFiles, ReportError> {
        let drawing = self.picture().draw(&self.title, WIDTH);
        let failed = |source: DrawError| ReportError::Chart {
            chart: self.name.clone(),
            source: Box::new(source),
        };
        let svg = drawing.svg().map_err(failed)?;
        let png = drawing.png().map_err(failed)?;
        let csv = self.csv();
        let stem = format!("{folder}/{}", self.name);
        let file = |extension: &str, bytes| Artefact {
            path: format!("{stem}.{extension}"),
            bytes,
        };
        Ok(ChartFiles {
            artefacts: vec![
                file("svg", svg.clone().into_bytes()),
                file("png", png),
                file("csv", csv.clone()),
            ],
            csv,
            svg,
            stem,
        })
    }

    /// The figure before it is drawn.
    pub(crate) fn picture(&self) -> Picture {
        Picture::Grid(self.grid())
    }

    fn lines(&self) -> impl Iterator<Item = &ChartLine> {
        let panels = self.rows.iter().flat_map(|row| &row.panels);
        panels.flat_map(|panel| &panel.lines)
    }

    fn grid(&self) -> Grid {
        let n_columns = self.rows.iter().map(|row| row.panels.len()).max();
        let n_columns = n_columns.unwrap_or(1).max(1);
        let n_ticks = [6, 4, 3, 2][(n_columns - 1).min(3)];
        let x = self.x.of(places(self.lines()).map(|(x, _)| x), n_ticks);
        Grid {
            x_label: self.x.label.clone(),
            n_columns,
            rows: self.rows.iter().map(|row| row.drawn(&x)).collect(),
            legend: self.legend(),
            notes: Vec::new(),
        }
    }

    fn legend(&self) -> Vec<LegendEntry> {
        let mut entries: Vec<LegendEntry> = Vec::new();
        for line in self.lines() {
            let is_known = entries.iter().any(|entry| entry.label == line.label);
            if !line.label.is_empty() && !is_known {
                entries.push(LegendEntry {
                    key: Key::Line(line.look.style),
                    label: line.label.clone(),
                });
            }
        }
        if self
            .lines()
            .any(|line| line.seeds.iter().any(|s| s.broke_off))
        {
            entries.push(LegendEntry {
                key: Key::Line(LineStyle {
                    colour: INK,
                    ..end_style(LineStyle::at(0.into(), 0))
                }),
                label: "a seed that ran away".to_owned(),
            });
        }
        limited(entries)
    }
}

impl ChartRow {
    fn drawn(&self, x: &Axis) -> Row {
        let is_logarithmic = self.y.scale == ChartScale::Logarithmic;
        let panels: Vec<Panel> = self
            .panels
            .iter()
            .map(|panel| Panel {
                title: panel.title.clone(),
                x: x.clone(),
                curves: panel.lines.iter().flat_map(ChartLine::curves).collect(),
            })
            .collect();
        let curves = panels.iter().flat_map(|panel| &panel.curves);
        let values = curves.flat_map(|curve| curve.drawn(is_logarithmic, f64::NEG_INFINITY));
        let y = self.y.of(values.chain(self.guides.iter().copied()), 4);
        Row {
            heading: self.heading.clone(),
            y_label: self.y.label.clone(),
            y,
            guides: self.guides.clone(),
            height: self.height_mm * UNITS_PER_MM,
            is_wide: false,
            panels,
        }
    }
}

impl ChartLine {
    /// The mean line, and one for every seed that broke off.
    fn curves(&self) -> Vec<Curve> {
        let style = self.look.style;
        let whole = self.seeds.iter().filter(|seed| !seed.broke_off);
        let seeds: Vec<Vec<(f64, f64)>> = whole.map(|seed| seed.points.clone()).collect();
        let mean = Curve {
            style,
            points: self
                .by_x()
                .iter()
                .filter_map(|(x, values)| {
                    let spread = Spread::of(values)?;
                    Some(CurvePoint {
                        x: *x,
                        mean: spread.mean,
                        half_width: spread.standard_deviation,
                    })
                })
                .collect(),
            seeds: match self.seeds.len() {
                0 | 1 => Vec::new(),
                _ => seeds,
            },
            shown: match self.spread {
                ChartSpread::Nothing => Shown::Mean,
                ChartSpread::Band => Shown::Interval,
                ChartSpread::Seeds => Shown::Seeds,
            },
            has_error_bars: false,
        };
        let ends = self.seeds.iter().filter(|seed| seed.broke_off);
        let ends = ends.map(|seed| Curve {
            style: end_style(style),
            points: (seed.points.last())
                .map(|&(x, mean)| CurvePoint {
                    x,
                    mean,
                    half_width: None,
                })
                .into_iter()
                .collect(),
            seeds: vec![seed.points.clone()],
            shown: Shown::Seeds,
            has_error_bars: true,
        });
        std::iter::once(mean).chain(ends).collect()
    }
}

impl ChartAxis {
    /// The axis for `values`, with at most about `n_ticks` ticks where it is linear.
    fn of(&self, values: impl Iterator<Item = f64>, n_ticks: usize) -> Axis {
        let is_shown = |value: &f64| {
            value.is_finite() && (self.scale != ChartScale::Logarithmic || *value > 0.0)
        };
        let range = values.filter(is_shown).fold(None, |range, value| {
            Some(match range {
                None => (value, value),
                Some((low, high)) => (value.min(low), value.max(high)),
            })
        });
        let (low, high): (f64, f64) = range.unwrap_or((0.1, 1.0));
        match self.scale {
            ChartScale::Linear => Axis::linear_rounded(low, high, n_ticks),
            ChartScale::Whole => {
                Axis::epochs(low.max(0.0) as usize, high.max(0.0) as usize, n_ticks)
            }
            ChartScale::FromZero => Axis::linear_rounded(low.min(0.0), high, n_ticks),
            ChartScale::Between(low, high) => Axis::linear(low, high, n_ticks),
            ChartScale::Logarithmic => Axis::logarithmic(low, high),
            ChartScale::Degrees => Axis::degrees(high),
        }
    }
}

/// All x and y of `lines`, those of seeds that broke off included.
fn places<'a>(lines: impl Iterator<Item = &'a ChartLine>) -> impl Iterator<Item = (f64, f64)> {
    lines.flat_map(|line| {
        line.seeds
            .iter()
            .flat_map(|seed| seed.points.iter().copied())
    })
}

/// The mark at the last place of a seed that broke off.
fn end_style(of: LineStyle) -> LineStyle {
    LineStyle {
        marker: Marker::Rhombus,
        ..of
    }
}
